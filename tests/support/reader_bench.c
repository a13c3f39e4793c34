/* SPDX-License-Identifier: Apache-2.0 */
/* reader_bench.c - a reader and whom it follows; contract in reader_bench.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/reader_bench.h"

void
reader_bench_publish(struct reader_bench *bench)
{
	bench->fixture.facts.fresh_s++; /* always new content */
	world_fixture_publish(&bench->fixture, bench->file);
}

int
reader_bench_setup(void **state)
{
	struct reader_bench *bench = NULL;

	assert_int_equal(posix_memalign((void **)&bench, 64, sizeof(*bench)), 0);
	memset(bench, 0, sizeof(*bench));
	scratch_make(bench->dir);
	(void)snprintf(bench->path, sizeof(bench->path), "%s/snapshot", bench->dir);
	bench->reader = (struct reader)READER_INIT(bench->path, READER_BENCH_MAGIC);
	world_fixture_init(&bench->fixture);
	(void)world_fixture_account(&bench->fixture, "alice", READER_BENCH_ALICE);
	assert_int_equal(publish_file_open(bench->path, READER_BENCH_MAGIC, 0644,
			     (gid_t)-1, &bench->file),
	    0);
	*state = bench;
	return 0;
}

int
reader_bench_teardown(void **state)
{
	struct reader_bench *bench = *state;

	published_close(atomic_load(&bench->reader.current));
	for (size_t i = 0; i < READER_RETIRED; i++)
		published_close(atomic_load(&bench->reader.retired[i]));
	publish_file_free(bench->file);
	world_fixture_done(&bench->fixture);
	scratch_remove(bench->dir);
	free(bench);
	return 0;
}

int
reader_bench_look(struct reader_bench *bench, uint64_t *ret_generation)
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

void
reader_bench_sees(struct reader_bench *bench, uint64_t expected)
{
	uint64_t generation = 0;

	assert_int_equal(reader_bench_look(bench, &generation), 0);
	assert_int_equal(generation, expected);
}
