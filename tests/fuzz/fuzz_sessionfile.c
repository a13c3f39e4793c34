/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_sessionfile.c - any text as a session file: what is read can be written and read again */
#include <stdlib.h>
#include <string.h>

#include "common/sessionfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sessionfile file, again;
	static char text[2 * SESSIONFILE_SIZE_MAX];
	char name[SESSIONFILE_NAME_SIZE];
	char *input = malloc(size + 1);

	if (input == NULL)
		return 0;
	if (size > 0)
		memcpy(input, data, size);
	input[size] = '\0';
	if (sessionfile_parse(input, &file) == 0) {
		if (sessionfile_format(&file, text, sizeof(text)) <= 0 ||
		    sessionfile_parse(text, &again) != 0 || again.uid != file.uid ||
		    again.session != file.session || again.pid != file.pid ||
		    again.pid_start != file.pid_start)
			abort();
		sessionfile_name(&file, name);
		if (strchr(name, '/') != NULL || name[0] == '.' || name[0] == '\0')
			abort();
	}
	free(input);
	return 0;
}
