/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_nss_process.c - the built NSS module in a process: enumeration, doorbell, threads,
 * fork, no snapshot, and glibc's own functions in front of it
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "common/published_format.h"
#include "tests/support/nss_module.h"

#define ALICE (IDS_FIRST + 2000)
#define CROWD 1250 /* 1,000 of them in "crowd": as many as a group lists */
#define FIRST_OF_CROWD 0x71000000u
#define ACCOUNTS (CROWD + 1)
#define GROUPS (2 + ACCOUNTS) /* with the private ones */
#define THREADS 4
#define REPLACEMENTS 200
#define CHILD_SECONDS 20

static struct nss_module nss;
static _Atomic bool stop;
static _Atomic unsigned wrong, listed;

static void
publish(struct world_fixture *f)
{
	f->facts.fresh_s++; /* always new content */
	nss_module_publish(f);
}

static int
setup(void **state)
{
	struct world_fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	world_fixture_init(f);
	world_fixture_crowd(f, CROWD);
	(void)world_fixture_account(f, "alice", ALICE);
	world_fixture_member(f, world_fixture_group(f, "team", IDS_FIRST + 5000), CROWD);
	f->facts.enumerate = true;
	publish(f);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct world_fixture *f = *state;

	(void)nss.endpwent();
	(void)nss.endgrent();
	nss_module_withdraw();
	world_fixture_done(f);
	free(f);
	return 0;
}

static enum nss_status
look(const char *name)
{
	char buffer[1024];
	struct passwd pw;
	int error;

	return nss.getpwnam_r(name, &pw, buffer, sizeof(buffer), &error);
}

/* Each account once: counts into @seen by its uid. */
static unsigned
walk_accounts(unsigned *seen)
{
	char buffer[256];
	struct passwd pw;
	unsigned n = 0;
	int error = 0;

	while (
	    nss.getpwent_r(&pw, buffer, sizeof(buffer), &error) == NSS_STATUS_SUCCESS) {
		n++;
		if (seen != NULL && pw.pw_uid >= FIRST_OF_CROWD)
			seen[pw.pw_uid - FIRST_OF_CROWD]++;
	}
	assert_int_equal(error, ENOENT);
	return n;
}

static void
test_enumeration_lists_each_account_once(void **state)
{
	unsigned seen[CROWD] = { 0 };

	(void)state;
	assert_int_equal(nss.setpwent(0), NSS_STATUS_SUCCESS);
	assert_int_equal(walk_accounts(seen), ACCOUNTS);
	for (size_t i = 0; i < CROWD; i++)
		assert_int_equal(seen[i], 1);
	assert_int_equal(walk_accounts(NULL), 0); /* at its end it stays there */
	assert_int_equal(nss.setpwent(0), NSS_STATUS_SUCCESS);
	assert_int_equal(walk_accounts(NULL), ACCOUNTS);
	assert_int_equal(nss.endpwent(), NSS_STATUS_SUCCESS);
	assert_int_equal(nss.endpwent(), NSS_STATUS_SUCCESS);
}

static void
test_enumeration_lists_groups_and_private_groups(void **state)
{
	static char buffer[64 << 10];
	struct group gr;
	unsigned n = 0;
	int error = 0;

	(void)state;
	assert_int_equal(nss.setgrent(0), NSS_STATUS_SUCCESS);
	while (nss.getgrent_r(&gr, buffer, sizeof(buffer), &error) == NSS_STATUS_SUCCESS)
		n++;
	assert_int_equal(error, ENOENT);
	assert_int_equal(n, GROUPS);
	assert_int_equal(nss.endgrent(), NSS_STATUS_SUCCESS);
}

static void
test_a_buffer_too_small_does_not_lose_an_entry(void **state)
{
	char buffer[256];
	struct passwd pw;
	int error = 0;

	(void)state;
	assert_int_equal(nss.setpwent(0), NSS_STATUS_SUCCESS);
	for (size_t size = 0; size < 20; size++) {
		assert_int_equal(
		    nss.getpwent_r(&pw, buffer, size, &error), NSS_STATUS_TRYAGAIN);
		assert_int_equal(error, ERANGE);
	}
	assert_int_equal(
	    nss.getpwent_r(&pw, buffer, sizeof(buffer), &error), NSS_STATUS_SUCCESS);
	assert_string_equal(pw.pw_name, "user00000");
}

static void
test_enumeration_is_empty_unless_the_snapshot_says_otherwise(void **state)
{
	struct world_fixture *f = *state;
	char buffer[256];
	struct group gr;
	int error = 0;

	f->facts.enumerate = false;
	publish(f);
	assert_int_equal(nss.setpwent(0), NSS_STATUS_SUCCESS);
	assert_int_equal(walk_accounts(NULL), 0);
	assert_int_equal(
	    nss.getgrent_r(&gr, buffer, sizeof(buffer), &error), NSS_STATUS_NOTFOUND);
	assert_int_equal(look("alice"), NSS_STATUS_SUCCESS);
}

static void *
walk_in_a_thread(void *arg)
{
	(void)arg;
	atomic_fetch_add(&listed, walk_accounts(NULL));
	return NULL;
}

static void
test_threads_share_one_enumeration(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	atomic_store(&listed, 0);
	assert_int_equal(nss.setpwent(0), NSS_STATUS_SUCCESS);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, walk_in_a_thread, NULL), 0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(atomic_load(&listed), ACCOUNTS);
}

/* Was the doorbell rung since the last time? Its times are set back to 1970 for that. */
static bool
was_rung(void)
{
	const struct timespec past[2] = { { 1, 0 }, { 1, 0 } };
	struct stat st;

	assert_int_equal(stat(NSS_MODULE_DOORBELL, &st), 0);
	assert_int_equal(utimensat(AT_FDCWD, NSS_MODULE_DOORBELL, past, 0), 0);
	return st.st_mtime != 1;
}

static void
test_only_a_miss_of_a_well_formed_name_rings_the_doorbell(void **state)
{
	int fd = open(NSS_MODULE_DOORBELL, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	long start = 0, size = 4;
	gid_t *gids = calloc(4, sizeof(gid_t));
	char buffer[64];
	struct group gr;
	struct passwd pw;
	int error;

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	(void)was_rung();
	assert_int_equal(look("alice"), NSS_STATUS_SUCCESS);
	assert_int_equal(look("No.Such.Name"), NSS_STATUS_NOTFOUND);
	assert_int_equal(look(""), NSS_STATUS_NOTFOUND);
	assert_int_equal(nss.getgrnam_r("dave", &gr, buffer, sizeof(buffer), &error),
	    NSS_STATUS_NOTFOUND);
	assert_int_equal(nss.getpwuid_r(ALICE + 1, &pw, buffer, sizeof(buffer), &error),
	    NSS_STATUS_NOTFOUND);
	assert_int_equal(nss.initgroups_dyn("dave", 0, &start, &size, &gids, 0, &error),
	    NSS_STATUS_NOTFOUND);
	assert_false(was_rung());
	errno = ETXTBSY;
	assert_int_equal(look("dave"), NSS_STATUS_NOTFOUND);
	assert_int_equal(errno, ETXTBSY);
	assert_true(was_rung());
	assert_int_equal(unlink(NSS_MODULE_DOORBELL), 0);
	assert_int_equal(look("dave"), NSS_STATUS_NOTFOUND);
	assert_int_equal(errno, ETXTBSY);
	free(gids);
}

static void
test_without_a_snapshot_nothing_is_said_to_be_absent(void **state)
{
	long start = 0, size = 4;
	gid_t *gids = calloc(4, sizeof(gid_t));
	char buffer[256];
	struct passwd pw;
	struct group gr;
	int error = 0;

	(void)state;
	assert_int_equal(unlink(NSS_MODULE_SNAPSHOT), 0);
	nss_module_withdraw();
	errno = ETXTBSY;
	assert_int_equal(look("alice"), NSS_STATUS_UNAVAIL);
	assert_int_equal(look("Not.A.Name"), NSS_STATUS_UNAVAIL);
	assert_int_equal(nss.getpwuid_r(ALICE, &pw, buffer, sizeof(buffer), &error),
	    NSS_STATUS_UNAVAIL);
	assert_int_equal(nss.getgrnam_r("team", &gr, buffer, sizeof(buffer), &error),
	    NSS_STATUS_UNAVAIL);
	assert_int_equal(nss.getgrgid_r(ALICE, &gr, buffer, sizeof(buffer), &error),
	    NSS_STATUS_UNAVAIL);
	assert_int_equal(
	    nss.getpwent_r(&pw, buffer, sizeof(buffer), &error), NSS_STATUS_UNAVAIL);
	assert_int_equal(nss.initgroups_dyn("alice", 0, &start, &size, &gids, 0, &error),
	    NSS_STATUS_UNAVAIL);
	assert_int_equal(error, ENOENT);
	assert_int_equal(
	    nss.initgroups_dyn("Not.A.Name", 0, &start, &size, &gids, 0, &error),
	    NSS_STATUS_NOTFOUND);
	assert_int_equal(errno, ETXTBSY);
	free(gids);
}

static unsigned
count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n;
}

static void *
look_until_stopped(void *arg)
{
	char name[32];

	(void)arg;
	for (unsigned i = 0; !atomic_load(&stop); i++) {
		(void)snprintf(name, sizeof(name), "user%05u", i % CROWD);
		if (look(name) != NSS_STATUS_SUCCESS)
			atomic_fetch_add(&wrong, 1);
	}
	return NULL;
}

static void
test_threads_and_children_look_up_while_snapshots_are_replaced(void **state)
{
	struct world_fixture *f = *state;
	unsigned before = count_descriptors(), bad = 0;
	pthread_t threads[THREADS];

	atomic_store(&stop, false);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, look_until_stopped, NULL), 0);
	for (unsigned n = 0; n < REPLACEMENTS; n++) {
		int status = -1;
		pid_t child;

		publish(f);
		child = fork();
		if (child == 0) {
			(void)alarm(CHILD_SECONDS);
			_exit(look("alice") == NSS_STATUS_SUCCESS ? 0 : 1);
		}
		bad += waitpid(child, &status, 0) != child || status != 0;
	}
	atomic_store(&stop, true);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(bad, 0);
	assert_int_equal(atomic_load(&wrong), 0);
	assert_int_equal(count_descriptors(), before);
}

/* The module is loaded already, so glibc finds it by its soname. */
static void
test_glibc_answers_from_the_module(void **state)
{
	gid_t gids[8];
	int n = (int)BASE_N(gids);
	const struct passwd *pw;
	const struct group *gr;
	size_t members = 0;

	(void)state;
	assert_int_equal(__nss_configure_lookup("passwd", "iamlogin"), 0);
	assert_int_equal(__nss_configure_lookup("group", "iamlogin"), 0);
	assert_int_equal(__nss_configure_lookup("initgroups", "iamlogin"), 0);
	pw = getpwnam("alice");
	assert_non_null(pw);
	assert_int_equal(pw->pw_uid, ALICE);
	pw = getpwuid(FIRST_OF_CROWD + 7);
	assert_non_null(pw);
	assert_string_equal(pw->pw_name, "user00007");
	gr = getgrnam("crowd"); /* 1,000 names: glibc grows its buffer several times */
	assert_non_null(gr);
	while (gr->gr_mem[members] != NULL)
		members++;
	assert_int_equal(members, SNAPSHOT_MEMBERS_MAX);
	assert_int_equal(getgrouplist("user00001", FIRST_OF_CROWD + 1, gids, &n), 2);
	assert_int_equal(gids[0], FIRST_OF_CROWD + 1);
	assert_int_equal(gids[1], IDS_GROUP_USERS);
	errno = 0;
	assert_null(getpwnam("Nobody.Here"));
	assert_int_equal(errno, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_enumeration_lists_each_account_once),
		TEST(test_enumeration_lists_groups_and_private_groups),
		TEST(test_a_buffer_too_small_does_not_lose_an_entry),
		TEST(test_enumeration_is_empty_unless_the_snapshot_says_otherwise),
		TEST(test_threads_share_one_enumeration),
		TEST(test_only_a_miss_of_a_well_formed_name_rings_the_doorbell),
		TEST(test_without_a_snapshot_nothing_is_said_to_be_absent),
		TEST(test_threads_and_children_look_up_while_snapshots_are_replaced),
		TEST(test_glibc_answers_from_the_module),
	};

	nss_module_load(argc, argv, &nss);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
