/* SPDX-License-Identifier: Apache-2.0 */
/* scratch.c - a fresh directory for one test; contract in scratch.h */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/support/scratch.h"

void
scratch_make(char ret_dir[SCRATCH_SIZE])
{
	const char *tmp = getenv("TMPDIR");

	if (snprintf(ret_dir, SCRATCH_SIZE, "%s/iamlogin-test-XXXXXX",
		tmp != NULL ? tmp : "/tmp") >= SCRATCH_SIZE ||
	    mkdtemp(ret_dir) == NULL || chmod(ret_dir, 0755) < 0) {
		perror("scratch_make");
		abort();
	}
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	(void)remove(path);
	return 0;
}

void
scratch_remove(const char *dir)
{
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
