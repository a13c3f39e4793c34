/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_sshcert.c - any bytes as a certificate
 *
 * The input begins with the name of a type and a newline. What is accepted has two keys that
 * sshkey_check() takes, texts inside the blob without a NUL, and as many principals as it says.
 */
#include <stdlib.h>
#include <string.h>

#include "common/principal.h"
#include "common/sshcert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(int ok)
{
	if (!ok)
		abort();
}

static void
check(const struct sshcert *cert, const uint8_t *blob, size_t blob_len)
{
	static const struct keysfile_person who = { .unique_id = "AIDA1",
		.arn = "arn:aws:iam::1:user/alice",
		.name = "alice",
		.kind = PRINCIPAL_IAM_USER };
	char key_id[SSHCERT_KEY_ID_SIZE], type[SSHKEY_TYPE_SIZE];
	uint8_t plain[SSHKEY_BLOB_MAX];
	size_t at = 0, len, n = 0;
	const char *principal;
	int plain_len;

	while ((principal = sshcert_principal(cert, &at, &len)) != NULL) {
		must((const uint8_t *)principal >= blob &&
		     (const uint8_t *)principal + len <= blob + blob_len);
		must(memchr(principal, '\0', len) == NULL);
		if (principal_names(principal, len, &who))
			must(principal_is_plain(principal, len));
		n++;
	}
	must(n == cert->n_principals && n <= SSHCERT_PRINCIPALS_MAX &&
	     at == cert->principals_len);
	sshcert_key_id(cert, key_id);
	must(strlen(key_id) ==
	     (cert->key_id_len < sizeof(key_id) ? cert->key_id_len : sizeof(key_id) - 1));
	plain_len = sshcert_plain(cert, plain, sizeof(plain));
	must(
	    plain_len > 0 && sshkey_check(cert->key_type, plain, (size_t)plain_len) == 0);
	sshcert_ca_type(cert, type);
	must(sshkey_check(type, cert->ca, cert->ca_len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
	struct sshcert cert;
	char type[64];
	size_t len;

	if (newline == NULL || newline - data >= (ptrdiff_t)sizeof(type))
		return 0;
	len = (size_t)(newline - data);
	memcpy(type, data, len);
	type[len] = '\0';
	size -= len + 1;
	if (sshcert_parse(type, newline + 1, size, &cert) == 0)
		check(&cert, newline + 1, size);
	return 0;
}
