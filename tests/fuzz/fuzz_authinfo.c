/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_authinfo.c - any string as SSH_AUTH_INFO_0
 *
 * Whatever comes out as a key passes sshkey_check() and stands, written again, in the last
 * publickey line of the input; the method is a plain word.
 */
#include <stdlib.h>
#include <string.h>

#include "pam/authinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(int ok)
{
	if (!ok)
		abort();
}

static void
check_key(const char *text, const struct sshkey *key)
{
	char line[SSHKEY_LINE_SIZE];
	const char *found, *last = NULL;

	must(sshkey_check(key->type, key->blob, key->blob_len) == 0);
	must(sshkey_format(key->type, key->blob, key->blob_len, line, sizeof(line)) > 0);
	must(strstr(key->type, "cert") == NULL);
	for (found = strstr(text, line); found != NULL; found = strstr(found + 1, line))
		last = found;
	must(last != NULL && strstr(last, "\npublickey\n") == NULL &&
	     strstr(last, "\npublickey ") == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct authinfo info;
	char *text = malloc(size + 1);

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	authinfo_parse(text, &info);
	must(memchr(info.method, '\0', sizeof(info.method)) != NULL);
	must(info.method[strspn(info.method, "abcdefghijklmnopqrstuvwxyz0123456789-/")] ==
	     '\0');
	if (info.kind == AUTHINFO_KEY)
		check_key(text, &info.key);
	if (info.kind == AUTHINFO_CERT)
		must(strstr(info.cert_type, "-cert-v01@openssh.com") != NULL &&
		     info.cert_text > text &&
		     info.cert_text + info.cert_len <= text + size &&
		     memchr(info.cert_text, '\n', info.cert_len) == NULL);
	free(text);
	return 0;
}
