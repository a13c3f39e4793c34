/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_imds_json.c - the documents of IMDS from hostile bytes
 *
 * First byte: which document. What is accepted has to be fit for a header or a URL.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/imds_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
expect(bool is_so)
{
	if (!is_so)
		abort();
}

static void
try_credentials(const char *body, size_t len)
{
	struct imds_credentials *got = calloc(1, sizeof(*got));
	char code[64] = "";
	int r;

	if (got == NULL)
		return;
	r = imds_parse_credentials(body, len, got, code);
	if (r == 0) {
		expect(imds_is_token(got->access_key_id, strlen(got->access_key_id)));
		expect(imds_is_token(got->secret, strlen(got->secret)));
		expect(strpbrk(got->token, "\r\n ") == NULL && got->token[0] != '\0');
	} else if (r == IMDS_PARSE_E_REFUSED) {
		expect(code[0] != '\0' && strpbrk(code, "\r\n ") == NULL);
	}
	imds_credentials_free(got);
}

static void
try_tag_keys(const char *body, size_t len)
{
	char **keys = NULL;
	size_t n = 0;

	if (imds_parse_tag_keys(body, len, &keys, &n) != 0)
		return;
	for (size_t i = 0; i < n; i++)
		expect(keys[i][0] != '\0' && strpbrk(keys[i], "/?#% \r\n") == NULL);
	imds_tag_keys_free(keys, n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct instance instance = { .id = "" };
	const char *body = (const char *)data + 1;
	char role[65];

	if (size == 0)
		return 0;
	switch (data[0] % 4) {
	case 0:
		if (imds_parse_identity(body, size - 1, &instance) == 0)
			expect(strncmp(instance.id, "i-", 2) == 0 &&
			       strlen(instance.account) == 12);
		break;
	case 1:
		try_credentials(body, size - 1);
		break;
	case 2:
		if (imds_parse_role(body, size - 1, role) == 0)
			expect(role[0] != '\0' && strpbrk(role, "/?#% \r\n") == NULL);
		break;
	default:
		try_tag_keys(body, size - 1);
		break;
	}
	return 0;
}
