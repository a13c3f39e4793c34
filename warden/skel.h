/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skel.h - a small tree of files copied into a new home, and one of ours taken away again
 *
 * Room: warden. Every name is opened relative to a directory that is held open, without
 * following links and without waiting (a FIFO). Only what stands in a directory that nobody
 * but root can enter is written to or given away.
 */
#ifndef WARDEN_SKEL_H
#define WARDEN_SKEL_H

#include <sys/types.h>

#include "common/base.h"

#define SKEL_ENTRIES_MAX 4096
#define SKEL_BYTES_MAX (64u << 20)
#define SKEL_DEPTH_MAX 16

enum {
	SKEL_E_UNTRUSTED = 1, /* the source is not root's, or others may write to it */
	SKEL_E_TOO_LARGE,     /* beyond a limit above */
};

/**
 * skel_copy() - files, directories and links of @path into the directory @to
 * @to: empty, and of mode 0700 while it is root's
 * @uid: who gets them; the group is the same number
 *
 * Special files are left out. Modes keep their permission bits but for writing by group and
 * others; set-user-id, set-group-id and sticky bits are dropped. A source that is absent is
 * an empty one.
 *
 * Return: 0, SKEL_E_UNTRUSTED, SKEL_E_TOO_LARGE, or -errno; then @to has a part of it.
 */
int skel_copy(const char *path, int to, uid_t uid) MUST_CHECK;

/**
 * skel_enter() - open directory @name of @dir, no link and no mount point
 *
 * What is mounted there is somebody else's tree, also when it is of the same file system (a
 * bind mount), so it is the mount that is compared (proc(5), fdinfo), not the device.
 *
 * Return: 0, -EXDEV for a mount point, or -errno.
 */
int skel_enter(int dir, const char *name, int *ret_fd) MUST_CHECK;

/**
 * skel_remove() - take away directory @name of @dir and all that is in it
 *
 * For the unfinished copies of an earlier run, which root alone could have entered: whatever
 * is mounted in it, or deeper than SKEL_DEPTH_MAX, is a failure.
 *
 * Return: 0 (also when there is none), or -errno.
 */
int skel_remove(int dir, const char *name) MUST_CHECK;

#endif
