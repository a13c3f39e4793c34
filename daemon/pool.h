/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.h - memory of many small things that live and end together
 *
 * Room: daemon. A directory of 50,000 people is half a million texts: one malloc each would
 * cost as much again in headers, and hundreds of megabytes of holes when the next listing
 * takes its place. A pool takes memory in large pieces and gives it back whole; texts that
 * stand many times (paths, groups, tags) are kept once. Not for secrets: nothing is wiped.
 */
#ifndef DAEMON_POOL_H
#define DAEMON_POOL_H

#include <stddef.h>

#include "common/base.h"

struct pool;

/** pool_new() - an empty pool; 0 or -ENOMEM */
int pool_new(struct pool **ret_pool);
void pool_free(struct pool *pool); /* NULL is fine; ends everything in it */

/**
 * pool_grow() - room for one more element behind @n elements of @size bytes
 * @array: NULL, or what an earlier call for the same array returned
 *
 * The array stays where it is while nothing else was grown since; else it is copied, and
 * the old place is lost until the end of the pool.
 *
 * Return: the array, its new element not initialised; NULL: out of memory, the old one
 * stands. Aligned for pointers and 64-bit numbers.
 */
void *pool_grow(struct pool *pool, void *array, size_t n, size_t size);

/** pool_bytes() - a copy of @len bytes and a NUL; NULL: out of memory */
char *pool_bytes(struct pool *pool, const void *bytes, size_t len);

/** pool_text() - a copy of @text of its own */
char *pool_text(struct pool *pool, const char *text);

/** pool_shared() - @text, kept once however often it is asked for: never to be changed */
char *pool_shared(struct pool *pool, const char *text);

/** pool_seal() - nothing shared comes any more: forgets what is there, keeps the texts */
void pool_seal(struct pool *pool);

static inline void
pool_freep(struct pool **pool)
{
	pool_free(*pool);
}
#define _cleanup_pool_ _cleanup_(pool_freep)

#endif
