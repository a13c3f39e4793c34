/* SPDX-License-Identifier: Apache-2.0 */
/* arena.c - the NSS module with buffers of an exact length; contract in arena.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/arena.h"

#define MARGIN 64

struct nss_module arena_module;
static _Alignas(
    16) unsigned char bytes[MARGIN + ARENA_SIZE_END + ARENA_ALIGNMENTS + MARGIN];
static unsigned char canaries[sizeof(bytes)];

void
arena_init(struct arena *arena, size_t size, size_t shift)
{
	if (canaries[0] == 0)
		memset(canaries, ARENA_CANARY, sizeof(canaries));
	memset(bytes, ARENA_CANARY, sizeof(bytes));
	arena->buffer = (char *)bytes + MARGIN + shift;
	arena->size = size;
}

static bool
all_canary(const unsigned char *from, const unsigned char *to)
{
	return memcmp(from, canaries, (size_t)(to - from)) == 0;
}

static void
check(const struct arena *arena, bool is_untouched)
{
	const unsigned char *start = (unsigned char *)arena->buffer;

	assert_true(all_canary(bytes, start));
	assert_true(all_canary(start + arena->size, bytes + sizeof(bytes)));
	if (is_untouched)
		assert_true(all_canary(start, start + arena->size));
}

void
arena_text(const struct arena *arena, const char *text, const char *expected)
{
	assert_true(text >= arena->buffer);
	assert_true(text + strlen(expected) + 1 <= arena->buffer + arena->size);
	assert_string_equal(text, expected);
}

void
arena_code(const struct arena *arena, enum nss_status status, int error)
{
	assert_int_equal(errno, ARENA_ERRNO_BEFORE);
	switch (status) {
	case NSS_STATUS_SUCCESS:
		assert_int_equal(error, ARENA_UNTOUCHED);
		check(arena, false);
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
	check(arena, true);
}

enum nss_status
arena_pw_by_name(struct arena *arena, const char *name, struct passwd *pw)
{
	int error = ARENA_UNTOUCHED;
	enum nss_status status;

	errno = ARENA_ERRNO_BEFORE;
	status = arena_module.getpwnam_r(name, pw, arena->buffer, arena->size, &error);
	arena_code(arena, status, error);
	return status;
}

enum nss_status
arena_pw_by_id(struct arena *arena, uid_t uid, struct passwd *pw)
{
	int error = ARENA_UNTOUCHED;
	enum nss_status status;

	errno = ARENA_ERRNO_BEFORE;
	status = arena_module.getpwuid_r(uid, pw, arena->buffer, arena->size, &error);
	arena_code(arena, status, error);
	return status;
}

enum nss_status
arena_gr_by_name(struct arena *arena, const char *name, struct group *gr)
{
	int error = ARENA_UNTOUCHED;
	enum nss_status status;

	errno = ARENA_ERRNO_BEFORE;
	status = arena_module.getgrnam_r(name, gr, arena->buffer, arena->size, &error);
	arena_code(arena, status, error);
	return status;
}

enum nss_status
arena_gr_by_id(struct arena *arena, gid_t gid, struct group *gr)
{
	int error = ARENA_UNTOUCHED;
	enum nss_status status;

	errno = ARENA_ERRNO_BEFORE;
	status = arena_module.getgrgid_r(gid, gr, arena->buffer, arena->size, &error);
	arena_code(arena, status, error);
	return status;
}
