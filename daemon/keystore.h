/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keystore.h - public keys of people, with when each was last checked
 *
 * Room: daemon, main thread. Filled from IAM's answers, from tags iamlogin:key-1…5 and from
 * kind = file; persisted (public keys only) so that a reboot with AWS dark lets people in.
 */
#ifndef DAEMON_KEYSTORE_H
#define DAEMON_KEYSTORE_H

#include <stdint.h>

#include "daemon/directory.h"

struct keystore_person {
	const char *unique_id;
	struct directory_key *keys;
	size_t n_keys;
	int64_t checked_wall_ms; /* IAM's list of this person; 0 = never */
	int64_t checked_boot_ms;
	void *memory; /* all of the above */
};

struct keystore;

enum {
	KEYSTORE_E_DAMAGED = 1, /* the file does not parse: nothing was loaded */
};

int keystore_new(struct keystore **ret_store);
void keystore_free(struct keystore *store);

/** keystore_find() - NULL when nothing is known of the person */
const struct keystore_person *
keystore_find(const struct keystore *store, const char *unique_id);

/** keystore_set() - replace a person's keys by an authoritative list (copied) */
int keystore_set(struct keystore *store, const char *unique_id,
    const struct directory_key *keys, size_t n_keys, int64_t wall_ms, int64_t boot_ms);

/** keystore_forget() - authoritatively gone */
void keystore_forget(struct keystore *store, const char *unique_id);

/**
 * keystore_load(), keystore_save() - JSON under the state directory; as idmap's
 *
 * An absent file is an empty store; KEYSTORE_E_DAMAGED leaves store and file as they are
 * (keys can be fetched again, so saving over it is allowed).
 */
int keystore_load(struct keystore *store, const char *path);
int keystore_save(const struct keystore *store, const char *path);

#endif
