/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_lookups.c [MODULE] - nanoseconds a lookup of the built NSS module, 10,000 accounts
 *
 * Run through tests/plugin/in_namespace.sh, as root (a miss then rings the doorbell) or
 * as another user who owns /run/iamlogin there (a miss is no system call). One line a
 * case: the median of 9 rounds of a tight loop, with the fastest and the slowest; then
 * the hit again with two threads.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "tests/support/nss_module.h"

#define ACCOUNTS 10000
#define ROUNDS 9
#define LOOKUPS 200000
#define FIRST_UID 0x71000000u

static struct nss_module nss;
static char names[ACCOUNTS][16], absent[ACCOUNTS][16];

static double
now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* All over the table, so that the cache behaves as it would in a busy host. */
static unsigned
pick(unsigned i)
{
	return i * 7919u % ACCOUNTS;
}

static void
expect(enum nss_status status, enum nss_status expected)
{
	if (status == expected)
		return;
	(void)fprintf(stderr, "an answer of %d instead of %d\n", status, expected);
	exit(1);
}

static void
hit_by_name(unsigned i)
{
	char buffer[1024];
	struct passwd pw;
	int error;

	expect(nss.getpwnam_r(names[pick(i)], &pw, buffer, sizeof(buffer), &error),
	    NSS_STATUS_SUCCESS);
}

static void
hit_by_id(unsigned i)
{
	char buffer[1024];
	struct passwd pw;
	int error;

	expect(nss.getpwuid_r(FIRST_UID + pick(i), &pw, buffer, sizeof(buffer), &error),
	    NSS_STATUS_SUCCESS);
}

static void
miss_of_a_name(unsigned i)
{
	char buffer[1024];
	struct passwd pw;
	int error;

	expect(nss.getpwnam_r(absent[pick(i)], &pw, buffer, sizeof(buffer), &error),
	    NSS_STATUS_NOTFOUND);
}

static void
groups_of_a_user(unsigned i)
{
	static gid_t array[16];
	gid_t *gids = array; /* large enough: nothing is reallocated */
	long start = 1, size = 16;
	int error;

	expect(nss.initgroups_dyn(names[pick(i)], 1, &start, &size, &gids, 0, &error),
	    NSS_STATUS_SUCCESS);
}

static void
groups_of_root(unsigned i)
{
	static gid_t array[16];
	gid_t *gids = array;
	long start = 1, size = 16;
	int error;

	(void)i;
	expect(nss.initgroups_dyn("root", 0, &start, &size, &gids, 0, &error),
	    NSS_STATUS_NOTFOUND);
}

static int
compare(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static void
measure(const char *what, void (*lookup)(unsigned), unsigned lookups)
{
	double ns[ROUNDS];

	for (unsigned round = 0; round < ROUNDS; round++) {
		double start = now_ns();

		for (unsigned i = 0; i < lookups; i++)
			lookup(i);
		ns[round] = (now_ns() - start) / lookups;
	}
	qsort(ns, ROUNDS, sizeof(ns[0]), compare);
	(void)printf("%-28s %7.0f ns (%.0f to %.0f)\n", what, ns[ROUNDS / 2], ns[0],
	    ns[ROUNDS - 1]);
}

static void *
hits_in_a_thread(void *arg)
{
	for (unsigned i = 0; i < LOOKUPS; i++)
		hit_by_name(i);
	return arg;
}

static void
measure_two_threads(void)
{
	pthread_t threads[2];
	double start = now_ns();

	for (size_t i = 0; i < BASE_N(threads); i++) {
		if (pthread_create(&threads[i], NULL, hits_in_a_thread, NULL) != 0)
			exit(1);
	}
	for (size_t i = 0; i < BASE_N(threads); i++)
		(void)pthread_join(threads[i], NULL);
	(void)printf("%-28s %7.0f ns\n", "getpwnam hit, two threads",
	    (now_ns() - start) / LOOKUPS);
}

int
main(int argc, char **argv)
{
	struct world_fixture fixture;
	int fd;

	nss_module_load(argc, argv, &nss);
	world_fixture_init(&fixture);
	world_fixture_crowd(&fixture, ACCOUNTS);
	nss_module_publish(&fixture);
	for (unsigned i = 0; i < ACCOUNTS; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "user%05u", i % 100000);
		(void)snprintf(absent[i], sizeof(absent[i]), "miss%05u", i % 100000);
	}
	measure("getpwnam hit", hit_by_name, LOOKUPS);
	measure("getpwuid hit", hit_by_id, LOOKUPS);
	measure("initgroups", groups_of_a_user, LOOKUPS);
	measure("initgroups of root", groups_of_root, LOOKUPS);
	measure("miss, no doorbell there", miss_of_a_name, LOOKUPS / 20);
	fd = open(NSS_MODULE_DOORBELL, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	if (fd >= 0)
		(void)close(fd);
	measure("miss, doorbell there", miss_of_a_name, LOOKUPS / 20);
	measure_two_threads();
	nss_module_withdraw();
	world_fixture_done(&fixture);
	return 0;
}
