/* SPDX-License-Identifier: Apache-2.0 */
/* test_publish.c - daemon/publish.c and daemon/publish_encode.c */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "common/bytes.h"
#include "common/snapshot.h"
#include "tests/support/scratch.h"
#include "tests/support/world_fixture.h"

#define MAGIC PUBLISHED_MAGIC_SNAPSHOT
#define SEED 5

struct bench {
	struct world_fixture fixture;
	struct publish_file *file;
	char dir[SCRATCH_SIZE];
	char path[SCRATCH_SIZE + 16];
};

static int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	scratch_make(bench->dir);
	(void)snprintf(bench->path, sizeof(bench->path), "%s/snapshot", bench->dir);
	world_fixture_init(&bench->fixture);
	(void)world_fixture_account(&bench->fixture, "alice", IDS_FIRST + 2000);
	assert_int_equal(
	    publish_file_open(bench->path, MAGIC, 0644, (gid_t)-1, &bench->file), 0);
	*state = bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;

	publish_file_free(bench->file);
	world_fixture_done(&bench->fixture);
	scratch_remove(bench->dir);
	free(bench);
	return 0;
}

static int
put(struct bench *bench, uint64_t *ret_generation, bool *ret_changed)
{
	struct publish_bytes bytes;
	int r;

	assert_int_equal(publish_encode_snapshot(
			     &bench->fixture.world, &bench->fixture.facts, SEED, &bytes),
	    0);
	r = publish_file_put(
	    bench->file, &bytes, &bench->fixture.facts, ret_generation, ret_changed);
	free(bytes.bytes);
	return r;
}

static void
put_changed(struct bench *bench, uint64_t expected_generation)
{
	uint64_t generation = 0;
	bool changed = false;

	assert_int_equal(put(bench, &generation, &changed), 0);
	assert_true(changed);
	assert_int_equal(generation, expected_generation);
}

static struct published *
open_it(const struct bench *bench)
{
	struct published *file = NULL;

	assert_int_equal(published_open(bench->path, MAGIC, &file), 0);
	return file;
}

static void
restart(struct bench *bench)
{
	publish_file_free(bench->file);
	bench->file = NULL;
	assert_int_equal(
	    publish_file_open(bench->path, MAGIC, 0644, (gid_t)-1, &bench->file), 0);
}

static void
test_what_is_put_can_be_read(void **state)
{
	struct bench *bench = *state;
	_cleanup_published_ struct published *file = NULL;
	struct snapshot_user user;
	struct stat st;
	int64_t wall, boot;

	put_changed(bench, 1);
	file = open_it(bench);
	assert_int_equal(file->generation, 1);
	assert_int_equal(published_state(file), PUBLISHED_LIVE);
	published_verified(file, &wall, &boot);
	assert_int_equal(wall, bench->fixture.facts.verified_wall_ms);
	assert_int_equal(boot, bench->fixture.facts.verified_boot_ms);
	assert_int_equal(snapshot_user_by_name(file, "alice", &user), 0);
	assert_int_equal(stat(bench->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_true(bytes_get_i64(file->base + PUBLISHED_AT_BUILT_WALL) > 0);
	assert_string_equal(
	    (const char *)file->base + PUBLISHED_AT_INSTANCE, "i-0123456789abcdef0");
	assert_memory_equal(file->base + PUBLISHED_AT_ACCOUNT, "123456789012", 12);
}

static void
test_equal_worlds_give_equal_bytes_and_publish_nothing(void **state)
{
	struct bench *bench = *state;
	_cleanup_published_ struct published *file = NULL;
	struct stat before, after;
	uint64_t generation = 0;
	bool changed = true;
	int64_t wall, boot;

	put_changed(bench, 1);
	file = open_it(bench);
	assert_int_equal(stat(bench->path, &before), 0);
	bench->fixture.facts.verified_wall_ms += 1000;
	bench->fixture.facts.verified_boot_ms += 1000;
	assert_int_equal(put(bench, &generation, &changed), 0);
	assert_false(changed);
	assert_int_equal(generation, 1);
	assert_int_equal(stat(bench->path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	published_verified(file, &wall, &boot); /* freshness moved in the old mapping */
	assert_int_equal(wall, bench->fixture.facts.verified_wall_ms);
	assert_int_equal(boot, bench->fixture.facts.verified_boot_ms);
}

static void
test_a_new_generation_supersedes_the_old_one_and_leaves_it_whole(void **state)
{
	struct bench *bench = *state;
	_cleanup_published_ struct published *old = NULL;
	_cleanup_published_ struct published *new = NULL;
	struct snapshot_user user;

	put_changed(bench, 1);
	old = open_it(bench);
	(void)world_fixture_account(&bench->fixture, "bob", IDS_FIRST + 2001);
	put_changed(bench, 2);
	assert_int_equal(published_state(old), PUBLISHED_SUPERSEDED);
	assert_int_equal(snapshot_user_by_name(old, "bob", &user), PUBLISHED_E_NOTFOUND);
	assert_int_equal(snapshot_user_by_name(old, "alice", &user), 0);
	new = open_it(bench);
	assert_int_equal(new->generation, 2);
	assert_int_equal(published_state(new), PUBLISHED_LIVE);
	assert_int_equal(snapshot_user_by_name(new, "bob", &user), 0);
}

static void
test_changed_times_in_the_header_are_changed_content(void **state)
{
	struct bench *bench = *state;

	put_changed(bench, 1);
	bench->fixture.facts.fresh_s = 60;
	put_changed(bench, 2);
	bench->fixture.facts.enumerate = true;
	put_changed(bench, 3);
}

static void
test_a_restart_adopts_what_stands_there(void **state)
{
	struct bench *bench = *state;
	_cleanup_published_ struct published *old = NULL;
	uint64_t generation = 0;
	bool changed = true;

	put_changed(bench, 1);
	(void)world_fixture_account(&bench->fixture, "bob", IDS_FIRST + 2001);
	put_changed(bench, 2);
	old = open_it(bench);
	restart(bench);
	assert_int_equal(put(bench, &generation, &changed), 0);
	assert_false(changed);
	assert_int_equal(generation, 2);
	(void)world_fixture_account(&bench->fixture, "carol", IDS_FIRST + 2002);
	put_changed(bench, 3);
	assert_int_equal(published_state(old), PUBLISHED_SUPERSEDED);
}

static void
test_a_file_of_another_mode_is_replaced(void **state)
{
	struct bench *bench = *state;
	_cleanup_published_ struct published *old = NULL;
	struct stat st;

	put_changed(bench, 1);
	old = open_it(bench);
	assert_int_equal(chmod(bench->path, 0600), 0);
	restart(bench);
	put_changed(bench, 2);
	assert_int_equal(published_state(old), PUBLISHED_SUPERSEDED);
	assert_int_equal(stat(bench->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
}

static void
test_garbage_at_the_path_is_replaced(void **state)
{
	struct bench *bench = *state;
	int fd = open(bench->path, O_CREAT | O_WRONLY, 0644);

	assert_int_equal(write(fd, "garbage", 7), 7);
	(void)close(fd);
	restart(bench);
	put_changed(bench, 1);
	published_close(open_it(bench));
}

static void
test_a_file_that_somebody_removed_is_written_again(void **state)
{
	struct bench *bench = *state;

	put_changed(bench, 1);
	assert_int_equal(unlink(bench->path), 0);
	put_changed(bench, 2);
	published_close(open_it(bench));
}

static void
test_a_temporary_file_of_a_killed_run_does_no_harm(void **state)
{
	struct bench *bench = *state;
	char temp[SCRATCH_SIZE + 32];

	(void)snprintf(temp, sizeof(temp), "%s.new", bench->path);
	assert_int_equal(symlink("/etc/passwd", temp), 0);
	put_changed(bench, 1);
	assert_int_equal(access(temp, F_OK), -1);
	published_close(open_it(bench));
}

static void
test_a_failure_leaves_the_old_file_live(void **state)
{
	struct bench *bench = *state;
	_cleanup_published_ struct published *old = NULL;
	char temp[SCRATCH_SIZE + 32];
	uint64_t generation = 77;
	bool changed = false;

	put_changed(bench, 1);
	old = open_it(bench);
	(void)snprintf(temp, sizeof(temp), "%s.new", bench->path);
	assert_int_equal(mkdir(temp, 0755), 0);
	(void)world_fixture_account(&bench->fixture, "bob", IDS_FIRST + 2001);
	assert_true(put(bench, &generation, &changed) < 0);
	assert_int_equal(generation, 77);
	assert_int_equal(published_state(old), PUBLISHED_LIVE);
	assert_int_equal(rmdir(temp), 0);
	put_changed(bench, 2);
	assert_int_equal(published_state(old), PUBLISHED_SUPERSEDED);
}

static void
test_revoked_is_revoked_for_everybody_and_gone(void **state)
{
	struct bench *bench = *state;
	_cleanup_published_ struct published *old = NULL;
	struct published *none = NULL;

	put_changed(bench, 1);
	old = open_it(bench);
	assert_int_equal(publish_file_revoke(bench->file), 0);
	assert_int_equal(published_state(old), PUBLISHED_REVOKED);
	assert_int_equal(published_open(bench->path, MAGIC, &none), PUBLISHED_E_ABSENT);
	assert_int_equal(publish_file_revoke(bench->file), 0);
	publish_file_verified(
	    bench->file, 1, 1); /* nothing stands there: nothing happens */
	put_changed(bench, 2);
	published_close(open_it(bench));
}

static void
test_freshness_moves_without_a_new_generation(void **state)
{
	struct bench *bench = *state;
	_cleanup_published_ struct published *file = NULL;
	int64_t wall, boot;

	put_changed(bench, 1);
	file = open_it(bench);
	publish_file_verified(bench->file, 123456, -7);
	published_verified(file, &wall, &boot);
	assert_int_equal(wall, 123456);
	assert_int_equal(boot, -7);
}

static void
test_fields_too_wide_for_the_format_are_refused(void **state)
{
	struct bench *bench = *state;
	struct publish_bytes bytes = { NULL, 0 };
	char *home = malloc(70000);

	assert_non_null(home);
	memset(home, 'a', 69999);
	home[69999] = '\0';
	free(bench->fixture.world.accounts[0].home);
	bench->fixture.world.accounts[0].home = home;
	assert_int_equal(publish_encode_snapshot(
			     &bench->fixture.world, &bench->fixture.facts, SEED, &bytes),
	    PUBLISH_E_TOO_LARGE);
	home[65530] = '\0'; /* fits a length, but not the five together */
	assert_int_equal(publish_encode_snapshot(
			     &bench->fixture.world, &bench->fixture.facts, SEED, &bytes),
	    PUBLISH_E_TOO_LARGE);
	assert_null(bytes.bytes);
}

static void
test_an_empty_world_is_a_whole_snapshot(void **state)
{
	struct bench *bench = *state;
	_cleanup_published_ struct published *file = NULL;
	struct snapshot_user user;

	world_fixture_done(&bench->fixture);
	world_fixture_init(&bench->fixture);
	put_changed(bench, 1);
	file = open_it(bench);
	assert_int_equal(
	    snapshot_user_by_name(file, "alice", &user), PUBLISHED_E_NOTFOUND);
}

static void
test_local_accounts_are_closed_or_not_as_the_file_says(void **state)
{
	static const enum config_local modes[] = { CONFIG_LOCAL_ANY, CONFIG_LOCAL_LISTED,
		CONFIG_LOCAL_BREAK_GLASS };
	static const enum snapshot_local read[] = { SNAPSHOT_LOCAL_ANY,
		SNAPSHOT_LOCAL_LISTED, SNAPSHOT_LOCAL_BREAK_GLASS };
	static char first[] = "rescue", second[] = "b123456789012345678901234567890123",
		    third[] = "c12345678901234567890123456789012345";
	static char *names[] = { first, second, third };
	static const struct config_list list = { names, BASE_N(names) };
	struct bench *bench = *state;

	bench->fixture.facts.break_glass = &list;
	for (size_t i = 0; i < BASE_N(modes); i++) {
		_cleanup_published_ struct published *file = NULL;
		uint8_t *record;

		bench->fixture.facts.local = modes[i];
		put_changed(bench, i + 1);
		file = open_it(bench);
		assert_int_equal(snapshot_local(file), read[i]);
		assert_true(snapshot_is_break_glass(file, "rescue"));
		assert_true(snapshot_is_break_glass(file, second));
		/* longer than the record: no useradd(8) takes such a name */
		assert_false(snapshot_is_break_glass(file, third));
		assert_false(snapshot_is_break_glass(file, "rescu"));
		assert_false(snapshot_is_break_glass(file, ""));
		/* a damaged list closes nobody out */
		record = malloc(SNAPSHOT_BREAK_GLASS_SIZE * 2);
		assert_non_null(record);
		memcpy(record, file->section[SNAPSHOT_BREAK_GLASS].data,
		    SNAPSHOT_BREAK_GLASS_SIZE * 2);
		record[SNAPSHOT_BREAK_GLASS_SIZE] ^= 1;
		file->section[SNAPSHOT_BREAK_GLASS].data = record;
		assert_int_equal(snapshot_local(file), SNAPSHOT_LOCAL_ANY);
		assert_true(snapshot_is_break_glass(file, "rescue"));
		assert_false(snapshot_is_break_glass(file, second));
		free(record);
	}
}

static void
test_each_service_has_its_bit(void **state)
{
	struct bench *bench = *state;
	struct world *world = &bench->fixture.world;
	_cleanup_published_ struct published *file = NULL;

	for (; world->n_services < SNAPSHOT_SERVICES_MAX; world->n_services++)
		world->services[world->n_services] = "other";
	world->services[2] = "cron";
	world->services[29] = "s234567890123456789012345678901";
	put_changed(bench, 1);
	file = open_it(bench);
	assert_int_equal(snapshot_service_bit(file, "sshd"), 1);
	assert_int_equal(snapshot_service_bit(file, "cron"), 1u << 2);
	assert_int_equal(
	    snapshot_service_bit(file, "s234567890123456789012345678901"), 1u << 29);
	assert_int_equal(
	    snapshot_service_bit(file, "s2345678901234567890123456789012"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_put_can_be_read),
		TEST(test_equal_worlds_give_equal_bytes_and_publish_nothing),
		TEST(test_a_new_generation_supersedes_the_old_one_and_leaves_it_whole),
		TEST(test_changed_times_in_the_header_are_changed_content),
		TEST(test_a_restart_adopts_what_stands_there),
		TEST(test_a_file_of_another_mode_is_replaced),
		TEST(test_garbage_at_the_path_is_replaced),
		TEST(test_a_file_that_somebody_removed_is_written_again),
		TEST(test_a_temporary_file_of_a_killed_run_does_no_harm),
		TEST(test_a_failure_leaves_the_old_file_live),
		TEST(test_revoked_is_revoked_for_everybody_and_gone),
		TEST(test_freshness_moves_without_a_new_generation),
		TEST(test_fields_too_wide_for_the_format_are_refused),
		TEST(test_an_empty_world_is_a_whole_snapshot),
		TEST(test_local_accounts_are_closed_or_not_as_the_file_says),
		TEST(test_each_service_has_its_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
