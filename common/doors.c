/* SPDX-License-Identifier: Apache-2.0 */
/* doors.c - what local accounts are to us, without a descriptor; contract in doors.h */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base.h"
#include "common/doors.h"
#include "common/paths.h"
#include "common/published_format.h"

/* Nobody but the owner of the directory can put a link into it. */
static bool
is_trusted(void)
{
	struct stat dir, link;

	return lstat(paths_run_dir, &dir) == 0 && S_ISDIR(dir.st_mode) &&
	       (dir.st_mode & 022) == 0 && lstat(paths_doors, &link) == 0 &&
	       S_ISLNK(link.st_mode) && link.st_uid == dir.st_uid;
}

static bool
has_word(const char *text, size_t len, const char *key, const char *value)
{
	char word[DOORS_WORD_SIZE];
	int n = snprintf(word, sizeof(word), " %s=%s ", key, value);

	return n > 0 && (size_t)n < sizeof(word) &&
	       memmem(text, len, word, (size_t)n) != NULL;
}

uint32_t
doors_of(const char *name)
{
	char text[DOORS_TEXT_SIZE];
	uint32_t doors = 0;
	ssize_t n;

	/* of two words at once no name consists */
	if (strchr(name, ' ') != NULL || !is_trusted())
		return 0;
	n = readlink(paths_doors, text, sizeof(text));
	if (n <= 0)
		return 0;
	if (has_word(text, (size_t)n, DOORS_LOCAL, DOORS_LOCAL_CLOSED))
		doors |= DOORS_CLOSED;
	if (has_word(text, (size_t)n, DOORS_BREAK_GLASS_NAME, name))
		doors |= DOORS_BREAK_GLASS;
	if (has_word(text, (size_t)n, DOORS_LISTED_NAME, name) ||
	    ((doors & DOORS_BREAK_GLASS) == 0 &&
		has_word(text, (size_t)n, DOORS_LISTED_NAME, DOORS_ANYBODY)))
		doors |= DOORS_LISTED;
	return doors;
}
