/* SPDX-License-Identifier: Apache-2.0 */
/* p256.c - ECDSA on NIST P-256; contract in p256.h */
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "daemon/digest.h"
#include "daemon/p256.h"

#define P256_DER_SIZE 91 /* of an uncompressed SubjectPublicKeyInfo */

/* AlgorithmIdentifier { id-ecPublicKey, prime256v1 } and the BIT STRING's head: RFC 5480 */
static const uint8_t p256_head[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
	0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
	0x07, 0x03, 0x42, 0x00, 0x04 };

struct p256 {
	EVP_PKEY *key;
	char id[P256_ID_SIZE];
};

void
p256_free(struct p256 *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->key);
	free(key);
}

/* The curve is told from the key's own encoding: the same in libcrypto 1.1.1 and 3. */
static int
p256_fill(struct p256 *key)
{
	uint8_t digest[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key->key, &der);
	int r = 0;

	if (len != P256_DER_SIZE || memcmp(der, p256_head, sizeof(p256_head)) != 0)
		r = P256_E_CURVE;
	else
		r = digest_sha256(der, (size_t)len, digest);
	OPENSSL_free(der);
	if (r != 0)
		return r;
	digest_hex(digest, hex);
	memcpy(key->id, hex, P256_ID_SIZE - 1);
	return 0;
}

/* Nobody is asked for a passphrase: an encrypted key is no key here. */
static int
p256_no_passphrase(char *ret, int size, int rwflag, void *context)
{
	(void)ret;
	(void)size;
	(void)rwflag;
	(void)context;
	return -1;
}

static int
p256_read(const char *pem, size_t len, bool is_private, struct p256 **ret_key)
{
	_cleanup_p256_ struct p256 *key = calloc(1, sizeof(*key));
	BIO *bio;
	int r;

	if (key == NULL)
		return -ENOMEM;
	if (len > P256_PEM_MAX)
		return P256_E_SYNTAX;
	bio = BIO_new_mem_buf(pem, (int)len);
	if (bio == NULL)
		return -ENOMEM;
	key->key = is_private
		       ? PEM_read_bio_PrivateKey(bio, NULL, p256_no_passphrase, NULL)
		       : PEM_read_bio_PUBKEY(bio, NULL, p256_no_passphrase, NULL);
	BIO_free(bio);
	ERR_clear_error();
	if (key->key == NULL)
		return P256_E_SYNTAX;
	r = p256_fill(key);
	if (r == 0)
		*ret_key = base_take_ptr(&key);
	return r;
}

int
p256_public(const char *pem, size_t len, struct p256 **ret_key)
{
	return p256_read(pem, len, false, ret_key);
}

int
p256_private(const char *pem, size_t len, struct p256 **ret_key)
{
	return p256_read(pem, len, true, ret_key);
}

const char *
p256_id(const struct p256 *key)
{
	return key->id;
}

int
p256_verify(const struct p256 *key, const void *bytes, size_t len,
    const uint8_t *signature, size_t signature_len)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	int r;

	if (context == NULL)
		return -EIO;
	r = EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key->key) == 1
		? EVP_DigestVerify(context, signature, signature_len, bytes, len)
		: -1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	/* A signature that is no DER is reported as an error: it is as wrong as any other. */
	return r == 1 ? 0 : P256_E_WRONG;
}

int
p256_sign(const struct p256 *key, const void *bytes, size_t len,
    uint8_t ret_signature[P256_SIGNATURE_MAX], size_t *ret_len)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t made[P256_SIGNATURE_MAX];
	size_t n = sizeof(made);
	int r;

	if (context == NULL)
		return -EIO;
	r = EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key->key) == 1 &&
		    EVP_DigestSign(context, made, &n, bytes, len) == 1
		? 0
		: -EIO;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	if (r != 0)
		return r;
	memcpy(ret_signature, made, n);
	*ret_len = n;
	return 0;
}
