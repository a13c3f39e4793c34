/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_enum.h - a walk over a database: one per database and process, over one generation
 *
 * Room: nss. One walk a process and not one a thread, because that is what getpwent(3) is:
 * glibc keeps, under its own lock, one place among the services of nsswitch.conf, and moves
 * on for all threads when one of them hears NOTFOUND. A walk of our own per thread would
 * start anew in the second thread, and list names again that the first has listed. It also
 * needs no thread-local storage in a stranger's process.
 *
 * A walk pins a map of its own: it goes on over the generation that it began with, however
 * often that is replaced, so no name comes twice, none comes from another generation, and
 * it ends after as many entries as that generation has. Only a revoked one ends at once.
 * The position lies in the pinned map's private page, so a walk that was ended cannot move
 * the next one. No lock: threads that call the module directly get each entry once between
 * them. fork(2) copies the walk, like stdio's position. A process that never calls endpwent(3)
 * keeps the map, as it would keep `files`' stream.
 */
#ifndef NSS_ENUM_H
#define NSS_ENUM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/reader.h"

struct nss_enum {
	_Atomic(struct published *) walk; /* NULL: not begun */
};

/**
 * nss_enum_enter() - the generation to walk over; begins the walk if there is none
 *
 * Return: 0; PUBLISHED_E_NOTFOUND when enumeration is off; else as reader_pin().
 */
int nss_enum_enter(struct nss_enum *cursor, struct reader_guard *ret_guard) MUST_CHECK;

/** nss_enum_position() - the index to look at next */
uint32_t nss_enum_position(const struct reader_guard *guard);

/** nss_enum_advance() - false when another thread took the entry at @from: look again */
bool nss_enum_advance(const struct reader_guard *guard, uint32_t from, uint32_t next);

/** nss_enum_reset() - no walk; errno kept */
void nss_enum_reset(struct nss_enum *cursor);

#endif
