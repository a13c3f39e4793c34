/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish_keys.c - people and their keys -> the key file's bytes; contract in publish.h
 */
#include <string.h>

#include "common/bytes.h"
#include "common/keysfile.h"
#include "daemon/digest.h"
#include "daemon/person_keys.h"
#include "daemon/publish_encode.h"

enum {
	AT_PERSON_ID = 0,
	AT_PERSON_ARN = 4,
	AT_PERSON_NAME = 8,
	AT_PERSON_LEN = 12,
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
	AT_KEY_PERSON = 0,
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
};

/* Has this person the key already, from another source? The first one stays. */
static bool
has_key(const struct publish_encoder *encoder, uint32_t first_key,
    const struct person_key *key)
{
	const struct publish_section *keys = &encoder->sections[KEYSFILE_KEYS];
	const struct publish_section *strings = &encoder->sections[KEYSFILE_STRINGS];

	for (uint32_t n = first_key; n < keys->count; n++) {
		const uint8_t *record = keys->bytes + (size_t)n * KEYSFILE_KEY_SIZE;
		const uint8_t *blob =
		    strings->bytes + bytes_get_u32(record + AT_KEY_BLOB);

		if (bytes_get_u16(record + AT_KEY_BLOB_LEN) == key->blob_len &&
		    memcmp(blob, key->blob, key->blob_len) == 0)
			return true;
	}
	return false;
}

/* What does not check as a key of its type is left out: it could only ever be refused. */
static void
put_key(struct publish_encoder *encoder, uint32_t person, uint32_t first_key,
    const struct person_key *key)
{
	uint8_t sha256[DIGEST_SIZE];
	uint8_t *record;
	uint16_t len;

	if (encoder->error != 0 ||
	    sshkey_check(key->type, key->blob, key->blob_len) != 0 ||
	    has_key(encoder, first_key, key))
		return;
	if (digest_sha256(key->blob, key->blob_len, sha256) != 0) {
		encoder->error = -ENOMEM;
		return;
	}
	record = publish_encode_record(encoder, KEYSFILE_KEYS);
	bytes_put_u32(record + AT_KEY_PERSON, person);
	bytes_put_u32(
	    record + AT_KEY_TYPE, publish_encode_text(encoder, key->type, &len));
	bytes_put_u16(record + AT_KEY_TYPE_LEN, len);
	bytes_put_u32(record + AT_KEY_BLOB,
	    publish_encode_bytes(encoder, key->blob, key->blob_len));
	bytes_put_u16(record + AT_KEY_BLOB_LEN, (uint16_t)key->blob_len);
	bytes_put_u32(
	    record + AT_KEY_ID, publish_encode_text(encoder, key->key_id, &len));
	bytes_put_u16(record + AT_KEY_ID_LEN, len);
	record[AT_KEY_SOURCE] = (uint8_t)key->source;
	memcpy(record + AT_KEY_SHA256, sha256, sizeof(sha256));
	bytes_put_i64(record + AT_KEY_CHECKED_WALL, key->checked_wall_ms);
	bytes_put_i64(record + AT_KEY_CHECKED_BOOT, key->checked_boot_ms);
}

/* @store: NULL for somebody whose keys open nothing here. */
/*
 * A key by which its owner, who may log in, may not come in is no key here: so the files need
 * not tell one way in from another.
 */
static bool
is_way_in(const struct world *world, const struct world_person *person, size_t service,
    const struct person_key *key)
{
	const struct rules_access access = { .via = keysfile_via_name(
						 (uint8_t)key->source) };

	return !person->by_way || person->services[service].verdict != VERDICT_ALLOW ||
	       world_access(world, person, service, &access, NULL, NULL) == VERDICT_ALLOW;
}

static uint8_t
guest_of(const struct world_person *person)
{
	switch (person->guest_login) {
	case VERDICT_ALLOW:
		return KEYSFILE_GUEST_ALLOWED;
	case VERDICT_DENY:
		return KEYSFILE_GUEST_DENIED;
	default:
		return KEYSFILE_GUEST_UNKNOWN;
	}
}

static void
put_person(struct publish_encoder *encoder, const struct keystore *store,
    const struct config *config, const struct world *world,
    const struct world_person *person)
{
	const struct directory_principal *who = person->principal;
	size_t sshd = world_service(world, "sshd");
	struct person_keys cursor = PERSON_KEYS_FIRST;
	struct person_key key;
	uint32_t n = publish_encode_count(encoder, KEYSFILE_PERSONS);
	uint32_t first_key = publish_encode_count(encoder, KEYSFILE_KEYS);
	uint8_t *record = publish_encode_record(encoder, KEYSFILE_PERSONS);
	const char *texts[] = { who->id, who->arn, who->name };

	for (size_t i = 0; i < BASE_N(texts); i++) {
		uint16_t len;
		uint32_t offset =
		    publish_encode_text(encoder, texts[i] != NULL ? texts[i] : "", &len);

		bytes_put_u32(record + AT_PERSON_ID + 4 * i, offset);
		bytes_put_u16(record + AT_PERSON_LEN + 2 * i, len);
	}
	record[AT_PERSON_KIND] = (uint8_t)who->kind;
	record[AT_PERSON_GUEST] = guest_of(person);

	while (store != NULL && person_keys_next(&cursor, config, store, who, &key))
		if (is_way_in(world, person, sshd, &key))
			put_key(encoder, n, first_key, &key);

	bytes_put_u32(record + AT_PERSON_KEYS, first_key);
	bytes_put_u32(record + AT_PERSON_N_KEYS,
	    publish_encode_count(encoder, KEYSFILE_KEYS) - first_key);
}

static void
put_claim(struct publish_encoder *encoder, const struct world *world,
    const struct world_person *person, uint32_t record_of_person)
{
	const struct world_account *account = &world->accounts[person->account];
	uint8_t *record = publish_encode_record(encoder, KEYSFILE_CLAIMS);
	uint32_t allow = 0, known = 0;
	uint16_t len;

	for (size_t service = 0; service < world->n_services; service++) {
		if (person->services[service].verdict == VERDICT_ALLOW)
			allow |= 1u << service;
		if (person->services[service].verdict != VERDICT_UNKNOWN)
			known |= 1u << service;
	}
	bytes_put_u32(
	    record + AT_CLAIM_ACCOUNT, publish_encode_text(encoder, account->name, &len));
	bytes_put_u16(record + AT_CLAIM_ACCOUNT_LEN, len);
	bytes_put_u32(record + AT_CLAIM_UID, account->uid);
	bytes_put_u32(record + AT_CLAIM_PERSON, record_of_person);
	bytes_put_u32(record + AT_CLAIM_ALLOW, allow);
	bytes_put_u32(record + AT_CLAIM_KNOWN, known);
}

static int
compare_claimants(const void *a, const void *b)
{
	const struct world_person *const *left = a, *const *right = b;

	if ((*left)->account != (*right)->account)
		return (*left)->account < (*right)->account ? -1 : 1;
	return *left < *right ? -1 : *left > *right; /* as in the world: a stable order */
}

static bool
has_claim(const struct world *world, const struct world_person *person)
{
	return world_has_claim(person) && person->account < world->n_accounts;
}

/* Everybody who has a claim on a published account, those of one account together. */
static int
find_claimants(
    const struct world *world, const struct world_person ***ret_people, size_t *ret_n)
{
	const struct world_person **people;
	size_t n = 0;

	people = calloc(world->n_people + 1, sizeof(struct world_person *));
	if (people == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < world->n_people; i++) {
		const struct world_person *person = &world->people[i];

		if (has_claim(world, person))
			people[n++] = person;
	}
	qsort(people, n, sizeof(struct world_person *), compare_claimants);
	*ret_people = people;
	*ret_n = n;
	return 0;
}

int
publish_encode_keys(const struct world *world, const struct keystore *keys,
    const struct config *config, const struct publish_facts *facts, uint64_t hash_seed,
    struct publish_bytes *ret_bytes)
{
	_cleanup_free_ const struct world_person **people = NULL;
	struct publish_encoder encoder = { .hash_seed = hash_seed };
	size_t n_people;
	int r;

	r = find_claimants(world, &people, &n_people);
	if (r != 0)
		return r;
	if (n_people > UINT32_MAX / 4)
		return PUBLISH_E_TOO_LARGE;
	publish_encode_section(&encoder, KEYSFILE_PERSONS, KEYSFILE_PERSON_SIZE);
	publish_encode_section(&encoder, KEYSFILE_CLAIMS, KEYSFILE_CLAIM_SIZE);
	publish_encode_section(&encoder, KEYSFILE_KEYS, KEYSFILE_KEY_SIZE);
	publish_encode_section(&encoder, KEYSFILE_STRINGS, 1);
	publish_encode_slots(&encoder, KEYSFILE_BY_ACCOUNT, (uint32_t)n_people);

	for (size_t i = 0; i < n_people; i++) {
		const struct world_account *account =
		    &world->accounts[people[i]->account];

		if (i == 0 || people[i - 1]->account != people[i]->account)
			publish_encode_slot_name(&encoder, KEYSFILE_BY_ACCOUNT,
			    account->name, strlen(account->name),
			    publish_encode_count(&encoder, KEYSFILE_CLAIMS));
		put_claim(&encoder, world, people[i],
		    publish_encode_count(&encoder, KEYSFILE_PERSONS));
		put_person(&encoder, keys, config, world, people[i]);
	}
	/* whoever stands behind a Session Manager shell may be in scope and have no account */
	for (size_t i = 0; i < world->n_people; i++)
		if (!has_claim(world, &world->people[i]))
			put_person(&encoder, NULL, config, world, &world->people[i]);
	return publish_encode_finish(
	    &encoder, PUBLISHED_MAGIC_KEYS, world, facts, ret_bytes);
}
