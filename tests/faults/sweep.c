/* SPDX-License-Identifier: Apache-2.0 */
/* sweep.c - contract in sweep.h */
#include <dirent.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/faults/sweep.h"

#define RUN_SECONDS 5 /* longer is a hang: the longest wait of ours is 3 s */
#define CALLS_MAX 2000
#define SHOWN 4

/* What a run leaves for the parent; in a shared page. */
struct result {
	struct fail_nth nth;
	char wrong[256];
};

static struct result *result;
static struct fail_nth order;
static bool is_any_wrong;

static const char *const kind_names[FAIL_KINDS_N] = { "", " (other errno)",
	" (cut short)", " and all that follow" };
static const char *const scope_names[FAIL_SCOPES_N] = { "our", "others'" };

const struct fail_nth *
sweep_order(void)
{
	return &order;
}

void
sweep_arm(void)
{
	struct fail_nth *nth = fail_nth();

	nth->scope = order.scope;
	nth->kind = order.kind;
	nth->n = order.n;
	nth->is_armed = true;
}

void
sweep_disarm(void)
{
	fail_nth()->is_armed = false;
}

void
sweep_wrong(const char *format, ...)
{
	va_list args;

	sweep_disarm();
	result->nth = *fail_nth();
	va_start(args, format);
	(void)vsnprintf(result->wrong, sizeof(result->wrong), format, args);
	va_end(args);
	_exit(1);
}

int
sweep_count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = -1;

	if (dir == NULL)
		return -1;
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n;
}

/* One run in a child; what it did is in @result. */
static void
run(const struct sweep *sweep)
{
	int status = 0;
	pid_t child;

	memset(result, 0, sizeof(*result));
	child = fork();
	if (child == 0) {
		(void)alarm(RUN_SECONDS);
		sweep->run(sweep->data);
		sweep_disarm();
		result->nth = *fail_nth();
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child) {
		perror("fork");
		exit(1);
	}
	if (WIFSIGNALED(status))
		(void)snprintf(result->wrong, sizeof(result->wrong), "%s",
		    WTERMSIG(status) == SIGALRM ? "it hangs"
						: strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0 && result->wrong[0] == '\0')
		(void)snprintf(result->wrong, sizeof(result->wrong), "exit status %d",
		    WEXITSTATUS(status));
}

static void
complain(unsigned *n_wrong)
{
	if (++*n_wrong > SHOWN)
		return;
	if (order.n == 0)
		(void)printf("# nothing failed: %s\n", result->wrong);
	else
		(void)printf("# %s call %u, %s%s: %s\n", scope_names[order.scope],
		    order.n, result->nth.names, kind_names[order.kind], result->wrong);
}

void
sweep(const struct sweep *sweep)
{
	unsigned n_failed = 0, n_wrong = 0;

	if (result == NULL)
		result = mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	(void)fflush(stdout);
	memset(&order, 0, sizeof(order));
	run(sweep);
	if (result->wrong[0] != '\0')
		complain(&n_wrong);
	for (unsigned i = 0; n_wrong == 0 && i < FAIL_SCOPES_N * FAIL_KINDS_N; i++) {
		order.scope = (enum fail_scope)(i / FAIL_KINDS_N);
		order.kind = (enum fail_kind)(i % FAIL_KINDS_N);
		if (sweep->is_slow && i > 0)
			break;
		/* libpam and libc themselves do not end when nothing works any more */
		if (order.scope == FAIL_OTHERS && order.kind == FAIL_ALL_FROM)
			continue;
		for (order.n = 1; order.n < CALLS_MAX; order.n++) {
			run(sweep);
			if (result->wrong[0] != '\0')
				complain(&n_wrong);
			else if (result->nth.n_calls < order.n)
				break;
			n_failed += result->nth.n_failed > 0;
			if (n_wrong > SHOWN)
				break;
		}
	}
	is_any_wrong |= n_wrong > 0;
	(void)printf("%s - %s (%u failures)\n", n_wrong == 0 ? "ok" : "not ok",
	    sweep->sentence, n_failed);
	(void)fflush(stdout);
}

int
sweep_exit(void)
{
	return is_any_wrong ? 1 : 0;
}
