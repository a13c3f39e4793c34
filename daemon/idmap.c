/* SPDX-License-Identifier: Apache-2.0 */
/* idmap.c - unique id -> uid or gid, for ever; contract in idmap.h */
#include <endian.h>
#include <string.h>

#include "common/published_format.h"
#include "daemon/digest.h"
#include "daemon/idmap_parts.h"

static const char idmap_domain[] = "iamlogin-id-v1"; /* hashed with its NUL */

#define IDS_COUNT 0x0ffe0000u
#define LOW_FIRST 1000u /* low 16 bits below are system ids to tools that truncate */
#define LOW_LAST 65533u /* above are nobody and (uid_t)-1 to them */

int
idmap_new(struct idmap **ret_map)
{
	_cleanup_free_ struct idmap *map = calloc(1, sizeof(*map));
	int r;

	if (map == NULL)
		return -ENOMEM;
	r = pool_new(&map->pool);
	if (r == 0)
		*ret_map = base_take_ptr(&map);
	return r;
}

void
idmap_free(struct idmap *map)
{
	if (map == NULL)
		return;
	free(map->by_id);
	free(map->by_key);
	pool_free(map->pool);
	free(map);
}

bool
idmap_is_usable(uint32_t id)
{
	uint32_t low = id & 0xffffu;

	return ids_is_ours(id) && low >= LOW_FIRST && low <= LOW_LAST &&
	       id != IDS_GROUP_USERS && id != IDS_GROUP_SUDO;
}

/* 0 when libcrypto fails; no id is 0. */
static uint32_t
hash_slot(char *text, size_t len, uint32_t counter)
{
	uint8_t digest[DIGEST_SIZE];
	uint32_t little = htole32(counter);
	uint64_t big;

	memcpy(text + len, &little, sizeof(little));
	if (digest_sha256(text, len + sizeof(little), digest) != 0)
		return 0;
	memcpy(&big, digest, sizeof(big));
	return IDS_FIRST + (uint32_t)(be64toh(big) % IDS_COUNT);
}

uint32_t
idmap_hash(const char *kind, const char *unique_id)
{
	size_t size = sizeof(idmap_domain) + strlen(kind) + 1 + strlen(unique_id);
	_cleanup_free_ char *text = malloc(size + sizeof(uint32_t) + 1);
	uint32_t id = 0;

	if (text == NULL)
		return 0;
	memcpy(text, idmap_domain, sizeof(idmap_domain));
	(void)snprintf(text + sizeof(idmap_domain), size + 1 - sizeof(idmap_domain),
	    "%s:%s", kind, unique_id);
	for (uint32_t counter = 0; counter < UINT32_MAX; counter++) {
		id = hash_slot(text, size, counter);
		if (id == 0 || idmap_is_usable(id))
			break;
	}
	return id;
}

/* First index whose entry is not below the key; *ret_found says whether it is the key. */
static size_t
find_key(
    const struct idmap *map, const char *kind, const char *unique_id, bool *ret_found)
{
	size_t low = 0;
	size_t high = map->n;

	*ret_found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct idmap_entry *entry = map->by_key[middle];
		int order = strcmp(entry->unique_id, unique_id);

		if (order == 0)
			order = strcmp(entry->kind, kind);
		if (order == 0)
			*ret_found = true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t
find_id(const struct idmap *map, uint32_t id, bool *ret_found)
{
	size_t low = 0;
	size_t high = map->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->by_id[middle]->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_found = low < map->n && map->by_id[low]->id == id;
	return low;
}

static int
make_room(struct idmap *map)
{
	size_t room = map->room == 0 ? 64 : map->room * 2;
	struct idmap_entry **bigger;

	if (map->n < map->room)
		return 0;
	bigger = reallocarray(map->by_id, room, sizeof(struct idmap_entry *));
	if (bigger == NULL)
		return -ENOMEM;
	map->by_id = bigger;
	bigger = reallocarray(map->by_key, room, sizeof(struct idmap_entry *));
	if (bigger == NULL)
		return -ENOMEM;
	map->by_key = bigger;
	map->room = room;
	return 0;
}

static void
insert_at(struct idmap_entry **array, size_t n, size_t at, struct idmap_entry *entry)
{
	memmove(&array[at + 1], &array[at], (n - at) * sizeof(struct idmap_entry *));
	array[at] = entry;
}

int
idmap_entry_new(struct idmap *map, const char *kind, const char *unique_id,
    struct idmap_entry **ret_entry)
{
	struct idmap_entry *entry = pool_grow(map->pool, NULL, 0, sizeof(*entry));

	if (entry == NULL)
		return -ENOMEM;
	*entry = (struct idmap_entry){
		.kind = pool_shared(map->pool, kind),
		.unique_id = pool_text(map->pool, unique_id),
	};
	if (entry->kind == NULL || entry->unique_id == NULL)
		return -ENOMEM;
	*ret_entry = entry;
	return 0;
}

int
idmap_entry_name(struct idmap *map, struct idmap_entry *entry, const char *name,
    const char *home, const char *shell)
{
	const char *name_copy = pool_text(map->pool, name);
	const char *home_copy = pool_text(map->pool, home);
	const char *shell_copy = pool_shared(map->pool, shell);

	if (name_copy == NULL || home_copy == NULL || shell_copy == NULL)
		return -ENOMEM;
	entry->name = name_copy;
	entry->home = home_copy;
	entry->shell = shell_copy;
	return 0;
}

int
idmap_insert(struct idmap *map, struct idmap_entry *entry)
{
	bool is_known;
	bool is_taken;
	size_t key_at = find_key(map, entry->kind, entry->unique_id, &is_known);
	size_t id_at = find_id(map, entry->id, &is_taken);
	int r;

	if (is_known || is_taken)
		return IDMAP_E_COLLISION;
	r = make_room(map);
	if (r != 0)
		return r;
	insert_at(map->by_key, map->n, key_at, entry);
	insert_at(map->by_id, map->n, id_at, entry);
	map->n++;
	return 0;
}

/* A new entry; @id 0: libcrypto has failed. */
static int
enter(struct idmap *map, const char *kind, const char *unique_id, uint32_t id,
    int64_t now_ms, uint32_t *ret_id)
{
	struct idmap_entry *entry;
	bool is_taken;
	int r;

	/* first: what a pool has given it does not take back */
	(void)find_id(map, id, &is_taken);
	if (is_taken)
		return IDMAP_E_COLLISION;
	r = idmap_entry_new(map, kind, unique_id, &entry);
	if (r != 0)
		return r;
	entry->id = id;
	entry->since_ms = now_ms;
	r = id != 0 ? idmap_insert(map, entry) : -ENOMEM;
	if (r != 0)
		return r;
	map->is_dirty = true;
	*ret_id = id;
	return 0;
}

bool
idmap_find(
    const struct idmap *map, const char *kind, const char *unique_id, uint32_t *ret_id)
{
	bool is_known;
	size_t at = find_key(map, kind, unique_id, &is_known);

	if (is_known)
		*ret_id = map->by_key[at]->id;
	return is_known;
}

int
idmap_assign_id(struct idmap *map, const char *kind, const char *unique_id, uint32_t id,
    int64_t now_ms, uint32_t *ret_id)
{
	if (idmap_find(map, kind, unique_id, ret_id))
		return 0;
	if (id == 0)
		return enter(
		    map, kind, unique_id, idmap_hash(kind, unique_id), now_ms, ret_id);
	return idmap_is_usable(id) ? enter(map, kind, unique_id, id, now_ms, ret_id)
				   : IDMAP_E_COLLISION;
}

int
idmap_assign(struct idmap *map, const char *kind, const char *unique_id, int64_t now_ms,
    uint32_t *ret_id)
{
	return idmap_assign_id(map, kind, unique_id, 0, now_ms, ret_id);
}

int
idmap_adopt(struct idmap *map, const char *kind, const char *unique_id, uint32_t id,
    int64_t now_ms)
{
	uint32_t known;

	if (idmap_find(map, kind, unique_id, &known))
		return 0;
	return idmap_is_usable(id) ? enter(map, kind, unique_id, id, now_ms, &known)
				   : IDMAP_E_COLLISION;
}

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && strcmp(a, b) == 0;
}

int
idmap_authorized(struct idmap *map, const char *kind, const char *unique_id,
    const char *name, const char *home, const char *shell)
{
	struct idmap_entry *entry;
	bool is_known;
	size_t at = find_key(map, kind, unique_id, &is_known);
	int r;

	if (!is_known)
		return -ENOENT;
	entry = map->by_key[at];
	if (is_same(entry->name, name) && is_same(entry->home, home) &&
	    is_same(entry->shell, shell))
		return 0;
	r = idmap_entry_name(map, entry, name, home, shell);
	if (r != 0)
		return r;
	map->is_dirty = true;
	return 0;
}

const struct idmap_entry *
idmap_entry_at(const struct idmap *map, size_t n)
{
	return n < map->n ? map->by_id[n] : NULL;
}

bool
idmap_is_dirty(const struct idmap *map)
{
	return map->is_dirty;
}
