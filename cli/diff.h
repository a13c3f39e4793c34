/* SPDX-License-Identifier: Apache-2.0 */
/* diff.h - two texts as a unified diff that patch(1) takes. Room: cli. */
#ifndef CLI_DIFF_H
#define CLI_DIFF_H

#include <stdbool.h>
#include <stdio.h>

/**
 * diff_print() - what changes from @old to @new; nothing when they are equal
 * @old, @new: NULL where the file does not exist, as "/dev/null"
 *
 * Longest common subsequence in (lines changed)² / 2 bytes; beyond 4,000 lines on a side
 * between the first and the last difference, all of these are shown as replaced.
 */
void diff_print(FILE *out, const char *path, const char *old, const char *new);

#endif
