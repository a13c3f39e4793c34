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
#include "tests/support/scratch.h"
#include "tests/support/self.h"
#include "tests/support/world_fixture.h"

#define MAGIC PUBLISHED_MAGIC_SNAPSHOT
#define ALICE (IDS_FIRST + 2000)
#define THREADS 4
#define REPLACEMENTS 400
#define FORK_EVERY 8
#define CHILD_SECONDS 20

struct bench {
	struct world_fixture fixture;
	struct publish_file *file;
	struct reader reader;
	char dir[SCRATCH_SIZE];
	char path[SCRATCH_SIZE + 16];
	_Atomic bool stop;
	_Atomic uint64_t lookups, wrong;
};

static void
publish(struct bench *bench)
{
	bench->fixture.facts.fresh_s++; /* always new content */
	world_fixture_publish(&bench->fixture, bench->file);
}

static int
setup(void **state)
{
	struct bench *bench = NULL;

	assert_int_equal(posix_memalign((void **)&bench, 64, sizeof(*bench)), 0);
	memset(bench, 0, sizeof(*bench));
	scratch_make(bench->dir);
	(void)snprintf(bench->path, sizeof(bench->path), "%s/snapshot", bench->dir);
	bench->reader = (struct reader)READER_INIT(bench->path, MAGIC);
	world_fixture_init(&bench->fixture);
	(void)world_fixture_account(&bench->fixture, "alice", ALICE);
	assert_int_equal(
	    publish_file_open(bench->path, MAGIC, 0644, (gid_t)-1, &bench->file), 0);
	*state = bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;

	published_close(atomic_load(&bench->reader.current));
	for (size_t i = 0; i < READER_RETIRED; i++)
		published_close(atomic_load(&bench->reader.retired[i]));
	publish_file_free(bench->file);
	world_fixture_done(&bench->fixture);
	scratch_remove(bench->dir);
	free(bench);
	return 0;
}

/* The code of one call, and the generation it saw. */
static int
look(struct bench *bench, uint64_t *ret_generation)
{
	struct reader_guard guard = READER_GUARD_NONE;
	int r = reader_acquire(&bench->reader, &guard);

	if (r == 0)
		*ret_generation = guard.file->generation;
	else
		assert_null(guard.file);
	reader_release(&guard);
	reader_release(&guard);
	return r;
}

static void
look_sees(struct bench *bench, uint64_t expected)
{
	uint64_t generation = 0;

	assert_int_equal(look(bench, &generation), 0);
	assert_int_equal(generation, expected);
}

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
	struct bench *bench = *state;

	for (uint64_t n = 1; n <= 200; n++) {
		publish(bench);
		look_sees(bench, n);
		look_sees(bench, n);
	}
}

static void
test_nothing_is_opened_in_steady_state(void **state)
{
	struct bench *bench = *state;
	uint64_t generation = 0;
	int failures = 0;
	rlim_t before;

	publish(bench);
	look_sees(bench, 1);
	before = set_nofile(0);
	for (int i = 0; i < 1000; i++)
		failures += look(bench, &generation) != 0;
	(void)set_nofile(before);
	assert_int_equal(failures, 0);
}

static void
test_without_a_file_there_is_no_answer_and_later_there_is(void **state)
{
	struct bench *bench = *state;
	uint64_t generation = 0;

	assert_int_equal(look(bench, &generation), PUBLISHED_E_ABSENT);
	publish(bench);
	look_sees(bench, 1);
}

static void
test_a_superseded_generation_is_not_answered_from_when_the_new_one_is_gone(void **state)
{
	struct bench *bench = *state;
	uint64_t generation = 0;

	publish(bench);
	look_sees(bench, 1);
	publish(bench);
	assert_int_equal(unlink(bench->path), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(look(bench, &generation), PUBLISHED_E_ABSENT);
	publish(bench);
	look_sees(bench, 3);
}

static void
test_a_revoked_generation_is_not_answered_from(void **state)
{
	struct bench *bench = *state;
	uint64_t generation = 0;

	publish(bench);
	look_sees(bench, 1);
	assert_int_equal(publish_file_revoke(bench->file), 0);
	assert_int_equal(look(bench, &generation), PUBLISHED_E_ABSENT);
}

static void
test_a_file_that_is_only_removed_goes_on_answering(void **state)
{
	struct bench *bench = *state;

	publish(bench);
	look_sees(bench, 1);
	assert_int_equal(unlink(bench->path), 0);
	for (int i = 0; i < 200; i++) {
		atomic_store(&bench->reader.looked_ms, 0);
		look_sees(bench, 1);
	}
}

/* What a daemon leaves that is killed after rename(2): the next one, and the old one LIVE. */
static void
replace_without_a_mark(struct bench *bench)
{
	struct publish_file *other = NULL;
	char aside[SCRATCH_SIZE + 16];

	(void)snprintf(aside, sizeof(aside), "%s/aside", bench->dir);
	assert_int_equal(publish_file_open(aside, MAGIC, 0644, (gid_t)-1, &other), 0);
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
	struct bench *bench = *state;
	uint64_t generation = 0;

	publish(bench);
	look_sees(bench, 1);
	replace_without_a_mark(bench);
	for (int i = 0; i < 200; i++)
		look_sees(bench, 1); /* no minute has passed since the file was opened */
	atomic_store(&bench->reader.looked_ms, clock_coarse_ms() - 60000);
	for (int i = 0; i < 64; i++)
		assert_int_equal(look(bench, &generation), 0);
	assert_int_equal(generation, 2);
}

static void
test_no_descriptor_left_is_a_failure_and_not_an_absence(void **state)
{
	struct bench *bench = *state;
	uint64_t generation = 0;
	rlim_t before;
	int first, second;

	publish(bench);
	before = set_nofile(0);
	first = look(bench, &generation);
	(void)set_nofile(before);
	look_sees(bench, 1);
	publish(bench);
	before = set_nofile(0);
	second = look(bench, &generation);
	(void)set_nofile(before);
	assert_int_equal(first, -EMFILE);
	assert_int_equal(second, -EMFILE);
	look_sees(bench, 2);
}

static void
test_a_held_generation_stays_whole_over_replacements(void **state)
{
	struct bench *bench = *state;
	struct reader_guard guard = READER_GUARD_NONE;
	struct snapshot_user user;

	publish(bench);
	assert_int_equal(reader_acquire(&bench->reader, &guard), 0);
	for (uint64_t n = 2; n < 200; n++) {
		publish(bench);
		look_sees(bench, n);
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
	struct bench *bench = *state;
	int n_private = 0;

	publish(bench);
	for (size_t i = 0; i < READER_SLOTS; i++) {
		guards[i] = (struct reader_guard)READER_GUARD_NONE;
		assert_int_equal(reader_acquire(&bench->reader, &guards[i]), 0);
		assert_int_equal(guards[i].file->generation, 1);
		n_private += guards[i].slot == NULL;
	}
	assert_int_equal(n_private, READER_SLOTS - 8);
	for (size_t i = 0; i < READER_SLOTS; i++)
		reader_release(&guards[i]);
	look_sees(bench, 1);
}

static void
test_errno_is_kept_whatever_happens(void **state)
{
	struct bench *bench = *state;
	uint64_t generation = 0;

	errno = ETXTBSY;
	(void)look(bench, &generation);
	assert_int_equal(errno, ETXTBSY);
	publish(bench);
	errno = ETXTBSY;
	(void)look(bench, &generation);
	assert_int_equal(errno, ETXTBSY);
	assert_int_equal(unlink(bench->path), 0);
	errno = ETXTBSY;
	for (int i = 0; i < 70; i++) {
		atomic_store(&bench->reader.looked_ms, 0);
		(void)look(bench, &generation);
	}
	assert_int_equal(errno, ETXTBSY);
}

static void
test_what_published_refuses_is_refused(void **state)
{
	struct bench *bench = *state;
	char real[SCRATCH_SIZE + 16];
	uint64_t generation = 0;

	(void)snprintf(real, sizeof(real), "%s/real", bench->dir);
	publish(bench);
	assert_int_equal(chmod(bench->path, 0666), 0);
	assert_int_equal(look(bench, &generation), PUBLISHED_E_UNTRUSTED);
	assert_int_equal(chmod(bench->path, 0644), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(bench->path, 65534, 0), 0);
		assert_int_equal(look(bench, &generation), PUBLISHED_E_UNTRUSTED);
		assert_int_equal(chown(bench->path, 0, 0), 0);
	}
	assert_int_equal(rename(bench->path, real), 0);
	assert_int_equal(symlink(real, bench->path), 0);
	assert_int_equal(look(bench, &generation), PUBLISHED_E_UNTRUSTED);
	assert_int_equal(unlink(bench->path), 0);
	assert_int_equal(mkfifo(bench->path, 0644), 0);
	assert_int_equal(look(bench, &generation), PUBLISHED_E_UNTRUSTED);
	assert_int_equal(unlink(bench->path), 0);
	assert_int_equal(mkdir(bench->path, 0755), 0);
	assert_int_equal(look(bench, &generation), PUBLISHED_E_UNTRUSTED);
	assert_int_equal(rmdir(bench->path), 0);
	assert_int_equal(rename(real, bench->path), 0);
	look_sees(bench, 1);
}

/* One lookup, checked: the right record, of a generation not older than @least. */
static bool
lookup_is_right(struct bench *bench, uint64_t least, uint64_t *ret_generation)
{
	_cleanup_(reader_release) struct reader_guard guard = READER_GUARD_NONE;
	struct snapshot_user user;

	if (reader_acquire(&bench->reader, &guard) != 0)
		return false;
	*ret_generation = guard.file->generation;
	return guard.file->generation >= least &&
	       snapshot_user_by_name(guard.file, "alice", &user) == 0 &&
	       user.uid == ALICE &&
	       strcmp(user.strings + user.offset[SNAPSHOT_DIR], "/home/alice") == 0;
}

static void *
look_until_stopped(void *arg)
{
	struct bench *bench = arg;
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
child_can_look_up(struct bench *bench)
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
	struct bench *bench = *state;
	pthread_t threads[THREADS];
	unsigned bad_children = 0;

	publish(bench);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, look_until_stopped, bench), 0);
	for (unsigned n = 0; n < REPLACEMENTS; n++) {
		publish(bench);
		if (n % FORK_EVERY == 0)
			bad_children += !child_can_look_up(bench);
	}
	atomic_store(&bench->stop, true);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(bad_children, 0);
	assert_int_equal(atomic_load(&bench->wrong), 0);
	assert_true(atomic_load(&bench->lookups) > REPLACEMENTS);
	publish(bench);
	look_sees(bench, REPLACEMENTS + 2);
	/*
	 * The daemon's one, the current one, and what a preempted call may have pinned.
	 */
	assert_in_range(self_mappings(bench->path), 2, 2 + THREADS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

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
