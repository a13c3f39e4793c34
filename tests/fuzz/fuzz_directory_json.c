/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_directory_json.c - a directory's JSON
 *
 * What was accepted is written and read again, and has to be the same people: the last good
 * directory on disk goes through exactly these two steps.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/directory_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int condition)
{
	if (!condition)
		abort();
}

static void
write_and_read_again(struct directory *directory)
{
	struct directory *again = NULL;
	char error[256];
	char *text = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&text, &len);

	check(stream != NULL);
	check(directory_json_write(directory, stream) == 0);
	check(fclose(stream) == 0);
	check(directory_json_parse(text, len, &again, error) == 0);
	check(directory_same(directory, again));
	directory_unref(again);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct directory *directory = NULL;
	char error[256] = "";
	char *copy = malloc(size + 1);
	int r;

	if (copy == NULL)
		return 0;
	memcpy(copy, data, size); /* no NUL behind it: the sanitizer watches the end */
	copy = realloc(copy, size > 0 ? size : 1);
	check(copy != NULL);
	r = directory_json_parse(copy, size, &directory, error);
	check(r == 0 || r == DIRECTORY_JSON_E_SYNTAX);
	if (r == 0)
		write_and_read_again(directory);
	else
		check(directory == NULL && error[0] != '\0');
	directory_unref(directory);
	free(copy);
	return 0;
}
