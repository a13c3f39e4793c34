/* SPDX-License-Identifier: Apache-2.0 */
/* cert.c - the certificate that sshd accepted; contract in cert.h */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/confvalue.h"
#include "common/file.h"
#include "common/paths.h"
#include "pam/cert.h"

#define AUTHORITIES_SIZE CONFVALUE_CONF_SIZE /* of their file, with NUL */

static const char *
read_blob(const struct authinfo *info, struct cert *cert)
{
	size_t size = info->cert_len / 4 * 3;

	if (size > SSHCERT_BLOB_MAX)
		return "it is too long";
	cert->blob = malloc(size + 1);
	if (cert->blob == NULL)
		return "no memory";
	if (sshkey_base64_decode(info->cert_text, info->cert_len, cert->blob, size + 1,
		&cert->blob_len) != 0 ||
	    sshcert_parse(info->cert_type, cert->blob, cert->blob_len, &cert->fields) !=
		0) {
		cert->blob_len = 0;
		return "it cannot be read";
	}
	sshcert_key_id(&cert->fields, cert->key_id);
	(void)snprintf(
	    cert->serial, sizeof(cert->serial), "%" PRIu64, cert->fields.serial);
	return NULL;
}

/* Lines "TYPE BASE64 [comment]", as sshd reads them from TrustedUserCAKeys. */
static bool
has_authority(const char *text, const struct sshcert *cert)
{
	struct sshkey key;
	size_t len;

	for (; *text != '\0'; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		while (*text == ' ' || *text == '\t') {
			text++;
			len--;
		}
		if (sshkey_parse(text, len, &key) == 0 && key.blob_len == cert->ca_len &&
		    memcmp(key.blob, cert->ca, cert->ca_len) == 0)
			return true;
	}
	return false;
}

static const char *
check_authority(const struct sshcert *cert)
{
	_cleanup_free_ char *text = malloc(AUTHORITIES_SIZE);
	char path[CONFVALUE_SIZE];

	if (text == NULL)
		return "no memory";
	if (file_read_owned(paths_config, 0, text, CONFVALUE_CONF_SIZE) != 0)
		return "iamlogin.conf cannot be read";
	if (confvalue_find(text, "[keys]", "trusted_user_ca_keys", path) != 0)
		return "[keys] trusted_user_ca_keys is empty";
	if (file_read_owned(path, 0, text, AUTHORITIES_SIZE) != 0)
		return "the file of trusted_user_ca_keys cannot be read, or is not root's "
		       "alone";
	return has_authority(text, cert) ? NULL
					 : "its authority is not in trusted_user_ca_keys";
}

const char *
cert_read(const struct authinfo *info, struct cert *ret_cert)
{
	const char *why;

	*ret_cert = (struct cert){ .blob = NULL };
	why = read_blob(info, ret_cert);
	if (why == NULL && ret_cert->fields.kind != SSHCERT_USER)
		why = "it is no user's";
	return why != NULL ? why : check_authority(&ret_cert->fields);
}

/* The person's claim on the account; of several, one that is allowed. */
static int
find_claim(const struct published *keys, const char *account, uint32_t person,
    uint32_t service_bit, struct keysfile_claim *ret_claim)
{
	struct keysfile_claim claim;
	bool is_found = false;

	for (uint32_t n = 0; keysfile_claim_by_account(keys, account, n, &claim) == 0;
	     n++) {
		if (claim.person != person ||
		    (is_found && (claim.allow_mask & service_bit) == 0))
			continue;
		*ret_claim = claim;
		is_found = true;
	}
	return is_found ? 0 : PUBLISHED_E_NOTFOUND;
}

int
cert_find(const struct cert *cert, const struct call *call, const struct published *keys,
    struct keysfile_claim *ret_claim, struct keysfile_person *ret_person)
{
	_cleanup_published_ struct published *snapshot = NULL;
	uint32_t person, theirs = 0;
	const char *principal;
	bool is_found = false;
	size_t at = 0, len;
	int r;

	if (published_open(paths_snapshot, PUBLISHED_MAGIC_SNAPSHOT, &snapshot) != 0)
		return PUBLISHED_E_DAMAGED;
	while ((principal = sshcert_principal(&cert->fields, &at, &len)) != NULL) {
		r = principal_find(keys, snapshot, principal, len, &person);
		if (r == 0)
			r = find_claim(
			    keys, call->user, person, call->service_bit, ret_claim);
		if (r == PUBLISHED_E_NOTFOUND)
			continue;
		if (r != 0)
			return r;
		if (is_found && person != theirs)
			return PUBLISHED_E_NOTFOUND;
		is_found = true;
		theirs = person;
	}
	return is_found ? keysfile_person_at(keys, theirs, ret_person)
			: PUBLISHED_E_NOTFOUND;
}
