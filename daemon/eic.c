/* SPDX-License-Identifier: Apache-2.0 */
/* eic.c - judging Instance Connect's records; contract in eic.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/eic.h"

/* In an order that tells most: whose it is not first, then whether it can be believed. */
static int
judge_record(
    const struct eic_record *record, const struct eic_terms *terms, struct sshkey *key)
{
	int r;

	if (record->flaw != 0)
		return (int)record->flaw;
	if (strcmp(record->instance, terms->instance) != 0)
		return EIC_E_INSTANCE;
	if (record->expires_s <= terms->now_s)
		return EIC_E_EXPIRED;
	if (terms->signer == NULL)
		return EIC_E_SIGNER;
	r = eic_signer_check(terms->signer, record->signed_text, record->signed_len,
	    record->signature, record->signature_len);
	if (r != 0)
		return r;
	r = sshkey_parse(record->key, record->key_len, key);
	if (r == SSHKEY_E_WEAK)
		return EIC_E_WEAK;
	if (r != 0)
		return EIC_E_KEY;
	if (strcmp(key->type, "ssh-rsa") == 0 &&
	    sshkey_rsa_bits(key->blob, key->blob_len) < terms->min_rsa_bits)
		return EIC_E_WEAK;
	return 0;
}

static int
add(struct eic_answer *answer, const struct eic_record *record, int flaw,
    const struct sshkey *key)
{
	struct eic_key *keys, *one;

	keys = realloc(answer->keys, (answer->n_keys + 1) * sizeof(*keys));
	if (keys == NULL)
		return -ENOMEM;
	answer->keys = keys;
	one = &keys[answer->n_keys++];
	*one = (struct eic_key){
		.flaw = (enum eic_flaw)flaw,
		.caller = strdup(record->caller),
		.request = strdup(record->request),
		.expires_s = record->expires_s,
	};
	if (one->caller == NULL || one->request == NULL)
		return -ENOMEM;
	if (flaw != 0)
		return 0;
	one->blob = malloc(key->blob_len);
	if (one->blob == NULL)
		return -ENOMEM;
	memcpy(one->blob, key->blob, key->blob_len);
	memcpy(one->type, key->type, sizeof(one->type));
	one->blob_len = key->blob_len;
	return 0;
}

int
eic_judge(const char *body, size_t len, const struct eic_terms *terms,
    struct eic_answer **ret_answer)
{
	struct eic_answer *answer = calloc(1, sizeof(*answer));
	struct eic_record *record = malloc(sizeof(*record));
	struct sshkey *key = malloc(sizeof(*key));
	struct eic_blob blob;
	int r = answer == NULL || record == NULL || key == NULL ? -ENOMEM : 0;
	int flaw;

	eic_blob_start(&blob, body, len);
	while (r == 0 && eic_blob_next(&blob, record)) {
		flaw = judge_record(record, terms, key);
		r = flaw < 0 ? flaw : add(answer, record, flaw, key);
	}
	free(record);
	free(key);
	if (r != 0) {
		eic_answer_free(answer);
		return r;
	}
	if (terms->signer == NULL)
		(void)snprintf(answer->signer_why, sizeof(answer->signer_why), "%s",
		    terms->signer_why);
	*ret_answer = answer;
	return 0;
}

bool
eic_has_flaw(const struct eic_answer *answer, enum eic_flaw flaw)
{
	for (size_t i = 0; i < answer->n_keys; i++)
		if (answer->keys[i].flaw == flaw)
			return true;
	return false;
}

void
eic_answer_free(struct eic_answer *answer)
{
	if (answer == NULL)
		return;
	for (size_t i = 0; i < answer->n_keys; i++) {
		free(answer->keys[i].caller);
		free(answer->keys[i].request);
		free(answer->keys[i].blob);
	}
	free(answer->keys);
	free(answer);
}
