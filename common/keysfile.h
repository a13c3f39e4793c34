/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keysfile.h - lookups in the published key file: which key is whom
 *
 * Room: common. libc only. Joined with the snapshot by account name and uid, so one
 * generation of skew is harmless. Return values as in snapshot.h.
 */
#ifndef COMMON_KEYSFILE_H
#define COMMON_KEYSFILE_H

#include "common/published.h"

/* What [login] says of a person on a listed account that is not theirs. */
enum keysfile_guest {
	KEYSFILE_GUEST_NOT_SAID = 0,
	KEYSFILE_GUEST_DENIED,
	KEYSFILE_GUEST_UNKNOWN,
	KEYSFILE_GUEST_ALLOWED,
};

/* Pointers lie in the mapping and live as long as it. */
struct keysfile_claim {
	uint32_t uid;
	uint32_t person;     /* record of PERSONS */
	uint32_t allow_mask; /* the person's own verdict, also on a shared account */
	uint32_t known_mask;
};

struct keysfile_person {
	const char *unique_id;
	const char *arn;
	const char *name;
	uint8_t kind;  /* enum principal_kind */
	uint8_t guest; /* enum keysfile_guest */
	uint32_t keys; /* first record of KEYS */
	uint32_t n_keys;
};

struct keysfile_key {
	const char *type;
	const uint8_t *blob;
	size_t blob_len;
	const char *key_id;
	uint8_t source;        /* enum keysfile_source */
	const uint8_t *sha256; /* 32 bytes */
	int64_t checked_wall_ms;
	int64_t checked_boot_ms;
	int64_t expires_wall_ms; /* 0 = never */
};

/**
 * keysfile_claim_by_account() - who may stand behind an account, one claim after the other
 * @n: 0 for the first claim, then 1, …
 *
 * Return: 0, PUBLISHED_E_NOTFOUND after the last one.
 */
int keysfile_claim_by_account(const struct published *file, const char *account,
    uint32_t n, struct keysfile_claim *ret_claim);

int keysfile_person_at(
    const struct published *file, uint32_t record, struct keysfile_person *ret_person);

/** keysfile_key_of() - key @n of a person; NOTFOUND after the last */
int keysfile_key_of(const struct published *file, const struct keysfile_person *person,
    uint32_t n, struct keysfile_key *ret_key);

/**
 * keysfile_find() - who on @account owns this raw key blob?
 *
 * Looks at every claim of the account, whatever its verdict: the caller looks at the masks.
 * Expired keys (expires_wall_ms <= now_wall_ms) do not count. Where several persons on the
 * account have the key, one who is allowed (bit @service_bit in allow_mask) is preferred.
 */
int keysfile_find(const struct published *file, const char *account, const uint8_t *blob,
    size_t blob_len, int64_t now_wall_ms, uint32_t service_bit,
    struct keysfile_claim *ret_claim, struct keysfile_person *ret_person,
    struct keysfile_key *ret_key);

/**
 * keysfile_standing() - the verdict of one person, by unique id, on an account
 * @via: how they came in, as keysfile_via_name() says it, or "cert": by Instance Connect and
 *       by certificates guests come, who have no claim
 *
 * A guest's masks have all bits or none.
 *
 * Return: 0; PUBLISHED_E_NOTFOUND: they have nothing to do with the account (any more);
 * PUBLISHED_E_DAMAGED.
 */
int keysfile_standing(const struct published *file, const char *account, const char *id,
    const char *via, uint32_t *ret_allow_mask, uint32_t *ret_known_mask) MUST_CHECK;

/** keysfile_source_name() - "iam", "tag", "file", "eic" */
const char *keysfile_source_name(uint8_t source);

/** keysfile_via_name() - how somebody came in with such a key: "iam-key", …, "eic" */
const char *keysfile_via_name(uint8_t source);

/** keysfile_kind_name() - "iam-user", "role", "person" */
const char *keysfile_kind_name(uint8_t kind);

#endif
