/* SPDX-License-Identifier: Apache-2.0 */
/* nss_reader.c - the module's one reader of the snapshot; contract in nss_reader.h */
#include "nss/nss_reader.h"
#include "common/paths.h"

static struct reader reader = READER_INIT(paths_snapshot, PUBLISHED_MAGIC_SNAPSHOT);

int
nss_reader_acquire(struct reader_guard *ret_guard)
{
	return reader_acquire(&reader, ret_guard);
}

int
nss_reader_pin(_Atomic(struct published *) *pin, struct reader_guard *ret_guard)
{
	return reader_pin(&reader, pin, ret_guard);
}

void
nss_reader_unpin(_Atomic(struct published *) *pin)
{
	reader_unpin(&reader, pin);
}
