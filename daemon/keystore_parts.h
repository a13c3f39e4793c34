/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keystore_parts.h - the inside of the key store, shared by keystore.c and keystore_file.c
 *
 * Room: daemon.
 */
#ifndef DAEMON_KEYSTORE_PARTS_H
#define DAEMON_KEYSTORE_PARTS_H

#include "daemon/keystore.h"

struct keystore {
	struct keystore_person **people; /* owned, sorted by unique id */
	size_t n;
	size_t room;
};

static inline void
keystore_freep(struct keystore **store)
{
	keystore_free(*store);
}
#define _cleanup_keystore_ _cleanup_(keystore_freep)

#endif
