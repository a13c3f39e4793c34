/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_eic_chain.c - any bytes as the signer's certificates and their staples
 *
 * An input is PEM, then the staples of its certificates in base64, each behind a line "==".
 * The root that the corpus is under is trusted at the time that the corpus was made.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/eic_verify.h"
#include "tests/fuzz/eic_root.h"

#define NAME "managed-ssh-signer.eu-central-1.amazonaws.com"
#define SEPARATOR "==\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char root[] = "/tmp/fuzz-eic-root.XXXXXX";

static void
remove_root(void)
{
	(void)unlink(root);
}

/* libcrypto takes its trust store from a file. */
static void
trust_root(void)
{
	static const char pem[] = EIC_ROOT;
	int fd = mkstemp(root);

	if (fd < 0 || write(fd, pem, sizeof(pem) - 1) != (ssize_t)sizeof(pem) - 1 ||
	    setenv("SSL_CERT_FILE", root, 1) != 0 ||
	    setenv("SSL_CERT_DIR", "/nonexistent", 1) != 0)
		abort();
	(void)close(fd);
	(void)atexit(remove_root);
}

/* Up to the separator, or the end. */
static size_t
part_len(const char *text, size_t len)
{
	const char *found = memmem(text, len, SEPARATOR, strlen(SEPARATOR));

	return found != NULL ? (size_t)(found - text) : len;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	size_t len = part_len(text, size), skip;
	struct eic_chain *chain;
	struct eic_signer *signer = NULL;
	char why[EIC_WHY_SIZE] = "", name[EIC_NAME_SIZE];
	static const uint8_t signature[256] = { 1 };

	if (root[strlen(root) - 1] == 'X')
		trust_root();
	if (eic_chain_parse(text, len, &chain) != 0)
		return 0;
	for (size_t i = 0; i < eic_chain_size(chain); i++) {
		eic_chain_name(chain, i, name);
		if (strlen(name) != EIC_NAME_SIZE - 1)
			abort();
		skip = len + strlen(SEPARATOR) < size ? len + strlen(SEPARATOR) : size;
		text += skip;
		size -= skip;
		len = part_len(text, size);
		(void)eic_chain_staple(chain, i, text, len);
	}
	if (eic_chain_verify(chain, NAME, EIC_NOW_S, &signer, why) == 0) {
		if (eic_signer_until(signer) <= EIC_NOW_S ||
		    eic_signer_check(signer, "x", 1, signature, sizeof(signature)) == 0)
			abort();
		eic_signer_free(signer);
	} else if (signer != NULL || strlen(why) >= sizeof(why)) {
		abort();
	}
	eic_chain_free(chain);
	return 0;
}
