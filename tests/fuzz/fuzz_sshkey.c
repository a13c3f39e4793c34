/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_sshkey.c - any bytes as a key line: what is accepted is written again the same */
#include <stdlib.h>
#include <string.h>

#include "common/sshkey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sshkey key, again;
	static char line[SSHKEY_LINE_SIZE];
	static uint8_t bytes[SSHKEY_BLOB_MAX];
	const char *text = (const char *)data;
	size_t len;
	int n;

	if (sshkey_parse(text, size, &key) == 0) {
		n = sshkey_format(key.type, key.blob, key.blob_len, line, sizeof(line));
		if (n <= 0 || (size_t)n > size || strlen(line) != (size_t)n ||
		    sshkey_parse(line, (size_t)n, &again) != 0 ||
		    strcmp(again.type, key.type) != 0 || again.blob_len != key.blob_len ||
		    memcmp(again.blob, key.blob, key.blob_len) != 0)
			abort();
	}
	if (sshkey_base64_decode(text, size, bytes, sizeof(bytes), &len) == 0) {
		n = sshkey_base64_encode(bytes, len, line, sizeof(line));
		if (n < 0 || (size_t)n != size || memcmp(line, text, size) != 0)
			abort(); /* canonical: one text a value */
	}
	(void)sshkey_check("ssh-ed25519", data, size);
	(void)sshkey_check("ssh-rsa", data, size);
	(void)sshkey_check("sk-ecdsa-sha2-nistp256@openssh.com", data, size);
	return 0;
}
