/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_manifest.c - a manifest, before anybody has looked at its signature
 *
 * What was accepted is written and read again, and has to say the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int condition)
{
	if (!condition)
		abort();
}

static void
write_and_read_again(const struct manifest *manifest)
{
	_cleanup_manifest_ struct manifest *again = NULL;
	_cleanup_buf_ struct buf bytes = BUF_EMPTY;
	char why[MANIFEST_WHY_SIZE];

	manifest_format(manifest, &bytes);
	check(manifest_seal(manifest->signature, manifest->signature_len, &bytes) == 0);
	check(manifest_parse(bytes.bytes, bytes.len, &again, why) == 0);
	check(again->serial == manifest->serial && again->issued_s == manifest->issued_s);
	check(again->n_revoked == manifest->n_revoked);
	check(manifest->n_revoked == 0 ||
	      memcmp(again->revoked, manifest->revoked,
		  again->n_revoked * sizeof(*again->revoked)) == 0);
	check(strcmp(again->error, manifest->error) == 0);
	check(again->signature_len == manifest->signature_len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_manifest_ struct manifest *manifest = NULL;
	char why[MANIFEST_WHY_SIZE] = "";
	int r = manifest_parse((const char *)data, size, &manifest, why);

	check(r == 0 || r == MANIFEST_E_SYNTAX);
	if (r == 0)
		write_and_read_again(manifest);
	else
		check(manifest == NULL && why[0] != '\0');
	return 0;
}
