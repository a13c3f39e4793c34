/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_enum.h - where an enumeration stands: one word per database and process
 *
 * Room: nss. glibc keeps one position per process for getpwent(3), under its own lock; a
 * program that calls the module itself from several threads gets each entry once. The
 * position holds for one generation: when another is published, the enumeration ends, so
 * that nothing is listed twice and no walk is endless. fork(2) copies it, like stdio's.
 */
#ifndef NSS_ENUM_H
#define NSS_ENUM_H

#include <stdatomic.h>
#include <stdint.h>

#include "common/published.h"

/* Low 32 bits of the generation, then the next index; 0: not begun. */
struct nss_enum {
	_Atomic uint64_t position;
};

/**
 * nss_enum_get() - the index to look at
 * @ret_position: to hand back to nss_enum_advance()
 *
 * Return: 0, or PUBLISHED_E_NOTFOUND when enumeration is off or the generation changed.
 */
int nss_enum_get(struct nss_enum *cursor, const struct published *file,
    uint64_t *ret_position, uint32_t *ret_index);

/** nss_enum_advance() - false when another thread took that position: look again */
bool nss_enum_advance(struct nss_enum *cursor, const struct published *file,
    uint64_t position, uint32_t next_index);

static inline void
nss_enum_reset(struct nss_enum *cursor)
{
	atomic_store_explicit(&cursor->position, 0, memory_order_relaxed);
}

#endif
