/* SPDX-License-Identifier: Apache-2.0 */
/* scratch.h - a fresh directory for one test, 0755, removed with everything in it */
#ifndef SUPPORT_SCRATCH_H
#define SUPPORT_SCRATCH_H

#define SCRATCH_SIZE 128

/** scratch_make() - under TMPDIR or /tmp; aborts when it cannot */
void scratch_make(char ret_dir[SCRATCH_SIZE]);

/** scratch_remove() - with everything below; does not follow symbolic links */
void scratch_remove(const char *dir);

#endif
