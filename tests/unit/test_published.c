/* SPDX-License-Identifier: Apache-2.0 */
/* test_published.c - common/published.c */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "common/bytes.h"
#include "common/published.h"
#include "tests/support/scratch.h"
#include "tests/support/world_fixture.h"

#define MAGIC PUBLISHED_MAGIC_SNAPSHOT

struct bench {
	struct world_fixture fixture;
	struct publish_bytes bytes;
	uint32_t check;
	char dir[SCRATCH_SIZE];
	char path[SCRATCH_SIZE + 16];
};

static int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	size_t group;

	assert_non_null(bench);
	scratch_make(bench->dir);
	(void)snprintf(bench->path, sizeof(bench->path), "%s/snapshot", bench->dir);
	world_fixture_init(&bench->fixture);
	group = world_fixture_group(&bench->fixture, "HostAdmins", IDS_FIRST + 5000);
	world_fixture_account(&bench->fixture, "alice", IDS_FIRST + 2000);
	world_fixture_member(&bench->fixture, group, 0);
	assert_int_equal(publish_encode_snapshot(&bench->fixture.world,
			     &bench->fixture.facts, 7, &bench->bytes),
	    0);
	/* What the tests change is to be seen by itself, not by the check over it. */
	bench->check = bytes_get_u32(bench->bytes.bytes + PUBLISHED_AT_CHECK);
	bytes_put_u32(bench->bytes.bytes + PUBLISHED_AT_CHECK, 0);
	*state = bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;

	world_fixture_done(&bench->fixture);
	scratch_remove(bench->dir);
	free(bench->bytes.bytes);
	free(bench);
	return 0;
}

static void
write_file(const struct bench *bench, mode_t mode)
{
	int fd = open(bench->path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	assert_true(fd >= 0);
	assert_int_equal(
	    write(fd, bench->bytes.bytes, bench->bytes.size), bench->bytes.size);
	assert_int_equal(fchmod(fd, mode), 0);
	(void)close(fd);
}

static int
open_code(const struct bench *bench)
{
	struct published *file = NULL;
	int r = published_open(bench->path, MAGIC, &file);

	if (r == 0)
		published_close(file);
	else
		assert_null(file);
	return r;
}

static int
view_code(const struct bench *bench)
{
	struct published view;

	return published_view(bench->bytes.bytes, bench->bytes.size, MAGIC, &view);
}

static void
test_a_file_of_the_writer_is_opened(void **state)
{
	struct bench *bench = *state;
	struct published *file = NULL;
	int64_t wall, boot;

	bytes_put_u64(bench->bytes.bytes + PUBLISHED_AT_GENERATION, 42);
	bytes_put_i64(bench->bytes.bytes + PUBLISHED_AT_VERIFIED_WALL, 1000);
	bytes_put_i64(bench->bytes.bytes + PUBLISHED_AT_VERIFIED_BOOT, -5);
	write_file(bench, 0644);
	assert_int_equal(published_open(bench->path, MAGIC, &file), 0);
	assert_int_equal(file->generation, 42);
	assert_int_equal(file->fresh_s, 600);
	assert_int_equal(file->grace_s, 86400);
	assert_int_equal(file->sudo_grace_s, 14400);
	assert_int_equal(published_state(file), PUBLISHED_LIVE);
	published_verified(file, &wall, &boot);
	assert_int_equal(wall, 1000);
	assert_int_equal(boot, -5);
	assert_int_equal(file->section[SNAPSHOT_USERS].count, 1);
	assert_null(published_record(file, SNAPSHOT_USERS, 1));
	assert_null(published_record(file, PUBLISHED_SECTION_ID_MAX, 0));
	published_close(file);
	published_close(NULL);
}

static void
test_no_file_and_no_directory_are_absent(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(open_code(bench), PUBLISHED_E_ABSENT);
	(void)snprintf(bench->path, sizeof(bench->path), "%s/x/y", bench->dir);
	assert_int_equal(open_code(bench), PUBLISHED_E_ABSENT);
}

static void
test_other_kinds_of_file_are_untrusted(void **state)
{
	struct bench *bench = *state;
	char target[SCRATCH_SIZE + 16];

	assert_int_equal(mkfifo(bench->path, 0644), 0);
	assert_int_equal(open_code(bench), PUBLISHED_E_UNTRUSTED);
	assert_int_equal(unlink(bench->path), 0);
	assert_int_equal(mkdir(bench->path, 0755), 0);
	assert_int_equal(open_code(bench), PUBLISHED_E_UNTRUSTED);
	assert_int_equal(rmdir(bench->path), 0);
	write_file(bench, 0644);
	(void)snprintf(target, sizeof(target), "%s/target", bench->dir);
	assert_int_equal(rename(bench->path, target), 0);
	assert_int_equal(symlink(target, bench->path), 0);
	assert_int_equal(open_code(bench), PUBLISHED_E_UNTRUSTED);
}

static void
test_writable_by_others_is_untrusted(void **state)
{
	struct bench *bench = *state;

	write_file(bench, 0664);
	assert_int_equal(open_code(bench), PUBLISHED_E_UNTRUSTED);
	write_file(bench, 0646);
	assert_int_equal(open_code(bench), PUBLISHED_E_UNTRUSTED);
	write_file(bench, 0640);
	assert_int_equal(open_code(bench), 0);
	assert_int_equal(chmod(bench->dir, 0775), 0);
	assert_int_equal(open_code(bench), PUBLISHED_E_UNTRUSTED);
	assert_int_equal(chmod(bench->dir, 01777), 0);
	assert_int_equal(open_code(bench), PUBLISHED_E_UNTRUSTED);
}

static void
test_another_owner_than_the_directory_s_is_untrusted(void **state)
{
	struct bench *bench = *state;

	if (geteuid() != 0)
		skip();
	write_file(bench, 0644);
	assert_int_equal(chown(bench->path, 65534, 65534), 0);
	assert_int_equal(open_code(bench), PUBLISHED_E_UNTRUSTED);
	assert_int_equal(chown(bench->dir, 65534, 65534), 0);
	assert_int_equal(open_code(bench), 0);
}

static void
test_a_directory_reached_by_a_symbolic_link_is_untrusted(void **state)
{
	struct bench *bench = *state;
	char real[SCRATCH_SIZE + 16];

	(void)snprintf(real, sizeof(real), "%s/real", bench->dir);
	assert_int_equal(mkdir(real, 0755), 0);
	(void)snprintf(bench->path, sizeof(bench->path), "%s/real/s", bench->dir);
	write_file(bench, 0644);
	assert_int_equal(open_code(bench), 0);
	(void)snprintf(bench->path, sizeof(bench->path), "%s/link/s", bench->dir);
	(void)snprintf(real, sizeof(real), "%s/link", bench->dir);
	assert_int_equal(symlink("real", real), 0);
	assert_int_equal(open_code(bench), PUBLISHED_E_UNTRUSTED);
}

static void
test_sizes_that_differ_from_the_header_are_damage(void **state)
{
	struct bench *bench = *state;

	write_file(bench, 0644);
	assert_int_equal(truncate(bench->path, 0), 0);
	assert_int_equal(open_code(bench), PUBLISHED_E_DAMAGED);
	write_file(bench, 0644);
	assert_int_equal(truncate(bench->path, (off_t)bench->bytes.size - 1), 0);
	assert_int_equal(open_code(bench), PUBLISHED_E_DAMAGED);
	write_file(bench, 0644);
	assert_int_equal(truncate(bench->path, (off_t)bench->bytes.size + 1), 0);
	assert_int_equal(open_code(bench), PUBLISHED_E_DAMAGED);
}

static void
test_states_decide_whether_a_file_is_believed(void **state)
{
	struct bench *bench = *state;
	uint8_t *line = bench->bytes.bytes + PUBLISHED_AT_STATE;

	bytes_put_u32(line, PUBLISHED_SUPERSEDED);
	assert_int_equal(view_code(bench), 0);
	bytes_put_u32(line, PUBLISHED_REVOKED);
	assert_int_equal(view_code(bench), PUBLISHED_E_REVOKED);
	bytes_put_u32(line, 0);
	assert_int_equal(view_code(bench), PUBLISHED_E_DAMAGED);
	bytes_put_u32(line, 4);
	assert_int_equal(view_code(bench), PUBLISHED_E_DAMAGED);
}

static void
test_headers_that_are_none_of_ours_are_damage(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
	} cases[] = {
		{ 0, 0 },
		{ PUBLISHED_AT_HEADER_SIZE, 312 },
		{ PUBLISHED_AT_HEADER_SIZE, 321 },
		{ PUBLISHED_AT_HEADER_SIZE, UINT32_MAX - 7 },
		{ PUBLISHED_AT_MAJOR, 2 },
		{ PUBLISHED_AT_FLAGS, PUBLISHED_ENUMERATE },
		{ PUBLISHED_AT_N_SECTIONS, PUBLISHED_SECTIONS_MAX + 1 },
		{ PUBLISHED_AT_N_SECTIONS, UINT32_MAX },
		{ PUBLISHED_AT_FILE_SIZE, 320 },
	};
	struct bench *bench = *state;
	struct published view;

	for (size_t i = 0; i < BASE_N(cases); i++) {
		uint8_t *at = bench->bytes.bytes + cases[i].at;
		uint32_t before = bytes_get_u32(at);

		bytes_put_u32(at, cases[i].value);
		assert_int_equal(view_code(bench), PUBLISHED_E_DAMAGED);
		bytes_put_u32(at, before);
	}
	assert_int_equal(published_view(bench->bytes.bytes, bench->bytes.size,
			     PUBLISHED_MAGIC_KEYS, &view),
	    PUBLISHED_E_DAMAGED);
	assert_int_equal(view_code(bench), 0);
}

static void
test_sections_that_leave_the_file_are_damage(void **state)
{
	struct bench *bench = *state;
	uint8_t *users = bench->bytes.bytes + PUBLISHED_HEADER_SIZE; /* the first: id 1 */
	uint64_t offset = bytes_get_u64(users + 8);

	bytes_put_u64(users + 16, UINT64_MAX / SNAPSHOT_USER_SIZE + 1);
	assert_int_equal(view_code(bench), PUBLISHED_E_DAMAGED);
	bytes_put_u64(users + 16, bench->bytes.size / SNAPSHOT_USER_SIZE);
	assert_int_equal(view_code(bench), PUBLISHED_E_DAMAGED);
	bytes_put_u64(users + 16, 1);
	bytes_put_u64(users + 8, UINT64_MAX - 7);
	assert_int_equal(view_code(bench), PUBLISHED_E_DAMAGED);
	bytes_put_u64(users + 8, offset + 4);
	assert_int_equal(view_code(bench), PUBLISHED_E_DAMAGED);
	bytes_put_u64(users + 8, offset);
	bytes_put_u32(users + 4, SNAPSHOT_USER_SIZE - 1);
	assert_int_equal(view_code(bench), PUBLISHED_E_DAMAGED);
	bytes_put_u32(users + 4, SNAPSHOT_USER_SIZE);
	bytes_put_u32(users, SNAPSHOT_GROUPS); /* there is one already */
	assert_int_equal(view_code(bench), PUBLISHED_E_DAMAGED);
}

static void
test_the_check_sees_every_change_of_the_section_table(void **state)
{
	struct bench *bench = *state;
	uint8_t *bytes = bench->bytes.bytes;
	size_t end =
	    PUBLISHED_HEADER_SIZE + bytes_get_u32(bytes + PUBLISHED_AT_N_SECTIONS) *
					(size_t)PUBLISHED_SECTION_SIZE;

	assert_int_not_equal(bench->check, 0);
	bytes_put_u32(bytes + PUBLISHED_AT_CHECK, bench->check);
	assert_int_equal(view_code(bench), 0);
	for (size_t at = PUBLISHED_HEADER_SIZE; at < end; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			bytes[at] ^= (uint8_t)(1u << bit);
			assert_int_equal(view_code(bench), PUBLISHED_E_DAMAGED);
			bytes[at] ^= (uint8_t)(1u << bit);
		}
	}
	assert_int_equal(view_code(bench), 0);
}

static void
test_unknown_sections_and_wider_strides_are_fine(void **state)
{
	struct bench *bench = *state;
	uint8_t *users = bench->bytes.bytes + PUBLISHED_HEADER_SIZE;
	struct published view;

	bytes_put_u32(users + 4, SNAPSHOT_USER_SIZE + 8);
	assert_int_equal(view_code(bench), 0);
	bytes_put_u32(users, 77);
	bytes_put_u64(users + 8, UINT64_MAX);
	assert_int_equal(
	    published_view(bench->bytes.bytes, bench->bytes.size, MAGIC, &view), 0);
	assert_null(view.section[SNAPSHOT_USERS].data);
	assert_null(published_record(&view, SNAPSHOT_USERS, 0));
}

static void
test_slots_are_a_power_of_two_and_a_full_table_ends(void **state)
{
	struct bench *bench = *state;
	uint8_t *by_name =
	    bench->bytes.bytes + PUBLISHED_HEADER_SIZE + PUBLISHED_SECTION_SIZE;
	uint8_t *slots = bench->bytes.bytes + bytes_get_u64(by_name + 8);
	struct published view;
	uint64_t cursor = 0;

	assert_int_equal(bytes_get_u32(by_name), SNAPSHOT_USER_BY_NAME);
	assert_int_equal(bytes_get_u64(by_name + 16), 2);
	for (size_t i = 0; i < 2; i++) {
		bytes_put_u32(slots + 8 * i, 9);
		bytes_put_u32(slots + 8 * i + 4, 1);
	}
	assert_int_equal(
	    published_view(bench->bytes.bytes, bench->bytes.size, MAGIC, &view), 0);
	assert_int_equal(published_probe(&view, SNAPSHOT_USER_BY_NAME, 9, &cursor), 1);
	assert_int_equal(published_probe(&view, SNAPSHOT_USER_BY_NAME, 9, &cursor), 1);
	assert_int_equal(published_probe(&view, SNAPSHOT_USER_BY_NAME, 9, &cursor), 0);
	bytes_put_u64(by_name + 16, 3);
	assert_int_equal(view_code(bench), PUBLISHED_E_DAMAGED);
}

static void
test_strings_stay_inside_and_end_in_nul(void **state)
{
	struct bench *bench = *state;
	struct published view;
	uint32_t size;

	assert_int_equal(
	    published_view(bench->bytes.bytes, bench->bytes.size, MAGIC, &view), 0);
	size = (uint32_t)view.section[SNAPSHOT_STRINGS].count;
	assert_string_equal(published_string(&view, size - 11, 10), "HostAdmins");
	assert_null(published_string(&view, size - 11, 9));
	assert_null(published_string(&view, size - 11, 11));
	assert_non_null(published_string(&view, size - 1, 0));
	assert_null(published_string(&view, size, 0));
	assert_null(published_string(&view, UINT32_MAX, 0));
	assert_null(published_string(&view, 0, SIZE_MAX));
}

/* 0, 1 and 2 are closed: what we open must not take their place. */
static void
test_standard_descriptors_are_left_alone(void **state)
{
	struct bench *bench = *state;
	int saved[3], r;

	write_file(bench, 0644);
	for (int fd = 0; fd < 3; fd++)
		saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	for (int fd = 0; fd < 3; fd++)
		(void)close(fd);
	r = open_code(bench);
	for (int fd = 0; fd < 3; fd++) {
		int closed = fcntl(fd, F_GETFD);

		(void)dup2(saved[fd], fd);
		(void)close(saved[fd]);
		assert_int_equal(closed, -1);
	}
	assert_int_equal(r, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_file_of_the_writer_is_opened),
		TEST(test_no_file_and_no_directory_are_absent),
		TEST(test_other_kinds_of_file_are_untrusted),
		TEST(test_writable_by_others_is_untrusted),
		TEST(test_another_owner_than_the_directory_s_is_untrusted),
		TEST(test_a_directory_reached_by_a_symbolic_link_is_untrusted),
		TEST(test_sizes_that_differ_from_the_header_are_damage),
		TEST(test_states_decide_whether_a_file_is_believed),
		TEST(test_headers_that_are_none_of_ours_are_damage),
		TEST(test_sections_that_leave_the_file_are_damage),
		TEST(test_the_check_sees_every_change_of_the_section_table),
		TEST(test_unknown_sections_and_wider_strides_are_fine),
		TEST(test_slots_are_a_power_of_two_and_a_full_table_ends),
		TEST(test_strings_stay_inside_and_end_in_nul),
		TEST(test_standard_descriptors_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
