/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_bench.c SERVICE USERS KEYS [COMMAND] - measure one NSS module, by commands
 *
 * USERS: accounts in the dataset; KEYS: how many of them are asked for (caches that are
 * only fast for what was asked before get fewer, all of them asked once beforehand).
 * Without COMMAND they come on standard input. Each runs in a process of its own, so that
 * a module that crashes or hangs costs one answer, and where the kernel laid stack, library
 * and file (which of them meet in a cache's set) is drawn anew for each, and does not make
 * a whole run fast or slow. It is answered by one line: "ok VALUE…" or "fail REASON".
 *
 *   run CASE THREADS MS SEED   nanoseconds a call (an entry, for enum) of one thread
 *   calls CASE                 system calls a call
 *   memory                     KiB more of: anonymous memory, page tables, resident; libraries
 *   spawn PROGRAM COUNT SEED   microseconds of `id NAME` or `getent passwd NAME`, medians:
 *                              until it has ended, and of the processor's time in it
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/nss_bench.h"

#define THREADS_MAX 2
#define WARM_NS 2e8
#define SLOW_NS 1e6
#define COMMAND_SECONDS 120
#define SPAWNS_MAX 1000
#define SAMPLES_MAX 4096
#define MISSES 20000 /* names that nobody has, so that no cache learns them */
#define BATCH_NS 2e4
#define BATCH_CALLS_MAX 4096

static const char *service;
static unsigned users, keys;
static unsigned asked; /* queries before the first is asked again */

struct worker {
	const struct nss_calls *calls;
	const struct nss_case *what;
	const struct nss_query *queries;
	unsigned number, first;
	double budget_ns, ns_per_call;
	bool is_right;
	pthread_barrier_t *barrier;
};

static void
fail(const char *why)
{
	(void)printf("fail %s\n", why);
	(void)fflush(stdout);
	_exit(0);
}

static double
now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static int
compare(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/*
 * A program looks at an answer before it asks again. Here it does not, and a processor would
 * begin the next calls meanwhile: what came out would be how many calls it can have under
 * way at once, for those without any barrier in them, and not what one costs its caller.
 */
static inline void
finish_call(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__asm__ volatile("lfence" ::: "memory");
#elif defined(__aarch64__)
	__asm__ volatile("dsb ish; isb" ::: "memory");
#else
	__sync_synchronize();
#endif
}

/* @calls calls on from query *@at: nanoseconds each. */
static double
run_batch(const struct worker *worker, unsigned calls, unsigned *at, bool *right)
{
	unsigned entries = 1;
	double start = now_ns(), n = 0;

	for (unsigned i = 0; i < calls; i++) {
		*right &=
		    worker->what->call(worker->calls, &worker->queries[*at], &entries);
		if (!worker->what->may_overlap)
			finish_call();
		n += entries;
		*at = *at + 1 == asked ? 0 : *at + 1;
	}
	return (now_ns() - start) / n;
}

/*
 * Batches of some 20 us for as long as the budget lasts; their median. A batch during
 * which somebody else had the processor is an outlier, not a part of the result.
 */
static double
run_for(const struct worker *worker, double *samples, bool *ret_right)
{
	unsigned at = worker->first, calls = 1, n = 0;
	double start = now_ns();
	bool right = true;

	do {
		samples[n] = run_batch(worker, calls, &at, &right);
		if (samples[n] * calls < BATCH_NS && !worker->what->is_enumeration &&
		    calls < asked && calls < BATCH_CALLS_MAX) {
			calls *= 2;
			n = 0;
		} else {
			n++;
		}
	} while (n == 0 || (n < SAMPLES_MAX && now_ns() - start < worker->budget_ns));
	qsort(samples, n, sizeof(samples[0]), compare);
	*ret_right = right;
	return samples[n / 2];
}

static void *
work(void *arg)
{
	static double samples[THREADS_MAX][SAMPLES_MAX];
	struct worker *worker = arg;

	(void)pthread_barrier_wait(worker->barrier);
	worker->ns_per_call = run_for(worker, samples[worker->number], &worker->is_right);
	return NULL;
}

/* Everything asked for once, where that can be done; a cache must know all its keys. */
static void
warm(const struct worker *worker)
{
	double start = now_ns();
	unsigned entries;

	if (worker->what->is_miss && keys != users)
		return; /* a cache would know them, and be asked for strangers no more */
	for (unsigned i = 0; i < asked; i++) {
		(void)worker->what->call(worker->calls, &worker->queries[i], &entries);
		if (keys == users && now_ns() - start > WARM_NS)
			break;
	}
}

static const struct nss_case *
case_or_fail(const char *name)
{
	const struct nss_case *what = nss_case_find(name);

	if (what == NULL)
		fail("no such case");
	return what;
}

static struct nss_calls
load_or_fail(void)
{
	struct nss_calls calls;
	const char *why = nss_calls_load(service, &calls);

	if (why != NULL)
		fail(why);
	return calls;
}

static void
run(const char *name, unsigned n_threads, unsigned ms, unsigned seed)
{
	const struct nss_case *what = case_or_fail(name);
	struct nss_calls calls = load_or_fail();
	const struct nss_query *queries;
	struct worker workers[THREADS_MAX];
	pthread_t threads[THREADS_MAX];
	pthread_barrier_t barrier;
	double sum = 0;

	if (n_threads < 1 || n_threads > THREADS_MAX)
		fail("one thread or two");
	asked = what->is_miss && keys < MISSES ? MISSES : keys;
	queries = nss_queries_make(users, keys, asked, seed);
	(void)pthread_barrier_init(&barrier, NULL, n_threads);
	for (unsigned i = 0; i < n_threads; i++)
		workers[i] = (struct worker){ &calls, what, queries, i,
			i * (asked / n_threads), ms * 1e6, 0, false, &barrier };
	warm(&workers[0]);
	for (unsigned i = 0; i < n_threads; i++) {
		if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0)
			fail("no thread");
	}
	for (unsigned i = 0; i < n_threads; i++) {
		(void)pthread_join(threads[i], NULL);
		sum += workers[i].ns_per_call;
		if (!workers[i].is_right)
			fail(what->is_enumeration ? "lists nobody" : "wrong answers");
	}
	(void)printf("ok %.2f\n", sum / n_threads);
}

/* Fewer where one call takes long: some walk a directory of all memberships. */
static void
count_calls(const char *name)
{
	const struct nss_case *what = case_or_fail(name);
	const struct nss_query *queries = nss_queries_make(users, keys, keys, 1);
	struct nss_calls calls = load_or_fail();
	unsigned times = keys < 200 ? keys / 2 : 100, warmed = 20, at = 0;
	bool right = true;
	double per_call;
	const char *why;

	asked = keys;
	if (run_batch(
		&(struct worker){ .calls = &calls, .what = what, .queries = queries }, 1,
		&at, &right) > SLOW_NS) {
		times = 3;
		warmed = 1;
	}
	why = nss_trace_count(&calls, what, queries, keys, warmed, times, &per_call);
	if (why != NULL)
		fail(why);
	(void)printf("ok %.2f\n", per_call);
}

/* The number behind @label in a file of /proc, summed over all lines that have it. */
static long
proc_number(const char *path, const char *label)
{
	char line[512];
	FILE *file = fopen(path, "re");
	long sum = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, label, strlen(label)) == 0)
			sum += atol(line + strlen(label));
	}
	if (file != NULL)
		(void)fclose(file);
	return sum;
}

/* Libraries are counted by their executable mapping: one each. */
static long
libraries(void)
{
	char line[512];
	FILE *file = fopen("/proc/self/maps", "re");
	long n = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		n += strstr(line, " r-xp ") != NULL && strstr(line, ".so") != NULL;
	if (file != NULL)
		(void)fclose(file);
	return n;
}

static void
memory(void)
{
	static const char *const rollup = "/proc/self/smaps_rollup";
	static const char *const self = "/proc/self/status";
	const struct nss_case *what = case_or_fail("pwnam");
	const struct nss_query *queries = nss_queries_make(users, keys, keys, 1);
	long anonymous, tables, resident, loaded;
	struct nss_calls calls;
	unsigned entries;

	(void)libraries(); /* stdio has its buffers, the stack its pages */
	(void)proc_number(rollup, "Anonymous:");
	loaded = libraries();
	anonymous = proc_number(rollup, "Anonymous:");
	resident = proc_number(rollup, "Rss:");
	tables = proc_number(self, "VmPTE:");
	calls = load_or_fail();
	for (unsigned i = 0; i < keys && i < 200; i++)
		(void)what->call(&calls, &queries[i], &entries);
	(void)printf("ok %ld %ld %ld %ld\n",
	    proc_number(rollup, "Anonymous:") - anonymous,
	    proc_number(self, "VmPTE:") - tables, proc_number(rollup, "Rss:") - resident,
	    libraries() - loaded);
}

static void
spawn_once(const char *program, const char *name, double *ret_wall, double *ret_cpu)
{
	char *id[] = { strdup("id"), strdup(name), NULL };
	char *getent[] = { strdup("getent"), strdup("passwd"), strdup(name), NULL };
	char *environment[] = { getenv("SSS_NSS_USE_MEMCACHE") != NULL
				    ? strdup("SSS_NSS_USE_MEMCACHE=NO")
				    : NULL,
		NULL };
	bool is_id = strcmp(program, "id") == 0;
	posix_spawn_file_actions_t actions;
	struct rusage used;
	double start;
	pid_t child;
	int status = 0;

	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	start = now_ns();
	if (posix_spawn(&child, is_id ? "/usr/bin/id" : "/usr/bin/getent", &actions, NULL,
		is_id ? id : getent, environment) != 0 ||
	    wait4(child, &status, 0, &used) < 0)
		fail("it could not be started");
	if (status != 0)
		fail("it did not find the user");
	*ret_wall = (now_ns() - start) / 1e3;
	*ret_cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
		   (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static void
spawn(const char *program, unsigned count, unsigned seed)
{
	static double wall[SPAWNS_MAX], cpu[SPAWNS_MAX];
	const struct nss_query *queries = nss_queries_make(users, keys, keys, seed);

	if (count < 1 || count > SPAWNS_MAX)
		fail("too many");
	for (unsigned i = 0; i < count; i++)
		spawn_once(program, queries[i % keys].name, &wall[i], &cpu[i]);
	qsort(wall, count, sizeof(wall[0]), compare);
	qsort(cpu, count, sizeof(cpu[0]), compare);
	(void)printf("ok %.2f %.2f\n", wall[count / 2], cpu[count / 2]);
}

static void
obey(const char *line)
{
	char verb[16] = "", what[16] = "";
	unsigned a = 0, b = 0, c = 0;

	(void)sscanf(line, "%15s %15s %u %u %u", verb, what, &a, &b, &c);
	if (strcmp(verb, "run") == 0)
		run(what, a, b, c);
	else if (strcmp(verb, "calls") == 0)
		count_calls(what);
	else if (strcmp(verb, "memory") == 0)
		memory();
	else if (strcmp(verb, "spawn") == 0)
		spawn(what, a, b);
	else
		fail("no such command");
	(void)fflush(stdout);
	_exit(0);
}

int
main(int argc, char **argv)
{
	char line[128];

	if (argc != 4 && argc != 5) {
		(void)fputs("nss_bench SERVICE USERS KEYS [COMMAND]\n", stderr);
		return 64;
	}
	service = argv[1];
	users = (unsigned)atoi(argv[2]);
	keys = (unsigned)atoi(argv[3]);
	if (users < 5 || users > NSS_BENCH_QUERIES_MAX || keys < 1 || keys > users)
		return 64;
	if (argc == 5)
		obey(argv[4]);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *arguments[] = { argv[0], argv[1], argv[2], argv[3], line, NULL };
		int status = 0;
		pid_t child = fork();

		if (child == 0) {
			(void)alarm(COMMAND_SECONDS);
			(void)execv("/proc/self/exe", arguments);
			_exit(1);
		}
		if (child < 0 || waitpid(child, &status, 0) < 0)
			return 1;
		if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
			(void)printf("fail status %d\n", WEXITSTATUS(status));
		if (WIFSIGNALED(status))
			(void)printf("fail %s\n", WTERMSIG(status) == SIGALRM
						      ? "no answer within 120 s"
						      : strsignal(WTERMSIG(status)));
		(void)fflush(stdout);
	}
	return 0;
}
