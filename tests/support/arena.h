/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h - the built NSS module asked with buffers of an exact length, between two margins
 *
 * There is one arena's worth of bytes. Every call here fails the test when a margin was
 * written to, errno was changed, or the code does not go with the status; and when anything
 * was written to a buffer without an answer in it.
 */
#ifndef SUPPORT_ARENA_H
#define SUPPORT_ARENA_H

#include <stdbool.h>

#include "tests/support/nss_module.h"

#define ARENA_SIZE_END 8193 /* above the longest buffer */
#define ARENA_ALIGNMENTS 16
#define ARENA_CANARY 0xa5 /* what each byte is before a call */
#define ARENA_ERRNO_BEFORE ETXTBSY
#define ARENA_UNTOUCHED (-77) /* what *errnop is before a call */

struct arena {
	char *buffer;
	size_t size;
};

extern struct nss_module arena_module;

/** arena_init() - canaries everywhere; the buffer at @shift from an aligned address */
void arena_init(struct arena *arena, size_t size, size_t shift);

/** arena_text() - @text, with its NUL, lies inside the buffer and is @expected */
void arena_text(const struct arena *arena, const char *text, const char *expected);

/** arena_code() - of one call: what came back, and that all else was left alone */
void arena_code(const struct arena *arena, enum nss_status status, int error);

enum nss_status
arena_pw_by_name(struct arena *arena, const char *name, struct passwd *pw);
enum nss_status arena_pw_by_id(struct arena *arena, uid_t uid, struct passwd *pw);
enum nss_status arena_gr_by_name(struct arena *arena, const char *name, struct group *gr);
enum nss_status arena_gr_by_id(struct arena *arena, gid_t gid, struct group *gr);

#endif
