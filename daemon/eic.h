/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eic.h - what Instance Connect shows for one account, judged
 *
 * Room: daemon. A key is good when its record is whole, for this instance, not over, signed
 * by the signer and a key that sshd takes; whose it is, is decided elsewhere (caller.h):
 * Instance Connect does not sign the OS user's name.
 */
#ifndef DAEMON_EIC_H
#define DAEMON_EIC_H

#include "common/sshkey.h"
#include "daemon/eic_blob.h"
#include "daemon/eic_verify.h"

/* One record. With a flaw, caller and request are what it claims, and there is no key. */
struct eic_key {
	enum eic_flaw flaw;
	char *caller, *request; /* "" when it has none */
	int64_t expires_s;      /* epoch */
	char type[SSHKEY_TYPE_SIZE];
	uint8_t *blob;
	size_t blob_len;
};

struct eic_answer {
	struct eic_key *keys;
	size_t n_keys;
	char signer_why[EIC_WHY_SIZE]; /* with EIC_E_SIGNER */
};

struct eic_terms {
	const char *instance; /* this one's id */
	unsigned min_rsa_bits;
	int64_t now_s;
	const struct eic_signer *signer; /* NULL: there is none that is good */
	const char *signer_why;          /* then why */
};

/**
 * eic_judge() - each record of an answer's body
 *
 * Return: 0 or -ENOMEM.
 */
int eic_judge(const char *body, size_t len, const struct eic_terms *terms,
    struct eic_answer **ret_answer);

/** eic_has_flaw() - has any key of the answer this flaw? */
bool eic_has_flaw(const struct eic_answer *answer, enum eic_flaw flaw);

void eic_answer_free(struct eic_answer *answer);

#endif
