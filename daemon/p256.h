/* SPDX-License-Identifier: Apache-2.0 */
/*
 * p256.h - ECDSA on NIST P-256 with SHA-256 (FIPS 186-5), over libcrypto
 *
 * Room: daemon. Pure. What signs and verifies manifests; AWS KMS calls the same thing
 * ECC_NIST_P256, ECDSA_SHA_256. Signatures are DER, as `openssl dgst -sha256 -sign` and KMS
 * make them.
 */
#ifndef DAEMON_P256_H
#define DAEMON_P256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base.h"

#define P256_ID_SIZE 17       /* 16 hexadecimal digits and NUL */
#define P256_SIGNATURE_MAX 72 /* DER of two 256-bit numbers */
#define P256_PEM_MAX 4096

enum {
	P256_E_SYNTAX = 1, /* no PEM of a key of the asked kind */
	P256_E_CURVE,      /* a key, but not of P-256 */
	P256_E_WRONG,      /* the signature is not by this key over these bytes */
};

struct p256;

/** p256_public() - from PEM "PUBLIC KEY"; 0, P256_E_SYNTAX, P256_E_CURVE, -ENOMEM */
int p256_public(const char *pem, size_t len, struct p256 **ret_key);

/** p256_private() - from PEM "PRIVATE KEY" or "EC PRIVATE KEY", not encrypted; as above */
int p256_private(const char *pem, size_t len, struct p256 **ret_key);

/** p256_id() - the first 16 digits of the SHA-256 of the public key's DER */
const char *p256_id(const struct p256 *key);

/** p256_verify() - 0, P256_E_WRONG, or -EIO when libcrypto fails */
int p256_verify(const struct p256 *key, const void *bytes, size_t len,
    const uint8_t *signature, size_t signature_len);

/** p256_sign() - @key is a private one; 0 or -EIO */
int p256_sign(const struct p256 *key, const void *bytes, size_t len,
    uint8_t ret_signature[P256_SIGNATURE_MAX], size_t *ret_len);

void p256_free(struct p256 *key);

static inline void
p256_freep(struct p256 **key)
{
	p256_free(*key);
}
#define _cleanup_p256_ _cleanup_(p256_freep)

#endif
