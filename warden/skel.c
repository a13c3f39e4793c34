/* SPDX-License-Identifier: Apache-2.0 */
/* skel.c - a small tree copied, or taken away; contract in skel.h */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "common/file.h"
#include "warden/skel.h"

#define MODE_KEPT 0755u

struct copying {
	uid_t uid;
	unsigned entries;
	uint64_t bytes;
};

static void
closedirp(DIR **stream)
{
	if (*stream != NULL)
		(void)closedir(*stream);
}
#define _cleanup_dir_ _cleanup_(closedirp)

static bool
is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static int
read_mount(int fd, char *ret, size_t size)
{
	char path[40], text[1024];
	const char *at;
	int r;

	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	r = file_read_text(path, text, sizeof(text));
	if (r != 0)
		return r;
	at = strstr(text, "mnt_id:");
	if (at == NULL)
		return -ENODATA;
	(void)snprintf(ret, size, "%.*s", (int)strcspn(at, "\n"), at);
	return 0;
}

int
skel_enter(int dir, const char *name, int *ret_fd)
{
	_cleanup_close_ int fd =
	    openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char above[32], here[32];
	int r;

	if (fd < 0)
		return -errno;
	r = read_mount(dir, above, sizeof(above));
	r = r != 0 ? r : read_mount(fd, here, sizeof(here));
	if (r == 0 && strcmp(above, here) != 0)
		r = -EXDEV;
	if (r == 0)
		*ret_fd = base_take_fd(&fd);
	return r;
}

/* A stream of its own over the directory that @fd is. */
static int
open_stream(int fd, DIR **ret_stream)
{
	_cleanup_close_ int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream;

	if (again < 0)
		return -errno;
	stream = fdopendir(again);
	if (stream == NULL)
		return -errno;
	(void)base_take_fd(&again);
	*ret_stream = stream;
	return 0;
}

/* The mode first: once it is given away only CAP_FOWNER could set it. */
static int
give(int fd, mode_t mode, uid_t uid)
{
	if (fchmod(fd, mode & MODE_KEPT) < 0 || fchown(fd, uid, (gid_t)uid) < 0)
		return -errno;
	return 0;
}

static int
copy_bytes(struct copying *copying, int from, int to)
{
	static char buffer[65536];

	for (;;) {
		ssize_t n = read(from, buffer, sizeof(buffer));
		ssize_t done = 0, w;

		if (n == 0)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		copying->bytes += (uint64_t)n;
		if (copying->bytes > SKEL_BYTES_MAX)
			return SKEL_E_TOO_LARGE;
		while (done < n) {
			w = write(to, buffer + done, (size_t)(n - done));
			if (w < 0 && errno != EINTR)
				return -errno;
			done += w > 0 ? w : 0;
		}
	}
}

static int
copy_file(struct copying *copying, int from_dir, int to_dir, const char *name)
{
	_cleanup_close_ int from = -1, to = -1;
	struct stat st;
	int r;

	from = openat(from_dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (from < 0 || fstat(from, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EAGAIN; /* another kind than a moment ago */
	to = openat(
	    to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return -errno;
	r = copy_bytes(copying, from, to);
	return r != 0 ? r : give(to, st.st_mode, copying->uid);
}

static int
copy_link(const struct copying *copying, int from_dir, int to_dir, const char *name)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(from_dir, name, target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (symlinkat(target, to_dir, name) < 0 ||
	    fchownat(
		to_dir, name, copying->uid, (gid_t)copying->uid, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return 0;
}

static int copy_tree(struct copying *copying, int from, int to, unsigned depth);

static int
copy_dir(
    struct copying *copying, int from_dir, int to_dir, const char *name, unsigned depth)
{
	_cleanup_close_ int from = -1, to = -1;
	struct stat st;
	int r;

	from = openat(from_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (from < 0 || fstat(from, &st) < 0 || mkdirat(to_dir, name, 0700) < 0)
		return -errno;
	r = skel_enter(to_dir, name, &to);
	if (r == 0)
		r = copy_tree(copying, from, to, depth + 1);
	return r != 0 ? r : give(to, st.st_mode, copying->uid);
}

static int
copy_entry(struct copying *copying, int from, int to, const char *name, unsigned depth)
{
	struct stat st;

	if (++copying->entries > SKEL_ENTRIES_MAX)
		return SKEL_E_TOO_LARGE;
	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISREG(st.st_mode))
		return copy_file(copying, from, to, name);
	if (S_ISLNK(st.st_mode))
		return copy_link(copying, from, to, name);
	if (S_ISDIR(st.st_mode))
		return depth < SKEL_DEPTH_MAX ? copy_dir(copying, from, to, name, depth)
					      : SKEL_E_TOO_LARGE;
	return 0;
}

static int
copy_tree(struct copying *copying, int from, int to, unsigned depth)
{
	_cleanup_dir_ DIR *stream = NULL;
	struct dirent *entry;
	int r;

	r = open_stream(from, &stream);
	while (r == 0 && (errno = 0, entry = readdir(stream)) != NULL)
		if (!is_dots(entry->d_name))
			r = copy_entry(copying, from, to, entry->d_name, depth);
	return r == 0 && errno != 0 ? -errno : r;
}

int
skel_copy(const char *path, int to, uid_t uid)
{
	_cleanup_close_ int from =
	    open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct copying copying = { .uid = uid };
	struct stat st;

	if (from < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(from, &st) < 0)
		return -errno;
	if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return SKEL_E_UNTRUSTED;
	return copy_tree(&copying, from, to, 0);
}

static int
remove_tree(int dir, const char *name, unsigned depth)
{
	_cleanup_close_ int fd = -1;
	_cleanup_dir_ DIR *stream = NULL;
	struct dirent *entry;
	int r = depth > SKEL_DEPTH_MAX ? -ELOOP : skel_enter(dir, name, &fd);

	if (r == 0)
		r = open_stream(fd, &stream);
	while (r == 0 && (entry = readdir(stream)) != NULL) {
		if (is_dots(entry->d_name) || unlinkat(fd, entry->d_name, 0) == 0)
			continue;
		r = errno == EISDIR ? remove_tree(fd, entry->d_name, depth + 1) : -errno;
	}
	if (r == 0 && unlinkat(dir, name, AT_REMOVEDIR) < 0)
		r = -errno;
	return r;
}

int
skel_remove(int dir, const char *name)
{
	int r = remove_tree(dir, name, 0);

	return r == -ENOENT ? 0 : r;
}
