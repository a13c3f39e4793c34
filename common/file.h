/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - small files read whole, and lines appended where only root may write
 *
 * Room: common. libc only. Every open is O_CLOEXEC and cannot block on a FIFO.
 */
#ifndef COMMON_FILE_H
#define COMMON_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "common/base.h"

enum {
	FILE_E_UNTRUSTED =
	    1,       /* not a regular file, or others may write it or its directory */
	FILE_E_FULL, /* would grow beyond the limit */
};

/**
 * file_read_text() - a small file (of /proc, mostly) as a string
 *
 * Return: 0 with a NUL behind what was read, -E2BIG when it does not fit, or -errno.
 */
int file_read_text(const char *path, char *ret, size_t ret_size) MUST_CHECK;

/**
 * file_read_owned() - the same, if @owner owns it and nobody else may write to it
 *
 * Return: 0, FILE_E_UNTRUSTED, -E2BIG, or -errno.
 */
int file_read_owned(const char *path, uid_t owner, char *ret, size_t ret_size) MUST_CHECK;

/**
 * file_append() - one write(2) at the end of a file, which is made (0640) when absent
 * @dir: directory of @path
 * @owner: who must own both; nobody else may have write permission on either
 * @limit: the file is never made longer than this
 *
 * A line that was written in part (a full disk) is left: readers take whole lines only, and
 * the next append starts with a newline.
 *
 * Return: 0, FILE_E_UNTRUSTED, FILE_E_FULL, or -errno.
 */
int file_append(const char *dir, const char *path, uid_t owner, size_t limit,
    const char *line, size_t len) MUST_CHECK;

#endif
