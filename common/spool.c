/* SPDX-License-Identifier: Apache-2.0 */
/* spool.c - an audit record for the daemon to pick up; contract in spool.h */
#include <string.h>

#include "common/file.h"
#include "common/paths.h"
#include "common/spool.h"

int
spool_write(struct record *record)
{
	char line[RECORD_LINE_MAX + 1];
	char boot[64];
	int n;

	if (file_read_text("/proc/sys/kernel/random/boot_id", boot, sizeof(boot)) == 0) {
		boot[strcspn(boot, "\n")] = '\0';
		record->boot = boot;
	}
	/* one byte less: the daemon takes lines below RECORD_LINE_MAX, newline not counted */
	n = record_format(record, line, RECORD_LINE_MAX);
	record->boot = NULL;
	if (n < 0)
		return n;
	return file_append(
	    paths_pam_dir, paths_pam_spool, 0, SPOOL_SIZE_MAX, line, (size_t)n);
}
