/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep_keys.c - the n-th failure in the built iamlogin-authorized-keys
 *
 * Run as sshd runs it, without privilege, in the world of pam_world.h. Whatever fails: it
 * prints exactly the lines that are right, or nothing that sshd would use.
 */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base.h"
#include "tests/faults/fake_daemon.h"
#include "tests/faults/sweep.h"
#include "tests/support/example_certs.h"
#include "tests/support/example_keys.h"
#include "tests/support/pam_world.h"

#define NOBODY 65534
#define LIBRARY_FD 8
#define ORDERS_FD 9
#define EXPIRED_MS (INT64_C(2) * 86400000)

struct scenario {
	const char *sentence;
	const char *user;
	const char *offered;      /* "TYPE BASE64", as sshd's %t and %k; NULL: not told */
	const char *lines;        /* when nothing fails; with a failure these or none */
	const char *daemon_lines; /* NULL: no daemon */
	const char *file_lines;   /* what may come instead when it cannot be asked */
	bool is_principals;       /* --principals: names, not keys */
	bool is_silent;
	bool is_expired;
};

static const struct scenario scenarios[] = {
	{ .sentence = "alice's key, whole or not at all, from the files",
	    .user = "alice",
	    .lines = KEY_ED25519 "\n" },
	{ .sentence = "alice's key when it is the offered one",
	    .user = "alice",
	    .offered = KEY_ED25519,
	    .lines = KEY_ED25519 "\n" },
	{ .sentence = "alice's two keys from the daemon, or the one of the files",
	    .user = "alice",
	    .lines = KEY_ED25519 "\n" KEY_P256 "\n",
	    .daemon_lines = KEY_ED25519 "\n" KEY_P256 "\n",
	    .file_lines = KEY_ED25519 "\n" },
	{ .sentence = "alice's key from the files when the daemon is silent",
	    .user = "alice",
	    .lines = KEY_ED25519 "\n",
	    .daemon_lines = "",
	    .is_silent = true },
	{ .sentence = "no line when bob's key is offered for alice",
	    .user = "alice",
	    .offered = KEY_RSA,
	    .lines = "" },
	{ .sentence = "no line for bob, who is denied",
	    .user = "bob",
	    .lines = "",
	    .daemon_lines = KEY_RSA "\n" },
	{ .sentence = "no line for carol, of whom nothing is known",
	    .user = "carol",
	    .lines = "" },
	{ .sentence = "no line for dora, whose key is of another account",
	    .user = "dora",
	    .lines = "" },
	{ .sentence = "no line for rita, who was withdrawn",
	    .user = "rita",
	    .lines = "" },
	{ .sentence = "no line for toor, who is root",
	    .user = "toor",
	    .lines = "",
	    .daemon_lines = KEY_P256 "\n" },
	{ .sentence = "no line for liar, who is root and of whom the snapshot lies",
	    .user = "liar",
	    .lines = "",
	    .daemon_lines = KEY_P256 "\n" },
	{ .sentence = "no line for a local account that only the snapshot lists",
	    .user = "local3",
	    .lines = "",
	    .daemon_lines = KEY_P256 "\n",
	    /* without the snapshot it is a local account like any other */
	    .file_lines = PAM_WORLD_CHAIN_LINE "\n" },
	{ .sentence = "the line of a listed local account's person, from the files",
	    .user = "ec2",
	    .lines = KEY_SKE "\n" },
	{ .sentence =
		"the chained command's line for a local account, whole or not at all",
	    .user = "local",
	    .lines = PAM_WORLD_CHAIN_LINE "\n" },
	{ .sentence = "the same for a name that nobody has",
	    .user = "nobodyknows",
	    .lines = PAM_WORLD_CHAIN_LINE "\n" },
	{ .sentence = "the same for root, whatever the files and the daemon have of it",
	    .user = "root",
	    .lines = PAM_WORLD_CHAIN_LINE "\n",
	    .daemon_lines = KEY_P256 "\n" },
	{ .sentence = "alice's principals, all or none",
	    .user = "alice",
	    .is_principals = true,
	    .lines = "alice\nAIDAALICE\narn:aws:iam::123456789012:user/alice\n" },
	{ .sentence = "alice's principal that her certificate has",
	    .user = "alice",
	    .is_principals = true,
	    .offered = CERT_ALICE,
	    .lines = "alice\n" },
	{ .sentence = "no principal for alice of bob's certificate",
	    .user = "alice",
	    .is_principals = true,
	    .offered = CERT_BOB,
	    .lines = "" },
	{ .sentence = "no principal for alice with expired data",
	    .user = "alice",
	    .is_principals = true,
	    .lines = "",
	    .is_expired = true },
	{ .sentence = "no principal for a local account, nor a chained one",
	    .user = "local",
	    .is_principals = true,
	    .lines = "" },
	{ .sentence = "no line for alice with expired data",
	    .user = "alice",
	    .lines = "",
	    .is_expired = true },
};

static struct fail_nth *orders;
static int program_fd, library_fd, orders_fd;

static void
execute(const struct scenario *s, int out)
{
	static char name[] = "iamlogin-authorized-keys", offered[8192];
	static char option[] = "--principals";
	char *args[6] = { name };
	size_t n = 1;
	static const gid_t none[1];
	char fd[16], preload[32];

	(void)snprintf(fd, sizeof(fd), "%d", ORDERS_FD);
	if (s->is_principals)
		args[n++] = option;
	args[n++] = (char *)(uintptr_t)s->user;
	if (s->offered != NULL) {
		(void)snprintf(offered, sizeof(offered), "%s", s->offered);
		args[n++] = offered;
		args[n] = strchr(offered, ' ');
		*args[n]++ = '\0';
	}
	/* by descriptor: the directories of a build need not be open to everybody */
	(void)snprintf(preload, sizeof(preload), "/proc/self/fd/%d", LIBRARY_FD);
	/* the key file is for root's group in this world, as for the daemon's on a host */
	if (dup2(out, STDOUT_FILENO) < 0 || dup2(orders_fd, ORDERS_FD) < 0 ||
	    dup2(library_fd, LIBRARY_FD) < 0 || setenv(FAIL_NTH_FD, fd, 1) < 0 ||
	    setenv("LD_PRELOAD", preload, 1) < 0 || setgroups(0, none) < 0 ||
	    setgid(0) < 0 || setuid(NOBODY) < 0)
		_exit(99);
	(void)alarm(4);
	(void)fexecve(program_fd, args, environ);
	_exit(99);
}

static size_t
read_all(int fd, char *ret, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len + 1 < size && (n = read(fd, ret + len, size - 1 - len)) > 0)
		len += (size_t)n;
	ret[len] = '\0';
	return len;
}

static void
check(const struct scenario *s, const char *text, size_t len, int status)
{
	if (WIFSIGNALED(status))
		sweep_wrong("%s", WTERMSIG(status) == SIGALRM
				      ? "it hangs"
				      : strsignal(WTERMSIG(status)));
	if (orders->n_failed == 0 &&
	    (status != 0 || strcmp(text, s->lines) != 0 || len != strlen(text)))
		sweep_wrong("status %d and '%s'", status, text);
	/* sshd throws away what came with another status than 0 */
	if (status == 0 && len != 0 && strcmp(text, s->lines) != 0 &&
	    (s->file_lines == NULL || strcmp(text, s->file_lines) != 0))
		sweep_wrong("'%s'", text);
	/* and even then, nobody else's key: what was cut is the beginning of the right */
	if (strncmp(text, s->lines, len) != 0 &&
	    (s->file_lines == NULL || strncmp(text, s->file_lines, len) != 0))
		sweep_wrong("beginning with '%s'", text);
}

static void
run(void *data)
{
	const struct scenario *s = data;
	const struct fail_nth *order = sweep_order();
	static char text[1 << 17];
	int out[2], status = 0;
	size_t len;
	pid_t child;

	memset(orders, 0, sizeof(*orders));
	orders->scope = order->scope;
	orders->kind = order->kind;
	orders->n = order->n;
	if (pipe(out) < 0)
		sweep_wrong("pipe");
	child = fork();
	if (child == 0) {
		(void)close(out[0]);
		execute(s, out[1]);
	}
	(void)close(out[1]);
	len = read_all(out[0], text, sizeof(text));
	if (child < 0 || waitpid(child, &status, 0) != child)
		sweep_wrong("fork");
	*fail_nth() = *orders;
	check(s, text, len, status);
	if (!orders->is_armed)
		sweep_wrong("the library was not loaded");
}

static void
make_orders(void)
{
	orders_fd = memfd_create("orders", 0);
	if (orders_fd < 0 || ftruncate(orders_fd, FAIL_NTH_SIZE) < 0)
		exit(1);
	orders =
	    mmap(NULL, FAIL_NTH_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, orders_fd, 0);
	if (orders == MAP_FAILED)
		exit(1);
}

int
main(int argc, char **argv)
{
	size_t i;

	if (argc != 4 || geteuid() != 0) {
		(void)fprintf(
		    stderr, "usage, as root: %s COMMAND LIBRARY MODULE\n", argv[0]);
		return 77;
	}
	program_fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	library_fd = open(argv[2], O_RDONLY | O_CLOEXEC);
	if (program_fd < 0 || library_fd < 0) {
		perror(argv[program_fd < 0 ? 1 : 2]);
		return 1;
	}
	pam_world_make(argv[3]);
	make_orders();
	for (i = 0; i < BASE_N(scenarios); i++) {
		const struct scenario *s = &scenarios[i];
		struct fake_answer answer = {
			.is_silent = s->is_silent,
			.verdict = VERDICT_ALLOW,
			.key_lines = s->daemon_lines,
		};
		struct sweep one = {
			.sentence = s->sentence,
			.run = run,
			.data = (void *)(uintptr_t)s,
			.is_slow = s->is_silent,
		};

		pam_world_set_age(s->is_expired ? EXPIRED_MS : 0);
		if (s->daemon_lines != NULL)
			fake_daemon_start(&answer);
		sweep(&one);
		if (s->daemon_lines != NULL)
			fake_daemon_stop();
	}
	return sweep_exit();
}
