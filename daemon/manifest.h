/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest.h - the small signed file that says which directory is in force
 *
 * Room: daemon. Pure: bytes, pinned keys and the time are passed in. The format is specified
 * in iamlogin-manifest(5): lines of ASCII, the last one an ECDSA P-256 signature over all
 * bytes before it. Nothing in it can name a rule, a shared account, sudo or break-glass: it
 * says who exists, and the host's own configuration says who may.
 */
#ifndef DAEMON_MANIFEST_H
#define DAEMON_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base.h"
#include "daemon/buf.h"
#include "daemon/digest.h"
#include "daemon/p256.h"

#define MANIFEST_MAX (256u << 10)
#define MANIFEST_BLOB_MAX (64u << 20) /* compressed; 50,000 people are some 6 MiB */
#define MANIFEST_REVOKED_MAX 1000
#define MANIFEST_VIEW_SIZE 33
#define MANIFEST_OWNER_SIZE 36
#define MANIFEST_ERROR_SIZE 201
#define MANIFEST_WHY_SIZE 200
#define MANIFEST_KEYS 2       /* pinned: the present one and, in a rotation, the next */
#define MANIFEST_FUTURE_S 300 /* by which two clocks may differ */

/* Somebody who is out at once, whatever the blob says. */
struct manifest_revoked {
	char kind[16]; /* "iam-user", "role", "person" */
	char id[129];
	int64_t since_s;
	int64_t until_s; /* 0: until it is withdrawn */
	char by[65];     /* who said so; letters, digits and ._@+=- */
};

struct manifest {
	char owner[MANIFEST_OWNER_SIZE]; /* account number, or o-… of an organisation */
	char view[MANIFEST_VIEW_SIZE];
	uint64_t serial;
	int64_t issued_s;    /* when the listing that it rests on was asked for */
	int64_t not_after_s; /* nobody believes it from then on */
	char blob[DIGEST_HEX_SIZE];
	uint64_t blob_size;
	struct manifest_revoked *revoked;
	size_t n_revoked;
	int64_t
	    error_s; /* the publisher's last failure; 0: none since its last success */
	char error[MANIFEST_ERROR_SIZE];
	char key_id[P256_ID_SIZE];
	size_t signed_len; /* how many of the bytes are signed */
	uint8_t signature[P256_SIGNATURE_MAX];
	size_t signature_len;
};

enum manifest_refusal {
	MANIFEST_E_SYNTAX = 1,
	MANIFEST_E_KEY,       /* signed by a key that is not pinned here */
	MANIFEST_E_SIGNATURE, /* not signed by the key that it names */
	MANIFEST_E_OWNER,     /* another account or organisation */
	MANIFEST_E_VIEW,
	MANIFEST_E_SERIAL, /* not above the last one */
	MANIFEST_E_FUTURE, /* issued later than now */
	MANIFEST_E_EXPIRED,
};

/* What a host, or the publisher of its own, believes. */
struct manifest_expect {
	const struct p256 *const *keys;
	size_t n_keys;
	const char *owner;
	const char *view;
	uint64_t serial; /* of the last one accepted; 0: none */
	uint8_t digest
	    [DIGEST_SIZE]; /* of its bytes: the same one again is no news, but fine */
};

/** manifest_parse() - the shape alone; 0, MANIFEST_E_SYNTAX with @why, or -ENOMEM */
int manifest_parse(const char *bytes, size_t len, struct manifest **ret_manifest,
    char why[MANIFEST_WHY_SIZE]);

/**
 * manifest_accept() - parse, and check all that can be checked without the blob
 * @why: one line for people, on every refusal
 *
 * Return: 0, MANIFEST_E_*, -ENOMEM, or -EIO when libcrypto fails.
 */
int manifest_accept(const char *bytes, size_t len, const struct manifest_expect *expect,
    int64_t now_s, struct manifest **ret_manifest, char why[MANIFEST_WHY_SIZE]);

/** manifest_format() - append everything that is signed; buf.has_failed says if not whole */
void manifest_format(const struct manifest *manifest, struct buf *out);

/** manifest_seal() - append the signature's line; 0 or -EINVAL */
int manifest_seal(const uint8_t *signature, size_t len, struct buf *out);

/** manifest_is_revoked() - is this principal out at @now_s? */
bool manifest_is_revoked(
    const struct manifest *manifest, const char *kind, const char *id, int64_t now_s);

/** manifest_is_view() - 1 to 32 of a-z, 0-9 and '-', a letter or digit first */
bool manifest_is_view(const char *text);

/** manifest_is_owner() - 12 digits, or o- and 10 to 32 of a-z and 0-9 */
bool manifest_is_owner(const char *text);

/** manifest_is_actor() - may this stand in "by"? */
bool manifest_is_actor(const char *text);

void manifest_free(struct manifest *manifest);

static inline void
manifest_freep(struct manifest **manifest)
{
	manifest_free(*manifest);
}
#define _cleanup_manifest_ _cleanup_(manifest_freep)

#endif
