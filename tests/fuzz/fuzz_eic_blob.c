/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_eic_blob.c - any bytes as Instance Connect's records: what is taken lies inside */
#include <stdlib.h>
#include <string.h>

#include "daemon/eic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nobody signed: whatever the bytes are, no key is good. */
static void
judge(const char *body, size_t size)
{
	const struct eic_terms terms = { .instance = "i-0123456789abcdef0",
		.min_rsa_bits = SSHKEY_RSA_BITS_MIN,
		.signer_why = "nobody" };
	struct eic_answer *answer;

	if (eic_judge(body, size, &terms, &answer) != 0)
		return;
	for (size_t i = 0; i < answer->n_keys; i++)
		if (answer->keys[i].flaw == 0 || answer->keys[i].blob != NULL)
			abort();
	eic_answer_free(answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct eic_record record;
	static uint8_t bytes[4096];
	const char *body = (const char *)data, *end = body + size;
	struct eic_blob blob;
	size_t n = 0, len;

	eic_blob_start(&blob, body, size);
	while (eic_blob_next(&blob, &record)) {
		if (++n > EIC_RECORDS_MAX + 1)
			abort();
		if (record.flaw != 0)
			continue;
		if (record.signed_text < body ||
		    record.signed_text + record.signed_len > end ||
		    record.key + record.key_len + 1 !=
			record.signed_text + record.signed_len ||
		    record.signed_text[record.signed_len - 1] != '\n' ||
		    record.signature_len == 0 || record.caller[0] == '\0' ||
		    strlen(record.caller) >= sizeof(record.caller) ||
		    record.expires_s < 0)
			abort();
	}
	judge(body, size);
	if (eic_base64(body, size, bytes, sizeof(bytes), &len) == 0 &&
	    (len == 0 || len > sizeof(bytes) || len > size))
		abort();
	return 0;
}
