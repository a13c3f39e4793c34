/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eic_seen.h - verified keys of Instance Connect, from the lookup to the end of the session
 *
 * Room: daemon, main thread. IMDS forgets a key after a minute; whoever comes in with it is
 * known by it until the session is over. The last EIC_SEEN_MAX keys are kept, and none
 * survives a restart. Instance Connect does not sign the OS user's name, so a key counts for
 * an account only as far as its caller does (eic_bind()), asked anew each time.
 */
#ifndef DAEMON_EIC_SEEN_H
#define DAEMON_EIC_SEEN_H

#include "daemon/caller.h"
#include "daemon/daemon.h"
#include "daemon/eic.h"

#define EIC_SEEN_MAX 256
#define EIC_SEEN_OPEN_MS (10 * 60 * 1000) /* from the key's lookup to open_session */

struct eic_seen {
	char account[33]; /* that IMDS showed it for */
	char type[SSHKEY_TYPE_SIZE];
	uint8_t *blob;
	size_t blob_len;
	char *caller, *request;
	int64_t expires_s; /* epoch: not offered to sshd from then on */
	int64_t seen_mono_ms;
};

/** eic_seen_add() - a key without a flaw; the oldest makes room. 0 or -ENOMEM */
int eic_seen_add(const char *account, const struct eic_key *key);

/**
 * eic_seen_find() - the last one of this account with this raw blob
 * @max_age_ms: since its lookup; INT64_MAX for any
 *
 * Return: NULL when there is none; valid until the next eic_seen_add().
 */
const struct eic_seen *eic_seen_find(
    const char *account, const uint8_t *blob, size_t blob_len, int64_t max_age_ms);

/** eic_seen_next() - those of the account whose time is not over; *at starts as 0 */
const struct eic_seen *eic_seen_next(const char *account, int64_t now_s, size_t *at);

/* What a caller may do on an account. */
struct eic_binding {
	enum verdict verdict;
	enum verdict_reason reason;
	char *rule;           /* may be NULL; the caller of eic_bind() frees it */
	const char *why;      /* static text; NULL with ALLOW */
	struct caller caller; /* person NULL: nobody of ours */
};

/**
 * eic_bind() - may this caller's key open this account now?
 *
 * ALLOW when the caller resolves to somebody whose mapping is the account, or the account is
 * listed under [accounts] shared, and whom the rules let in this way.
 * @service: PAM's name of it
 */
void eic_bind(const struct daemon *d, const char *account, const char *caller,
    const char *service, struct eic_binding *ret_binding);

#endif
