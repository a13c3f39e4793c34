/* SPDX-License-Identifier: Apache-2.0 */
/* test_reader_generations.c - common/reader.c: never backwards, and pins */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/reader.h"
#include "tests/support/scratch.h"
#include "tests/support/self.h"
#include "tests/support/world_fixture.h"

#define MAGIC PUBLISHED_MAGIC_SNAPSHOT
#define ALICE (IDS_FIRST + 2000)

struct bench {
	struct world_fixture fixture;
	struct publish_file *file;
	struct reader reader;
	char dir[SCRATCH_SIZE];
	char path[SCRATCH_SIZE + 16];
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

static void
test_once_a_newer_generation_was_seen_an_older_one_is_not(void **state)
{
	/* in one page, which is how a call chooses its first slot */
	_Alignas(2048) struct reader_guard guards[READER_SLOTS];
	struct bench *bench = *state;
	size_t n = 0;

	publish(bench);
	look_sees(bench, 1);
	replace_without_a_mark(bench);
	do { /* all slots that this thread looks at are busy: then a private map, of 2 */
		guards[n] = (struct reader_guard)READER_GUARD_NONE;
		assert_int_equal(reader_acquire(&bench->reader, &guards[n]), 0);
	} while (guards[n].slot != NULL && ++n < READER_SLOTS);
	assert_int_equal(guards[n].file->generation, 2);
	for (size_t i = 0; i <= n; i++)
		reader_release(&guards[i]);
	look_sees(bench, 2);
}

static void
test_a_daemon_that_counts_anew_is_followed(void **state)
{
	struct bench *bench = *state;

	for (int i = 0; i < 5; i++)
		publish(bench);
	look_sees(bench, 5);
	assert_int_equal(publish_file_revoke(bench->file), 0);
	publish_file_free(bench->file);
	assert_int_equal(
	    publish_file_open(bench->path, MAGIC, 0644, (gid_t)-1, &bench->file), 0);
	publish(bench);
	look_sees(bench, 1);
	look_sees(bench, 1);
	publish(bench);
	look_sees(bench, 2);
}

static void
test_a_pin_keeps_its_generation_and_gives_it_back(void **state)
{
	struct bench *bench = *state;
	_Atomic(struct published *) pin = NULL;
	struct reader_guard guard = READER_GUARD_NONE;

	assert_int_equal(reader_pin(&bench->reader, &pin, &guard), PUBLISHED_E_ABSENT);
	publish(bench);
	for (uint64_t n = 1; n < 100; n++) {
		assert_int_equal(reader_pin(&bench->reader, &pin, &guard), 0);
		assert_int_equal(guard.file->generation, 1);
		publish(bench);
		look_sees(bench, n + 1);
		if (n == 99) /* while it is read: unmapped later, by another sweep */
			reader_unpin(&bench->reader, &pin);
		assert_int_equal(guard.file->generation, 1);
		reader_release(&guard);
	}
	reader_unpin(&bench->reader, &pin);
	publish(bench);
	look_sees(bench, 101);
	assert_int_equal(self_mappings(bench->path), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_once_a_newer_generation_was_seen_an_older_one_is_not),
		TEST(test_a_daemon_that_counts_anew_is_followed),
		TEST(test_a_pin_keeps_its_generation_and_gives_it_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
