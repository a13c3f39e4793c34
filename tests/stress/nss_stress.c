/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_stress.c MODULE LOOKUPS SECONDS - the built NSS module in one process with 64 threads
 *
 * While another process publishes 1,000 times a second, threads look up, are cancelled, fork,
 * and are interrupted every millisecond by a signal whose handler looks up as well, until
 * both LOOKUPS and SECONDS are reached. Every answer is whole and of one generation, no
 * thread sees an older one after a newer one, and in the end nothing is open or mapped that
 * was not before. A third process ends the others when nothing moves any more.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "common/published_format.h"
#include "tests/support/nss_module.h"
#include "tests/support/self.h"

#define THREADS 64
#define ACCOUNTS 50
#define FIRST 0x71000000u
#define TEAM (IDS_FIRST + 5000)
#define PERIOD_NS 1000000
#define TROUBLE_S 120 /* more than asked for, until forks, signals … have happened */
#define STALL_S 30    /* without a single lookup */
#define CHILD_LOOKUPS 50
#define CHILD_SECONDS 60

static struct nss_module nss;
static unsigned long wanted;
static _Atomic bool stop;

/* Shared by the three processes. */
static struct {
	_Atomic unsigned long lookups, published, forks, cancels, signals;
	_Atomic unsigned long torn, backward, refused, bad_children, leaked;
	_Atomic bool stop_writer;
} * tally;

static void
sleep_ns(long ns)
{
	const struct timespec ts = { 0, ns };

	(void)nanosleep(&ts, NULL);
}

/* Before 64 that only look up: else it is the scheduler that is under test. */
static void
be_first(void)
{
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), -20);
}

/* Every generation says which it is in the home directory and in the gecos. */
static void
publish(struct world_fixture *f, unsigned mark)
{
	char home[80], gecos[80];

	for (size_t i = 0; i < f->world.n_accounts; i++) {
		struct world_account *account = &f->world.accounts[i];

		(void)snprintf(home, sizeof(home), "/home/%u", mark);
		(void)snprintf(gecos, sizeof(gecos), "%s %u", account->name, mark);
		free(account->home);
		free(account->gecos);
		account->home = strdup(home);
		account->gecos = strdup(gecos);
	}
	nss_module_publish(f);
}

static int
write_until_stopped(struct world_fixture *f)
{
	struct timespec next;

	be_first();
	(void)clock_gettime(CLOCK_MONOTONIC, &next);
	for (unsigned mark = 2; !atomic_load(&tally->stop_writer); mark++) {
		publish(f, mark);
		atomic_fetch_add(&tally->published, 1);
		next.tv_nsec += PERIOD_NS;
		next.tv_sec += next.tv_nsec / 1000000000;
		next.tv_nsec %= 1000000000;
		(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	return 0;
}

/* The generation of an account's answer; 0: the answer is not whole. */
static unsigned
mark_of(const struct passwd *pw, unsigned n)
{
	char name[32], expected[80];
	unsigned mark;

	(void)snprintf(name, sizeof(name), "user%05u", n);
	if (strcmp(pw->pw_name, name) != 0 || pw->pw_uid != FIRST + n ||
	    pw->pw_gid != FIRST + n || strcmp(pw->pw_passwd, "*") != 0 ||
	    strcmp(pw->pw_shell, "/bin/bash") != 0 ||
	    sscanf(pw->pw_dir, "/home/%u", &mark) != 1)
		return 0;
	(void)snprintf(expected, sizeof(expected), "%s %u", name, mark);
	return strcmp(pw->pw_gecos, expected) == 0 ? mark : 0;
}

static void
ask_account(unsigned n, bool by_id, unsigned *newest)
{
	char buffer[512], name[32];
	struct passwd pw;
	enum nss_status status;
	unsigned mark;
	int error;

	(void)snprintf(name, sizeof(name), "user%05u", n);
	status = by_id ? nss.getpwuid_r(FIRST + n, &pw, buffer, sizeof(buffer), &error)
		       : nss.getpwnam_r(name, &pw, buffer, sizeof(buffer), &error);
	if (status != NSS_STATUS_SUCCESS) {
		atomic_fetch_add(&tally->refused, 1);
		return;
	}
	mark = mark_of(&pw, n);
	if (mark == 0)
		atomic_fetch_add(&tally->torn, 1);
	else if (mark < *newest)
		atomic_fetch_add(&tally->backward, 1);
	else
		*newest = mark;
}

static void
ask_group(unsigned n)
{
	char buffer[2048];
	struct group gr;
	int error;
	size_t members = 0;

	if (nss.getgrgid_r(n % 2 == 0 ? TEAM : FIRST + n, &gr, buffer, sizeof(buffer),
		&error) != NSS_STATUS_SUCCESS) {
		atomic_fetch_add(&tally->refused, 1);
		return;
	}
	while (gr.gr_mem[members] != NULL)
		members++;
	if (n % 2 == 0 && (members != ACCOUNTS || strcmp(gr.gr_name, "team") != 0))
		atomic_fetch_add(&tally->torn, 1);
	if (n % 2 != 0 && members != 0)
		atomic_fetch_add(&tally->torn, 1);
}

static void
ask_groups(unsigned n)
{
	gid_t room[4], *gids = room;
	long start = 0, size = 4;
	char name[32];
	int error;

	(void)snprintf(name, sizeof(name), "user%05u", n);
	if (nss.initgroups_dyn(name, FIRST + n, &start, &size, &gids, 4, &error) !=
	    NSS_STATUS_SUCCESS)
		atomic_fetch_add(&tally->refused, 1);
	else if (start != 1 || gids[0] != TEAM)
		atomic_fetch_add(&tally->torn, 1);
}

static void
ask_something(unsigned *dice, unsigned *newest)
{
	unsigned n;

	*dice = *dice * 1103515245u + 12345u;
	n = (*dice >> 16) % ACCOUNTS;
	switch (*dice >> 8 & 7) {
	case 0:
		ask_group(n);
		break;
	case 1:
		ask_groups(n);
		break;
	default:
		ask_account(n, (*dice & 128) != 0, newest);
	}
	atomic_fetch_add_explicit(&tally->lookups, 1, memory_order_relaxed);
}

static void
on_signal(int signal)
{
	int saved_errno = errno;
	unsigned newest = 0;

	(void)signal;
	ask_account(
	    (unsigned)atomic_fetch_add(&tally->signals, 1) % ACCOUNTS, false, &newest);
	errno = saved_errno;
}

static void *
look_until_stopped(void *arg)
{
	unsigned dice = (unsigned)(uintptr_t)arg, newest = 0;

	while (!atomic_load(&stop))
		ask_something(&dice, &newest);
	return NULL;
}

static void *
look_until_cancelled(void *arg)
{
	unsigned dice = (unsigned)(uintptr_t)arg, newest = 0;

	for (;;) {
		ask_something(&dice, &newest);
		pthread_testcancel();
	}
	return NULL;
}

static void *
cancel_until_stopped(void *arg)
{
	pthread_t thread;

	be_first();
	while (!atomic_load(&stop)) {
		if (pthread_create(&thread, NULL, look_until_cancelled, arg) != 0)
			abort();
		sleep_ns(PERIOD_NS);
		(void)pthread_cancel(thread);
		(void)pthread_join(thread, NULL);
		atomic_fetch_add(&tally->cancels, 1);
	}
	return NULL;
}

static void
look_in_a_child(void)
{
	unsigned long refused = atomic_load(&tally->refused);
	unsigned dice = 1, newest = 0;

	(void)alarm(CHILD_SECONDS);
	for (int i = 0; i < CHILD_LOOKUPS; i++)
		ask_something(&dice, &newest);
	_exit(atomic_load(&tally->refused) != refused || newest == 0);
}

static void *
fork_until_stopped(void *arg)
{
	be_first();
	while (!atomic_load(&stop)) {
		int status = -1;
		pid_t child = fork();

		if (child == 0)
			look_in_a_child();
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		if (status != 0)
			atomic_fetch_add(&tally->bad_children, 1);
		atomic_fetch_add(&tally->forks, 1);
		sleep_ns(PERIOD_NS);
	}
	return arg;
}

/* Each thread in its turn: one that is in the middle of a lookup, more often than not. */
static void *
signal_until_stopped(void *arg)
{
	const pthread_t *threads = arg;

	be_first();
	for (size_t i = 0; !atomic_load(&stop); i++) {
		(void)pthread_kill(threads[i % THREADS], SIGUSR1);
		sleep_ns(PERIOD_NS);
	}
	return NULL;
}

/* Has each kind of trouble been made? On a busy machine the readers leave it little time. */
static bool
was_troubled(void)
{
	return atomic_load(&tally->forks) > 0 && atomic_load(&tally->cancels) > 0 &&
	       atomic_load(&tally->signals) > 0;
}

static void
wait_for_the_end(time_t seconds)
{
	const time_t end = time(NULL) + seconds;

	while (time(NULL) < end || atomic_load(&tally->lookups) < wanted ||
	       (!was_troubled() && time(NULL) < end + TROUBLE_S))
		sleep_ns(20 * PERIOD_NS);
}

/* The process that everything happens to. */
static int
read_under_stress(time_t seconds)
{
	const struct sigaction action = { .sa_handler = on_signal }; /* no SA_RESTART */
	pthread_t threads[THREADS], forker, canceller, signaller;
	int descriptors = self_descriptors();
	unsigned newest = 0;

	(void)sigaction(SIGUSR1, &action, NULL);
	for (uintptr_t i = 0; i < THREADS; i++)
		if (pthread_create(
			&threads[i], NULL, look_until_stopped, (void *)(i + 1)))
			abort();
	if (pthread_create(&canceller, NULL, cancel_until_stopped, NULL) != 0 ||
	    pthread_create(&forker, NULL, fork_until_stopped, NULL) != 0 ||
	    pthread_create(&signaller, NULL, signal_until_stopped, threads) != 0)
		abort();
	wait_for_the_end(seconds);
	atomic_store(&stop, true);
	(void)pthread_join(signaller, NULL); /* before those that it signals */
	for (size_t i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	(void)pthread_join(canceller, NULL);
	(void)pthread_join(forker, NULL);

	/* Nobody reads any more: the next replacement that is seen sweeps all but itself. */
	for (unsigned long seen = atomic_load(&tally->published);
	     atomic_load(&tally->published) < seen + 3;)
		sleep_ns(PERIOD_NS);
	ask_account(0, false, &newest);
	if (self_descriptors() != descriptors || self_mappings("/run/iamlogin/") != 1) {
		(void)fprintf(stderr, "%d descriptors instead of %d, %d mappings\n",
		    self_descriptors(), descriptors, self_mappings("/run/iamlogin/"));
		atomic_fetch_add(&tally->leaked, 1);
	}
	return 0;
}

/* The exit status of @child, or -1 when nothing was looked up for STALL_S. */
static int
watch(pid_t child)
{
	unsigned long before = 0;
	int still = 0, status;

	while (waitpid(child, &status, WNOHANG) == 0) {
		unsigned long now = atomic_load(&tally->lookups);

		still = now == before ? still + 1 : 0;
		before = now;
		if (still > STALL_S) {
			(void)kill(child, SIGKILL);
			(void)waitpid(child, &status, 0);
			return -1;
		}
		(void)sleep(1);
	}
	return status;
}

static bool
report(int status)
{
	(void)printf("%lu lookups, %lu replacements, %lu forks, %lu cancellations, "
		     "%lu signals\n",
	    tally->lookups, tally->published, tally->forks, tally->cancels,
	    tally->signals);
	(void)printf("%lu torn, %lu backward, %lu refused, %lu bad children, %lu leaked, "
		     "status %d%s\n",
	    tally->torn, tally->backward, tally->refused, tally->bad_children,
	    tally->leaked, status, status == -1 ? " (hung)" : "");
	return status == 0 && tally->torn == 0 && tally->backward == 0 &&
	       tally->refused == 0 && tally->bad_children == 0 && tally->leaked == 0 &&
	       tally->forks > 0 && tally->cancels > 0 && tally->signals > 0;
}

int
main(int argc, char **argv)
{
	static struct world_fixture f;
	pid_t writer, reader;
	size_t team;
	int status;

	nss_module_load(argc, argv, &nss);
	if (argc != 4)
		return 64;
	wanted = strtoul(argv[2], NULL, 10);
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tally == MAP_FAILED)
		return 1;
	world_fixture_init(&f);
	team = world_fixture_group(&f, "team", TEAM);
	for (unsigned n = 0; n < ACCOUNTS; n++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "user%05u", n);
		world_fixture_member(
		    &f, team, world_fixture_account(&f, name, FIRST + n));
	}
	writer = fork();
	if (writer == 0) {
		publish(&f, 1);
		_exit(write_until_stopped(&f));
	}
	while (atomic_load(&tally->published) == 0)
		sleep_ns(PERIOD_NS);
	reader = fork();
	if (reader == 0)
		exit(read_under_stress((time_t)strtoul(argv[3], NULL, 10)));
	status = watch(reader);
	atomic_store(&tally->stop_writer, true);
	(void)waitpid(writer, NULL, 0);
	world_fixture_done(&f);
	return report(status) ? 0 : 1;
}
