/* SPDX-License-Identifier: Apache-2.0 */
/* test_nss_module.c - what the built NSS module answers, in buffers of every length */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/published_format.h"
#include "tests/support/arena.h"

#define ALICE (IDS_FIRST + 2000)
#define RETIRED (IDS_FIRST + 2001)
#define LOCAL 1000
#define LISTED (IDS_FIRST + 5500)
#define ADMINS (IDS_FIRST + 5000)
#define EMPTY (IDS_FIRST + 5001)
#define SIZE_END 1025
#define ODD 1 /* what the second of the two alignments adds */

static int
setup(void **state)
{
	struct world_fixture *f = calloc(1, sizeof(*f));
	size_t admins;

	assert_non_null(f);
	world_fixture_init(f);
	(void)world_fixture_account(f, "alice", ALICE);
	(void)world_fixture_account(f, "retired", RETIRED);
	f->world.accounts[1].flags = USER_RETIRED;
	(void)world_fixture_account(f, "ec2-user", LOCAL);
	f->world.accounts[2].flags = USER_LOCAL | USER_NAME;
	(void)world_fixture_account(f, "bob", IDS_FIRST + 2003);
	admins = world_fixture_group(f, "HostAdmins", ADMINS);
	(void)world_fixture_group(f, "empty", EMPTY);
	world_fixture_member(f, admins, 0);
	world_fixture_member(f, admins, 3);
	world_fixture_member(f, world_fixture_group(f, "listed", LISTED), 2);
	for (uint32_t i = 0; i < 10; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "team-%u", i);
		world_fixture_member(
		    f, world_fixture_group(f, name, IDS_FIRST + 6000 + i), 0);
	}
	nss_module_publish(f);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct world_fixture *f = *state;

	nss_module_withdraw();
	world_fixture_done(f);
	free(f);
	return 0;
}

static void
check_alice(const struct arena *arena, const struct passwd *pw)
{
	arena_text(arena, pw->pw_name, "alice");
	arena_text(arena, pw->pw_passwd, "*");
	arena_text(arena, pw->pw_gecos, "AIDAEXAMPLE000000000");
	arena_text(arena, pw->pw_dir, "/home/alice");
	arena_text(arena, pw->pw_shell, "/bin/bash");
	assert_int_equal(pw->pw_uid, ALICE);
	assert_int_equal(pw->pw_gid, ALICE);
}

static void
check_group(const struct arena *arena, const struct group *gr, const char *name,
    gid_t gid, const char *const *members)
{
	size_t n = 0;

	arena_text(arena, gr->gr_name, name);
	arena_text(arena, gr->gr_passwd, "*");
	assert_int_equal(gr->gr_gid, gid);
	assert_int_equal((uintptr_t)gr->gr_mem % _Alignof(char *), 0);
	assert_true((char *)gr->gr_mem >= arena->buffer);
	for (; members[n] != NULL; n++) {
		assert_non_null(gr->gr_mem[n]);
		arena_text(arena, gr->gr_mem[n], members[n]);
	}
	assert_null(gr->gr_mem[n]);
	assert_true((char *)&gr->gr_mem[n + 1] <= arena->buffer + arena->size);
}

static void
test_accounts_in_buffers_of_every_length(void **state)
{
	const size_t need = sizeof("alice:*:AIDAEXAMPLE000000000:/home/alice:/bin/bash");
	struct passwd pw, before;
	struct arena arena;

	(void)state;
	memset(&before, ARENA_CANARY, sizeof(before));
	for (size_t size = 0; size < SIZE_END; size++) {
		for (size_t shift = 0; shift <= ODD; shift++) {
			bool fits = size >= need;

			arena_init(&arena, size, shift);
			pw = before;
			assert_int_equal(arena_pw_by_name(&arena, "alice", &pw),
			    fits ? NSS_STATUS_SUCCESS : NSS_STATUS_TRYAGAIN);
			if (fits)
				check_alice(&arena, &pw);
			else
				assert_memory_equal(&pw, &before, sizeof(pw));
			arena_init(&arena, size, shift);
			assert_int_equal(arena_pw_by_id(&arena, ALICE, &pw),
			    fits ? NSS_STATUS_SUCCESS : NSS_STATUS_TRYAGAIN);
			if (fits)
				check_alice(&arena, &pw);
		}
	}
}

static void
test_groups_in_buffers_of_every_length(void **state)
{
	static const char *const admins[] = { "alice", "bob", NULL };
	static const char *const nobody[] = { NULL };
	/* Before each member's name stands its length, as in the file. */
	static const struct {
		const char *name;
		gid_t gid;
		const char *const *members;
		size_t need; /* aligned */
	} cases[] = {
		{ "HostAdmins", ADMINS, admins,
		    3 * sizeof(char *) + 2 + sizeof("HostAdmins:*:alice:bob") },
		{ "empty", EMPTY, nobody, sizeof(char *) + sizeof("empty:*") },
		{ "alice", ALICE, nobody, sizeof(char *) + sizeof("alice:*") },
	};
	struct group gr;
	struct arena arena;

	(void)state;
	for (size_t i = 0; i < BASE_N(cases); i++) {
		for (size_t n = 0; n < SIZE_END * (size_t)(ODD + 1); n++) {
			size_t size = n / (ODD + 1), shift = n % (ODD + 1);
			size_t pad = shift == 0 ? 0 : sizeof(char *) - shift;
			enum nss_status expected = size >= cases[i].need + pad
						       ? NSS_STATUS_SUCCESS
						       : NSS_STATUS_TRYAGAIN;

			arena_init(&arena, size, shift);
			assert_int_equal(
			    arena_gr_by_name(&arena, cases[i].name, &gr), expected);
			if (expected == NSS_STATUS_SUCCESS)
				check_group(&arena, &gr, cases[i].name, cases[i].gid,
				    cases[i].members);
			arena_init(&arena, size, shift);
			assert_int_equal(
			    arena_gr_by_id(&arena, cases[i].gid, &gr), expected);
			if (expected == NSS_STATUS_SUCCESS)
				check_group(&arena, &gr, cases[i].name, cases[i].gid,
				    cases[i].members);
		}
	}
}

static void
test_names_that_are_none_of_ours_are_authoritatively_absent(void **state)
{
	static char longest[5000];
	const char *const names[] = { "", "root", "nobody", "Alice", "alice ", "alice\n",
		"ALICE", "al", "alicea", "a..b", "\xff", longest };
	struct arena arena;
	struct passwd pw;
	struct group gr;

	(void)state;
	memset(longest, 'a', sizeof(longest) - 1);
	for (size_t i = 0; i < BASE_N(names); i++) {
		arena_init(&arena, 0, 0); /* absence needs no buffer */
		assert_int_equal(
		    arena_pw_by_name(&arena, names[i], &pw), NSS_STATUS_NOTFOUND);
		assert_int_equal(
		    arena_gr_by_name(&arena, names[i], &gr), NSS_STATUS_NOTFOUND);
	}
}

static void
test_ids_that_are_none_of_ours_are_authoritatively_absent(void **state)
{
	static const uint32_t ids[] = { 0, 1, LOCAL, 65534, IDS_FIRST, IDS_LAST,
		ALICE - 1, UINT32_MAX };
	struct arena arena;
	struct passwd pw;
	struct group gr;

	(void)state;
	for (size_t i = 0; i < BASE_N(ids); i++) {
		arena_init(&arena, 1024, 0);
		assert_int_equal(
		    arena_pw_by_id(&arena, ids[i], &pw), NSS_STATUS_NOTFOUND);
		assert_int_equal(
		    arena_gr_by_id(&arena, ids[i], &gr), NSS_STATUS_NOTFOUND);
	}
}

static void
test_retired_people_have_an_id_and_no_name(void **state)
{
	static const char *const nobody[] = { NULL };
	struct arena arena;
	struct passwd pw;
	struct group gr;

	(void)state;
	arena_init(&arena, 1024, 0);
	assert_int_equal(arena_pw_by_name(&arena, "retired", &pw), NSS_STATUS_NOTFOUND);
	assert_int_equal(arena_gr_by_name(&arena, "retired", &gr), NSS_STATUS_NOTFOUND);
	assert_int_equal(arena_pw_by_id(&arena, RETIRED, &pw), NSS_STATUS_SUCCESS);
	arena_text(&arena, pw.pw_name, "retired");
	assert_int_equal(arena_gr_by_id(&arena, RETIRED, &gr), NSS_STATUS_SUCCESS);
	check_group(&arena, &gr, "retired", RETIRED, nobody);
}

static void
test_a_listed_local_account_is_left_to_files(void **state)
{
	struct arena arena;
	struct passwd pw;
	struct group gr;

	(void)state;
	arena_init(&arena, 1024, 0);
	assert_int_equal(arena_pw_by_name(&arena, "ec2-user", &pw), NSS_STATUS_NOTFOUND);
	assert_int_equal(arena_gr_by_name(&arena, "ec2-user", &gr), NSS_STATUS_NOTFOUND);
	assert_int_equal(arena_pw_by_id(&arena, LOCAL, &pw), NSS_STATUS_NOTFOUND);
}

/* @size of malloc'd array with @start used; returns how many there are afterwards. */
static long
init_groups(const char *user, gid_t primary, long start, long size, long limit,
    enum nss_status expected, gid_t **ret_gids)
{
	gid_t *gids = calloc((size_t)size + 1, sizeof(gid_t));
	int error = ARENA_UNTOUCHED;
	enum nss_status status;

	assert_non_null(gids);
	for (long i = 0; i < size; i++)
		gids[i] = 7;
	errno = ARENA_ERRNO_BEFORE;
	status = arena_module.initgroups_dyn(
	    user, primary, &start, &size, &gids, limit, &error);
	assert_int_equal(errno, ARENA_ERRNO_BEFORE);
	assert_int_equal(status, expected);
	assert_int_equal(error, status == NSS_STATUS_SUCCESS ? ARENA_UNTOUCHED : ENOENT);
	assert_true(start <= size);
	*ret_gids = gids;
	return start;
}

static void
test_groups_of_a_user_grow_the_array_up_to_the_limit(void **state)
{
	static const long limits[] = { -1, 0, 1, 2, 5, 11, 12, 100 };
	gid_t *gids;

	(void)state;
	for (size_t i = 0; i < BASE_N(limits); i++) {
		for (long start = 0; start < 4; start++) {
			long room = limits[i] > 0 ? limits[i] : 1000;
			long expected = start + 11 < room ? start + 11 : room;
			long size = start == 0 ? 1 : start, end;

			if (size > room)
				continue;
			end = init_groups("alice", ALICE, start, size, limits[i],
			    NSS_STATUS_SUCCESS, &gids);
			assert_int_equal(end, expected);
			for (long n = 0; n < start; n++)
				assert_int_equal(gids[n], 7);
			if (end > start)
				assert_int_equal(gids[start], ADMINS);
			for (long n = start + 1; n < end; n++)
				assert_int_equal(
				    gids[n], IDS_FIRST + 6000 + n - start - 1);
			free(gids);
		}
	}
}

static void
test_the_primary_group_is_not_repeated(void **state)
{
	gid_t *gids;

	(void)state;
	assert_int_equal(
	    init_groups("alice", ADMINS, 0, 4, 0, NSS_STATUS_SUCCESS, &gids), 10);
	for (long n = 0; n < 10; n++)
		assert_int_not_equal(gids[n], ADMINS);
	free(gids);
}

static void
test_groups_of_strangers_are_answered_at_once(void **state)
{
	static const char *const names[] = { "root", "nobody", "retired", "Alice", "ec2",
		"", "x." };
	gid_t *gids;

	(void)state;
	for (size_t i = 0; i < BASE_N(names); i++) {
		assert_int_equal(
		    init_groups(names[i], 0, 1, 4, 0, NSS_STATUS_NOTFOUND, &gids), 1);
		free(gids);
	}
}

static void
test_a_listed_local_account_is_in_our_groups_as_well(void **state)
{
	gid_t *gids;

	(void)state;
	assert_int_equal(
	    init_groups("ec2-user", 1000, 1, 4, 0, NSS_STATUS_SUCCESS, &gids), 2);
	assert_int_equal(gids[0], 7);
	assert_int_equal(gids[1], LISTED);
	free(gids);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accounts_in_buffers_of_every_length),
		cmocka_unit_test(test_groups_in_buffers_of_every_length),
		cmocka_unit_test(
		    test_names_that_are_none_of_ours_are_authoritatively_absent),
		cmocka_unit_test(
		    test_ids_that_are_none_of_ours_are_authoritatively_absent),
		cmocka_unit_test(test_retired_people_have_an_id_and_no_name),
		cmocka_unit_test(test_a_listed_local_account_is_left_to_files),
		cmocka_unit_test(test_groups_of_a_user_grow_the_array_up_to_the_limit),
		cmocka_unit_test(test_the_primary_group_is_not_repeated),
		cmocka_unit_test(test_groups_of_strangers_are_answered_at_once),
		cmocka_unit_test(test_a_listed_local_account_is_in_our_groups_as_well),
	};

	nss_module_load(argc, argv, &arena_module);
	return cmocka_run_group_tests(tests, setup, teardown);
}
