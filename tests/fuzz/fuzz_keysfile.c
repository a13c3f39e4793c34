/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_keysfile.c - any bytes as a key file: every lookup ends and stays inside */
#include <stdlib.h>
#include <string.h>

#include "common/keysfile.h"

#define RECORDS_MAX 64
#define KEYS_MAX 16
#define NOW_MS 1000
#define LOGIN_BIT 1u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_key(const struct keysfile_key *key)
{
	unsigned sum = 0;

	for (size_t i = 0; i < key->blob_len; i++)
		sum += key->blob[i];
	for (size_t i = 0; i < 32; i++)
		sum += key->sha256[i];
	if (strlen(key->type) + strlen(key->key_id) + sum == SIZE_MAX)
		abort();
}

/* The blob that a person has must be found on an account whose claim names the person. */
static void
find_again(
    const struct published *view, const char *account, const struct keysfile_key *key)
{
	struct keysfile_claim claim;
	struct keysfile_person person;
	struct keysfile_key found;

	if (keysfile_find(view, account, key->blob, key->blob_len, NOW_MS, LOGIN_BIT,
		&claim, &person, &found) != 0)
		return;
	check_key(&found);
	if (found.blob_len != key->blob_len ||
	    memcmp(found.blob, key->blob, key->blob_len) != 0 ||
	    (found.expires_wall_ms != 0 && found.expires_wall_ms <= NOW_MS))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const accounts[] = { "alice", "bob", "deploy", "" };
	struct published view;

	if (published_view(data, size, PUBLISHED_MAGIC_KEYS, &view) != 0)
		return 0;
	for (uint32_t n = 0; n < RECORDS_MAX; n++) {
		struct keysfile_person person;
		struct keysfile_key key;

		if (keysfile_person_at(&view, n, &person) != 0)
			continue;
		(void)keysfile_kind_name(person.kind);
		for (uint32_t k = 0; k < KEYS_MAX; k++) {
			if (keysfile_key_of(&view, &person, k, &key) != 0)
				continue;
			check_key(&key);
			(void)keysfile_source_name(key.source);
			for (size_t i = 0; i < BASE_N(accounts); i++)
				find_again(&view, accounts[i], &key);
		}
	}
	for (size_t i = 0; i < BASE_N(accounts); i++) {
		struct keysfile_claim claim;

		for (uint32_t n = 0; n < RECORDS_MAX; n++)
			(void)keysfile_claim_by_account(&view, accounts[i], n, &claim);
	}
	return 0;
}
