/* SPDX-License-Identifier: Apache-2.0 */
/* test_reader_generations.c - common/reader.c: never backwards, and pins */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/reader.h"
#include "tests/support/reader_bench.h"
#include "tests/support/self.h"

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

static void
test_once_a_newer_generation_was_seen_an_older_one_is_not(void **state)
{
	/* in one page, which is how a call chooses its first slot */
	_Alignas(2048) struct reader_guard guards[READER_SLOTS];
	struct reader_bench *bench = *state;
	size_t n = 0;

	reader_bench_publish(bench);
	reader_bench_sees(bench, 1);
	replace_without_a_mark(bench);
	do { /* all slots that this thread looks at are busy: then a private map, of 2 */
		guards[n] = (struct reader_guard)READER_GUARD_NONE;
		assert_int_equal(reader_acquire(&bench->reader, &guards[n]), 0);
	} while (guards[n].slot != NULL && ++n < READER_SLOTS);
	assert_int_equal(guards[n].file->generation, 2);
	for (size_t i = 0; i <= n; i++)
		reader_release(&guards[i]);
	reader_bench_sees(bench, 2);
}

static void
test_a_daemon_that_counts_anew_is_followed(void **state)
{
	struct reader_bench *bench = *state;

	for (int i = 0; i < 5; i++)
		reader_bench_publish(bench);
	reader_bench_sees(bench, 5);
	assert_int_equal(publish_file_revoke(bench->file), 0);
	publish_file_free(bench->file);
	assert_int_equal(publish_file_open(bench->path, READER_BENCH_MAGIC, 0644,
			     (gid_t)-1, &bench->file),
	    0);
	reader_bench_publish(bench);
	reader_bench_sees(bench, 1);
	reader_bench_sees(bench, 1);
	reader_bench_publish(bench);
	reader_bench_sees(bench, 2);
}

static void
test_a_pin_keeps_its_generation_and_gives_it_back(void **state)
{
	struct reader_bench *bench = *state;
	_Atomic(struct published *) pin = NULL;
	struct reader_guard guard = READER_GUARD_NONE;

	assert_int_equal(reader_pin(&bench->reader, &pin, &guard), PUBLISHED_E_ABSENT);
	reader_bench_publish(bench);
	for (uint64_t n = 1; n < 100; n++) {
		assert_int_equal(reader_pin(&bench->reader, &pin, &guard), 0);
		assert_int_equal(guard.file->generation, 1);
		reader_bench_publish(bench);
		reader_bench_sees(bench, n + 1);
		if (n == 99) /* while it is read: unmapped later, by another sweep */
			reader_unpin(&bench->reader, &pin);
		assert_int_equal(guard.file->generation, 1);
		reader_release(&guard);
	}
	reader_unpin(&bench->reader, &pin);
	reader_bench_publish(bench);
	reader_bench_sees(bench, 101);
	assert_int_equal(self_mappings(bench->path), 2);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, reader_bench_setup, reader_bench_teardown)

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
