/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest.h - SHA-256 and HMAC, over libcrypto
 *
 * Room: daemon. With digest.c the only place that includes OpenSSL for hashing.
 */
#ifndef DAEMON_DIGEST_H
#define DAEMON_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_SIZE 32
#define DIGEST_HEX_SIZE 65

/** digest_sha256() - 0, or -EIO when libcrypto fails (out of memory) */
int digest_sha256(const void *bytes, size_t len, uint8_t ret[DIGEST_SIZE]);

/** digest_hmac_sha256() - as digest_sha256() */
int digest_hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t len,
    uint8_t ret[DIGEST_SIZE]);

/** digest_hex() - lower case, NUL-terminated */
void digest_hex(const uint8_t digest[DIGEST_SIZE], char ret[DIGEST_HEX_SIZE]);

#endif
