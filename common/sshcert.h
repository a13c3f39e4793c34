/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sshcert.h - an OpenSSH certificate as sshd has accepted it: who, by whom, which number
 *
 * Room: common. libc only, no allocation. Source: OpenSSH's PROTOCOL.certkeys. sshd has checked
 * the signature, the time and the options before anybody of ours sees a certificate; what is
 * read here is for finding the person and for the audit. A certificate is hostile text all
 * the same: whoever runs the authority chooses the key id and the principals.
 */
#ifndef COMMON_SSHCERT_H
#define COMMON_SSHCERT_H

#include <stdbool.h>

#include "common/sshkey.h"

#define SSHCERT_BLOB_MAX 16384     /* raw bytes: 256 principals and two keys of RSA */
#define SSHCERT_PRINCIPALS_MAX 256 /* as many as OpenSSH takes */
#define SSHCERT_KEY_ID_SIZE 514 /* with NUL: one more than the 512 that a record keeps */

enum sshcert_kind {
	SSHCERT_USER = 1,
	SSHCERT_HOST = 2,
};

/* Pointers lie in the blob; none of the texts ends with a NUL. */
struct sshcert {
	const char *type;      /* "ssh-ed25519-cert-v01@openssh.com", … */
	const char *key_type;  /* of the key inside: "ssh-ed25519", … */
	const uint8_t *fields; /* of that key, behind its type */
	size_t fields_len;
	uint64_t serial;
	uint64_t kind; /* enum sshcert_kind, or what else it says */
	const uint8_t *key_id;
	size_t key_id_len;
	const uint8_t *principals; /* "string" after "string" */
	size_t principals_len;
	size_t n_principals;
	uint64_t valid_after_s, valid_before_s; /* epoch; UINT64_MAX: for ever */
	const uint8_t *ca;                      /* the authority's plain public key */
	size_t ca_len;
};

/** sshcert_is_type() - the name of a certificate's type, of a key that sshkey.h takes */
bool sshcert_is_type(const char *type, size_t len);

/**
 * sshcert_parse() - look at the fields of a certificate
 * @type: as sshd names it (%t, SSH_AUTH_INFO_0)
 *
 * Return: 0, SSHKEY_E_TYPE (no certificate), SSHKEY_E_MISMATCH (damaged, too long, a NUL in the
 * key id or in a principal, the key inside or the authority's is none), SSHKEY_E_WEAK.
 */
int sshcert_parse(
    const char *type, const uint8_t *blob, size_t blob_len, struct sshcert *ret_cert);

/**
 * sshcert_principal() - the principal that begins at *@at
 * @at: 0 at first; moves on to the next
 *
 * Return: NULL at the end.
 */
const char *sshcert_principal(const struct sshcert *cert, size_t *at, size_t *ret_len);

/** sshcert_key_id() - with NUL, cut to SSHCERT_KEY_ID_SIZE - 1 bytes; not escaped */
void sshcert_key_id(const struct sshcert *cert, char ret[SSHCERT_KEY_ID_SIZE]);

/** sshcert_plain() - the blob of the key inside; -ENOSPC, else its length */
int sshcert_plain(const struct sshcert *cert, uint8_t *ret, size_t ret_size);

/** sshcert_ca_type() - the authority's key's type as text, with NUL; "" when too long */
void sshcert_ca_type(const struct sshcert *cert, char ret[SSHKEY_TYPE_SIZE]);

#endif
