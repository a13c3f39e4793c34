/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keystore_file.c - the key store's file; contract in keystore.h
 *
 * {"v":1,"boot_id":"…","people":[
 * {"id":"AIDA…","checked_wall_ms":0,"checked_boot_ms":0,
 *  "keys":[{"key_id":"APKA…","source":1,"type":"ssh-rsa","blob":"base64"}]}, …
 * ]}
 *
 * A stamp of the boot clock means something during its own boot only. After a reboot it is
 * set so that the boot clock tells the same age as the wall clock.
 */
#include <json-c/json.h>
#include <stdbool.h>
#include <string.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/sshkey.h"
#include "daemon/keystore_parts.h"
#include "daemon/statefile.h"

#define BOOT_ID_SIZE 64

/* What every entry needs while loading. */
struct loading {
	struct keystore *store;
	bool is_this_boot;
	struct clock_now now;
};

/* "" when the kernel does not say: then no stamp of any boot is believed. */
static void
read_boot_id(char ret[BOOT_ID_SIZE])
{
	if (file_read_text("/proc/sys/kernel/random/boot_id", ret, BOOT_ID_SIZE) != 0)
		ret[0] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
}

static int
read_number(const struct json_object *object, const char *name, int64_t *ret)
{
	struct json_object *member;

	if (!json_object_object_get_ex(object, name, &member) ||
	    !json_object_is_type(member, json_type_int))
		return STATEFILE_E_DAMAGED;
	*ret = json_object_get_int64(member);
	return 0;
}

/* Adds to @holder, a principal that is only here to hold keys. */
static int
read_key(const struct json_object *object, struct directory_principal *holder)
{
	struct sshkey key = { 0 };
	const char *key_id;
	const char *type;
	const char *blob;
	int64_t source = 0;

	if (!json_object_is_type(object, json_type_object) ||
	    read_number(object, "source", &source) != 0)
		return STATEFILE_E_DAMAGED;
	key_id = statefile_text(object, "key_id");
	type = statefile_text(object, "type");
	blob = statefile_text(object, "blob");
	if (key_id == NULL || type == NULL || blob == NULL ||
	    source < KEYSFILE_SOURCE_IAM || source > KEYSFILE_SOURCE_EIC ||
	    sshkey_parse_base64(type, blob, &key) != 0)
		return STATEFILE_E_DAMAGED;
	return directory_add_key(holder, key_id, &key, (enum keysfile_source)source);
}

static int
read_keys(const struct json_object *person, struct directory_principal *holder)
{
	struct json_object *keys;
	int r;

	if (!json_object_object_get_ex(person, "keys", &keys) ||
	    !json_object_is_type(keys, json_type_array))
		return STATEFILE_E_DAMAGED;
	for (size_t i = 0; i < json_object_array_length(keys); i++) {
		r = read_key(json_object_array_get_idx(keys, i), holder);
		if (r != 0)
			return r;
	}
	return 0;
}

static int
read_person(const struct loading *loading, const struct json_object *object,
    struct directory_principal *holder)
{
	int64_t wall_ms = 0;
	int64_t boot_ms = 0;
	const char *id;
	int r;

	if (!json_object_is_type(object, json_type_object))
		return STATEFILE_E_DAMAGED;
	id = statefile_text(object, "id");
	if (id == NULL || read_number(object, "checked_wall_ms", &wall_ms) != 0 ||
	    read_number(object, "checked_boot_ms", &boot_ms) != 0 || wall_ms < 0 ||
	    wall_ms > INT64_MAX / 2)
		return STATEFILE_E_DAMAGED;
	r = read_keys(object, holder);
	if (r != 0)
		return r;
	if (!loading->is_this_boot)
		boot_ms = loading->now.boot_ms - (loading->now.wall_ms - wall_ms);
	return keystore_set(
	    loading->store, id, holder->keys, holder->n_keys, wall_ms, boot_ms);
}

static int
read_people(struct loading *loading, const char *path)
{
	_cleanup_statefile_list_ struct statefile_list *people = NULL;
	_cleanup_statefile_ struct json_object *rest = NULL;
	char boot_id[BOOT_ID_SIZE];
	const char *its_boot;
	int r;

	r = statefile_list_open(path, "people", &people, &rest);
	if (r != 0)
		return r;
	read_boot_id(boot_id);
	its_boot = statefile_text(rest, "boot_id");
	loading->is_this_boot =
	    its_boot != NULL && boot_id[0] != '\0' && strcmp(its_boot, boot_id) == 0;
	clock_read(&loading->now);
	while (r == 0) {
		_cleanup_directory_ struct directory *scratch = NULL;
		_cleanup_statefile_ struct json_object *person = NULL;
		struct directory_principal *holder;

		r = statefile_list_next(people, &person);
		if (r == 0)
			r = directory_new(&scratch);
		if (r == 0)
			r = directory_add_principal(
			    scratch, PRINCIPAL_IAM_USER, "", "", "", "", 0, &holder);
		if (r == 0)
			r = read_person(loading, person, holder);
	}
	return r == STATEFILE_E_END ? 0 : r;
}

int
keystore_load(struct keystore *store, const char *path)
{
	_cleanup_keystore_ struct keystore *loaded = NULL;
	struct keystore before = *store;
	struct loading loading = { 0 };
	int r;

	r = keystore_new(&loaded);
	if (r != 0)
		return r;
	loading.store = loaded;
	r = read_people(&loading, path);
	if (r == -ENOENT)
		r = 0;
	if (r != 0)
		return r == STATEFILE_E_DAMAGED ? KEYSTORE_E_DAMAGED : r;
	*store = *loaded;
	*loaded = before;
	return 0;
}

static void
write_key(FILE *stream, const struct directory_key *key)
{
	char base64[SSHKEY_LINE_SIZE];

	/* A blob that does not fit was never a key; without text it is refused on loading. */
	if (sshkey_base64_encode(key->blob, key->blob_len, base64, sizeof(base64)) < 0)
		base64[0] = '\0';
	(void)fputs("{\"key_id\":", stream);
	statefile_json(stream, key->key_id);
	(void)fprintf(stream, ",\"source\":%d,\"type\":", (int)key->source);
	statefile_json(stream, key->type);
	(void)fputs(",\"blob\":", stream);
	statefile_json(stream, base64);
	(void)fputs("}", stream);
}

static void
write_person(FILE *stream, const struct keystore_person *person)
{
	(void)fputs("{\"id\":", stream);
	statefile_json(stream, person->unique_id);
	(void)fprintf(stream,
	    ",\"checked_wall_ms\":%lld,\"checked_boot_ms\":%lld,\"keys\":[",
	    (long long)person->checked_wall_ms, (long long)person->checked_boot_ms);
	for (size_t i = 0; i < person->n_keys; i++) {
		if (i > 0)
			(void)fputc(',', stream);
		write_key(stream, &person->keys[i]);
	}
	(void)fputs("]}", stream);
}

int
keystore_save(const struct keystore *store, const char *path)
{
	char boot_id[BOOT_ID_SIZE];
	FILE *stream;
	int r;

	r = statefile_begin(path, &stream);
	if (r != 0)
		return r;
	read_boot_id(boot_id);
	(void)fputs("{\"v\":1,\"boot_id\":", stream);
	statefile_json(stream, boot_id);
	(void)fputs(",\"people\":[", stream);
	for (size_t i = 0; i < store->n; i++) {
		(void)fputs(i == 0 ? "\n" : ",\n", stream);
		write_person(stream, store->people[i]);
	}
	(void)fputs("\n]}\n", stream);
	return statefile_commit(path, stream);
}
