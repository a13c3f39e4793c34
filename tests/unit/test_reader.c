/* SPDX-License-Identifier: Apache-2.0 */
/* test_reader.c - common/reader.c, against the daemon's publication */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/reader.h"
#include "common/snapshot.h"
#include "tests/support/reader_bench.h"
#include "tests/support/self.h"

#define THREADS 4
#define REPLACEMENTS 400
#define FORK_EVERY 8
#define CHILD_SECONDS 20

static rlim_t
set_nofile(rlim_t n)
{
	struct rlimit limit;
	rlim_t before;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	before = limit.rlim_cur;
	limit.rlim_cur = n;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return before;
}

static void
test_a_replacement_is_noticed_by_the_next_call(void **state)
{
	struct reader_bench *bench = *state;

	for (uint64_t n = 1; n <= 200; n++) {
		reader_bench_publish(bench);
		reader_bench_sees(bench, n);
		reader_bench_sees(bench, n);
	}
}

static void
test_nothing_is_opened_in_steady_state(void **state)
{
	struct reader_bench *bench = *state;
	uint64_t generation = 0;
	int failures = 0;
	rlim_t before;

	reader_bench_publish(bench);
	reader_bench_sees(bench, 1);
	before = set_nofile(0);
	for (int i = 0; i < 1000; i++)
		failures += reader_bench_look(bench, &generation) != 0;
	(void)set_nofile(before);
	assert_int_equal(failures, 0);
}

static void
test_without_a_file_there_is_no_answer_and_later_there_is(void **state)
{
	struct reader_bench *bench = *state;
	uint64_t generation = 0;

	assert_int_equal(reader_bench_look(bench, &generation), PUBLISHED_E_ABSENT);
	reader_bench_publish(bench);
	reader_bench_sees(bench, 1);
}

static void
test_a_superseded_generation_is_not_answered_from_when_the_new_one_is_gone(void **state)
{
	struct reader_bench *bench = *state;
	uint64_t generation = 0;

	reader_bench_publish(bench);
	reader_bench_sees(bench, 1);
	reader_bench_publish(bench);
	assert_int_equal(unlink(bench->path), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    reader_bench_look(bench, &generation), PUBLISHED_E_ABSENT);
	reader_bench_publish(bench);
	reader_bench_sees(bench, 3);
}

static void
test_a_revoked_generation_is_not_answered_from(void **state)
{
	struct reader_bench *bench = *state;
	uint64_t generation = 0;

	reader_bench_publish(bench);
	reader_bench_sees(bench, 1);
	assert_int_equal(publish_file_revoke(bench->file), 0);
	assert_int_equal(reader_bench_look(bench, &generation), PUBLISHED_E_ABSENT);
}

static void
test_a_file_that_is_only_removed_goes_on_answering(void **state)
{
	struct reader_bench *bench = *state;

	reader_bench_publish(bench);
	reader_bench_sees(bench, 1);
	assert_int_equal(unlink(bench->path), 0);
	for (int i = 0; i < 200; i++) {
		atomic_store(&bench->reader.looked_ms, 0);
		reader_bench_sees(bench, 1);
	}
}

/* What a daemon leaves that is killed after rename(2): the next one, and the old one LIVE. */
static void
replace_without_a_mark(struct reader_bench *bench)
{
	struct publish_file *other = NULL;
	char aside[SCRATCH_SIZE + 16];

	(void)snprintf(aside, sizeof(aside), "%s/aside", bench->dir);
	assert_int_equal(
	    publish_file_open(aside, READER_BENCH_MAGIC, 0644, (gid_t)-1, &other), 0);
	world_fixture_publish(&bench->fixture, other);
	bench->fixture.facts.fresh_s++;
	world_fixture_publish(&bench->fixture, other); /* its generation is 2 */
	publish_file_free(other);
	assert_int_equal(rename(aside, bench->path), 0);
}

/*
 * A daemon killed after rename(2) leaves the old one LIVE: the path is looked at for
 * that.
 */
static void
test_a_replacement_without_a_mark_is_noticed_within_64_calls_after_a_minute(void **state)
{
	struct reader_bench *bench = *state;
	uint64_t generation = 0;

	reader_bench_publish(bench);
	reader_bench_sees(bench, 1);
	replace_without_a_mark(bench);
	for (int i = 0; i < 200; i++)
		reader_bench_sees(
		    bench, 1); /* no minute has passed since the file was opened */
	atomic_store(&bench->reader.looked_ms, clock_coarse_ms() - 60000);
	for (int i = 0; i < 64; i++)
		assert_int_equal(reader_bench_look(bench, &generation), 0);
	assert_int_equal(generation, 2);
}

static void
test_no_descriptor_left_is_a_failure_and_not_an_absence(void **state)
{
	struct reader_bench *bench = *state;
	uint64_t generation = 0;
	rlim_t before;
	int first, second;

	reader_bench_publish(bench);
	before = set_nofile(0);
	first = reader_bench_look(bench, &generation);
	(void)set_nofile(before);
	reader_bench_sees(bench, 1);
	reader_bench_publish(bench);
	before = set_nofile(0);
	second = reader_bench_look(bench, &generation);
	(void)set_nofile(before);
	assert_int_equal(first, -EMFILE);
	assert_int_equal(second, -EMFILE);
	reader_bench_sees(bench, 2);
}

static void
test_a_held_generation_stays_whole_over_replacements(void **state)
{
	struct reader_bench *bench = *state;
	struct reader_guard guard = READER_GUARD_NONE;
	struct snapshot_user user;

	reader_bench_publish(bench);
	assert_int_equal(reader_acquire(&bench->reader, &guard), 0);
	for (uint64_t n = 2; n < 200; n++) {
		reader_bench_publish(bench);
		reader_bench_sees(bench, n);
		assert_int_equal(guard.file->generation, 1);
		assert_int_equal(snapshot_user_by_name(guard.file, "alice", &user), 0);
	}
	reader_release(&guard);
}

static void
test_busy_slots_give_a_private_map(void **state)
{
	/* in one page, which is how a call chooses its first slot */
	_Alignas(2048) struct reader_guard guards[READER_SLOTS];
	struct reader_bench *bench = *state;
	int n_private = 0;

	reader_bench_publish(bench);
	for (size_t i = 0; i < READER_SLOTS; i++) {
		guards[i] = (struct reader_guard)READER_GUARD_NONE;
		assert_int_equal(reader_acquire(&bench->reader, &guards[i]), 0);
		assert_int_equal(guards[i].file->generation, 1);
		n_private += guards[i].slot == NULL;
	}
	assert_int_equal(n_private, READER_SLOTS - 8);
	for (size_t i = 0; i < READER_SLOTS; i++)
		reader_release(&guards[i]);
	reader_bench_sees(bench, 1);
}

static void
test_errno_is_kept_whatever_happens(void **state)
{
	struct reader_bench *bench = *state;
	uint64_t generation = 0;

	errno = ETXTBSY;
	(void)reader_bench_look(bench, &generation);
	assert_int_equal(errno, ETXTBSY);
	reader_bench_publish(bench);
	errno = ETXTBSY;
	(void)reader_bench_look(bench, &generation);
	assert_int_equal(errno, ETXTBSY);
	assert_int_equal(unlink(bench->path), 0);
	errno = ETXTBSY;
	for (int i = 0; i < 70; i++) {
		atomic_store(&bench->reader.looked_ms, 0);
		(void)reader_bench_look(bench, &generation);
	}
	assert_int_equal(errno, ETXTBSY);
}

static void
test_what_published_refuses_is_refused(void **state)
{
	struct reader_bench *bench = *state;
	char real[SCRATCH_SIZE + 16];
	uint64_t generation = 0;

	(void)snprintf(real, sizeof(real), "%s/real", bench->dir);
	reader_bench_publish(bench);
	assert_int_equal(chmod(bench->path, 0666), 0);
	assert_int_equal(reader_bench_look(bench, &generation), PUBLISHED_E_UNTRUSTED);
	assert_int_equal(chmod(bench->path, 0644), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(bench->path, 65534, 0), 0);
		assert_int_equal(
		    reader_bench_look(bench, &generation), PUBLISHED_E_UNTRUSTED);
		assert_int_equal(chown(bench->path, 0, 0), 0);
	}
	assert_int_equal(rename(bench->path, real), 0);
	assert_int_equal(symlink(real, bench->path), 0);
	assert_int_equal(reader_bench_look(bench, &generation), PUBLISHED_E_UNTRUSTED);
	assert_int_equal(unlink(bench->path), 0);
	assert_int_equal(mkfifo(bench->path, 0644), 0);
	assert_int_equal(reader_bench_look(bench, &generation), PUBLISHED_E_UNTRUSTED);
	assert_int_equal(unlink(bench->path), 0);
	assert_int_equal(mkdir(bench->path, 0755), 0);
	assert_int_equal(reader_bench_look(bench, &generation), PUBLISHED_E_UNTRUSTED);
	assert_int_equal(rmdir(bench->path), 0);
	assert_int_equal(rename(real, bench->path), 0);
	reader_bench_sees(bench, 1);
}

/* One lookup, checked: the right record, of a generation not older than @least. */
static bool
lookup_is_right(struct reader_bench *bench, uint64_t least, uint64_t *ret_generation)
{
	_cleanup_(reader_release) struct reader_guard guard = READER_GUARD_NONE;
	struct snapshot_user user;

	if (reader_acquire(&bench->reader, &guard) != 0)
		return false;
	*ret_generation = guard.file->generation;
	return guard.file->generation >= least &&
	       snapshot_user_by_name(guard.file, "alice", &user) == 0 &&
	       user.uid == READER_BENCH_ALICE &&
	       strcmp(user.strings + user.offset[SNAPSHOT_DIR], "/home/alice") == 0;
}

static void *
look_until_stopped(void *arg)
{
	struct reader_bench *bench = arg;
	uint64_t generation = 0;

	while (!atomic_load(&bench->stop)) {
		if (!lookup_is_right(bench, generation, &generation))
			atomic_fetch_add(&bench->wrong, 1);
		atomic_fetch_add(&bench->lookups, 1);
	}
	return NULL;
}

/* A child whose lookup hangs is ended by SIGALRM, which is not the exit code 0. */
static bool
child_can_look_up(struct reader_bench *bench)
{
	uint64_t generation = 0;
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		bool good = true;

		(void)alarm(CHILD_SECONDS);
		for (int i = 0; i < 100; i++)
			good = lookup_is_right(bench, generation, &generation) && good;
		_exit(good ? 0 : 1);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void
test_threads_and_forks_survive_replacements(void **state)
{
	struct reader_bench *bench = *state;
	pthread_t threads[THREADS];
	unsigned bad_children = 0;

	reader_bench_publish(bench);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, look_until_stopped, bench), 0);
	for (unsigned n = 0; n < REPLACEMENTS; n++) {
		reader_bench_publish(bench);
		if (n % FORK_EVERY == 0)
			bad_children += !child_can_look_up(bench);
	}
	atomic_store(&bench->stop, true);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(bad_children, 0);
	assert_int_equal(atomic_load(&bench->wrong), 0);
	assert_true(atomic_load(&bench->lookups) > REPLACEMENTS);
	reader_bench_publish(bench);
	reader_bench_sees(bench, REPLACEMENTS + 2);
	/*
	 * The daemon's one, the current one, and what a preempted call may have pinned.
	 */
	assert_in_range(self_mappings(bench->path), 2, 2 + THREADS);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, reader_bench_setup, reader_bench_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_replacement_is_noticed_by_the_next_call),
		TEST(test_nothing_is_opened_in_steady_state),
		TEST(test_without_a_file_there_is_no_answer_and_later_there_is),
		TEST(
		    test_a_superseded_generation_is_not_answered_from_when_the_new_one_is_gone),
		TEST(test_a_revoked_generation_is_not_answered_from),
		TEST(test_a_file_that_is_only_removed_goes_on_answering),
		TEST(
		    test_a_replacement_without_a_mark_is_noticed_within_64_calls_after_a_minute),
		TEST(test_no_descriptor_left_is_a_failure_and_not_an_absence),
		TEST(test_a_held_generation_stays_whole_over_replacements),
		TEST(test_busy_slots_give_a_private_map),
		TEST(test_errno_is_kept_whatever_happens),
		TEST(test_what_published_refuses_is_refused),
		TEST(test_threads_and_forks_survive_replacements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
