/* SPDX-License-Identifier: Apache-2.0 */
/* replay_main.c - give a harness the files, or files of directories, named in argv */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
replay_file(const char *path, size_t size)
{
	_cleanup_fclose_ FILE *stream = fopen(path, "re");
	_cleanup_free_ uint8_t *data = malloc(size > 0 ? size : 1); /* exact, for ASan */

	if (stream == NULL || data == NULL || fread(data, 1, size, stream) != size) {
		perror(path);
		return 1;
	}
	(void)LLVMFuzzerTestOneInput(data, size);
	return 0;
}

static int
replay(const char *path)
{
	struct dirent **entries = NULL;
	struct stat st;
	int n, bad = 0;

	if (stat(path, &st) < 0) {
		perror(path);
		return 1;
	}
	if (!S_ISDIR(st.st_mode))
		return replay_file(path, (size_t)st.st_size);
	n = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char below[4096];

		(void)snprintf(below, sizeof(below), "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			bad |= replay(below);
		free(entries[i]);
	}
	free(entries);
	return bad | (n < 0);
}

int
main(int argc, char **argv)
{
	int bad = 0;

	for (int i = 1; i < argc; i++)
		bad |= replay(argv[i]);
	return bad;
}
