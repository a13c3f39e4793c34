/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_blob.c - a published directory, as it comes and as what it unpacks to
 *
 * The input is read as a blob, and packed and read as its lines, so that a fuzzer need not
 * invent gzip. What was accepted is written and read again, and has to be the same people.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/blob.h"
#include "daemon/gzip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int condition)
{
	if (!condition)
		abort();
}

static void
read_it(const void *bytes, size_t len)
{
	static const struct blob_filter none;
	_cleanup_directory_ struct directory *directory = NULL, *again = NULL;
	_cleanup_buf_ struct buf written = BUF_EMPTY;
	struct blob_head head, head_again;
	char why[BLOB_WHY_SIZE] = "";
	int r = blob_read(bytes, len, &none, &head, &directory, why);

	check(r == 0 || r == BLOB_E_SYNTAX);
	if (r != 0) {
		check(directory == NULL && why[0] != '\0');
		return;
	}
	check(blob_write(&head, directory, &written) == 0);
	check(
	    blob_read(written.bytes, written.len, &none, &head_again, &again, why) == 0);
	check(directory_same(directory, again));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_buf_ struct buf packed = BUF_EMPTY;

	read_it(data, size);
	check(gzip_pack(data, size, &packed) == 0);
	read_it(packed.bytes, packed.len);
	return 0;
}
