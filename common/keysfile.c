/* SPDX-License-Identifier: Apache-2.0 */
/* keysfile.c - lookups in the published key file; contract in keysfile.h */
#include <stdbool.h>
#include <string.h>

#include "common/bytes.h"
#include "common/keysfile.h"

enum {
	AT_PERSON_ID = 0,
	AT_PERSON_ARN = 4,
	AT_PERSON_NAME = 8,
	AT_PERSON_LEN = 12, /* of the three */
	AT_PERSON_KIND = 18,
	AT_PERSON_GUEST = 19,
	AT_PERSON_KEYS = 20,
	AT_PERSON_N_KEYS = 24,
	AT_CLAIM_ACCOUNT = 0,
	AT_CLAIM_ACCOUNT_LEN = 4,
	AT_CLAIM_UID = 8,
	AT_CLAIM_PERSON = 12,
	AT_CLAIM_ALLOW = 16,
	AT_CLAIM_KNOWN = 20,
	AT_KEY_TYPE = 4,
	AT_KEY_BLOB = 8,
	AT_KEY_ID = 12,
	AT_KEY_TYPE_LEN = 16,
	AT_KEY_BLOB_LEN = 18,
	AT_KEY_ID_LEN = 20,
	AT_KEY_SOURCE = 22,
	AT_KEY_SHA256 = 24,
	AT_KEY_CHECKED_WALL = 56,
	AT_KEY_CHECKED_BOOT = 64,
	AT_KEY_EXPIRES = 72,
};

/* The text at a {u32 offset, u16 length} pair, without a NUL inside; NULL: none. */
static const char *
text_at(const struct published *file, const uint8_t *record, size_t at, size_t len_at)
{
	size_t len = bytes_get_u16(record + len_at);
	const char *text = published_string(file, bytes_get_u32(record + at), len);

	return text != NULL && memchr(text, '\0', len) == NULL ? text : NULL;
}

static bool
claim_is_of(
    const struct published *file, const uint8_t *record, const char *account, size_t len)
{
	const char *found;

	if (bytes_get_u16(record + AT_CLAIM_ACCOUNT_LEN) != len)
		return false;
	found = published_string(file, bytes_get_u32(record + AT_CLAIM_ACCOUNT), len);
	return found != NULL && memcmp(found, account, len) == 0;
}

int
keysfile_claim_by_account(const struct published *file, const char *account, uint32_t n,
    struct keysfile_claim *ret_claim)
{
	size_t len = strlen(account);
	uint64_t hash = published_hash(file->hash_seed, account, len);
	uint64_t cursor = 0;
	uint32_t next;

	while ((next = published_probe(file, KEYSFILE_BY_ACCOUNT, hash, &cursor)) != 0) {
		const uint8_t *first = published_record(file, KEYSFILE_CLAIMS, next - 1);
		const uint8_t *record;

		if (first == NULL || !claim_is_of(file, first, account, len))
			continue;
		record = published_record(file, KEYSFILE_CLAIMS, (uint64_t)next - 1 + n);
		if (record == NULL || !claim_is_of(file, record, account, len))
			break;
		*ret_claim = (struct keysfile_claim){
			.uid = bytes_get_u32(record + AT_CLAIM_UID),
			.person = bytes_get_u32(record + AT_CLAIM_PERSON),
			.allow_mask = bytes_get_u32(record + AT_CLAIM_ALLOW),
			.known_mask = bytes_get_u32(record + AT_CLAIM_KNOWN),
		};
		return 0;
	}
	return PUBLISHED_E_NOTFOUND;
}

int
keysfile_person_at(
    const struct published *file, uint32_t record, struct keysfile_person *ret_person)
{
	const uint8_t *p = published_record(file, KEYSFILE_PERSONS, record);
	struct keysfile_person person;

	if (p == NULL)
		return PUBLISHED_E_NOTFOUND;
	person.unique_id = text_at(file, p, AT_PERSON_ID, AT_PERSON_LEN);
	person.arn = text_at(file, p, AT_PERSON_ARN, AT_PERSON_LEN + 2);
	person.name = text_at(file, p, AT_PERSON_NAME, AT_PERSON_LEN + 4);
	person.kind = p[AT_PERSON_KIND];
	person.guest = p[AT_PERSON_GUEST];
	person.keys = bytes_get_u32(p + AT_PERSON_KEYS);
	person.n_keys = bytes_get_u32(p + AT_PERSON_N_KEYS);
	if (person.unique_id == NULL || person.arn == NULL || person.name == NULL ||
	    (uint64_t)person.keys + person.n_keys > file->section[KEYSFILE_KEYS].count)
		return PUBLISHED_E_DAMAGED;
	*ret_person = person;
	return 0;
}

int
keysfile_key_of(const struct published *file, const struct keysfile_person *person,
    uint32_t n, struct keysfile_key *ret_key)
{
	struct keysfile_key key;
	const uint8_t *p;

	if (n >= person->n_keys)
		return PUBLISHED_E_NOTFOUND;
	p = published_record(file, KEYSFILE_KEYS, (uint64_t)person->keys + n);
	if (p == NULL)
		return PUBLISHED_E_DAMAGED;
	key.type = text_at(file, p, AT_KEY_TYPE, AT_KEY_TYPE_LEN);
	key.key_id = text_at(file, p, AT_KEY_ID, AT_KEY_ID_LEN);
	key.blob_len = bytes_get_u16(p + AT_KEY_BLOB_LEN);
	key.blob = (const uint8_t *)published_string(
	    file, bytes_get_u32(p + AT_KEY_BLOB), key.blob_len);
	if (key.type == NULL || key.key_id == NULL || key.blob == NULL)
		return PUBLISHED_E_DAMAGED;
	key.source = p[AT_KEY_SOURCE];
	key.sha256 = p + AT_KEY_SHA256;
	key.checked_wall_ms = bytes_get_i64(p + AT_KEY_CHECKED_WALL);
	key.checked_boot_ms = bytes_get_i64(p + AT_KEY_CHECKED_BOOT);
	key.expires_wall_ms = bytes_get_i64(p + AT_KEY_EXPIRES);
	if (key.checked_wall_ms == 0)
		published_verified(file, &key.checked_wall_ms, &key.checked_boot_ms);
	*ret_key = key;
	return 0;
}

/*
 * The key among one person's keys. @left bounds the work of a whole search: each key of a
 * sound file is looked at once, so a damaged one that lists the same keys again and again
 * cannot keep us.
 */
static bool
person_has_key(const struct published *file, const struct keysfile_person *person,
    const uint8_t *blob, size_t blob_len, int64_t now_wall_ms, uint64_t *left,
    struct keysfile_key *ret_key)
{
	for (uint32_t n = 0; n < person->n_keys; n++) {
		struct keysfile_key key;

		if (*left == 0)
			break;
		--*left;
		if (keysfile_key_of(file, person, n, &key) != 0 ||
		    key.blob_len != blob_len || memcmp(key.blob, blob, blob_len) != 0)
			continue;
		if (key.expires_wall_ms != 0 && key.expires_wall_ms <= now_wall_ms)
			continue;
		*ret_key = key;
		return true;
	}
	return false;
}

int
keysfile_find(const struct published *file, const char *account, const uint8_t *blob,
    size_t blob_len, int64_t now_wall_ms, uint32_t service_bit,
    struct keysfile_claim *ret_claim, struct keysfile_person *ret_person,
    struct keysfile_key *ret_key)
{
	uint64_t left = file->section[KEYSFILE_KEYS].count;
	struct keysfile_person person;
	struct keysfile_claim claim;
	struct keysfile_key key;
	bool found = false;

	for (uint32_t n = 0; keysfile_claim_by_account(file, account, n, &claim) == 0;
	     n++) {
		if (keysfile_person_at(file, claim.person, &person) != 0 ||
		    !person_has_key(
			file, &person, blob, blob_len, now_wall_ms, &left, &key))
			continue;
		if (found && (claim.allow_mask & service_bit) == 0)
			continue;
		*ret_claim = claim;
		*ret_person = person;
		*ret_key = key;
		found = true;
		if ((claim.allow_mask & service_bit) != 0)
			break;
	}
	return found ? 0 : PUBLISHED_E_NOTFOUND;
}

static uint32_t
guest_mask(const struct keysfile_person *guest, uint8_t a, uint8_t b)
{
	return guest->guest == a || guest->guest == b ? UINT32_MAX : 0;
}

int
keysfile_standing(const struct published *file, const char *account, const char *id,
    const char *via, uint32_t *ret_allow_mask, uint32_t *ret_known_mask)
{
	bool is_guests_way = strcmp(via, keysfile_via_name(KEYSFILE_SOURCE_EIC)) == 0 ||
			     strcmp(via, "cert") == 0;
	struct keysfile_person person;
	struct keysfile_claim claim;
	uint32_t n;
	int r;

	for (n = 0; (r = keysfile_claim_by_account(file, account, n, &claim)) == 0; n++) {
		r = keysfile_person_at(file, claim.person, &person);
		if (r != 0)
			return PUBLISHED_E_DAMAGED;
		if (strcmp(person.unique_id, id) != 0)
			continue;
		*ret_allow_mask = claim.allow_mask;
		*ret_known_mask = claim.known_mask;
		return 0;
	}
	if (r != PUBLISHED_E_NOTFOUND || !is_guests_way)
		return r;
	for (n = 0; (r = keysfile_person_at(file, n, &person)) == 0; n++) {
		if (strcmp(person.unique_id, id) != 0)
			continue;
		*ret_allow_mask =
		    guest_mask(&person, KEYSFILE_GUEST_ALLOWED, KEYSFILE_GUEST_ALLOWED);
		*ret_known_mask =
		    guest_mask(&person, KEYSFILE_GUEST_ALLOWED, KEYSFILE_GUEST_DENIED);
		return 0;
	}
	return r;
}

const char *
keysfile_via_name(uint8_t source)
{
	switch (source) {
	case KEYSFILE_SOURCE_IAM:
		return "iam-key";
	case KEYSFILE_SOURCE_TAG:
		return "tag-key";
	case KEYSFILE_SOURCE_FILE:
		return "file-key";
	case KEYSFILE_SOURCE_EIC:
		return "eic";
	default:
		return "unknown";
	}
}

const char *
keysfile_source_name(uint8_t source)
{
	switch (source) {
	case KEYSFILE_SOURCE_IAM:
		return "iam";
	case KEYSFILE_SOURCE_TAG:
		return "tag";
	case KEYSFILE_SOURCE_FILE:
		return "file";
	case KEYSFILE_SOURCE_EIC:
		return "eic";
	default:
		return "unknown";
	}
}

const char *
keysfile_kind_name(uint8_t kind)
{
	switch (kind) {
	case PRINCIPAL_IAM_USER:
		return "iam-user";
	case PRINCIPAL_ROLE:
		return "role";
	case PRINCIPAL_PERSON:
		return "person";
	default:
		return "unknown";
	}
}
