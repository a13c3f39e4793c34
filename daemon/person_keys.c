/* SPDX-License-Identifier: Apache-2.0 */
/* person_keys.c - keys of every source in one walk; contract in person_keys.h */
#include <string.h>

#include "common/text.h"
#include "daemon/person_keys.h"

static void
person_keys_take(const struct directory_key *key, struct person_key *ret_key)
{
	*ret_key = (struct person_key){
		.key_id = key->key_id,
		.type = key->type,
		.blob = key->blob,
		.blob_len = key->blob_len,
		.source = key->source,
	};
}

/* The value of a tag that is there exactly once. */
static const char *
person_keys_tag(const struct directory_principal *who, const char *key)
{
	const char *value = NULL;

	for (size_t i = 0; i < who->n_tags; i++) {
		if (!text_equal_fold(who->tags[i].key, key))
			continue;
		if (value != NULL)
			return NULL;
		value = who->tags[i].value;
	}
	return value;
}

static bool
person_keys_next_tag(struct person_keys *cursor, const struct directory_principal *who,
    struct person_key *ret_key)
{
	const char *value;

	while (cursor->n_tag < PERSON_KEYS_TAGS) {
		(void)snprintf(cursor->tag_id, sizeof(cursor->tag_id), "iamlogin:key-%u",
		    ++cursor->n_tag);
		value = person_keys_tag(who, cursor->tag_id);
		if (value == NULL ||
		    sshkey_parse(value, strlen(value), &cursor->tag_key) != 0)
			continue;
		*ret_key = (struct person_key){
			.key_id = cursor->tag_id,
			.type = cursor->tag_key.type,
			.blob = cursor->tag_key.blob,
			.blob_len = cursor->tag_key.blob_len,
			.source = KEYSFILE_SOURCE_TAG,
		};
		return true;
	}
	return false;
}

static bool
person_keys_step(struct person_keys *cursor, const struct config *config,
    const struct keystore *store, const struct directory_principal *who,
    struct person_key *ret_key)
{
	const struct keystore_person *known = NULL;

	if (config->keys_iam)
		known = keystore_find(store, who->id);
	if (known != NULL && cursor->n_iam < known->n_keys) {
		person_keys_take(&known->keys[cursor->n_iam++], ret_key);
		ret_key->checked_wall_ms = known->checked_wall_ms;
		ret_key->checked_boot_ms = known->checked_boot_ms;
		return true;
	}
	if (cursor->n_file < who->n_keys) {
		person_keys_take(&who->keys[cursor->n_file++], ret_key);
		return true;
	}
	return config->keys_tags && person_keys_next_tag(cursor, who, ret_key);
}

/* What is too weak is no key: not published, not answered, not anybody's. */
bool
person_keys_next(struct person_keys *cursor, const struct config *config,
    const struct keystore *store, const struct directory_principal *who,
    struct person_key *ret_key)
{
	struct person_key key;
	unsigned bits;

	while (person_keys_step(cursor, config, store, who, &key)) {
		bits = sshkey_rsa_bits(key.blob, key.blob_len);
		if (bits == 0 || bits >= config->min_rsa_bits) {
			*ret_key = key;
			return true;
		}
	}
	return false;
}

bool
person_keys_find(const struct config *config, const struct keystore *store,
    const struct directory_principal *who, const uint8_t *blob, size_t blob_len,
    struct person_keys *cursor, struct person_key *ret_key)
{
	struct person_key key;

	*cursor = (struct person_keys)PERSON_KEYS_FIRST;
	while (person_keys_next(cursor, config, store, who, &key)) {
		if (key.blob_len == blob_len && memcmp(key.blob, blob, blob_len) == 0) {
			*ret_key = key;
			return true;
		}
	}
	return false;
}
