/* SPDX-License-Identifier: Apache-2.0 */
/*
 * person_keys.h - all keys of a principal, whatever their source, one after the other
 *
 * Room: daemon. IAM's (from the key store), the file's, and tags iamlogin:key-1…5 that hold
 * one public key line each. A tag that does not parse, or stands there twice, is no key, nor
 * is RSA of less than [keys] min_rsa_bits.
 */
#ifndef DAEMON_PERSON_KEYS_H
#define DAEMON_PERSON_KEYS_H

#include <stdbool.h>

#include "daemon/config.h"
#include "daemon/keystore.h"

#define PERSON_KEYS_TAGS 5

struct person_key {
	const char *key_id;
	const char *type;
	const uint8_t *blob;
	size_t blob_len;
	enum keysfile_source source;
	int64_t checked_wall_ms; /* IAM's own; 0: as old as the directory */
	int64_t checked_boot_ms;
	const char *caller, *request; /* of Instance Connect; else NULL */
	char claimed[65]; /* session name that its caller chose; "" for none */
};

/* Start with PERSON_KEYS_FIRST; what a tag held lives here until the next call. */
struct person_keys {
	size_t n_iam, n_file;
	unsigned n_tag;
	char tag_id[32];
	struct sshkey tag_key;
};

#define PERSON_KEYS_FIRST  \
	{                  \
		.n_iam = 0 \
	}

/** person_keys_next() - false after the last one */
bool person_keys_next(struct person_keys *cursor, const struct config *config,
    const struct keystore *store, const struct directory_principal *who,
    struct person_key *ret_key);

/** person_keys_find() - the key with this raw blob; false when it is not theirs */
bool person_keys_find(const struct config *config, const struct keystore *store,
    const struct directory_principal *who, const uint8_t *blob, size_t blob_len,
    struct person_keys *cursor, struct person_key *ret_key);

#endif
