/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idmap.h - unique id -> uid or gid, for ever: the ledger
 *
 * Room: daemon. Pure but for idmap_load() and idmap_save().
 *
 * id = IDS_FIRST + (be64(SHA-256("iamlogin-id-v1" NUL kind ":" unique-id le32(counter))[0..8])
 *      mod 0x0ffe0000), counter = 0, 1, … until the slot is usable: not 0x70001000 to
 *      0x7000ffff's reserved two (IDS_GROUP_*), low 16 bits in 1000…65533. kind is
 *      "iam-user", "role", "person" or "group". The same on every host and in every account.
 *
 * Ledger before hash; an id is never given twice, also not after its owner is gone. Two
 * principals whose first usable slot is the same: the older keeps it, the later is refused
 * (REASON_ID_COLLISION) until an administrator decides; it is never moved silently.
 */
#ifndef DAEMON_IDMAP_H
#define DAEMON_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base.h"

enum {
	IDMAP_E_COLLISION = 1, /* the slot belongs to another unique id */
	IDMAP_E_DAMAGED,       /* the ledger's file does not parse: nothing was loaded */
};

struct idmap_entry {
	const char *kind;
	const char *unique_id;
	uint32_t id;
	const char *name; /* the OS name it was last authorized under; NULL: never was */
	const char *home; /* … and home and shell, for id -> name of retired accounts */
	const char *shell;
	int64_t since_ms; /* wall clock of the assignment */
};

struct idmap;

int idmap_new(struct idmap **ret_map);
void idmap_free(struct idmap *map);

/** idmap_hash() - the first usable id of a unique id, from the hash alone; 0: no memory */
uint32_t idmap_hash(const char *kind, const char *unique_id);

/**
 * idmap_assign() - the id of a unique id; a new one is entered into the ledger
 *
 * The caller assigns in order of age (creation date, then id), so that the older of two
 * colliding newcomers wins on every host.
 *
 * Return: 0, IDMAP_E_COLLISION, or -ENOMEM.
 */
int idmap_assign(struct idmap *map, const char *kind, const char *unique_id,
    int64_t now_ms, uint32_t *ret_id);

/**
 * idmap_assign_id() - likewise, but somebody new gets @id (of a tag) instead of a hash
 * @id: 0: of the hash
 *
 * The ledger is before the tag: who has an id keeps it, whatever the tag says by now.
 *
 * Return: 0, IDMAP_E_COLLISION (also with an id that is not idmap_is_usable()), or -ENOMEM.
 */
int idmap_assign_id(struct idmap *map, const char *kind, const char *unique_id,
    uint32_t id, int64_t now_ms, uint32_t *ret_id);

/** idmap_find() - the id that the ledger has; false when it has none */
bool idmap_find(
    const struct idmap *map, const char *kind, const char *unique_id, uint32_t *ret_id);

/** idmap_is_usable() - may an id be given to anybody? */
bool idmap_is_usable(uint32_t id);

/**
 * idmap_adopt() - enter an id that a publisher has assigned
 *
 * Return: 0 (also when the unique id has one already: it stays), IDMAP_E_COLLISION when
 * @id is another's or cannot be given to anybody, or -ENOMEM.
 */
int idmap_adopt(struct idmap *map, const char *kind, const char *unique_id, uint32_t id,
    int64_t now_ms);

/** idmap_authorized() - remember under which name, home and shell; 0, -ENOENT, -ENOMEM */
int idmap_authorized(struct idmap *map, const char *kind, const char *unique_id,
    const char *name, const char *home, const char *shell);

/** idmap_entry_at() - for listing; sorted by id; NULL past the end */
const struct idmap_entry *idmap_entry_at(const struct idmap *map, size_t n);

/** idmap_is_dirty() - changed since it was loaded or saved */
bool idmap_is_dirty(const struct idmap *map);

/** idmap_load() - an absent file is an empty ledger; IDMAP_E_DAMAGED keeps the file as it is */
int idmap_load(struct idmap *map, const char *path);

/** idmap_save() - temp file, fsync, rename; 0 or -errno, then the old file stands */
int idmap_save(struct idmap *map, const char *path);

static inline void
idmap_freep(struct idmap **map)
{
	idmap_free(*map);
}
#define _cleanup_idmap_ _cleanup_(idmap_freep)

#endif
