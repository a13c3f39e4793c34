/* SPDX-License-Identifier: Apache-2.0 */
/* fake_daemon.c - contract in fake_daemon.h */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/wire.h"
#include "tests/faults/fake_daemon.h"
#include "tests/support/pam_world.h"

static pid_t child;

static void
serve(int listener, const struct fake_answer *answer)
{
	static struct wire_packet packet;
	struct wire_header header;
	ssize_t n;
	int fd;

	for (;;) {
		if (answer->is_silent) {
			(void)pause();
			continue;
		}
		fd = accept(listener, NULL, NULL);
		n = recv(fd, packet.bytes, sizeof(packet.bytes), 0);
		if (n > 0 && wire_parse(packet.bytes, (size_t)n, &header) == 0) {
			wire_start(&packet, header.op, 0, header.request_id, WIRE_OK);
			(void)wire_put_u32(&packet, WIRE_T_VERDICT, answer->verdict);
			(void)wire_put_u32(&packet, WIRE_T_REASON, REASON_NO_RULE);
			(void)wire_put_text(&packet, WIRE_T_MESSAGE, "hello");
			(void)wire_put_text(&packet, WIRE_T_KEY_LINES, answer->key_lines);
			(void)send(fd, packet.bytes, packet.len, MSG_NOSIGNAL);
		}
		(void)close(fd);
	}
}

void
fake_daemon_start(const struct fake_answer *answer)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	(void)snprintf(
	    address.sun_path, sizeof(address.sun_path), "%s", PAM_WORLD_SOCKET);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(PAM_WORLD_SOCKET, 0666) < 0 || listen(fd, 100) < 0) {
		perror(PAM_WORLD_SOCKET);
		exit(1);
	}
	(void)fflush(stdout);
	child = fork();
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(fd, answer);
	}
	(void)close(fd);
}

void
fake_daemon_stop(void)
{
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
	(void)unlink(PAM_WORLD_SOCKET);
}
