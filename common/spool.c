/* SPDX-License-Identifier: Apache-2.0 */
/* spool.c - an audit record for the daemon to pick up; contract in spool.h */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/paths.h"
#include "common/spool.h"

/* "INODE OFFSET\n", decimal. */
static bool
parse_mark(const char *text, uint64_t *ret_ino, uint64_t *ret_offset)
{
	uint64_t *const numbers[2] = { ret_ino, ret_offset };

	for (size_t i = 0; i < BASE_N(numbers); i++) {
		uint64_t number = 0;

		if (*text < '0' || *text > '9')
			return false;
		for (; *text >= '0' && *text <= '9'; text++)
			number = number * 10 + (uint64_t)(*text - '0');
		if (*text++ != (i == 0 ? ' ' : '\n'))
			return false;
		*numbers[i] = number;
	}
	return true;
}

/*
 * Has the daemon taken all of a full spool? It keeps how far it has read in its own directory
 * below /run: like the spool not beyond a boot, and out of a full disk's reach. Nobody appends
 * to a full file, so what was taken may go.
 */
static bool
was_taken(void)
{
	char path[256], text[64];
	uint64_t ino, offset;
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/spool", paths_run_dir);
	return file_read_text(path, text, sizeof(text)) == 0 &&
	       parse_mark(text, &ino, &offset) && lstat(paths_pam_spool, &st) == 0 &&
	       st.st_ino == ino && st.st_size >= 0 && (uint64_t)st.st_size == offset;
}

int
spool_write(struct record *record)
{
	char line[RECORD_LINE_MAX + 1];
	char boot[64];
	size_t limit;
	int n, r;

	if (file_read_text("/proc/sys/kernel/random/boot_id", boot, sizeof(boot)) == 0) {
		boot[strcspn(boot, "\n")] = '\0';
		record->boot = boot;
	}
	/* one byte less: the daemon takes lines below RECORD_LINE_MAX, newline not counted */
	n = record_format(record, line, RECORD_LINE_MAX);
	record->boot = NULL;
	if (n < 0)
		return n;
	/* Full is full for the shortest line as well: else one could still be added to a file
	 * that somebody with a longer one is about to remove. */
	limit = SPOOL_SIZE_MAX - RECORD_LINE_MAX + (size_t)n;
	r = file_append(paths_pam_dir, paths_pam_spool, 0, limit, line, (size_t)n);
	if (r == FILE_E_FULL && was_taken() && unlink(paths_pam_spool) == 0)
		r = file_append(
		    paths_pam_dir, paths_pam_spool, 0, limit, line, (size_t)n);
	return r;
}
