/* SPDX-License-Identifier: Apache-2.0 */
/* test_nss_enum.c - getpwent and getgrent of the built NSS module, under everything */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "common/published_format.h"
#include "tests/support/nss_module.h"
#include "tests/support/self.h"

#define FIRST 0x71000000u
#define CROWD 40
#define GROUPS (1 + CROWD) /* with the private ones */
#define THREADS 8
#define STORM 4000 /* calls of each thread */
#define WATCHDOG_S 60

static struct nss_module nss;
static _Atomic bool stop;
static _Atomic unsigned wrong, listed;

/* Each generation says in every home directory which one it is. */
static void
publish(struct world_fixture *f, unsigned mark)
{
	char home[80];

	for (size_t i = 0; i < f->world.n_accounts; i++) {
		(void)snprintf(home, sizeof(home), "/home/%u", mark);
		free(f->world.accounts[i].home);
		f->world.accounts[i].home = strdup(home);
	}
	nss_module_publish(f);
}

static int
setup(void **state)
{
	struct world_fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	world_fixture_init(f);
	world_fixture_crowd(f, CROWD);
	f->facts.enumerate = true;
	publish(f, 0);
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
next_pw(struct passwd *pw, char *buffer, size_t size)
{
	int error = 0;
	enum nss_status status = nss.getpwent_r(pw, buffer, size, &error);

	if (status == NSS_STATUS_TRYAGAIN)
		assert_int_equal(error, ERANGE);
	return status;
}

static bool
mark_is(const struct passwd *pw, unsigned mark)
{
	char home[32];

	(void)snprintf(home, sizeof(home), "/home/%u", mark);
	return strcmp(pw->pw_dir, home) == 0;
}

static void
look_up(const char *name, unsigned mark)
{
	char buffer[256];
	struct passwd pw;
	int error;

	assert_int_equal(nss.getpwnam_r(name, &pw, buffer, sizeof(buffer), &error),
	    NSS_STATUS_SUCCESS);
	assert_true(mark_is(&pw, mark));
}

static unsigned
count_rest(void)
{
	char buffer[256];
	struct passwd pw;
	unsigned n = 0;

	while (next_pw(&pw, buffer, sizeof(buffer)) == NSS_STATUS_SUCCESS)
		n++;
	return n;
}

static void
test_a_walk_goes_on_over_its_generation_though_replaced_at_each_step(void **state)
{
	struct world_fixture *f = *state;
	unsigned seen[CROWD] = { 0 }, n = 0;
	char buffer[256];
	struct passwd pw;

	assert_int_equal(nss.setpwent(0), NSS_STATUS_SUCCESS);
	assert_int_equal(next_pw(&pw, buffer, 3), NSS_STATUS_TRYAGAIN); /* it begins */
	for (;; n++) {
		publish(f, n + 1);
		assert_int_equal(next_pw(&pw, buffer, 3),
		    n < CROWD ? NSS_STATUS_TRYAGAIN : NSS_STATUS_NOTFOUND);
		if (next_pw(&pw, buffer, sizeof(buffer)) != NSS_STATUS_SUCCESS)
			break;
		assert_true(mark_is(&pw, 0));
		assert_true(pw.pw_uid - FIRST < CROWD);
		assert_int_equal(seen[pw.pw_uid - FIRST]++, 0);
		look_up(pw.pw_name, n + 1); /* and the one inside sees the newest */
	}
	assert_int_equal(n, CROWD);
	assert_int_equal(count_rest(), 0); /* at its end it stays there */
	assert_int_equal(nss.setpwent(0), NSS_STATUS_SUCCESS);
	assert_int_equal(next_pw(&pw, buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
	assert_true(mark_is(&pw, n + 1));
	assert_int_equal(count_rest(), CROWD - 1);
}

static void
test_groups_are_walked_likewise(void **state)
{
	struct world_fixture *f = *state;
	unsigned seen[CROWD] = { 0 }, crowds = 0, n = 0;
	char buffer[2048];
	struct group gr;
	int error = 0;

	assert_int_equal(nss.setgrent(0), NSS_STATUS_SUCCESS);
	while (
	    nss.getgrent_r(&gr, buffer, sizeof(buffer), &error) == NSS_STATUS_SUCCESS) {
		publish(f, ++n);
		if (gr.gr_gid == IDS_GROUP_USERS)
			crowds++;
		else
			assert_int_equal(seen[gr.gr_gid - FIRST]++, 0);
	}
	assert_int_equal(error, ENOENT);
	assert_int_equal(crowds, 1);
	assert_int_equal(n, GROUPS);
}

static void
test_the_end_of_a_walk_gives_its_generation_back(void **state)
{
	struct world_fixture *f = *state;
	char buffer[256];
	struct passwd pw;
	int before;

	look_up("user00000", 0);
	before = self_mappings("/run/iamlogin/");
	for (unsigned i = 1; i < 50; i++) {
		assert_int_equal(nss.setpwent(0), NSS_STATUS_SUCCESS);
		assert_int_equal(
		    next_pw(&pw, buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
		publish(f, i);
		assert_int_equal(
		    next_pw(&pw, buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
	}
	assert_int_equal(nss.endpwent(), NSS_STATUS_SUCCESS);
	assert_int_equal(nss.endpwent(), NSS_STATUS_SUCCESS);
	look_up("user00000", 49);
	assert_int_equal(self_mappings("/run/iamlogin/"), before);
}

static void
test_switched_off_the_walk_ends_as_it_began_and_the_next_is_empty(void **state)
{
	struct world_fixture *f = *state;
	char buffer[256];
	struct passwd pw;

	assert_int_equal(next_pw(&pw, buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
	f->facts.enumerate = false;
	publish(f, 1);
	assert_int_equal(count_rest(), CROWD - 1);
	assert_int_equal(nss.setpwent(0), NSS_STATUS_SUCCESS);
	assert_int_equal(count_rest(), 0);
	assert_int_equal(next_pw(&pw, buffer, sizeof(buffer)), NSS_STATUS_NOTFOUND);
}

static void
test_a_revoked_generation_is_not_walked_any_further(void **state)
{
	char buffer[256];
	struct passwd pw;

	(void)state;
	assert_int_equal(next_pw(&pw, buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
	nss_module_withdraw();
	assert_int_equal(next_pw(&pw, buffer, sizeof(buffer)), NSS_STATUS_UNAVAIL);
}

static void
test_fork_copies_the_walk(void **state)
{
	char buffer[256];
	struct passwd pw;
	int status = -1;
	pid_t child;

	(void)state;
	for (int i = 0; i < 10; i++)
		assert_int_equal(
		    next_pw(&pw, buffer, sizeof(buffer)), NSS_STATUS_SUCCESS);
	child = fork();
	if (child == 0)
		_exit(count_rest() == CROWD - 10 ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(count_rest(), CROWD - 10);
}

static void *
replace_until_stopped(void *arg)
{
	struct world_fixture *f = arg;

	for (unsigned mark = 1; !atomic_load(&stop); mark++)
		publish(f, mark);
	return NULL;
}

static void *
count_in_a_thread(void *arg)
{
	(void)arg;
	atomic_fetch_add(&listed, count_rest());
	return NULL;
}

static void
run_threads(struct world_fixture *f, void *(*work)(void *))
{
	pthread_t threads[THREADS], writer;

	atomic_store(&stop, false);
	assert_int_equal(pthread_create(&writer, NULL, replace_until_stopped, f), 0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, work, (void *)(i + 1)), 0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	atomic_store(&stop, true);
	assert_int_equal(pthread_join(writer, NULL), 0);
}

static void
test_threads_share_a_walk_over_one_generation_while_it_is_replaced(void **state)
{
	for (int i = 0; i < 20; i++) {
		atomic_store(&listed, 0);
		assert_int_equal(nss.setpwent(0), NSS_STATUS_SUCCESS);
		run_threads(*state, count_in_a_thread);
		assert_int_equal(atomic_load(&listed), CROWD);
	}
}

/* Whatever the others do, an answer is whole: name, id and home are of one record. */
static bool
is_whole(const struct passwd *pw)
{
	char name[32];
	unsigned mark;
	char rest;

	(void)snprintf(name, sizeof(name), "user%05u", pw->pw_uid - FIRST);
	return strcmp(pw->pw_name, name) == 0 &&
	       sscanf(pw->pw_dir, "/home/%u%c", &mark, &rest) == 1;
}

static void *
interleave(void *arg)
{
	unsigned dice = (unsigned)(uintptr_t)arg;
	char buffer[2048];

	for (int i = 0; i < STORM; i++) {
		enum nss_status status = NSS_STATUS_NOTFOUND;
		struct passwd pw;
		struct group gr;
		int error;

		dice = dice * 1103515245u + 12345u;
		switch (dice >> 16 & 15) {
		case 0:
			(void)nss.setpwent(0);
			break;
		case 1:
			(void)nss.endpwent();
			break;
		case 2:
			(void)nss.endgrent();
			break;
		case 3:
		case 4:
			status = nss.getgrent_r(&gr, buffer, sizeof(buffer), &error);
			break;
		default:
			status = nss.getpwent_r(&pw, buffer, sizeof(buffer), &error);
			if (status == NSS_STATUS_SUCCESS && !is_whole(&pw))
				atomic_fetch_add(&wrong, 1);
		}
		if (status == NSS_STATUS_SUCCESS)
			atomic_fetch_add(&listed, 1);
		else if (status != NSS_STATUS_NOTFOUND && error != EAGAIN)
			atomic_fetch_add(&wrong, 1);
	}
	return NULL;
}

static void
test_begin_next_and_end_of_eight_threads_end_and_mix_nothing_up(void **state)
{
	int descriptors = self_descriptors();

	atomic_store(&wrong, 0);
	atomic_store(&listed, 0);
	run_threads(*state, interleave);
	assert_int_equal(atomic_load(&wrong), 0);
	assert_true(atomic_load(&listed) > STORM / 4);
	(void)nss.setpwent(0);
	(void)nss.endgrent();
	assert_int_equal(count_rest(), CROWD);
	(void)nss.endpwent();
	assert_int_equal(self_descriptors(), descriptors);
	/* The daemon's two, the module's, and what was put aside and waits for a sweep. */
	assert_in_range(self_mappings("/run/iamlogin/"), 2, 3 + THREADS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(
		    test_a_walk_goes_on_over_its_generation_though_replaced_at_each_step),
		TEST(test_groups_are_walked_likewise),
		TEST(test_the_end_of_a_walk_gives_its_generation_back),
		TEST(test_switched_off_the_walk_ends_as_it_began_and_the_next_is_empty),
		TEST(test_a_revoked_generation_is_not_walked_any_further),
		TEST(test_fork_copies_the_walk),
		TEST(test_threads_share_a_walk_over_one_generation_while_it_is_replaced),
		TEST(test_begin_next_and_end_of_eight_threads_end_and_mix_nothing_up),
	};

	(void)alarm(WATCHDOG_S); /* an endless walk is a failure, not a test that hangs */
	nss_module_load(argc, argv, &nss);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
