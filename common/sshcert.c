/* SPDX-License-Identifier: Apache-2.0 */
/* sshcert.c - OpenSSH certificates, field by field; contract in sshcert.h */
#include <errno.h>
#include <string.h>

#include "common/base.h"
#include "common/sshcert.h"
#include "common/sshkey_parts.h"

/* How many "string" or "mpint" the public key of a type has behind its name. */
static const struct {
	const char *type, *key_type;
	size_t n_fields;
} types[] = {
	{ "ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519", 1 },
	{ "sk-ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com", 2 },
	{ "ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp256", 2 },
	{ "ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp384", 2 },
	{ "ecdsa-sha2-nistp521-cert-v01@openssh.com", "ecdsa-sha2-nistp521", 2 },
	{ "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
	    "sk-ecdsa-sha2-nistp256@openssh.com", 3 },
	{ "ssh-rsa-cert-v01@openssh.com", "ssh-rsa", 2 },
};

static size_t
find_type(const char *type, size_t len)
{
	size_t i;

	for (i = 0; i < BASE_N(types); i++)
		if (strlen(types[i].type) == len && memcmp(types[i].type, type, len) == 0)
			break;
	return i;
}

bool
sshcert_is_type(const char *type, size_t len)
{
	return find_type(type, len) < BASE_N(types);
}

/* The key inside: @n fields, whatever they are. */
static bool
take_key(struct sshkey_cursor *cursor, size_t n, struct sshcert *cert)
{
	const uint8_t *bytes;
	size_t len;

	cert->fields = cursor->at;
	while (n-- > 0)
		if (!sshkey_take_string(cursor, &bytes, &len))
			return false;
	cert->fields_len = (size_t)(cursor->at - cert->fields);
	return true;
}

static bool
take_body(struct sshkey_cursor *cursor, struct sshcert *cert)
{
	const uint8_t *bytes;
	size_t len;

	return sshkey_take_number(cursor, 8, &cert->serial) &&
	       sshkey_take_number(cursor, 4, &cert->kind) &&
	       sshkey_take_string(cursor, &cert->key_id, &cert->key_id_len) &&
	       sshkey_take_string(cursor, &cert->principals, &cert->principals_len) &&
	       sshkey_take_number(cursor, 8, &cert->valid_after_s) &&
	       sshkey_take_number(cursor, 8, &cert->valid_before_s) &&
	       sshkey_take_string(cursor, &bytes, &len) && /* critical options */
	       sshkey_take_string(cursor, &bytes, &len) && /* extensions */
	       sshkey_take_string(cursor, &bytes, &len) && /* reserved */
	       sshkey_take_string(cursor, &cert->ca, &cert->ca_len) &&
	       sshkey_take_string(cursor, &bytes, &len) && /* signature */
	       cursor->left == 0;
}

static bool
check_texts(struct sshcert *cert)
{
	struct sshkey_cursor cursor = { cert->principals, cert->principals_len };
	const uint8_t *bytes;
	size_t len;

	cert->n_principals = 0;
	while (cursor.left > 0) {
		if (cert->n_principals++ == SSHCERT_PRINCIPALS_MAX ||
		    !sshkey_take_string(&cursor, &bytes, &len) ||
		    memchr(bytes, '\0', len) != NULL)
			return false;
	}
	return memchr(cert->key_id, '\0', cert->key_id_len) == NULL;
}

static int
check_keys(const struct sshcert *cert)
{
	char ca_type[SSHKEY_TYPE_SIZE];
	uint8_t plain[SSHKEY_BLOB_MAX];
	int r;

	sshcert_ca_type(cert, ca_type);
	r = sshkey_check(ca_type, cert->ca, cert->ca_len);
	if (r != 0)
		return r == SSHKEY_E_TYPE ? SSHKEY_E_MISMATCH : r;
	r = sshcert_plain(cert, plain, sizeof(plain));
	return r < 0 ? SSHKEY_E_MISMATCH : sshkey_check(cert->key_type, plain, (size_t)r);
}

int
sshcert_parse(
    const char *type, const uint8_t *blob, size_t blob_len, struct sshcert *ret_cert)
{
	struct sshkey_cursor cursor = { blob, blob_len };
	size_t n = find_type(type, strlen(type));
	const uint8_t *nonce;
	struct sshcert cert;
	size_t len;
	int r;

	if (n == BASE_N(types))
		return SSHKEY_E_TYPE;
	cert.type = types[n].type;
	cert.key_type = types[n].key_type;
	if (blob_len > SSHCERT_BLOB_MAX || !sshkey_take_equal(&cursor, cert.type) ||
	    !sshkey_take_string(&cursor, &nonce, &len) ||
	    !take_key(&cursor, types[n].n_fields, &cert) || !take_body(&cursor, &cert) ||
	    !check_texts(&cert))
		return SSHKEY_E_MISMATCH;
	r = check_keys(&cert);
	if (r == 0)
		*ret_cert = cert;
	return r;
}

const char *
sshcert_principal(const struct sshcert *cert, size_t *at, size_t *ret_len)
{
	struct sshkey_cursor cursor = { cert->principals + *at,
		cert->principals_len - *at };
	const uint8_t *bytes;

	if (!sshkey_take_string(&cursor, &bytes, ret_len))
		return NULL;
	*at = cert->principals_len - cursor.left;
	return (const char *)bytes;
}

void
sshcert_key_id(const struct sshcert *cert, char ret[SSHCERT_KEY_ID_SIZE])
{
	size_t len = cert->key_id_len < SSHCERT_KEY_ID_SIZE ? cert->key_id_len
							    : SSHCERT_KEY_ID_SIZE - 1;

	memcpy(ret, cert->key_id, len);
	ret[len] = '\0';
}

int
sshcert_plain(const struct sshcert *cert, uint8_t *ret, size_t ret_size)
{
	size_t len = strlen(cert->key_type);

	if (cert->fields_len > ret_size || 4 + len > ret_size - cert->fields_len)
		return -ENOSPC;
	memcpy(ret, (const uint8_t[]){ 0, 0, 0, (uint8_t)len }, 4);
	memcpy(ret + 4, cert->key_type, len);
	memcpy(ret + 4 + len, cert->fields, cert->fields_len);
	return (int)(4 + len + cert->fields_len);
}

void
sshcert_ca_type(const struct sshcert *cert, char ret[SSHKEY_TYPE_SIZE])
{
	struct sshkey_cursor cursor = { cert->ca, cert->ca_len };
	const uint8_t *type;
	size_t len;

	ret[0] = '\0';
	if (!sshkey_take_string(&cursor, &type, &len) || len >= SSHKEY_TYPE_SIZE)
		return;
	memcpy(ret, type, len);
	ret[len] = '\0';
}
