/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_reader.h - the module's one reader of the snapshot
 *
 * Room: nss. The only mutable static data of the module beside the two enumeration
 * cursors and one word of doorbell.c.
 */
#ifndef NSS_READER_H
#define NSS_READER_H

#include "common/reader.h"

/** nss_reader_acquire() - reader_acquire() on the snapshot */
int nss_reader_acquire(struct reader_guard *ret_guard) MUST_CHECK;

/** nss_reader_pin(), nss_reader_unpin() - reader_pin() and reader_unpin() on the snapshot */
int nss_reader_pin(_Atomic(struct published *) *pin, struct reader_guard *ret_guard)
    MUST_CHECK;
void nss_reader_unpin(_Atomic(struct published *) *pin);

#endif
