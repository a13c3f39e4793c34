/* SPDX-License-Identifier: Apache-2.0 */
/* reader_bench.h - a reader, and the daemon's publisher that it follows, in a scratch directory */
#ifndef SUPPORT_READER_BENCH_H
#define SUPPORT_READER_BENCH_H

#include <stdatomic.h>
#include <stdbool.h>

#include "common/reader.h"
#include "tests/support/scratch.h"
#include "tests/support/world_fixture.h"

#define READER_BENCH_MAGIC PUBLISHED_MAGIC_SNAPSHOT
#define READER_BENCH_ALICE (IDS_FIRST + 2000)

struct reader_bench {
	struct world_fixture fixture; /* alice */
	struct publish_file *file;
	struct reader reader;
	char dir[SCRATCH_SIZE];
	char path[SCRATCH_SIZE + 16];
	_Atomic bool stop; /* for threads of the test */
	_Atomic uint64_t lookups, wrong;
};

/** reader_bench_setup(), _teardown() - cmocka's; nothing is published yet */
int reader_bench_setup(void **state);
int reader_bench_teardown(void **state);

/** reader_bench_publish() - the next generation, always with new content */
void reader_bench_publish(struct reader_bench *bench);

/** reader_bench_look() - the code of one call, and the generation that it saw */
int reader_bench_look(struct reader_bench *bench, uint64_t *ret_generation);

/** reader_bench_sees() - one call sees this generation */
void reader_bench_sees(struct reader_bench *bench, uint64_t expected);

#endif
