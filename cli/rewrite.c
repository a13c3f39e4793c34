/* SPDX-License-Identifier: Apache-2.0 */
/* rewrite.c - see rewrite.h */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "cli/rewrite.h"
#include "common/base.h"

#define NAMES_SIZE 4096
#define VALUE_SIZE 4096
#define TEMP_SIZE 512

int
rewrite_read(const char *path, char **ret_text)
{
	_cleanup_close_ int fd =
	    open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	_cleanup_free_ char *text = NULL;
	struct stat st;
	size_t len = 0;
	ssize_t n;

	if (fd < 0 && errno == ENOENT) {
		*ret_text = NULL;
		return 0;
	}
	if (fd < 0)
		return errno == ELOOP ? REWRITE_E_LINK : -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return REWRITE_E_LINK;
	text = malloc(REWRITE_MAX + 1);
	if (text == NULL)
		return -ENOMEM;
	while ((n = read(fd, text + len, REWRITE_MAX + 1 - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		len += (size_t)n;
		if (len > REWRITE_MAX)
			return -EFBIG;
	}
	text[len] = '\0';
	if (strlen(text) != len)
		return REWRITE_E_BINARY;
	*ret_text = realloc(base_take_ptr(&text), len + 1);
	return *ret_text != NULL ? 0 : -ENOMEM;
}

static int
write_all(int fd, const char *text)
{
	size_t left = strlen(text);
	ssize_t n;

	while (left > 0) {
		n = write(fd, text, left);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		left -= (size_t)n;
	}
	return 0;
}

/* A file system without extended attributes has none to carry over. */
static int
copy_attributes(int from, int to)
{
	char names[NAMES_SIZE], value[VALUE_SIZE];
	ssize_t n_names = flistxattr(from, names, sizeof(names)), n;
	const char *name;

	if (n_names < 0)
		return errno == ENOTSUP ? 0 : -errno;
	for (name = names; name < names + n_names; name += strlen(name) + 1) {
		n = fgetxattr(from, name, value, sizeof(value));
		if (n < 0)
			return -errno;
		if (fsetxattr(to, name, value, (size_t)n, 0) < 0 && errno != ENOTSUP)
			return -errno;
	}
	return 0;
}

static int
look_like(int fd, const char *like, mode_t mode)
{
	_cleanup_close_ int from = -1;
	struct stat st;

	if (like != NULL)
		from = open(like, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (from < 0)
		return fchown(fd, 0, 0) < 0 || fchmod(fd, mode) < 0 ? -errno : 0;
	if (fstat(from, &st) < 0 || fchown(fd, st.st_uid, st.st_gid) < 0 ||
	    fchmod(fd, st.st_mode & 07777) < 0)
		return -errno;
	return copy_attributes(from, fd);
}

static int
open_directory(const char *path, char ret_temp[TEMP_SIZE], const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	char dir[TEMP_SIZE];
	int fd;

	if (slash == NULL || slash == path || (size_t)(slash - path) >= sizeof(dir))
		return -EINVAL;
	memcpy(dir, path, (size_t)(slash - path));
	dir[slash - path] = '\0';
	if (snprintf(ret_temp, TEMP_SIZE, ".%s.iamlogin-new", slash + 1) >= TEMP_SIZE)
		return -ENAMETOOLONG;
	*ret_name = slash + 1;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int
put(int dir, const char *temp, const char *name, const char *text, const char *like,
    mode_t mode)
{
	_cleanup_close_ int fd = -1;
	int r;

	/* left by a run that was killed; a stranger cannot write here */
	(void)unlinkat(dir, temp, 0);
	fd =
	    openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = write_all(fd, text);
	if (r == 0)
		r = look_like(fd, like, mode);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r == 0 && renameat(dir, temp, dir, name) < 0)
		r = -errno;
	if (r != 0)
		(void)unlinkat(dir, temp, 0);
	else if (fsync(dir) < 0)
		r = -errno;
	return r;
}

int
rewrite_put(const char *path, const char *text, const char *like, mode_t mode)
{
	_cleanup_close_ int dir = -1;
	char temp[TEMP_SIZE];
	const char *name;
	struct stat st;

	dir = open_directory(path, temp, &name);
	if (dir < 0)
		return dir;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(st.st_mode))
		return REWRITE_E_LINK;
	return put(dir, temp, name, text, like, mode);
}

int
rewrite_remove(const char *path)
{
	_cleanup_close_ int dir = -1;
	char temp[TEMP_SIZE];
	const char *name;

	dir = open_directory(path, temp, &name);
	if (dir < 0)
		return dir == -ENOENT ? 0 : dir;
	(void)unlinkat(dir, temp, 0);
	if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		return -errno;
	return fsync(dir) < 0 ? -errno : 0;
}
