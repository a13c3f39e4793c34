/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_client.c - one request, with deadlines that hold
 *
 * A thread plays the daemon on a socket in a directory of its own; each scene is what it does
 * with the one connection it gets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#include "common/client.h"
#include "common/clock.h"
#include "common/paths.h"
#include "tests/support/paths_test.h"
#include "tests/support/scratch.h"

#define REQUEST_ID 4711
#define WAIT_MS 2000
#define SLACK_MS 1500 /* a loaded machine; still told apart from WAIT_MS */

enum scene {
	SCENE_REPLY,
	SCENE_SILENT,
	SCENE_CLOSE,
	SCENE_WAIT_REPLY,
	SCENE_WAIT_SILENT,
	SCENE_WAIT_TWICE,
	SCENE_WRONG_ID,
	SCENE_WRONG_OP,
	SCENE_GARBAGE,
	SCENE_OVERSIZE,
};

struct daemon {
	pthread_t thread;
	enum scene scene;
	int fd;
	int stop[2]; /* closed at the end of the test */
};

static char dir[SCRATCH_SIZE];
static struct wire_packet packet;

static void
send_packet(int fd, uint8_t op, uint16_t flags, uint32_t id)
{
	static struct wire_packet reply;

	wire_start(&reply, op, flags, id, WIRE_OK);
	(void)wire_put_text(&reply, WIRE_T_MESSAGE, flags != 0 ? "wait" : "here");
	(void)send(fd, reply.bytes, reply.len, MSG_NOSIGNAL);
}

static void
sleep_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

static void
play(enum scene scene, int fd, int stop)
{
	static uint8_t oversize[WIRE_PACKET_MAX + 4];
	static struct wire_packet header;
	char byte;

	switch (scene) {
	case SCENE_CLOSE:
		return;
	case SCENE_WAIT_REPLY:
		send_packet(fd, WIRE_STATUS, WIRE_WAIT, REQUEST_ID);
		sleep_ms(CLIENT_FIRST_MS + 50);
		__attribute__((fallthrough));
	case SCENE_REPLY:
		send_packet(fd, WIRE_STATUS, 0, REQUEST_ID);
		break;
	case SCENE_WAIT_TWICE:
		send_packet(fd, WIRE_STATUS, WIRE_WAIT, REQUEST_ID);
		__attribute__((fallthrough));
	case SCENE_WAIT_SILENT:
		send_packet(fd, WIRE_STATUS, WIRE_WAIT, REQUEST_ID);
		break;
	case SCENE_WRONG_ID:
		send_packet(fd, WIRE_STATUS, 0, REQUEST_ID + 1);
		break;
	case SCENE_WRONG_OP:
		send_packet(fd, WIRE_KEYS, 0, REQUEST_ID);
		break;
	case SCENE_GARBAGE:
		(void)send(fd, "HTTP/1.1 200 OK\r\n\r\n", 19, MSG_NOSIGNAL);
		break;
	case SCENE_OVERSIZE:
		/* cut at the limit it is a whole packet of ours, with empty TLVs */
		wire_start(&header, WIRE_STATUS, 0, REQUEST_ID, WIRE_OK);
		memcpy(oversize, header.bytes, header.len);
		(void)send(fd, oversize, sizeof(oversize), MSG_NOSIGNAL);
		break;
	case SCENE_SILENT:
	default:
		break;
	}
	while (read(stop, &byte, 1) < 0 && errno == EINTR)
		;
}

static void *
daemon_run(void *arg)
{
	static char request[WIRE_PACKET_MAX];
	struct daemon *daemon = arg;
	int fd = accept(daemon->fd, NULL, NULL);

	if (fd < 0)
		return NULL;
	(void)recv(fd, request, sizeof(request), 0);
	play(daemon->scene, fd, daemon->stop[0]);
	(void)close(fd);
	return NULL;
}

static int
listen_at_socket(int backlog)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	(void)unlink(paths_socket);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", paths_socket);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

static void
daemon_start(struct daemon *daemon, enum scene scene)
{
	daemon->scene = scene;
	daemon->fd = listen_at_socket(8);
	assert_int_equal(pipe(daemon->stop), 0);
	assert_int_equal(pthread_create(&daemon->thread, NULL, daemon_run, daemon), 0);
}

static void
daemon_end(struct daemon *daemon)
{
	(void)close(daemon->stop[1]);
	(void)shutdown(
	    daemon->fd, SHUT_RDWR); /* ends an accept(2) that nobody answered */
	(void)pthread_join(daemon->thread, NULL);
	(void)close(daemon->stop[0]);
	(void)close(daemon->fd);
	(void)unlink(paths_socket);
}

static int
ask(int64_t *ret_ms, struct wire_header *ret_header)
{
	int64_t start = clock_mono_ms();
	int r;

	wire_start(&packet, WIRE_STATUS, 0, REQUEST_ID, WAIT_MS);
	r = client_call(&packet, WAIT_MS, ret_header);
	*ret_ms = clock_mono_ms() - start;
	return r;
}

/* What a scene must give, and within which time. */
static void
expect(enum scene scene, int code, int64_t least_ms, int64_t most_ms)
{
	struct wire_header header = { .value = 99 };
	struct daemon daemon;
	int64_t ms;
	int r;

	daemon_start(&daemon, scene);
	r = ask(&ms, &header);
	daemon_end(&daemon);
	assert_int_equal(r, code);
	assert_in_range(ms, least_ms, most_ms + SLACK_MS);
	assert_int_equal(header.value, code == 0 ? WIRE_OK : 99);
}

static void
test_a_reply_is_returned(void **state)
{
	char text[8];

	(void)state;
	expect(SCENE_REPLY, 0, 0, 0);
	assert_int_equal(
	    wire_get_text(packet.bytes, packet.len, WIRE_T_MESSAGE, text, sizeof(text)),
	    0);
	assert_string_equal(text, "here");
}

static void
test_silence_ends_after_150_ms(void **state)
{
	(void)state;
	expect(SCENE_SILENT, CLIENT_E_WEDGED, CLIENT_FIRST_MS, CLIENT_FIRST_MS);
}

static void
test_a_reply_after_wait_is_returned(void **state)
{
	(void)state;
	expect(SCENE_WAIT_REPLY, 0, CLIENT_FIRST_MS, CLIENT_FIRST_MS + 50);
}

static void
test_silence_after_wait_ends_with_the_budget(void **state)
{
	(void)state;
	expect(SCENE_WAIT_SILENT, CLIENT_E_WEDGED, WAIT_MS, WAIT_MS);
}

static void
test_wait_cannot_be_prolonged(void **state)
{
	(void)state;
	expect(SCENE_WAIT_TWICE, CLIENT_E_PROTOCOL, 0, 0);
}

static void
test_answers_that_are_none_are_refused(void **state)
{
	(void)state;
	expect(SCENE_WRONG_ID, CLIENT_E_PROTOCOL, 0, 0);
	expect(SCENE_WRONG_OP, CLIENT_E_PROTOCOL, 0, 0);
	expect(SCENE_GARBAGE, CLIENT_E_PROTOCOL, 0, 0);
	expect(SCENE_OVERSIZE, CLIENT_E_PROTOCOL, 0, 0);
}

static void
test_a_daemon_that_hangs_up_is_down(void **state)
{
	(void)state;
	expect(SCENE_CLOSE, CLIENT_E_DOWN, 0, 0);
}

static void
test_no_socket_is_down(void **state)
{
	struct wire_header header;
	int64_t ms;
	int fd;

	(void)state;
	assert_int_equal(ask(&ms, &header), CLIENT_E_DOWN);
	fd = listen_at_socket(1);
	(void)close(fd); /* the socket file stays: refused */
	assert_int_equal(ask(&ms, &header), CLIENT_E_DOWN);
	(void)unlink(paths_socket);
	assert_in_range(ms, 0, SLACK_MS);
}

static void
test_a_socket_of_another_type_is_down(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct wire_header header;
	int64_t ms;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", paths_socket);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(ask(&ms, &header), CLIENT_E_DOWN);
	(void)close(fd);
	(void)unlink(paths_socket);
}

static void
test_a_full_backlog_is_wedged_at_once(void **state)
{
	struct wire_header header;
	int64_t ms;
	int fd = listen_at_socket(0);
	int r, n = 0;

	(void)state;
	/* nobody accepts: the first ones wait 150 ms each in the backlog, then it is full */
	do
		r = ask(&ms, &header);
	while (r == CLIENT_E_WEDGED && ms >= CLIENT_FIRST_MS && ++n < 4);
	(void)close(fd);
	(void)unlink(paths_socket);
	assert_int_equal(r, CLIENT_E_WEDGED);
}

static void
test_a_directory_that_others_may_write_is_not_believed(void **state)
{
	struct wire_header header;
	struct daemon daemon;
	int64_t ms;
	int r;

	(void)state;
	daemon_start(&daemon, SCENE_REPLY);
	assert_int_equal(chmod(paths_run_dir, 0777), 0);
	r = ask(&ms, &header);
	assert_int_equal(chmod(paths_run_dir, 0755), 0);
	daemon_end(&daemon);
	assert_int_equal(r, CLIENT_E_DOWN);
}

static void
on_alarm(int number)
{
	(void)number;
}

static void
test_signals_do_not_prolong_the_deadline(void **state)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	struct itimerspec every = { { 0, 20000000 }, { 0, 20000000 } };
	timer_t timer;

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	assert_int_equal(timer_settime(timer, 0, &every, NULL), 0);
	expect(SCENE_WAIT_SILENT, CLIENT_E_WEDGED, WAIT_MS, WAIT_MS);
	assert_int_equal(timer_delete(timer), 0);
}

static int
setup(void **state)
{
	(void)state;
	scratch_make(dir);
	paths_test_set(dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	scratch_remove(dir);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_reply_is_returned),
		cmocka_unit_test(test_silence_ends_after_150_ms),
		cmocka_unit_test(test_a_reply_after_wait_is_returned),
		cmocka_unit_test(test_silence_after_wait_ends_with_the_budget),
		cmocka_unit_test(test_wait_cannot_be_prolonged),
		cmocka_unit_test(test_answers_that_are_none_are_refused),
		cmocka_unit_test(test_a_daemon_that_hangs_up_is_down),
		cmocka_unit_test(test_no_socket_is_down),
		cmocka_unit_test(test_a_socket_of_another_type_is_down),
		cmocka_unit_test(test_a_full_backlog_is_wedged_at_once),
		cmocka_unit_test(test_a_directory_that_others_may_write_is_not_believed),
		cmocka_unit_test(test_signals_do_not_prolong_the_deadline),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
