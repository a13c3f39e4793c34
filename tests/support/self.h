/* SPDX-License-Identifier: Apache-2.0 */
/*
 * self.h - what a test's own process has open and mapped
 *
 * -1 where /proc cannot be read. No cmocka: also for children and for tests/stress.
 */
#ifndef SUPPORT_SELF_H
#define SUPPORT_SELF_H

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "common/base.h"

/** self_descriptors() - how many are open, the one that looks included */
static inline int
self_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	if (dir == NULL)
		return -1;
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n;
}

/** self_mappings() - how many lines of /proc/self/maps contain @text */
static inline int
self_mappings(const char *text)
{
	_cleanup_fclose_ FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	int n = 0;

	if (maps == NULL)
		return -1;
	while (fgets(line, sizeof(line), maps) != NULL)
		n += strstr(line, text) != NULL;
	return n;
}

#endif
