/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_nss_lengths.c [MODULE [full]] - every entry point of the built NSS module in buffers
 * of every length from 0 to 8192, even and odd; `full`: at each of 16 alignments
 *
 * The right answer, or TRYAGAIN with ERANGE, and not a byte written outside of the buffer,
 * nor, without an answer, into it or into the result.
 */
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
#define LONG (IDS_FIRST + 2004)
#define LONG_GECOS 7000
#define ADMINS (IDS_FIRST + 5000)
#define EMPTY (IDS_FIRST + 5001)
#define BIG (IDS_FIRST + 5002)
#define BIG_MEMBERS 300 /* their names and pointers take some 5,000 bytes */
#define FIRST_OF_BIG 0x71000000u

static size_t step = 11; /* alignments 0 and 11: even and odd */

/* An account and a group whose answers take thousands of bytes. */
static void
add_big_ones(struct world_fixture *f)
{
	size_t account = world_fixture_account(f, "long", LONG);
	size_t big = world_fixture_group(f, "big", BIG);
	char *gecos = malloc(LONG_GECOS + 1);
	char name[16];

	assert_non_null(gecos);
	memset(gecos, 'g', LONG_GECOS);
	gecos[LONG_GECOS] = '\0';
	free(f->world.accounts[account].gecos);
	f->world.accounts[account].gecos = gecos;
	for (uint32_t i = 0; i < BIG_MEMBERS; i++) {
		(void)snprintf(name, sizeof(name), "user%05u", i);
		world_fixture_member(
		    f, big, world_fixture_account(f, name, FIRST_OF_BIG + i));
	}
}

static int
setup(void **state)
{
	struct world_fixture *f = calloc(1, sizeof(*f));
	size_t admins;

	assert_non_null(f);
	world_fixture_init(f);
	(void)world_fixture_account(f, "alice", ALICE);
	(void)world_fixture_account(f, "bob", IDS_FIRST + 2003);
	admins = world_fixture_group(f, "HostAdmins", ADMINS);
	(void)world_fixture_group(f, "empty", EMPTY);
	world_fixture_member(f, admins, 0);
	world_fixture_member(f, admins, 1);
	add_big_ones(f);
	f->facts.enumerate = true;
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

/* What to ask for in buffers of each length, and how much it takes at alignment 0. */
struct sized_case {
	const char *name;
	uint32_t id;
	size_t need;
	size_t n_members;
	bool is_group;
};

static size_t
big_need(void)
{
	return (BIG_MEMBERS + 1) * sizeof(char *) + sizeof("big:*") +
	       BIG_MEMBERS * (1 + sizeof("user00000")); /* each behind its length */
}

static void
check_big(const struct arena *arena, const struct group *gr, const struct sized_case *c)
{
	arena_text(arena, gr->gr_name, c->name);
	arena_text(arena, gr->gr_passwd, "*");
	assert_int_equal(gr->gr_gid, c->id);
	assert_int_equal((uintptr_t)gr->gr_mem % _Alignof(char *), 0);
	assert_true((char *)gr->gr_mem >= arena->buffer);
	assert_true((char *)&gr->gr_mem[c->n_members + 1] <= arena->buffer + arena->size);
	assert_null(gr->gr_mem[c->n_members]);
	for (size_t n = 0; n < c->n_members; n++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "user%05u", (unsigned)n);
		arena_text(arena, gr->gr_mem[n], name);
	}
}

/* An answer, or TRYAGAIN with ERANGE and nothing written: neither buffer nor result. */
static void
check_group_case(
    const struct sized_case *c, size_t size, size_t shift, enum nss_status expected)
{
	struct group gr, before;
	struct arena arena;

	memset(&before, ARENA_CANARY, sizeof(before));
	for (int by_id = 0; by_id < 2; by_id++) {
		gr = before;
		arena_init(&arena, size, shift);
		assert_int_equal(by_id ? arena_gr_by_id(&arena, c->id, &gr)
				       : arena_gr_by_name(&arena, c->name, &gr),
		    expected);
		if (expected != NSS_STATUS_SUCCESS)
			assert_memory_equal(&gr, &before, sizeof(gr));
		else if (c->n_members == BIG_MEMBERS)
			check_big(&arena, &gr, c);
		else
			arena_text(&arena, gr.gr_name, c->name);
	}
}

static void
check_account_case(
    const struct sized_case *c, size_t size, size_t shift, enum nss_status expected)
{
	struct passwd pw, before;
	struct arena arena;

	memset(&before, ARENA_CANARY, sizeof(before));
	for (int by_id = 0; by_id < 2; by_id++) {
		pw = before;
		arena_init(&arena, size, shift);
		assert_int_equal(by_id ? arena_pw_by_id(&arena, c->id, &pw)
				       : arena_pw_by_name(&arena, c->name, &pw),
		    expected);
		if (expected != NSS_STATUS_SUCCESS) {
			assert_memory_equal(&pw, &before, sizeof(pw));
			continue;
		}
		arena_text(&arena, pw.pw_name, c->name);
		arena_text(&arena, pw.pw_shell, "/bin/bash");
		arena_text(&arena, pw.pw_passwd, "*");
		assert_int_equal(strlen(pw.pw_gecos), c->id == LONG ? LONG_GECOS : 20);
		assert_int_equal(pw.pw_uid, c->id);
		assert_int_equal(pw.pw_gid, c->id);
	}
}

static size_t
pad_of(const struct sized_case *c, size_t shift)
{
	return c->is_group ? -shift % sizeof(char *) : 0;
}

/* Every length at two alignments, or at all; every length is near some answer's need. */
static void
test_names_and_ids_in_buffers_of_every_length(void **state)
{
	const struct sized_case cases[] = {
		{ "alice", ALICE,
		    sizeof("alice:*:AIDAEXAMPLE000000000:/home/alice:/bin/bash"), 0,
		    false },
		{ "long", LONG, sizeof("long:*::/home/long:/bin/bash") + LONG_GECOS, 0,
		    false },
		{ "HostAdmins", ADMINS,
		    3 * sizeof(char *) + 2 + sizeof("HostAdmins:*:alice:bob"), 2, true },
		{ "empty", EMPTY, sizeof(char *) + sizeof("empty:*"), 0, true },
		{ "alice", ALICE, sizeof(char *) + sizeof("alice:*"), 0, true },
		{ "big", BIG, big_need(), BIG_MEMBERS, true },
	};

	(void)state;
	for (size_t i = 0; i < BASE_N(cases); i++) {
		const struct sized_case *c = &cases[i];

		for (size_t n = 0; n < ARENA_SIZE_END * (size_t)ARENA_ALIGNMENTS; n++) {
			size_t size = n / ARENA_ALIGNMENTS, shift = n % ARENA_ALIGNMENTS;
			enum nss_status expected = size >= c->need + pad_of(c, shift)
						       ? NSS_STATUS_SUCCESS
						       : NSS_STATUS_TRYAGAIN;

			if (shift % step != 0)
				continue;
			if (c->is_group)
				check_group_case(c, size, shift, expected);
			else
				check_account_case(c, size, shift, expected);
		}
	}
}

/*
 * The first entry in a buffer that is too small, then in one that is not: it is still the
 * first. A walk is begun anew for each length.
 */
static void
test_walks_in_buffers_of_every_length(void **state)
{
	const size_t pw_need =
	    sizeof("alice:*:AIDAEXAMPLE000000000:/home/alice:/bin/bash");
	const size_t gr_need = 3 * sizeof(char *) + 2 + sizeof("HostAdmins:*:alice:bob");
	struct arena arena;
	struct passwd pw;
	struct group gr;

	(void)state;
	for (size_t n = 0; n < ARENA_SIZE_END * (size_t)ARENA_ALIGNMENTS; n++) {
		size_t size = n / ARENA_ALIGNMENTS, shift = n % ARENA_ALIGNMENTS;
		size_t pad = -shift % sizeof(char *);

		if (shift % step != 0)
			continue;
		(void)arena_module.setpwent(0);
		(void)arena_module.setgrent(0);
		for (int again = 0; again < 2; again++) {
			int error = ARENA_UNTOUCHED;
			enum nss_status status;

			errno = ARENA_ERRNO_BEFORE;
			arena_init(&arena, again ? ARENA_SIZE_END : size, shift);
			status = arena_module.getpwent_r(
			    &pw, arena.buffer, arena.size, &error);
			arena_code(&arena, status, error);
			assert_int_equal(status, arena.size >= pw_need
						     ? NSS_STATUS_SUCCESS
						     : NSS_STATUS_TRYAGAIN);
			if (status == NSS_STATUS_SUCCESS &&
			    (again == 0 || size < pw_need))
				arena_text(&arena, pw.pw_name, "alice");
			error = ARENA_UNTOUCHED;
			arena_init(&arena, again ? ARENA_SIZE_END : size, shift);
			status = arena_module.getgrent_r(
			    &gr, arena.buffer, arena.size, &error);
			arena_code(&arena, status, error);
			assert_int_equal(status, arena.size >= gr_need + pad
						     ? NSS_STATUS_SUCCESS
						     : NSS_STATUS_TRYAGAIN);
			if (status == NSS_STATUS_SUCCESS &&
			    (again == 0 || size < gr_need + pad))
				arena_text(&arena, gr.gr_name, "HostAdmins");
		}
	}
	(void)arena_module.endpwent();
	(void)arena_module.endgrent();
}

/* With room for @room more, of which the user needs one: then a limit below that. */
static void
test_arrays_of_groups_of_every_length(void **state)
{
	(void)state;
	for (long limit = 0; limit < 8; limit++) {
		for (long size = 1; size <= 8192;
		     size = size < 64 ? size + 1 : size * 2) {
			gid_t *gids = malloc((size_t)size * sizeof(gid_t)); /* for ASan */
			long start = limit > 0 && size > limit ? limit : size, n = start;
			long room = size;
			int error = ARENA_UNTOUCHED;

			assert_non_null(gids);
			errno = ARENA_ERRNO_BEFORE;
			assert_int_equal(arena_module.initgroups_dyn("alice", ALICE, &n,
					     &room, &gids, limit, &error),
			    NSS_STATUS_SUCCESS);
			assert_int_equal(errno, ARENA_ERRNO_BEFORE);
			assert_int_equal(
			    n, limit > 0 && start >= limit ? start : start + 1);
			assert_true(n <= room);
			if (n > start)
				assert_int_equal(gids[start], ADMINS);
			free(gids);
		}
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_and_ids_in_buffers_of_every_length),
		cmocka_unit_test(test_walks_in_buffers_of_every_length),
		cmocka_unit_test(test_arrays_of_groups_of_every_length),
	};

	if (argc > 2 && strcmp(argv[2], "full") == 0)
		step = 1;
	nss_module_load(argc, argv, &arena_module);
	return cmocka_run_group_tests(tests, setup, teardown);
}
