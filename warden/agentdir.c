/* SPDX-License-Identifier: Apache-2.0 */
/* agentdir.c - the agent's directory of what it runs now; contract in agentdir.h */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "common/paths.h"
#include "warden/agentdir.h"
#include "warden/say.h"

#define WATCHED                                                                 \
	(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | \
	    IN_ONLYDIR | IN_DONT_FOLLOW)

static const char *const below[] = { "document", "state", "current" };

static bool
is_roots(const struct stat *st, mode_t type)
{
	return (st->st_mode & S_IFMT) == type && st->st_uid == geteuid() &&
	       (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static int
open_step(int dir, const char *name, int *ret_fd)
{
	_cleanup_close_ int fd =
	    openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!is_roots(&st, S_IFDIR))
		return -EPERM;
	*ret_fd = base_take_fd(&fd);
	return 0;
}

/* i-…, mi-… of a managed node */
static bool
is_instance(const char *name)
{
	size_t len = strlen(name);

	return len > 2 && len <= 64 &&
	       (strncmp(name, "i-", 2) == 0 || strncmp(name, "mi-", 3) == 0) &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

/* The directory of one instance, step by step. */
static int
open_current(int agent, const char *instance, int *ret_fd)
{
	_cleanup_close_ int fd = -1;
	int next = -1, r;

	r = open_step(agent, instance, &fd);
	for (size_t i = 0; r == 0 && i < BASE_N(below); i++) {
		r = open_step(fd, below[i], &next);
		if (r == 0) {
			(void)close(fd);
			fd = next;
		}
	}
	if (r == 0)
		*ret_fd = base_take_fd(&fd);
	return r;
}

/* visit(fd of …/current, data) for each instance that has one */
static int
each_current(void (*visit)(int fd, const char *instance, void *data), void *data)
{
	_cleanup_close_ int agent = -1;
	struct dirent *entry;
	DIR *stream;
	int fd, n = 0, r;

	r = open_step(AT_FDCWD, paths_agent_dir, &agent);
	if (r != 0)
		return r;
	fd = openat(agent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	stream = fd >= 0 ? fdopendir(fd) : NULL;
	if (stream == NULL) {
		r = -errno;
		base_closep(&fd);
		return r;
	}
	while (n < AGENTDIR_INSTANCES_MAX && (entry = readdir(stream)) != NULL) {
		int current;

		if (!is_instance(entry->d_name) ||
		    open_current(agent, entry->d_name, &current) != 0)
			continue;
		visit(current, entry->d_name, data);
		(void)close(current);
		n++;
	}
	(void)closedir(stream);
	return n;
}

struct reading {
	void (*visit)(const char *name, int result, const struct agentfile *file,
	    const char *why, void *data);
	void *data;
	unsigned n;
};

/* The bytes of one file: -ENOENT when it has just gone. */
static int
read_bytes(int dir, const char *name, char **ret_bytes, size_t *ret_len)
{
	_cleanup_close_ int fd =
	    openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	_cleanup_free_ char *bytes = NULL;
	struct stat st;
	size_t len = 0;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!is_roots(&st, S_IFREG))
		return -EPERM;
	if (st.st_size > (off_t)AGENTFILE_SIZE_MAX)
		return -EFBIG;
	bytes = malloc((size_t)st.st_size + 1);
	if (bytes == NULL)
		return -ENOMEM;
	while (len < (size_t)st.st_size &&
	       (n = read(fd, bytes + len, (size_t)st.st_size - len)) > 0)
		len += (size_t)n;
	*ret_bytes = base_take_ptr(&bytes);
	*ret_len = len;
	return 0;
}

static void
read_one(struct reading *reading, int dir, const char *name)
{
	_cleanup_free_ char *bytes = NULL;
	struct agentfile file = { .pid = 0 };
	const char *why = "not root's alone to write to, no file, or too large";
	size_t len = 0;
	int r;

	r = read_bytes(dir, name, &bytes, &len);
	if (r == -ENOENT || r == -ENOMEM)
		return;
	r = r != 0 ? AGENTFILE_E_SHAPE : agentfile_parse(bytes, len, name, &file, &why);
	if (r >= 0)
		reading->visit(name, r, &file, why, reading->data);
}

static void
read_current(int fd, const char *instance, void *data)
{
	struct reading *reading = data;
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = again >= 0 ? fdopendir(again) : NULL;
	struct dirent *entry;

	(void)instance;
	if (stream == NULL) {
		base_closep(&again);
		return;
	}
	while (reading->n < AGENTDIR_SESSIONS_MAX && (entry = readdir(stream)) != NULL)
		if (agentfile_is_id(entry->d_name)) {
			reading->n++;
			read_one(reading, fd, entry->d_name);
		}
	(void)closedir(stream);
}

int
agentdir_each(void (*visit)(const char *name, int result, const struct agentfile *file,
		  const char *why, void *data),
    void *data)
{
	struct reading reading = { .visit = visit, .data = data };

	return each_current(read_current, &reading);
}

static void
watch_current(int fd, const char *instance, void *data)
{
	char path[64];

	(void)instance;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/.", fd);
	/* the same directory again is the same watch */
	if (inotify_add_watch(*(const int *)data, path, WATCHED) < 0)
		say_line(LOG_WARNING, "the agent's sessions cannot be watched: %m");
}

void
agentdir_watch(int inotify_fd)
{
	(void)inotify_add_watch(
	    inotify_fd, paths_agent_dir, IN_CREATE | IN_ONLYDIR | IN_DONT_FOLLOW);
	(void)each_current(watch_current, &inotify_fd);
}
