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
#include "tests/support/nss_module.h"

#define ALICE (IDS_FIRST + 2000)
#define LONG (IDS_FIRST + 2004)
#define LONG_GECOS 7000
#define ADMINS (IDS_FIRST + 5000)
#define EMPTY (IDS_FIRST + 5001)
#define BIG (IDS_FIRST + 5002)
#define BIG_MEMBERS 300 /* their names and pointers take some 5,000 bytes */
#define FIRST_OF_BIG 0x71000000u
#define SIZE_END 8193
#define ALIGNMENTS 16
#define MARGIN 64
#define CANARY 0xa5
#define ERRNO_BEFORE ETXTBSY
#define UNTOUCHED (-77)

static struct nss_module nss;
static size_t step = 11; /* alignments 0 and 11: even and odd */

/* A buffer between two margins that nobody may write to; there is one. */
struct arena {
	char *buffer;
	size_t size;
};
static _Alignas(16) unsigned char arena_bytes[MARGIN + SIZE_END + ALIGNMENTS + MARGIN];
static unsigned char canaries[sizeof(arena_bytes)];

static void
arena_init(struct arena *arena, size_t size, size_t shift)
{
	memset(canaries, CANARY, sizeof(canaries));
	memset(arena_bytes, CANARY, sizeof(arena_bytes));
	arena->buffer = (char *)arena_bytes + MARGIN + shift;
	arena->size = size;
}

static bool
all_canary(const unsigned char *from, const unsigned char *to)
{
	return memcmp(from, canaries, (size_t)(to - from)) == 0;
}

static void
arena_check(const struct arena *arena, bool is_untouched)
{
	const unsigned char *start = (unsigned char *)arena->buffer;

	assert_true(all_canary(arena_bytes, start));
	assert_true(all_canary(start + arena->size, arena_bytes + sizeof(arena_bytes)));
	if (is_untouched)
		assert_true(all_canary(start, start + arena->size));
}

/* @text, with its NUL, lies inside the buffer and is @expected. */
static void
check_text(const struct arena *arena, const char *text, const char *expected)
{
	assert_true(text >= arena->buffer);
	assert_true(text + strlen(expected) + 1 <= arena->buffer + arena->size);
	assert_string_equal(text, expected);
}

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

/* Codes of one call: what came back, and that errno and the margins were left alone. */
static void
check_code(const struct arena *arena, enum nss_status status, int error)
{
	assert_int_equal(errno, ERRNO_BEFORE);
	switch (status) {
	case NSS_STATUS_SUCCESS:
		assert_int_equal(error, UNTOUCHED);
		arena_check(arena, false);
		return;
	case NSS_STATUS_TRYAGAIN:
		assert_int_equal(error, ERANGE);
		break;
	case NSS_STATUS_NOTFOUND:
		assert_int_equal(error, ENOENT);
		break;
	default:
		fail();
	}
	arena_check(arena, true);
}

static enum nss_status
pw_by_name(struct arena *arena, const char *name, struct passwd *pw)
{
	int error = UNTOUCHED;
	enum nss_status status;

	errno = ERRNO_BEFORE;
	status = nss.getpwnam_r(name, pw, arena->buffer, arena->size, &error);
	check_code(arena, status, error);
	return status;
}

static enum nss_status
pw_by_id(struct arena *arena, uid_t uid, struct passwd *pw)
{
	int error = UNTOUCHED;
	enum nss_status status;

	errno = ERRNO_BEFORE;
	status = nss.getpwuid_r(uid, pw, arena->buffer, arena->size, &error);
	check_code(arena, status, error);
	return status;
}

static enum nss_status
gr_by_name(struct arena *arena, const char *name, struct group *gr)
{
	int error = UNTOUCHED;
	enum nss_status status;

	errno = ERRNO_BEFORE;
	status = nss.getgrnam_r(name, gr, arena->buffer, arena->size, &error);
	check_code(arena, status, error);
	return status;
}

static enum nss_status
gr_by_id(struct arena *arena, gid_t gid, struct group *gr)
{
	int error = UNTOUCHED;
	enum nss_status status;

	errno = ERRNO_BEFORE;
	status = nss.getgrgid_r(gid, gr, arena->buffer, arena->size, &error);
	check_code(arena, status, error);
	return status;
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
	check_text(arena, gr->gr_name, c->name);
	check_text(arena, gr->gr_passwd, "*");
	assert_int_equal(gr->gr_gid, c->id);
	assert_int_equal((uintptr_t)gr->gr_mem % _Alignof(char *), 0);
	assert_true((char *)gr->gr_mem >= arena->buffer);
	assert_true((char *)&gr->gr_mem[c->n_members + 1] <= arena->buffer + arena->size);
	assert_null(gr->gr_mem[c->n_members]);
	for (size_t n = 0; n < c->n_members; n++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "user%05u", (unsigned)n);
		check_text(arena, gr->gr_mem[n], name);
	}
}

/* An answer, or TRYAGAIN with ERANGE and nothing written: neither buffer nor result. */
static void
check_group_case(
    const struct sized_case *c, size_t size, size_t shift, enum nss_status expected)
{
	struct group gr, before;
	struct arena arena;

	memset(&before, CANARY, sizeof(before));
	for (int by_id = 0; by_id < 2; by_id++) {
		gr = before;
		arena_init(&arena, size, shift);
		assert_int_equal(by_id ? gr_by_id(&arena, c->id, &gr)
				       : gr_by_name(&arena, c->name, &gr),
		    expected);
		if (expected != NSS_STATUS_SUCCESS)
			assert_memory_equal(&gr, &before, sizeof(gr));
		else if (c->n_members == BIG_MEMBERS)
			check_big(&arena, &gr, c);
		else
			check_text(&arena, gr.gr_name, c->name);
	}
}

static void
check_account_case(
    const struct sized_case *c, size_t size, size_t shift, enum nss_status expected)
{
	struct passwd pw, before;
	struct arena arena;

	memset(&before, CANARY, sizeof(before));
	for (int by_id = 0; by_id < 2; by_id++) {
		pw = before;
		arena_init(&arena, size, shift);
		assert_int_equal(by_id ? pw_by_id(&arena, c->id, &pw)
				       : pw_by_name(&arena, c->name, &pw),
		    expected);
		if (expected != NSS_STATUS_SUCCESS) {
			assert_memory_equal(&pw, &before, sizeof(pw));
			continue;
		}
		check_text(&arena, pw.pw_name, c->name);
		check_text(&arena, pw.pw_shell, "/bin/bash");
		check_text(&arena, pw.pw_passwd, "*");
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

		for (size_t n = 0; n < SIZE_END * (size_t)ALIGNMENTS; n++) {
			size_t size = n / ALIGNMENTS, shift = n % ALIGNMENTS;
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
	for (size_t n = 0; n < SIZE_END * (size_t)ALIGNMENTS; n++) {
		size_t size = n / ALIGNMENTS, shift = n % ALIGNMENTS;
		size_t pad = -shift % sizeof(char *);

		if (shift % step != 0)
			continue;
		(void)nss.setpwent(0);
		(void)nss.setgrent(0);
		for (int again = 0; again < 2; again++) {
			int error = UNTOUCHED;
			enum nss_status status;

			errno = ERRNO_BEFORE;
			arena_init(&arena, again ? SIZE_END : size, shift);
			status = nss.getpwent_r(&pw, arena.buffer, arena.size, &error);
			check_code(&arena, status, error);
			assert_int_equal(status, arena.size >= pw_need
						     ? NSS_STATUS_SUCCESS
						     : NSS_STATUS_TRYAGAIN);
			if (status == NSS_STATUS_SUCCESS &&
			    (again == 0 || size < pw_need))
				check_text(&arena, pw.pw_name, "alice");
			error = UNTOUCHED;
			arena_init(&arena, again ? SIZE_END : size, shift);
			status = nss.getgrent_r(&gr, arena.buffer, arena.size, &error);
			check_code(&arena, status, error);
			assert_int_equal(status, arena.size >= gr_need + pad
						     ? NSS_STATUS_SUCCESS
						     : NSS_STATUS_TRYAGAIN);
			if (status == NSS_STATUS_SUCCESS &&
			    (again == 0 || size < gr_need + pad))
				check_text(&arena, gr.gr_name, "HostAdmins");
		}
	}
	(void)nss.endpwent();
	(void)nss.endgrent();
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
			int error = UNTOUCHED;

			assert_non_null(gids);
			errno = ERRNO_BEFORE;
			assert_int_equal(nss.initgroups_dyn("alice", ALICE, &n, &room,
					     &gids, limit, &error),
			    NSS_STATUS_SUCCESS);
			assert_int_equal(errno, ERRNO_BEFORE);
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
	nss_module_load(argc, argv, &nss);
	return cmocka_run_group_tests(tests, setup, teardown);
}
