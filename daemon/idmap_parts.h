/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idmap_parts.h - the inside of the ledger, shared by idmap.c and idmap_file.c only
 *
 * Room: daemon.
 */
#ifndef DAEMON_IDMAP_PARTS_H
#define DAEMON_IDMAP_PARTS_H

#include "daemon/idmap.h"

struct idmap {
	struct idmap_entry **by_id;  /* owns them */
	struct idmap_entry **by_key; /* the same, sorted by unique id, then kind */
	size_t n;
	size_t room;
	bool is_dirty;
	bool is_damaged; /* its file could not be read: saving would destroy it */
};

/** idmap_insert() - take over @entry; IDMAP_E_COLLISION or -ENOMEM: it stays the caller's */
int idmap_insert(struct idmap *map, struct idmap_entry *entry);

void idmap_entry_free(struct idmap_entry *entry);

static inline void
idmap_entry_freep(struct idmap_entry **entry)
{
	idmap_entry_free(*entry);
}

#endif
