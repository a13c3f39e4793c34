/* SPDX-License-Identifier: Apache-2.0 */
/* test_audit.c - the trail on disk: full disks, power cuts, rotation; daemon/audit.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/audit_chain.h"
#include "common/paths.h"
#include "daemon/audit.h"
#include "tests/support/paths_test.h"
#include "tests/support/scratch.h"

struct trail {
	char dir[SCRATCH_SIZE];
	char path[SCRATCH_SIZE + 16];
	struct audit *audit;
};

static int
setup(void **state)
{
	struct trail *trail = calloc(1, sizeof(*trail));

	assert_non_null(trail);
	scratch_make(trail->dir);
	paths_test_set(trail->dir);
	(void)snprintf(trail->path, sizeof(trail->path), "%s/audit.jsonl", trail->dir);
	assert_int_equal(audit_open(trail->path, &trail->audit), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	*state = trail;
	return 0;
}

static int
teardown(void **state)
{
	struct trail *trail = *state;

	audit_free(trail->audit);
	scratch_remove(trail->dir);
	free(trail);
	return 0;
}

static void
put(struct trail *trail, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct record record;

		record_init(&record, RECORD_ADMIN);
		record.message = "a sentence";
		audit_write(trail->audit, &record);
	}
}

static off_t
size_of(const struct trail *trail)
{
	struct stat st;

	assert_int_equal(stat(trail->path, &st), 0);
	return st.st_size;
}

static struct audit_chain
chain_of(const struct trail *trail)
{
	struct audit_chain chain;
	FILE *stream = fopen(trail->path, "re");

	assert_non_null(stream);
	assert_int_equal(audit_chain_check(stream, &chain), 0);
	assert_int_equal(fclose(stream), 0);
	return chain;
}

/* No file may grow beyond @size: a write across it is short, then EFBIG, as on a full disk. */
static void
limit(off_t size)
{
	struct rlimit rlimit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &rlimit), 0);
	rlimit.rlim_cur = size < 0 ? rlimit.rlim_max : (rlim_t)size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &rlimit), 0);
}

static void
test_a_full_disk_tears_a_line_and_loses_none(void **state)
{
	struct trail *trail = *state;
	struct audit_counts counts;
	struct audit_chain chain;
	off_t full;

	put(trail, 2);
	full = size_of(trail) + 40;
	limit(full);
	put(trail, 3);
	assert_int_equal(size_of(trail), full); /* never shortened */
	audit_counts_read(trail->audit, &counts);
	assert_int_equal(counts.pending, 3);
	limit(full + 30); /* a newline and a second half line find room */
	audit_flush(trail->audit);
	assert_int_equal(size_of(trail), full + 30);
	limit(-1);
	put(trail, 1);
	audit_counts_read(trail->audit, &counts);
	assert_int_equal(counts.pending, 0);
	assert_int_equal(counts.lost, 0);
	chain = chain_of(trail);
	assert_string_equal(chain.wrong, "");
	assert_int_equal(chain.lines, 6);
	assert_int_equal(chain.torn, 2);
}

static void
restart(struct trail *trail)
{
	audit_free(trail->audit);
	trail->audit = NULL;
	assert_int_equal(audit_open(trail->path, &trail->audit), 0);
}

static void
expect_whole(const struct trail *trail, uint64_t lines, uint64_t torn)
{
	struct audit_counts counts;
	struct audit_chain chain = chain_of(trail);

	assert_string_equal(chain.wrong, "");
	assert_int_equal(chain.lines, lines);
	assert_int_equal(chain.torn, torn);
	audit_counts_read(trail->audit, &counts);
	assert_int_equal(counts.pending, 0);
	assert_int_equal(counts.lost, 0);
}

static void
test_what_a_full_disk_does_not_take_outlives_a_restart(void **state)
{
	struct trail *trail = *state;
	off_t full;

	put(trail, 50);
	full = size_of(trail) + 40;
	limit(full);
	put(trail, 3);
	restart(trail);
	put(trail, 2);
	restart(trail);
	assert_int_equal(size_of(trail), full);
	limit(-1);
	put(trail, 1);
	expect_whole(trail, 56, 1);
	restart(trail); /* nothing is taken twice */
	put(trail, 1);
	expect_whole(trail, 57, 1);
}

static void
test_what_was_written_before_the_end_is_not_written_twice(void **state)
{
	struct trail *trail = *state;
	char waiting[SCRATCH_SIZE + 64], kept[SCRATCH_SIZE + 64];

	(void)snprintf(waiting, sizeof(waiting), "%s/audit.waiting", paths_run_dir);
	(void)snprintf(kept, sizeof(kept), "%s/kept", trail->dir);
	put(trail, 50);
	limit(size_of(trail));
	put(trail, 3);
	assert_int_equal(link(waiting, kept), 0);
	limit(-1);
	put(trail, 1);
	assert_int_equal(access(waiting, F_OK), -1);
	assert_int_equal(rename(kept, waiting), 0); /* as if killed before it was gone */
	restart(trail);
	put(trail, 1);
	expect_whole(trail, 55, 0);
	assert_int_equal(access(waiting, F_OK), -1);
}

/* What a power cut leaves: the file's first @size bytes. */
static void
cut(struct trail *trail, off_t size)
{
	assert_int_equal(truncate(trail->path, size), 0);
	restart(trail);
}

static void
test_a_line_torn_by_a_power_cut_is_named_by_the_next(void **state)
{
	struct trail *trail = *state;
	struct audit_chain chain;

	put(trail, 3);
	cut(trail, size_of(trail) - 20);
	put(trail, 1);
	chain = chain_of(trail);
	assert_string_equal(chain.wrong, "");
	assert_int_equal(chain.torn, 1);
	assert_int_equal(chain.lines, 4); /* two, the one that names it, one more */
}

static void
test_a_first_line_that_is_torn_is_named_too(void **state)
{
	struct trail *trail = *state;
	struct audit_chain chain;

	put(trail, 1);
	cut(trail, 30);
	put(trail, 1);
	chain = chain_of(trail);
	assert_string_equal(chain.wrong, "");
	assert_int_equal(chain.torn, 1);
	assert_int_equal(chain.lines, 2);
}

static void
test_a_record_that_lacks_its_newline_only_is_whole(void **state)
{
	struct trail *trail = *state;
	struct audit_chain chain;

	put(trail, 3);
	cut(trail, size_of(trail) - 1);
	put(trail, 1);
	chain = chain_of(trail);
	assert_string_equal(chain.wrong, "");
	assert_int_equal(chain.torn, 0);
	assert_int_equal(chain.lines, 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_full_disk_tears_a_line_and_loses_none),
		TEST(test_what_a_full_disk_does_not_take_outlives_a_restart),
		TEST(test_what_was_written_before_the_end_is_not_written_twice),
		TEST(test_a_line_torn_by_a_power_cut_is_named_by_the_next),
		TEST(test_a_first_line_that_is_torn_is_named_too),
		TEST(test_a_record_that_lacks_its_newline_only_is_whole),
	};

	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
