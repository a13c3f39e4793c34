/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer_kills.c MODULE ROUNDS - the writer killed before and after each of its system calls
 * writer_kills.c MODULE publish - the writer alone: alice, uid 1879050192, with /home/1, and
 * bob as well as soon as there is something to read on stdin
 *
 * A child adopts what stands, as a daemon that starts, and publishes twice; its k-th stop by
 * ptrace(2) is its last, for every k until it ends by itself. After each kill a reader that
 * has just started and one that was there all the time see the old or the new, whole, and
 * the next writer adopts what it finds and goes on.
 */
#include <signal.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "common/published_format.h"
#include "tests/support/nss_module.h"
#include "tests/support/self.h"

#define ALICE (IDS_FIRST + 2000)
#define STOPS_MAX 2000
#define CHILD_SECONDS 20

static struct nss_module nss;
static struct world_fixture f;

static void
publish(unsigned mark)
{
	struct world_account *account = &f.world.accounts[0];
	char text[80];

	(void)snprintf(text, sizeof(text), "/home/%u", mark);
	free(account->home);
	account->home = strdup(text);
	(void)snprintf(text, sizeof(text), "alice %u", mark);
	free(account->gecos);
	account->gecos = strdup(text);
	nss_module_publish(&f);
}

/* Which of the publications alice's record is of; 0: of none, or of two. */
static unsigned
look(void)
{
	char buffer[512], expected[80];
	struct passwd pw;
	unsigned mark;
	int error;

	if (nss.getpwnam_r("alice", &pw, buffer, sizeof(buffer), &error) !=
		NSS_STATUS_SUCCESS ||
	    pw.pw_uid != ALICE || sscanf(pw.pw_dir, "/home/%u", &mark) != 1)
		return 0;
	(void)snprintf(expected, sizeof(expected), "alice %u", mark);
	return strcmp(pw.pw_gecos, expected) == 0 ? mark : 0;
}

/* What a process sees that has never looked before; the parent must not have either. */
static unsigned
look_in_a_new_process(const char *program, const char *module)
{
	int out[2], status = -1;
	unsigned mark = 0;
	pid_t child;

	if (pipe2(out, 0) != 0)
		abort();
	child = fork();
	if (child == 0) {
		(void)alarm(CHILD_SECONDS);
		(void)dup2(out[1], STDOUT_FILENO);
		(void)execl(program, program, module, "look", (char *)NULL);
		_exit(99);
	}
	(void)close(out[1]);
	if (read(out[0], &mark, sizeof(mark)) != sizeof(mark))
		mark = 0;
	(void)close(out[0]);
	(void)waitpid(child, &status, 0);
	return status == 0 ? mark : 0;
}

/* A writer that adopts and publishes @mark and @mark + 1; false: killed at stop @last. */
static bool
write_until(unsigned mark, unsigned last)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		(void)alarm(CHILD_SECONDS);
		if (last > 0) {
			(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
			(void)raise(SIGSTOP);
		}
		publish(mark);
		publish(mark + 1);
		_exit(0);
	}
	for (unsigned stops = 0; waitpid(child, &status, 0) == child; stops++) {
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			return true;
		if (!WIFSTOPPED(status))
			break;
		if (stops == last && kill(child, SIGKILL) != 0)
			abort();
		/* A kill at the entry of a call comes before it, at its exit after it. */
		(void)ptrace(PTRACE_SYSCALL, child, NULL, NULL);
	}
	return false;
}

struct tally {
	unsigned kills, old, new, bad;
};

static void
complain(struct tally *tally, const char *what, unsigned stop, unsigned seen)
{
	tally->bad++;
	(void)fprintf(stderr, "killed at stop %u: %s sees %u\n", stop, what, seen);
}

/* @steady: what the reader that was always there saw last. */
static void
kill_everywhere(
    const char *program, const char *module, unsigned *mark, struct tally *tally)
{
	unsigned steady = look();

	for (unsigned stop = 1; stop < STOPS_MAX; stop++) {
		unsigned before = *mark, fresh, now;
		bool is_done = write_until(before + 1, stop);

		fresh = look_in_a_new_process(program, module);
		if (fresh < before || fresh > before + 2 || fresh == 0)
			complain(tally, "a new process", stop, fresh);
		now =
		    look(); /* at most a minute behind a writer killed before its mark */
		if (now == 0 || now < steady || now > before + 2)
			complain(tally, "a process that was there", stop, now);
		steady = now;
		if (is_done)
			return;
		tally->kills++;
		tally->old += fresh == before;
		tally->new += fresh != before;
		*mark = before + 3;
		if (!write_until(*mark - 0, 0))
			complain(tally, "the next writer", stop, 0);
		*mark += 1;
		fresh = look_in_a_new_process(program, module);
		if (fresh != *mark)
			complain(tally, "a process after the next writer", stop, fresh);
	}
}

int
main(int argc, char **argv)
{
	struct tally tally = { 0 };
	unsigned mark = 2, rounds;
	int descriptors;

	nss_module_load(argc, argv, &nss);
	if (argc < 3)
		return 64;
	if (strcmp(argv[2], "look") == 0) {
		unsigned seen = look();

		return write(STDOUT_FILENO, &seen, sizeof(seen)) != sizeof(seen);
	}
	world_fixture_init(&f);
	(void)world_fixture_account(&f, "alice", ALICE);
	if (strcmp(argv[2], "publish") == 0) {
		publish(1);
		if (getchar() != EOF) {
			(void)world_fixture_account(&f, "bob", ALICE + 1);
			publish(1);
		}
		return 0;
	}
	rounds = (unsigned)strtoul(argv[2], NULL, 10);
	if (!write_until(1, 0) || look() != 2)
		return 1;
	descriptors = self_descriptors();
	for (unsigned n = 0; n < rounds; n++)
		kill_everywhere("/proc/self/exe", argv[1], &mark, &tally);
	(void)printf("%u writers killed: %u times the old was seen, %u times the new, "
		     "%u faults\n",
	    tally.kills, tally.old, tally.new, tally.bad);
	if (self_descriptors() != descriptors || self_mappings("/run/iamlogin/") > 2)
		return 1;
	world_fixture_done(&f);
	return tally.bad != 0 || tally.old == 0 || tally.new == 0;
}
