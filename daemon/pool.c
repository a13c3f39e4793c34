/* SPDX-License-Identifier: Apache-2.0 */
/* pool.c - memory of many small things that live and end together; contract in pool.h */
#include <string.h>
#include <sys/random.h>

#include "common/published_format.h"
#include "daemon/pool.h"

/* Pieces double from the first to the largest: from there on malloc(3) maps each alone. */
#define PIECE_FIRST 1024
#define PIECE_LARGEST ((size_t)256 * 1024)
#define SHARED_MAX 512 /* longer texts are hardly ever equal */

struct pool_piece {
	struct pool_piece *next;
	size_t size; /* of bytes */
	_Alignas(max_align_t) char bytes[];
};

/* Where the next bytes come from. Texts and arrays have one each: see pool_grow(). */
struct pool_place {
	char *at;
	char *end;
	size_t next_size;
};

struct pool {
	struct pool_piece *pieces;
	struct pool_place texts;
	struct pool_place arrays;
	char **shared; /* open addressing, half full at most */
	size_t n_shared;
	size_t n_slots; /* 0 or a power of two */
	uint64_t seed;  /* whoever names tags does not choose the slots */
};

int
pool_new(struct pool **ret_pool)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return -ENOMEM;
	pool->texts.next_size = PIECE_FIRST;
	pool->arrays.next_size = PIECE_FIRST;
	if (getrandom(&pool->seed, sizeof(pool->seed), GRND_NONBLOCK) < 0)
		pool->seed = (uint64_t)(uintptr_t)pool;
	*ret_pool = pool;
	return 0;
}

void
pool_free(struct pool *pool)
{
	struct pool_piece *next;

	if (pool == NULL)
		return;
	for (struct pool_piece *piece = pool->pieces; piece != NULL; piece = next) {
		next = piece->next;
		free(piece);
	}
	free(pool->shared);
	free(pool);
}

/* @size bytes from @place, from a new piece where the present one has no room. */
static char *
take(struct pool *pool, struct pool_place *place, size_t size)
{
	struct pool_piece *piece;
	size_t room = place->next_size;
	char *at = place->at;

	if (at != NULL && size <= (size_t)(place->end - at)) {
		place->at += size;
		return at;
	}
	if (size > SIZE_MAX / 2)
		return NULL;
	while (room < size)
		room *= 2;
	piece = malloc(sizeof(*piece) + room);
	if (piece == NULL)
		return NULL;
	piece->next = pool->pieces;
	piece->size = room;
	pool->pieces = piece;
	if (place->next_size < PIECE_LARGEST)
		place->next_size *= 2;
	place->at = piece->bytes + size;
	place->end = piece->bytes + room;
	return piece->bytes;
}

static size_t
align(size_t size)
{
	return (size + sizeof(uint64_t) - 1) / sizeof(uint64_t) * sizeof(uint64_t);
}

void *
pool_grow(struct pool *pool, void *array, size_t n, size_t size)
{
	struct pool_place *place = &pool->arrays;
	char *old = array;
	size_t has = align(n * size), wants = align((n + 1) * size);
	char *fresh;

	if (n >= SIZE_MAX / size / 2)
		return NULL;
	if (old != NULL && old + has == place->at &&
	    wants - has <= (size_t)(place->end - place->at)) {
		place->at += wants - has;
		return old;
	}
	fresh = take(pool, place, wants);
	if (fresh != NULL && n > 0)
		memcpy(fresh, old, n * size);
	return fresh;
}

char *
pool_bytes(struct pool *pool, const void *bytes, size_t len)
{
	char *copy = len < SIZE_MAX ? take(pool, &pool->texts, len + 1) : NULL;

	if (copy == NULL)
		return NULL;
	if (len > 0)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

char *
pool_text(struct pool *pool, const char *text)
{
	return pool_bytes(pool, text, strlen(text));
}

/* The slot of @text, or the free one where it would stand. */
static size_t
slot_of(const struct pool *pool, const char *text, size_t len)
{
	size_t n = (size_t)published_hash(pool->seed, text, len);

	for (;; n++) {
		const char *there = pool->shared[n & (pool->n_slots - 1)];

		if (there == NULL || strcmp(there, text) == 0)
			return n & (pool->n_slots - 1);
	}
}

static int
make_slots(struct pool *pool)
{
	char **old = pool->shared;
	size_t n_old = pool->n_slots;

	if (pool->n_shared * 2 < n_old)
		return 0;
	pool->n_slots = n_old == 0 ? 16 : n_old * 2;
	pool->shared = calloc(pool->n_slots, sizeof(*pool->shared));
	if (pool->shared == NULL) {
		pool->shared = old;
		pool->n_slots = n_old;
		return -ENOMEM;
	}
	for (size_t i = 0; i < n_old; i++)
		if (old[i] != NULL)
			pool->shared[slot_of(pool, old[i], strlen(old[i]))] = old[i];
	free(old);
	return 0;
}

char *
pool_shared(struct pool *pool, const char *text)
{
	size_t len = strlen(text);
	size_t slot;

	if (len > SHARED_MAX)
		return pool_bytes(pool, text, len);
	if (make_slots(pool) != 0)
		return NULL;
	slot = slot_of(pool, text, len);
	if (pool->shared[slot] == NULL) {
		pool->shared[slot] = pool_bytes(pool, text, len);
		pool->n_shared += pool->shared[slot] != NULL;
	}
	return pool->shared[slot];
}

void
pool_seal(struct pool *pool)
{
	free(pool->shared);
	pool->shared = NULL;
	pool->n_shared = pool->n_slots = 0;
}
