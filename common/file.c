/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.c - see file.h
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "common/file.h"

static int
read_all(int fd, char *ret, size_t ret_size)
{
	size_t len = 0;
	ssize_t n;

	for (;;) {
		if (len == ret_size)
			return -E2BIG;
		n = read(fd, ret + len, ret_size - len);
		if (n == 0)
			break;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			len += (size_t)n;
	}
	ret[len] = '\0';
	return 0;
}

int
file_read_text(const char *path, char *ret, size_t ret_size)
{
	_cleanup_close_ int fd =
	    open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);

	return fd < 0 ? -errno : read_all(fd, ret, ret_size);
}

static bool
is_trusted(const struct stat *st, mode_t type, uid_t owner)
{
	return (st->st_mode & S_IFMT) == type && st->st_uid == owner &&
	       (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

int
file_read_owned(const char *path, uid_t owner, char *ret, size_t ret_size)
{
	_cleanup_close_ int fd =
	    open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!is_trusted(&st, S_IFREG, owner))
		return FILE_E_UNTRUSTED;
	return read_all(fd, ret, ret_size);
}

int
file_append(const char *dir, const char *path, uid_t owner, size_t limit,
    const char *line, size_t len)
{
	static const char newline = '\n';
	_cleanup_close_ int fd = -1;
	struct iovec iov[2];
	struct stat st;
	bool torn = false;
	ssize_t n;
	char last;

	if (lstat(dir, &st) < 0)
		return -errno;
	if (!is_trusted(&st, S_IFDIR, owner))
		return FILE_E_UNTRUSTED;
	/* readable as well, to see whether the last writer's line is whole */
	fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
	    0640);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!is_trusted(&st, S_IFREG, owner))
		return FILE_E_UNTRUSTED;
	/* the directory gives the group, which reads; a caller's umask may not forbid it */
	if (st.st_size == 0 && fchmod(fd, 0640) < 0)
		return -errno;
	if (st.st_size < 0 || len + 1 > limit || (size_t)st.st_size > limit - len - 1)
		return FILE_E_FULL;
	if (st.st_size > 0) {
		if (pread(fd, &last, 1, st.st_size - 1) != 1)
			return -EIO;
		torn = last != '\n';
	}
	iov[0] = (struct iovec){ (void *)(uintptr_t)&newline, torn ? 1 : 0 };
	iov[1] = (struct iovec){ (void *)(uintptr_t)line, len };
	do
		n = writev(fd, iov, 2);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == len + (torn ? 1 : 0) ? 0 : -ENOSPC;
}
