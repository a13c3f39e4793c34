/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idmap_parts.h - the inside of the ledger, shared by idmap.c and idmap_file.c only
 *
 * Room: daemon.
 */
#ifndef DAEMON_IDMAP_PARTS_H
#define DAEMON_IDMAP_PARTS_H

#include "daemon/idmap.h"
#include "daemon/pool.h"

struct idmap {
	struct pool
	    *pool; /* entries and texts; one that is renamed leaves its old name */
	struct idmap_entry **by_id;
	struct idmap_entry **by_key; /* the same, sorted by unique id, then kind */
	size_t n;
	size_t room;
	bool is_dirty;
	bool is_damaged; /* its file could not be read: saving would destroy it */
};

/** idmap_entry_new() - nowhere yet, without id and name; 0 or -ENOMEM */
int idmap_entry_new(struct idmap *map, const char *kind, const char *unique_id,
    struct idmap_entry **ret_entry);

/** idmap_entry_name() - the account; 0 or -ENOMEM, then it is as it was */
int idmap_entry_name(struct idmap *map, struct idmap_entry *entry, const char *name,
    const char *home, const char *shell);

/** idmap_insert() - @entry counts from now on; IDMAP_E_COLLISION or -ENOMEM: it does not */
int idmap_insert(struct idmap *map, struct idmap_entry *entry);

#endif
