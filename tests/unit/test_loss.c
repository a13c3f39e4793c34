/* SPDX-License-Identifier: Apache-2.0 */
/* test_loss.c - warden/loss.c: only a fresh and authoritative verdict is a loss */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/bytes.h"
#include "tests/support/world_fixture.h"
#include "warden/loss.h"

#define ALICE (IDS_FIRST + 2000)
#define SHARED (IDS_FIRST + 2001)
#define GONE (IDS_FIRST + 2002)
#define NOBODY (IDS_FIRST + 2003)
#define LOCAL 1000u

struct bench {
	struct world_fixture fixture;
	struct directory *directory;
	struct config config;
	struct publish_bytes bytes[2];
	struct published snapshot, keys;
	struct clock_now now;
};

static void
encode(struct bench *bench)
{
	struct world *world = &bench->fixture.world;

	free(bench->bytes[0].bytes);
	free(bench->bytes[1].bytes);
	bench->bytes[0].bytes = bench->bytes[1].bytes = NULL;
	assert_int_equal(
	    publish_encode_snapshot(world, &bench->fixture.facts, 7, &bench->bytes[0]),
	    0);
	assert_int_equal(publish_encode_keys(world, NULL, &bench->config,
			     &bench->fixture.facts, 7, &bench->bytes[1]),
	    0);
	for (size_t i = 0; i < 2; i++) {
		bytes_put_i64(bench->bytes[i].bytes + PUBLISHED_AT_VERIFIED_WALL,
		    bench->fixture.facts.verified_wall_ms);
		bytes_put_i64(bench->bytes[i].bytes + PUBLISHED_AT_VERIFIED_BOOT,
		    bench->fixture.facts.verified_boot_ms);
	}
	assert_int_equal(published_view(bench->bytes[0].bytes, bench->bytes[0].size,
			     PUBLISHED_MAGIC_SNAPSHOT, &bench->snapshot),
	    0);
	assert_int_equal(published_view(bench->bytes[1].bytes, bench->bytes[1].size,
			     PUBLISHED_MAGIC_KEYS, &bench->keys),
	    0);
}

static int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	struct directory_principal *who;
	struct world *world;

	assert_non_null(bench);
	assert_int_equal(directory_new(&bench->directory), 0);
	assert_int_equal(
	    directory_add_principal(bench->directory, PRINCIPAL_IAM_USER, "AIDAALICE",
		"alice", "/", "arn:aws:iam::1:user/alice", 1, &who),
	    0);
	assert_int_equal(directory_finish(bench->directory), 0);
	world_fixture_init(&bench->fixture);
	world = &bench->fixture.world;
	(void)world_fixture_account(&bench->fixture, "alice", ALICE);
	(void)world_fixture_account(&bench->fixture, "shared", SHARED);
	(void)world_fixture_account(&bench->fixture, "gone", GONE);
	world->accounts[2].flags = USER_RETIRED;
	world->accounts[2].allow_mask = 0;
	(void)world_fixture_person(&bench->fixture,
	    directory_principal_by_id(bench->directory, PRINCIPAL_IAM_USER, "AIDAALICE"),
	    1);
	clock_read(&bench->now);
	encode(bench);
	*state = bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;

	world_fixture_done(&bench->fixture);
	directory_unref(bench->directory);
	free(bench->bytes[0].bytes);
	free(bench->bytes[1].bytes);
	free(bench);
	return 0;
}

static bool
is_lost(const struct bench *bench, uint32_t uid)
{
	return loss_of_uid(&bench->snapshot, uid, &bench->now);
}

static void
test_who_may_log_in_has_lost_nothing(void **state)
{
	assert_false(is_lost(*state, ALICE));
	assert_false(is_lost(*state, SHARED));
}

static void
test_the_retired_and_the_absent_have(void **state)
{
	assert_true(is_lost(*state, GONE));
	assert_true(is_lost(*state, NOBODY));
}

static void
test_ids_that_are_not_ours_are_never_lost(void **state)
{
	static const uint32_t ids[] = { 0, 1, LOCAL, 65534, IDS_FIRST - 1, IDS_LAST + 1,
		UINT32_MAX };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		assert_false(is_lost(*state, ids[i]));
}

static void
test_what_is_not_known_is_no_loss(void **state)
{
	struct bench *bench = *state;
	struct world_account *gone = &bench->fixture.world.accounts[2];

	gone->known_mask = 2; /* sudo's verdict is known, login's is not */
	encode(bench);
	assert_false(is_lost(bench, GONE));
	gone->known_mask = 3;
	gone->allow_mask = 2; /* nobody comes in by sudo */
	encode(bench);
	assert_true(is_lost(bench, GONE));
}

static void
test_old_data_are_no_authority(void **state)
{
	struct bench *bench = *state;
	int64_t limit_ms = (int64_t)bench->fixture.facts.fresh_s * 1000;

	bench->now.wall_ms = bench->fixture.facts.verified_wall_ms + limit_ms;
	bench->now.boot_ms = bench->fixture.facts.verified_boot_ms + limit_ms;
	assert_true(is_lost(bench, GONE));
	bench->now.wall_ms++;
	assert_false(is_lost(bench, GONE));
	assert_false(is_lost(bench, NOBODY));
	bench->now.wall_ms = bench->fixture.facts.verified_wall_ms - 3600000;
	bench->now.boot_ms++;
	assert_false(
	    is_lost(bench, GONE)); /* a clock that went back makes nothing young */
	bench->fixture.facts.verified_wall_ms = 0;
	encode(bench);
	assert_false(is_lost(bench, GONE));
}

static void
test_a_superseded_or_revoked_file_is_no_authority(void **state)
{
	struct bench *bench = *state;

	bytes_put_u32(bench->bytes[0].bytes + PUBLISHED_AT_STATE, PUBLISHED_SUPERSEDED);
	assert_false(is_lost(bench, GONE));
	bytes_put_u32(bench->bytes[0].bytes + PUBLISHED_AT_STATE, PUBLISHED_REVOKED);
	assert_false(is_lost(bench, GONE));
}

static void
test_a_person_loses_one_account_and_not_the_other(void **state)
{
	struct bench *bench = *state;
	struct published *s = &bench->snapshot, *k = &bench->keys;

	assert_false(loss_of_person(s, k, "shared", "AIDAALICE", "iam-key", &bench->now));
	assert_true(loss_of_person(s, k, "shared", "AIDABOB", "iam-key", &bench->now));
	assert_true(
	    loss_of_person(s, k, "ec2-user", "AIDAALICE", "iam-key", &bench->now));
	assert_false(loss_of_person(s, k, "shared", "", "iam-key", &bench->now));
	bench->fixture.world.people[0].services[0].verdict = VERDICT_UNKNOWN;
	encode(bench);
	assert_false(loss_of_person(s, k, "shared", "AIDAALICE", "iam-key", &bench->now));
	bench->fixture.world.people[0].services[0].verdict = VERDICT_DENY;
	encode(bench);
	assert_true(loss_of_person(s, k, "shared", "AIDAALICE", "iam-key", &bench->now));
	bench->now.wall_ms += (int64_t)bench->fixture.facts.fresh_s * 1000 + 1000;
	assert_false(loss_of_person(s, k, "shared", "AIDAALICE", "iam-key", &bench->now));
}

static void
test_a_guest_of_instance_connect_is_not_lost_for_having_no_claim(void **state)
{
	struct bench *bench = *state;
	struct published *s = &bench->snapshot, *k = &bench->keys;
	struct world *world = &bench->fixture.world;

	world->accounts[0].flags |= USER_SHARED;
	world->people[0].guest_login = VERDICT_ALLOW;
	encode(bench);
	assert_false(loss_of_person(s, k, "alice", "AIDAALICE", "eic", &bench->now));
	assert_true(loss_of_person(s, k, "alice", "AIDAALICE", "iam-key", &bench->now));
	assert_true(loss_of_person(s, k, "alice", "AIDABOB", "eic", &bench->now));
	world->people[0].guest_login = VERDICT_UNKNOWN;
	encode(bench);
	assert_false(loss_of_person(s, k, "alice", "AIDAALICE", "eic", &bench->now));
	world->people[0].guest_login = VERDICT_DENY;
	encode(bench);
	assert_true(loss_of_person(s, k, "alice", "AIDAALICE", "eic", &bench->now));
	world->people[0].guest_login = VERDICT_ALLOW;
	world->accounts[0].flags &= (uint8_t)~USER_SHARED;
	encode(bench);
	assert_true(loss_of_person(s, k, "alice", "AIDAALICE", "eic", &bench->now));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_who_may_log_in_has_lost_nothing),
		TEST(test_the_retired_and_the_absent_have),
		TEST(test_ids_that_are_not_ours_are_never_lost),
		TEST(test_what_is_not_known_is_no_loss),
		TEST(test_old_data_are_no_authority),
		TEST(test_a_superseded_or_revoked_file_is_no_authority),
		TEST(test_a_person_loses_one_account_and_not_the_other),
		TEST(test_a_guest_of_instance_connect_is_not_lost_for_having_no_claim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
