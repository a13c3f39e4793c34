/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idmap_file.c - the ledger's file; contract in idmap.h
 *
 * {"v":1,"ids":[
 * {"id":1879050001,"kind":"iam-user","unique_id":"AIDA…","since_ms":0,
 *  "name":"alice","home":"/home/alice","shell":"/bin/bash"}, …
 * ]}
 *
 * name, home and shell are there together or not at all.
 */
#include <json-c/json.h>
#include <string.h>

#include "common/text.h"
#include "daemon/idmap_parts.h"
#include "daemon/statefile.h"

/* A field of struct passwd: what stands in it must not end it. */
static bool
is_field(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f || *text == ':')
			return false;
	return true;
}

/* NULL: not there, empty, or no field */
static const char *
field_of(const struct json_object *object, const char *name)
{
	const char *text = statefile_text(object, name);

	return text != NULL && *text != '\0' && is_field(text) ? text : NULL;
}

static int
read_account(
    struct idmap *map, const struct json_object *object, struct idmap_entry *entry)
{
	const char *name, *home, *shell;

	if (!json_object_object_get_ex(object, "name", NULL))
		return json_object_object_get_ex(object, "home", NULL) ||
			       json_object_object_get_ex(object, "shell", NULL)
			   ? IDMAP_E_DAMAGED
			   : 0;
	name = field_of(object, "name");
	home = field_of(object, "home");
	shell = field_of(object, "shell");
	if (name == NULL || home == NULL || shell == NULL ||
	    !text_is_os_name(name, strlen(name)))
		return IDMAP_E_DAMAGED;
	return idmap_entry_name(map, entry, name, home, shell);
}

static int
read_number(const struct json_object *object, const char *name, int64_t *ret)
{
	struct json_object *member;

	if (!json_object_object_get_ex(object, name, &member) ||
	    !json_object_is_type(member, json_type_int))
		return IDMAP_E_DAMAGED;
	*ret = json_object_get_int64(member);
	return 0;
}

static int
read_entry(struct idmap *map, const struct json_object *object)
{
	const char *kind = field_of(object, "kind");
	/* group ids may be "name:NAME": the unique id alone may have a colon */
	const char *unique_id = statefile_text(object, "unique_id");
	struct idmap_entry *entry;
	int64_t id = 0, since_ms = 0;
	int r;

	if (kind == NULL || unique_id == NULL || *unique_id == '\0')
		return IDMAP_E_DAMAGED;
	r = read_number(object, "id", &id);
	if (r == 0)
		r = read_number(object, "since_ms", &since_ms);
	if (r == 0 && (id < 0 || id > UINT32_MAX || !idmap_is_usable((uint32_t)id)))
		r = IDMAP_E_DAMAGED;
	if (r == 0)
		r = idmap_entry_new(map, kind, unique_id, &entry);
	if (r != 0)
		return r;
	entry->id = (uint32_t)id;
	entry->since_ms = since_ms;
	r = read_account(map, object, entry);
	if (r == 0)
		r = idmap_insert(map, entry);
	return r == IDMAP_E_COLLISION ? IDMAP_E_DAMAGED : r;
}

static int
read_ledger(struct idmap *map, const char *path)
{
	_cleanup_statefile_list_ struct statefile_list *ids = NULL;
	_cleanup_statefile_ struct json_object *rest = NULL;
	int r;

	r = statefile_list_open(path, "ids", &ids, &rest);
	if (r == -ENOENT)
		return 0;
	while (r == 0) {
		_cleanup_statefile_ struct json_object *entry = NULL;

		r = statefile_list_next(ids, &entry);
		if (r == STATEFILE_E_END)
			return 0;
		if (r != 0)
			break;
		r = read_entry(map, entry);
		if (r != 0)
			return r;
	}
	return r == STATEFILE_E_DAMAGED ? IDMAP_E_DAMAGED : r;
}

int
idmap_load(struct idmap *map, const char *path)
{
	_cleanup_idmap_ struct idmap *loaded = NULL;
	struct idmap before = *map;
	int r;

	r = idmap_new(&loaded);
	if (r == 0)
		r = read_ledger(loaded, path);
	if (r == IDMAP_E_DAMAGED)
		map->is_damaged = true;
	if (r != 0)
		return r;
	*map = *loaded;
	*loaded = before;
	return 0;
}

static void
write_entry(FILE *stream, const struct idmap_entry *entry)
{
	(void)fprintf(stream, "{\"id\":%u,\"kind\":", entry->id);
	statefile_json(stream, entry->kind);
	(void)fputs(",\"unique_id\":", stream);
	statefile_json(stream, entry->unique_id);
	(void)fprintf(stream, ",\"since_ms\":%lld", (long long)entry->since_ms);
	if (entry->name != NULL) {
		(void)fputs(",\"name\":", stream);
		statefile_json(stream, entry->name);
		(void)fputs(",\"home\":", stream);
		statefile_json(stream, entry->home);
		(void)fputs(",\"shell\":", stream);
		statefile_json(stream, entry->shell);
	}
	(void)fputs("}", stream);
}

int
idmap_save(struct idmap *map, const char *path)
{
	FILE *stream;
	int r;

	if (map->is_damaged)
		return -EUCLEAN;
	r = statefile_begin(path, &stream);
	if (r != 0)
		return r;
	(void)fputs("{\"v\":1,\"ids\":[", stream);
	for (size_t i = 0; i < map->n; i++) {
		(void)fputs(i == 0 ? "\n" : ",\n", stream);
		write_entry(stream, map->by_id[i]);
	}
	(void)fputs("\n]}\n", stream);
	r = statefile_commit(path, stream);
	if (r == 0)
		map->is_dirty = false;
	return r;
}
