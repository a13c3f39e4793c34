/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tst_pam_retval.c - exact PAM codes of all six calls, of the built module, by libpam
 *
 * In the world of pam_world.h. IGNORE is told from everything else by the module behind
 * ours, which answers PAM_ACCT_EXPIRED.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/published_format.h"
#include "common/verdict.h"
#include "common/wire.h"
#include "tests/support/example_keys.h"
#include "tests/support/pam_world.h"

#define IGNORED PAM_ACCT_EXPIRED
#define DAY_MS INT64_C(86400000)
#define INFO(key) "SSH_AUTH_INFO_0=publickey " key "\n"

static pam_handle_t *pamh;
static int n_messages;

static int
converse(int n, const struct pam_message **message, struct pam_response **ret_response,
    void *data)
{
	(void)message;
	(void)data;
	n_messages += n;
	*ret_response = calloc((size_t)n, sizeof(**ret_response));
	return *ret_response != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

static const struct pam_conv conv = { converse, NULL };

/* ---- one handle: begin, calls, end */

static void
begin(const char *service, const char *user)
{
	assert_int_equal(
	    pam_start_confdir(service, user, &conv, PAM_WORLD_STACKS, &pamh), 0);
	assert_int_equal(pam_set_item(pamh, PAM_RHOST, "192.0.2.1"), 0);
	n_messages = 0;
}

static void
end(void)
{
	assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
}

static void
expect_account(const char *service, const char *user, int code)
{
	begin(service, user);
	assert_int_equal(pam_acct_mgmt(pamh, 0), code);
	end();
}

/* account, then open_session with what sshd put into the environment */
static void
expect_ssh(const char *user, const char *info, int code)
{
	begin("sshd", user);
	(void)pam_acct_mgmt(pamh, 0);
	if (info != NULL)
		assert_int_equal(pam_putenv(pamh, info), PAM_SUCCESS);
	assert_int_equal(pam_open_session(pamh, 0), code);
	/* after a refusal libpam keeps to the frozen chain, and no application closes */
	if (code == PAM_SUCCESS || code == IGNORED)
		assert_int_equal(pam_close_session(pamh, 0), code);
	end();
}

/* ---- the files and the spool */

static const char *
spool(void)
{
	static char text[1 << 16];
	int fd = open(PAM_WORLD_SPOOL, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;

	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		(void)close(fd);
	return text;
}

static int
reset(void **state)
{
	(void)state;
	pam_world_set_age(0);
	(void)unlink(PAM_WORLD_SPOOL);
	(void)unlink(PAM_WORLD_SOCKET);
	return setgroups(0, NULL);
}

/* ---- a daemon that answers one question, or never */

struct answer {
	int fd;
	enum wire_status status;
	enum verdict verdict;
	const char *message;
	unsigned n_calls;
};

static int
listen_as_daemon(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	(void)snprintf(
	    address.sun_path, sizeof(address.sun_path), "%s", PAM_WORLD_SOCKET);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static void *
answer_all(void *arg)
{
	static struct wire_packet packet;
	struct answer *answer = arg;
	struct wire_header header;
	ssize_t n;
	int fd;

	while ((fd = accept(answer->fd, NULL, NULL)) >= 0) {
		n = recv(fd, packet.bytes, sizeof(packet.bytes), 0);
		if (n > 0 && wire_parse(packet.bytes, (size_t)n, &header) == 0) {
			wire_start(
			    &packet, header.op, 0, header.request_id, answer->status);
			(void)wire_put_u32(&packet, WIRE_T_VERDICT, answer->verdict);
			(void)wire_put_u32(&packet, WIRE_T_REASON, REASON_NO_RULE);
			(void)wire_put_text(&packet, WIRE_T_MESSAGE, answer->message);
			(void)send(fd, packet.bytes, packet.len, MSG_NOSIGNAL);
			answer->n_calls++;
		}
		(void)close(fd);
	}
	return NULL;
}

static void
expect_answered(const char *user, enum wire_status status, enum verdict verdict, int code)
{
	struct answer answer = {
		.status = status, .verdict = verdict, .message = "hello"
	};
	pthread_t thread;

	answer.fd = listen_as_daemon();
	assert_int_equal(pthread_create(&thread, NULL, answer_all, &answer), 0);
	expect_account("sshd", user, code);
	(void)shutdown(answer.fd, SHUT_RDWR);
	(void)pthread_join(thread, NULL);
	(void)close(answer.fd);
	(void)unlink(PAM_WORLD_SOCKET);
	assert_int_equal(answer.n_calls, 1);
}

/* ---- the tests */

static void
test_three_calls_are_ignored_whatever_the_name(void **state)
{
	static const char *const users[] = { "root", "local", "nobodyknows", "alice",
		"bob", "rita" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		begin("sshd", users[i]);
		assert_int_equal(pam_authenticate(pamh, 0), IGNORED);
		assert_int_equal(pam_setcred(pamh, PAM_ESTABLISH_CRED), IGNORED);
		assert_int_equal(pam_chauthtok(pamh, 0), IGNORED);
		end();
	}
}

static void
test_account_codes_from_the_files(void **state)
{
	(void)state;
	expect_account("sshd", "root", IGNORED);
	expect_account("sshd", "local", IGNORED);
	expect_account("sshd", "nobodyknows", PAM_USER_UNKNOWN);
	expect_account("sshd", "", PAM_USER_UNKNOWN);
	expect_account("sshd", NULL, PAM_USER_UNKNOWN);
	expect_account("sshd", "a\nb\x1b[2J", PAM_USER_UNKNOWN);
	assert_string_equal(spool(), "");
	expect_account("sshd", "alice", PAM_SUCCESS);
	expect_account("crond", "alice", PAM_SUCCESS);
	expect_account("sshd", "bob", PAM_PERM_DENIED);
	expect_account("sshd", "carol", PAM_AUTHINFO_UNAVAIL);
	expect_account("sshd", "orphan", PAM_AUTHINFO_UNAVAIL);
	expect_account("sshd", "rita", PAM_PERM_DENIED);
	expect_account("sudo", "rita", PAM_PERM_DENIED);
	assert_non_null(strstr(spool(), "\"account\":\"rita\""));
	assert_non_null(strstr(spool(), "\"reason\":\"withdrawn\""));
}

static void
test_account_codes_by_age(void **state)
{
	(void)state;
	pam_world_set_age(DAY_MS / 2);
	expect_account("sshd", "alice", PAM_SUCCESS); /* stale */
	assert_non_null(strstr(spool(), "\"age_s\":43200,\"state\":\"STALE\""));
	expect_account("sudo", "alice", PAM_AUTHINFO_UNAVAIL); /* its grace is shorter */
	assert_non_null(strstr(spool(), "\"reason\":\"sudo-expired\""));
	pam_world_set_age(2 * DAY_MS);
	expect_account("sshd", "alice", PAM_AUTHINFO_UNAVAIL);
	expect_account("sshd", "bob", PAM_AUTHINFO_UNAVAIL);
	expect_account("sshd", "rita", PAM_PERM_DENIED); /* does not age */
	expect_account("sshd", "root", IGNORED);
	expect_account("sshd", "local", IGNORED);
}

static void
test_sudo_is_compared_with_the_kernels_groups(void **state)
{
	static const gid_t held[] = { 4, IDS_GROUP_SUDO };

	(void)state;
	expect_account("sudo", "alice", PAM_SUCCESS);
	expect_account("sudo", "dora", PAM_SUCCESS); /* no [sudo], holds nothing */
	assert_int_equal(setgroups(2, held), 0);
	expect_account("sudo", "alice", PAM_SUCCESS);
	expect_account("sudo", "dora", PAM_PERM_DENIED);
	expect_account("sudo-i", "dora", PAM_PERM_DENIED);
	assert_non_null(strstr(spool(), "\"reason\":\"sudo-withdrawn\""));
	expect_account("su", "dora", PAM_SUCCESS);
}

/* The last one: nothing stands there any more. */
static void
test_without_a_snapshot_only_people_are_refused(void **state)
{
	(void)state;
	pam_world_revoke();
	expect_account("sshd", "alice", PAM_AUTHINFO_UNAVAIL);
	expect_account("sshd", "bob", PAM_AUTHINFO_UNAVAIL);
	expect_account("sudo", "alice", PAM_AUTHINFO_UNAVAIL);
	expect_account("sshd", "rita", PAM_USER_UNKNOWN);
	expect_account("sshd", "root", IGNORED);
	expect_account("sshd", "local", IGNORED);
	begin("sshd", "alice");
	assert_int_equal(pam_putenv(pamh, INFO(KEY_ED25519)), PAM_SUCCESS);
	assert_int_equal(pam_open_session(pamh, 0), PAM_AUTHINFO_UNAVAIL);
	end();
}

static void
test_the_daemons_answer_decides(void **state)
{
	(void)state;
	expect_answered("alice", WIRE_OK, VERDICT_ALLOW, PAM_SUCCESS);
	assert_int_equal(n_messages, 1);
	assert_string_equal(spool(), ""); /* it has the record */
	expect_answered("alice", WIRE_OK, VERDICT_DENY, PAM_PERM_DENIED);
	expect_answered("alice", WIRE_OK, VERDICT_UNKNOWN, PAM_AUTHINFO_UNAVAIL);
	expect_answered("bob", WIRE_OK, VERDICT_ALLOW, PAM_SUCCESS);
	expect_answered("alice", WIRE_NOTFOUND, VERDICT_ALLOW, PAM_PERM_DENIED);
	assert_string_equal(spool(), "");
	expect_answered("rita", WIRE_OK, VERDICT_ALLOW, PAM_PERM_DENIED);
	assert_non_null(strstr(spool(), "\"account\":\"rita\""));
}

static void
test_an_answer_that_is_none_leaves_it_to_the_files(void **state)
{
	(void)state;
	expect_answered("alice", WIRE_OK, VERDICT_NOT_OURS, PAM_SUCCESS);
	expect_answered("bob", WIRE_OK, VERDICT_NO_USER, PAM_PERM_DENIED);
	expect_answered("bob", WIRE_FAILED, VERDICT_ALLOW, PAM_PERM_DENIED);
	expect_answered("bob", WIRE_BUSY, VERDICT_ALLOW, PAM_PERM_DENIED);
	expect_answered("alice", WIRE_DENIED, VERDICT_DENY, PAM_SUCCESS);
}

static void
test_a_wedged_daemon_costs_150_ms_and_nobody_else(void **state)
{
	int64_t start = clock_mono_ms();
	int fd = listen_as_daemon();

	(void)state;
	expect_account("sshd", "alice", PAM_SUCCESS);
	assert_in_range(clock_mono_ms() - start, 150, 400);
	start = clock_mono_ms();
	expect_account("sshd", "root", IGNORED);
	expect_account("sshd", "local", IGNORED);
	expect_account("sshd", "nobodyknows", PAM_USER_UNKNOWN);
	assert_in_range(clock_mono_ms() - start, 0, 100);
	(void)close(fd);
}

static void
test_open_session_confirms_the_person_by_the_key(void **state)
{
	(void)state;
	expect_ssh("alice", INFO(KEY_ED25519), PAM_SUCCESS);
	assert_non_null(strstr(spool(), "\"event\":\"session\",\"verdict\":\"allow\""));
	assert_non_null(strstr(spool(), "\"id\":\"AIDAALICE\""));
	assert_non_null(strstr(spool(), "\"event\":\"close\""));
	expect_ssh("alice", INFO(KEY_RSA), PAM_PERM_DENIED);  /* bob's */
	expect_ssh("alice", INFO(KEY_P256), PAM_PERM_DENIED); /* nobody's */
	expect_ssh("alice", "SSH_AUTH_INFO_0=publickey x\n", PAM_PERM_DENIED);
	expect_ssh("alice", "SSH_AUTH_INFO_0=password\n", PAM_SUCCESS);
	expect_ssh("alice", NULL, PAM_SUCCESS);
	expect_ssh("bob", INFO(KEY_RSA), PAM_PERM_DENIED);
	expect_ssh("dora", INFO(KEY_P384), PAM_PERM_DENIED); /* of another account dora */
	expect_ssh("root", INFO(KEY_ED25519), IGNORED);
	expect_ssh("local", INFO(KEY_ED25519), IGNORED);
	pam_world_set_age(2 * DAY_MS);
	begin("sshd",
	    "alice"); /* expired between account and session; no account stage here */
	assert_int_equal(pam_putenv(pamh, INFO(KEY_ED25519)), PAM_SUCCESS);
	assert_int_equal(pam_open_session(pamh, 0), PAM_AUTHINFO_UNAVAIL);
	end();
	assert_int_equal(n_messages, 0);
}

static int
open_as(const char *service, const char *first, const char *then)
{
	int code;

	begin(service, first);
	(void)pam_acct_mgmt(pamh, 0);
	assert_int_equal(pam_set_item(pamh, PAM_USER, then), PAM_SUCCESS);
	assert_int_equal(pam_putenv(pamh, INFO(KEY_ED25519)), PAM_SUCCESS);
	code = pam_open_session(pamh, 0);
	end();
	return code;
}

static void
test_a_name_that_changes_is_refused_but_for_sudo_and_su(void **state)
{
	(void)state;
	assert_int_equal(open_as("sshd", "dora", "alice"), PAM_PERM_DENIED);
	assert_int_equal(open_as("sshd", "alice", "root"), PAM_PERM_DENIED);
	assert_int_equal(open_as("sshd", "local", "alice"), PAM_PERM_DENIED);
	assert_int_equal(open_as("sshd", "bob", "bob"), PAM_PERM_DENIED);
	assert_int_equal(open_as("sudo", "alice", "root"), IGNORED);
	assert_int_equal(open_as("su-l", "root", "alice"), PAM_SUCCESS);
	assert_int_equal(open_as("crond", "alice", "alice"), PAM_SUCCESS);
}

static void
test_a_key_that_is_none_is_never_shown_to_the_daemon(void **state)
{
	struct answer answer = { .status = WIRE_OK, .verdict = VERDICT_ALLOW };
	pthread_t thread;

	(void)state;
	answer.fd = listen_as_daemon();
	assert_int_equal(pthread_create(&thread, NULL, answer_all, &answer), 0);
	expect_ssh("alice", INFO(KEY_ED25519), PAM_SUCCESS); /* account, open, close */
	expect_ssh(
	    "alice", "SSH_AUTH_INFO_0=publickey x\n", PAM_PERM_DENIED); /* account */
	(void)shutdown(answer.fd, SHUT_RDWR);
	(void)pthread_join(thread, NULL);
	(void)close(answer.fd);
	assert_int_equal(answer.n_calls, 4);
	assert_non_null(strstr(spool(), "\"reason\":\"key-unknown\""));
	assert_non_null(strstr(spool(), "\"boot\":\""));
}

static void
test_conversation_is_quiet_when_asked_to_be(void **state)
{
	struct answer answer = {
		.status = WIRE_OK, .verdict = VERDICT_ALLOW, .message = "x"
	};
	static const struct pam_conv none = { NULL, NULL };
	pthread_t thread;

	(void)state;
	answer.fd = listen_as_daemon();
	assert_int_equal(pthread_create(&thread, NULL, answer_all, &answer), 0);
	begin("sshd", "alice");
	assert_int_equal(pam_acct_mgmt(pamh, PAM_SILENT), PAM_SUCCESS);
	assert_int_equal(n_messages, 0);
	assert_int_equal(pam_set_item(pamh, PAM_CONV, &none), PAM_SUCCESS);
	assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
	assert_int_equal(n_messages, 0);
	end();
	(void)shutdown(answer.fd, SHUT_RDWR);
	(void)pthread_join(thread, NULL);
	(void)close(answer.fd);
}

static void
test_callers_that_are_not_root_get_the_files_answer(void **state)
{
	int64_t start = clock_mono_ms();
	int fd = listen_as_daemon(); /* a wedged one: asking it would take 150 ms */

	(void)state;
	assert_int_equal(chmod(PAM_WORLD_SOCKET, 0777), 0);
	assert_int_equal(seteuid(65534), 0);
	expect_account("sshd", "alice", PAM_SUCCESS);
	expect_account("sshd", "bob", PAM_PERM_DENIED);
	assert_int_equal(seteuid(0), 0);
	assert_in_range(clock_mono_ms() - start, 0, 100);
	(void)close(fd);
	assert_string_equal(spool(), "");
}

static void
test_a_spool_that_others_may_write_is_not_written_to(void **state)
{
	(void)state;
	assert_int_equal(chmod(PAM_WORLD_SPOOL_DIR, 0777), 0);
	expect_account("sshd", "alice", PAM_SUCCESS);
	assert_int_equal(chmod(PAM_WORLD_SPOOL_DIR, 0755), 0);
	assert_string_equal(spool(), "");
}

int
main(int argc, char **argv)
{
#define EACH(f) cmocka_unit_test_setup(f, reset)
	const struct CMUnitTest tests[] = {
		EACH(test_three_calls_are_ignored_whatever_the_name),
		EACH(test_account_codes_from_the_files),
		EACH(test_account_codes_by_age),
		EACH(test_sudo_is_compared_with_the_kernels_groups),
		EACH(test_the_daemons_answer_decides),
		EACH(test_an_answer_that_is_none_leaves_it_to_the_files),
		EACH(test_a_wedged_daemon_costs_150_ms_and_nobody_else),
		EACH(test_open_session_confirms_the_person_by_the_key),
		EACH(test_a_name_that_changes_is_refused_but_for_sudo_and_su),
		EACH(test_a_key_that_is_none_is_never_shown_to_the_daemon),
		EACH(test_conversation_is_quiet_when_asked_to_be),
		EACH(test_callers_that_are_not_root_get_the_files_answer),
		EACH(test_a_spool_that_others_may_write_is_not_written_to),
		EACH(test_without_a_snapshot_only_people_are_refused),
	};

	if (argc != 2 || geteuid() != 0) {
		(void)fprintf(stderr, "usage, as root: %s MODULE\n", argv[0]);
		return 77;
	}
	pam_world_make(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
