/* SPDX-License-Identifier: Apache-2.0 */
/* digest.c - SHA-256 and HMAC; contract in digest.h */
#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "daemon/digest.h"

int
digest_sha256(const void *bytes, size_t len, uint8_t ret[DIGEST_SIZE])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;

	if (EVP_Digest(bytes, len, digest, &size, EVP_sha256(), NULL) != 1 ||
	    size != DIGEST_SIZE)
		return -EIO;
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		ret[i] = digest[i];
	return 0;
}

int
digest_hmac_sha256(const void *key, size_t key_len, const void *bytes, size_t len,
    uint8_t ret[DIGEST_SIZE])
{
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned size = 0;

	if (key_len > INT_MAX ||
	    HMAC(EVP_sha256(), key, (int)key_len, bytes, len, mac, &size) == NULL ||
	    size != DIGEST_SIZE)
		return -EIO;
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		ret[i] = mac[i];
	OPENSSL_cleanse(mac, sizeof(mac));
	return 0;
}

void
digest_hex(const uint8_t digest[DIGEST_SIZE], char ret[DIGEST_HEX_SIZE])
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		ret[2 * i] = hex[digest[i] >> 4];
		ret[2 * i + 1] = hex[digest[i] & 15];
	}
	ret[2 * DIGEST_SIZE] = '\0';
}
