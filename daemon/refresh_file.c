/* SPDX-License-Identifier: Apache-2.0 */
/* refresh_file.c - the directory from a file; contract in refresh_file.h */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "daemon/directory_json.h"
#include "daemon/refresh_file.h"

/* The file's bytes: mapped alone, so that what has been read can be given back piecewise. */
struct file_bytes {
	char *map; /* NULL: none */
	size_t size;
	size_t len;
};

static void
file_unmap(struct file_bytes *bytes)
{
	if (bytes->map != NULL)
		(void)munmap(bytes->map, bytes->size);
	bytes->map = NULL;
}

static void
file_passed(void *context, const char *upto)
{
	struct file_bytes *bytes = context;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t done = (size_t)(upto - bytes->map) / page * page;

	if (done == 0 || munmap(bytes->map, done) < 0)
		return;
	bytes->map += done;
	bytes->size -= done;
}

static int
file_read(const char *path, struct file_bytes *ret_bytes, struct stat *ret_st)
{
	_cleanup_close_ int fd =
	    open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	_cleanup_(file_unmap) struct file_bytes bytes = { NULL, 0, 0 };
	struct stat st;
	ssize_t n = 1;
	void *map;

	if (fd < 0 || fstat(fd, &st) != 0)
		return -errno;
	/* whoever can write this file decides who is root here */
	if (!S_ISREG(st.st_mode) || (st.st_uid != 0 && st.st_uid != geteuid()) ||
	    (st.st_mode & 022) != 0)
		return -EPERM;
	if (st.st_size > (off_t)DIRECTORY_JSON_MAX)
		return -EFBIG;
	/* not of the file: who shortens it while it is read must not end the daemon */
	bytes.size = (size_t)st.st_size + 1;
	map = mmap(
	    NULL, bytes.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return -errno;
	bytes.map = map;
	while (bytes.len < (size_t)st.st_size &&
	       (n = read(fd, bytes.map + bytes.len, (size_t)st.st_size - bytes.len)) > 0)
		bytes.len += (size_t)n;
	if (n < 0)
		return -errno;
	*ret_bytes = bytes;
	bytes.map = NULL;
	*ret_st = st;
	return 0;
}

/* What [instance] says; every tag is known, since nothing else could name one. */
static int
file_instance(const struct config *config, struct instance **ret_instance)
{
	_cleanup_instance_ struct instance *instance = NULL;
	int r = instance_new(&instance);

	if (r != 0)
		return r;
	instance->tags_state = INSTANCE_TAGS_KNOWN;
	if (config->aws.account != NULL)
		(void)snprintf(instance->account, sizeof(instance->account), "%s",
		    config->aws.account);
	if (config->aws.region != NULL)
		(void)snprintf(
		    instance->region, sizeof(instance->region), "%s", config->aws.region);
	for (size_t i = 0; r == 0 && i < config->n_instance_tags; i++)
		r = instance_add_tag(instance, config->instance_tags[i].key,
		    config->instance_tags[i].value);
	if (r == 0)
		*ret_instance = base_take_ptr(&instance);
	return r;
}

/* The file as it was when it was last read whole; 0 size: it has to be read. */
static struct stat file_last;

static bool
file_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/*
 * Is what we have what is there? A file that was written a moment before it was read may
 * have been written again under the same times: it was not noted.
 */
static bool
file_is_as_read(const struct daemon *d)
{
	struct stat st;

	return file_last.st_size != 0 && d->world != NULL &&
	       lstat(d->config->source_path, &st) == 0 && st.st_dev == file_last.st_dev &&
	       st.st_ino == file_last.st_ino && st.st_size == file_last.st_size &&
	       st.st_mode == file_last.st_mode && st.st_uid == file_last.st_uid &&
	       file_same_time(&st.st_mtim, &file_last.st_mtim) &&
	       file_same_time(&st.st_ctim, &file_last.st_ctim);
}

static void
file_note(const struct stat *st, const struct clock_now *now)
{
	file_last = *st;
	if (now->wall_ms / 1000 - st->st_ctim.tv_sec < 3)
		file_last.st_size = 0;
}

void
refresh_file_run(struct daemon *d, uint64_t cookie)
{
	_cleanup_directory_ struct directory *directory = NULL;
	_cleanup_instance_ struct instance *instance = NULL;
	_cleanup_(file_unmap) struct file_bytes bytes = { NULL, 0, 0 };
	struct net_error error = { .action = "file:read", .code = "file" };
	char why[256] = "";
	struct clock_now now;
	const struct directory *read_now;
	struct stat st;
	int r;

	clock_read(&now);
	if (file_is_as_read(d)) {
		refresh_verified(d, cookie, &now);
		return;
	}
	r = file_read(d->config->source_path, &bytes, &st);
	if (r == 0)
		r = directory_json_eat(
		    bytes.map, bytes.len, file_passed, &bytes, &directory, why);
	if (r == 0)
		r = file_instance(d->config, &instance);
	if (r != 0) {
		if (why[0] == '\0')
			(void)snprintf(why, sizeof(why), "%s",
			    r == -EPERM
				? "not a regular file of root that only root may write"
				: strerror(r < 0 ? -r : EINVAL));
		(void)snprintf(error.what, sizeof(error.what), "%.90s: %.100s",
		    d->config->source_path, why);
		refresh_failed(d, cookie, &error);
		return;
	}
	directory->verified_wall_ms = now.wall_ms;
	directory->verified_boot_ms = now.boot_ms;
	/* megabytes that nobody needs any more while the rest is built */
	file_unmap(&bytes);
	read_now = directory;
	file_last.st_size = 0;
	refresh_listed(d, cookie, base_take_ptr(&directory), base_take_ptr(&instance));
	/* what is held or refused has to come again before it counts */
	if (d->directory == read_now)
		file_note(&st, &now);
}
