/* SPDX-License-Identifier: Apache-2.0 */
/* test_snapshot.c - common/snapshot.c, on bytes of the daemon's encoder */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/bytes.h"
#include "common/snapshot.h"
#include "tests/support/world_fixture.h"

#define ALICE (IDS_FIRST + 2000)
#define DEPLOY (IDS_FIRST + 2001)
#define GONE (IDS_FIRST + 2002)
#define ADMINS (IDS_FIRST + 5000)

struct bench {
	struct world_fixture fixture;
	struct publish_bytes bytes;
	struct published view;
};

static void
encode(struct bench *bench)
{
	free(bench->bytes.bytes);
	bench->bytes.bytes = NULL;
	assert_int_equal(publish_encode_snapshot(&bench->fixture.world,
			     &bench->fixture.facts, 99, &bench->bytes),
	    0);
	assert_int_equal(published_view(bench->bytes.bytes, bench->bytes.size,
			     PUBLISHED_MAGIC_SNAPSHOT, &bench->view),
	    0);
}

static int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	struct world_fixture *f;
	size_t admins, users;

	assert_non_null(bench);
	f = &bench->fixture;
	world_fixture_init(f);
	(void)world_fixture_account(f, "alice", ALICE);
	(void)world_fixture_account(f, "deploy", DEPLOY);
	(void)world_fixture_account(f, "gone", GONE);
	f->world.accounts[1].flags |= USER_RUNAS;
	f->world.accounts[1].allow_mask = 1;
	f->world.accounts[2].flags = USER_RETIRED;
	f->world.accounts[2].allow_mask = 0;
	admins = world_fixture_group(f, "HostAdmins", ADMINS);
	users = world_fixture_group(f, "iamlogin-users", IDS_GROUP_USERS);
	world_fixture_member(f, admins, 0);
	world_fixture_member(f, users, 0);
	world_fixture_member(f, users, 1);
	encode(bench);
	*state = bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;

	world_fixture_done(&bench->fixture);
	free(bench->bytes.bytes);
	free(bench);
	return 0;
}

static uint8_t *
user_record(const struct bench *bench, size_t n)
{
	return bench->bytes.bytes +
	       (bench->view.section[SNAPSHOT_USERS].data - bench->view.base) +
	       n * SNAPSHOT_USER_SIZE;
}

static const char *
text(const struct snapshot_user *user, unsigned which)
{
	return user->strings + user->offset[which];
}

static void
test_lookups_give_what_was_written(void **state)
{
	struct bench *bench = *state;
	struct snapshot_user user, same;

	assert_int_equal(snapshot_user_by_name(&bench->view, "alice", &user), 0);
	assert_int_equal(user.uid, ALICE);
	assert_int_equal(user.gid, ALICE);
	assert_int_equal(user.flags, USER_NAME);
	assert_string_equal(text(&user, SNAPSHOT_NAME), "alice");
	assert_string_equal(text(&user, SNAPSHOT_PASSWD), "*");
	assert_string_equal(text(&user, SNAPSHOT_GECOS), "AIDAEXAMPLE000000000");
	assert_string_equal(text(&user, SNAPSHOT_DIR), "/home/alice");
	assert_string_equal(text(&user, SNAPSHOT_SHELL), "/bin/bash");
	assert_int_equal(user.strings_size,
	    sizeof("alice:*:AIDAEXAMPLE000000000:/home/alice:/bin/bash"));
	assert_int_equal(user.n_gids, 2);
	assert_int_equal(bytes_get_u32(user.gids), ADMINS);
	assert_int_equal(bytes_get_u32(user.gids + 4), IDS_GROUP_USERS);
	assert_int_equal(user.allow_mask, 3);
	assert_int_equal(snapshot_user_by_id(&bench->view, ALICE, &same), 0);
	assert_int_equal(same.record, user.record);
	assert_int_equal(snapshot_user_by_name(&bench->view, "deploy", &user), 0);
	assert_int_equal(user.flags, USER_NAME | USER_RUNAS);
	assert_int_equal(user.allow_mask, 1);
	assert_int_equal(user.known_mask, 3);
}

static void
test_names_are_found_by_their_exact_bytes_only(void **state)
{
	static const char *const absent[] = { "", "Alice", "alic", "alicea", "alice ",
		"root", "nobody", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	struct bench *bench = *state;
	struct snapshot_user user;
	struct snapshot_group group;

	for (size_t i = 0; i < BASE_N(absent); i++) {
		assert_int_equal(snapshot_user_by_name(&bench->view, absent[i], &user),
		    PUBLISHED_E_NOTFOUND);
		assert_int_equal(snapshot_group_by_name(&bench->view, absent[i], &group),
		    PUBLISHED_E_NOTFOUND);
	}
	assert_int_equal(
	    snapshot_user_by_id(&bench->view, 0, &user), PUBLISHED_E_NOTFOUND);
	assert_int_equal(
	    snapshot_user_by_id(&bench->view, ALICE + 77, &user), PUBLISHED_E_NOTFOUND);
}

static void
test_groups_have_their_members(void **state)
{
	struct bench *bench = *state;
	struct snapshot_group group, same;
	uint32_t at = 0;

	assert_int_equal(
	    snapshot_group_by_name(&bench->view, "iamlogin-users", &group), 0);
	assert_int_equal(group.gid, IDS_GROUP_USERS);
	assert_int_equal(group.n_members, 2);
	assert_int_equal(group.members_size, 2 + sizeof("alice") + sizeof("deploy"));
	assert_string_equal(snapshot_member(&group, &at), "alice");
	assert_string_equal(snapshot_member(&group, &at), "deploy");
	assert_null(snapshot_member(&group, &at));
	assert_int_equal(at, group.members_size);
	assert_int_equal(snapshot_group_by_id(&bench->view, IDS_GROUP_USERS, &same), 0);
	assert_string_equal(same.name, "iamlogin-users");
	assert_int_equal(snapshot_group_at(&bench->view, 0, &same), 0);
	assert_string_equal(same.name, "HostAdmins");
	assert_int_equal(snapshot_group_at(&bench->view, 2, &same), PUBLISHED_E_NOTFOUND);
}

static void
test_a_group_of_more_than_1000_lists_nobody(void **state)
{
	struct bench *bench = *state;
	struct snapshot_group group;
	struct snapshot_user user;

	world_fixture_crowd(&bench->fixture, 1250); /* 1000 of them are members */
	encode(bench);
	assert_int_equal(snapshot_group_by_name(&bench->view, "crowd", &group), 0);
	assert_int_equal(group.n_members, 1000);
	world_fixture_member(&bench->fixture, 2, 0);
	encode(bench);
	assert_int_equal(snapshot_group_by_name(&bench->view, "crowd", &group), 0);
	assert_int_equal(group.n_members, 0);
	assert_int_equal(group.members_size, 0);
	assert_int_equal(snapshot_user_by_name(&bench->view, "user00001", &user), 0);
	assert_int_equal(user.n_gids, 1);
}

static void
test_uid_0_and_ids_outside_the_range_are_absent_even_if_written(void **state)
{
	static const uint32_t ids[] = { 0, 1, 1000, 65534, IDS_FIRST - 1, IDS_LAST + 1,
		0x80000000u, UINT32_MAX };
	struct bench *bench = *state;
	struct snapshot_user user;
	struct snapshot_group group;

	for (size_t i = 0; i < BASE_N(ids); i++) {
		bench->fixture.world.accounts[0].uid = ids[i];
		bench->fixture.world.groups[0].gid = ids[i];
		encode(bench);
		assert_int_equal(snapshot_user_by_name(&bench->view, "alice", &user),
		    PUBLISHED_E_NOTFOUND);
		assert_int_equal(snapshot_user_by_id(&bench->view, ids[i], &user),
		    PUBLISHED_E_NOTFOUND);
		assert_int_equal(
		    snapshot_group_by_name(&bench->view, "HostAdmins", &group),
		    PUBLISHED_E_NOTFOUND);
		assert_int_equal(snapshot_group_by_id(&bench->view, ids[i], &group),
		    PUBLISHED_E_NOTFOUND);
	}
	bench->fixture.world.accounts[0].uid = ALICE;
	encode(bench);
	bytes_put_u32(user_record(bench, 0) + 4, 0); /* the gid alone */
	assert_int_equal(
	    snapshot_user_by_name(&bench->view, "alice", &user), PUBLISHED_E_NOTFOUND);
}

static void
test_a_local_account_keeps_its_own_id(void **state)
{
	struct bench *bench = *state;
	struct snapshot_user user;

	bench->fixture.world.accounts[0].uid = 1000;
	bench->fixture.world.accounts[0].flags = USER_LOCAL;
	encode(bench);
	assert_int_equal(snapshot_user_by_name(&bench->view, "alice", &user), 0);
	assert_int_equal(user.uid, 1000);
	assert_int_equal(user.flags, USER_LOCAL);
}

static void
test_another_password_field_than_a_star_is_damage(void **state)
{
	struct bench *bench = *state;
	struct snapshot_user user;
	char *star;

	assert_int_equal(snapshot_user_by_name(&bench->view, "alice", &user), 0);
	star = (char *)bench->bytes.bytes +
	       (text(&user, SNAPSHOT_PASSWD) - (const char *)bench->view.base);
	*star = 'x';
	assert_int_equal(
	    snapshot_user_by_name(&bench->view, "alice", &user), PUBLISHED_E_DAMAGED);
	*star = '\0';
	assert_int_equal(
	    snapshot_user_by_id(&bench->view, ALICE, &user), PUBLISHED_E_DAMAGED);
}

static void
test_lists_that_leave_their_section_are_damage(void **state)
{
	struct bench *bench = *state;
	struct snapshot_user user;

	bytes_put_u32(user_record(bench, 0) + 28, UINT32_MAX); /* first of GIDS */
	assert_int_equal(
	    snapshot_user_by_name(&bench->view, "alice", &user), PUBLISHED_E_DAMAGED);
	bytes_put_u32(user_record(bench, 0) + 28, 2); /* one too far: there are three */
	assert_int_equal(snapshot_user_at(&bench->view, 0, &user), PUBLISHED_E_DAMAGED);
	assert_int_equal(snapshot_user_at(&bench->view, 1, &user), 0);
	assert_int_equal(snapshot_user_at(&bench->view, 3, &user), PUBLISHED_E_NOTFOUND);
}

static void
test_age_is_the_records_own_or_the_headers(void **state)
{
	struct bench *bench = *state;
	struct clock_now now = { 100000, 50000 };
	struct snapshot_user user;

	assert_int_equal(snapshot_user_by_name(&bench->view, "alice", &user), 0);
	assert_true(snapshot_age_ms(&user, &now) == FRESHNESS_AGE_UNKNOWN);
	bytes_put_i64(bench->bytes.bytes + PUBLISHED_AT_VERIFIED_WALL, 99000);
	bytes_put_i64(bench->bytes.bytes + PUBLISHED_AT_VERIFIED_BOOT, 49500);
	assert_int_equal(snapshot_user_by_name(&bench->view, "alice", &user), 0);
	assert_int_equal(snapshot_age_ms(&user, &now), 1000);
	bytes_put_i64(user_record(bench, 0) + 48, 90000);
	bytes_put_i64(user_record(bench, 0) + 56, 40000);
	assert_int_equal(snapshot_user_by_name(&bench->view, "alice", &user), 0);
	assert_int_equal(snapshot_age_ms(&user, &now), 10000);
}

static void
test_services_without_a_section_of_their_own_are_login(void **state)
{
	struct bench *bench = *state;
	uint8_t *third;

	assert_int_equal(snapshot_service_bit(&bench->view, "sshd"), 1);
	assert_int_equal(snapshot_service_bit(&bench->view, ""), 1);
	/* No encoder of this version writes a third one: put it into the view. */
	third = malloc(3 * SNAPSHOT_SERVICE_SIZE);
	assert_non_null(third);
	memset(third, 0, 3 * SNAPSHOT_SERVICE_SIZE);
	memcpy(third + 2 * (size_t)SNAPSHOT_SERVICE_SIZE, "vsftpd", 6);
	bench->view.section[SNAPSHOT_SERVICES].data = third;
	bench->view.section[SNAPSHOT_SERVICES].count = 3;
	assert_int_equal(snapshot_service_bit(&bench->view, "vsftpd"), 4);
	assert_int_equal(snapshot_service_bit(&bench->view, "vsftp"), 1);
	memset(third + 2 * (size_t)SNAPSHOT_SERVICE_SIZE, 'x', SNAPSHOT_SERVICE_SIZE);
	assert_int_equal(
	    snapshot_service_bit(&bench->view, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
	    1);
	free(third);
}

/* Every lookup on whatever the bytes are; what is answered must be what was asked for. */
static void
ask_everything(const uint8_t *bytes, size_t size)
{
	static const char *const names[] = { "alice", "deploy", "gone", "zoe" };
	static const uint32_t ids[] = { 0, ALICE, DEPLOY, GONE, ADMINS, IDS_GROUP_USERS };
	struct published view;
	struct snapshot_user user;
	struct snapshot_group group;
	const char *member;
	uint32_t at;

	if (published_view(bytes, size, PUBLISHED_MAGIC_SNAPSHOT, &view) != 0)
		return;
	for (size_t i = 0; i < BASE_N(names); i++) {
		if (snapshot_user_by_name(&view, names[i], &user) == 0) {
			assert_string_equal(text(&user, SNAPSHOT_NAME), names[i]);
			assert_string_equal(text(&user, SNAPSHOT_PASSWD), "*");
			assert_true(
			    (user.flags & USER_LOCAL) != 0 || ids_is_ours(user.uid));
		}
	}
	for (size_t i = 0; i < BASE_N(ids); i++) {
		if (snapshot_user_by_id(&view, ids[i], &user) == 0) {
			assert_int_equal(user.uid, ids[i]);
			assert_true(
			    strlen(text(&user, SNAPSHOT_SHELL)) < user.strings_size);
		}
		if (snapshot_group_by_id(&view, ids[i], &group) == 0) {
			assert_true(ids_is_ours(group.gid) && group.gid == ids[i]);
			at = 0;
			while ((member = snapshot_member(&group, &at)) != NULL)
				assert_true(strlen(member) <= 32);
		}
	}
	(void)snapshot_group_by_name(&view, "HostAdmins", &group);
	(void)snapshot_service_bit(&view, "sshd");
}

static void
test_every_flipped_bit_is_refused_absent_or_right(void **state)
{
	struct bench *bench = *state;
	size_t size = bench->bytes.size;
	uint8_t *copy = malloc(size); /* exact, for AddressSanitizer */

	assert_non_null(copy);
	for (size_t at = 0; at < size; at++) {
		static const uint8_t masks[] = { 1, 2, 4, 8, 16, 32, 64, 128, 255 };

		for (size_t i = 0; i < BASE_N(masks); i++) {
			memcpy(copy, bench->bytes.bytes, size);
			copy[at] ^= masks[i];
			ask_everything(copy, size);
		}
	}
	free(copy);
}

static void
test_every_truncation_is_refused_even_if_the_header_agrees(void **state)
{
	struct bench *bench = *state;

	for (size_t size = 0; size < bench->bytes.size; size++) {
		uint8_t *copy = malloc(size + 1);
		struct published view;

		assert_non_null(copy);
		copy = realloc(copy, size > 0 ? size : 1);
		memcpy(copy, bench->bytes.bytes, size);
		assert_int_equal(
		    published_view(copy, size, PUBLISHED_MAGIC_SNAPSHOT, &view),
		    PUBLISHED_E_DAMAGED);
		if (size >= PUBLISHED_HEADER_SIZE) {
			bytes_put_u64(copy + PUBLISHED_AT_FILE_SIZE, size);
			bytes_put_u32(copy + PUBLISHED_AT_CHECK, 0);
			ask_everything(copy, size);
		}
		free(copy);
	}
}

static void
test_all_of_a_crowd_are_found(void **state)
{
	struct bench *bench = *state;
	struct snapshot_user user;
	char name[32];

	world_fixture_crowd(&bench->fixture, 5000);
	encode(bench);
	for (unsigned i = 0; i < 5000; i++) {
		(void)snprintf(name, sizeof(name), "user%05u", i);
		assert_int_equal(snapshot_user_by_name(&bench->view, name, &user), 0);
		assert_int_equal(user.record, i + 3);
		assert_int_equal(snapshot_user_by_id(&bench->view, user.uid, &user), 0);
		assert_string_equal(text(&user, SNAPSHOT_NAME), name);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void
test_what_is_done_with_sessions_is_read_back_and_ends_nothing_when_damaged(void **state)
{
	struct bench *bench = *state;
	struct snapshot_sessions sessions;
	uint8_t record[SNAPSHOT_SESSIONS_SIZE];

	snapshot_sessions(&bench->view, &sessions);
	assert_int_equal(sessions.on_revoke, ON_REVOKE_TERMINATE);
	assert_int_equal(sessions.session_manager, SESSION_MANAGER_TERMINATE);
	for (size_t bit = 0; bit < 8 * 12; bit++) {
		memcpy(record, published_record(&bench->view, SNAPSHOT_SESSIONS, 0),
		    sizeof(record));
		record[bit / 8] ^= (uint8_t)(1u << bit % 8);
		bench->view.section[SNAPSHOT_SESSIONS].data = record;
		snapshot_sessions(&bench->view, &sessions);
		assert_int_equal(sessions.on_revoke, ON_REVOKE_KEEP);
		assert_int_equal(sessions.session_manager, SESSION_MANAGER_AUDIT);
		record[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	/* of a writer from before there were any */
	bench->view.section[SNAPSHOT_SESSIONS].count = 0;
	snapshot_sessions(&bench->view, &sessions);
	assert_int_equal(sessions.on_revoke, ON_REVOKE_KEEP);
	assert_int_equal(sessions.session_manager, SESSION_MANAGER_AUDIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lookups_give_what_was_written),
		TEST(test_names_are_found_by_their_exact_bytes_only),
		TEST(test_groups_have_their_members),
		TEST(test_a_group_of_more_than_1000_lists_nobody),
		TEST(test_uid_0_and_ids_outside_the_range_are_absent_even_if_written),
		TEST(test_a_local_account_keeps_its_own_id),
		TEST(test_another_password_field_than_a_star_is_damage),
		TEST(test_lists_that_leave_their_section_are_damage),
		TEST(test_age_is_the_records_own_or_the_headers),
		TEST(test_services_without_a_section_of_their_own_are_login),
		TEST(test_every_flipped_bit_is_refused_absent_or_right),
		TEST(test_every_truncation_is_refused_even_if_the_header_agrees),
		TEST(test_all_of_a_crowd_are_found),
		TEST(test_what_is_done_with_sessions_is_read_back_and_ends_nothing_when_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
