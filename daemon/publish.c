/* SPDX-License-Identifier: Apache-2.0 */
/* publish.c - put bytes at a path that every process reads; contract in publish.h */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "common/bytes.h"
#include "common/published.h"
#include "daemon/publish.h"

#define PUBLISH_ROOM_FACTOR 4
#define PUBLISH_TEMP_SUFFIX ".new"
#define PUBLISH_PIECE 8192

/* What stands at the path: which file, and its live line. NULL: nothing. */
struct publish_mapping {
	size_t size;
	uint8_t *line_page;
	dev_t dev;
	ino_t ino;
};

struct publish_file {
	char *path;
	char *temp; /* beside it: rename(2) needs one file system */
	char magic[PUBLISHED_MAGIC_SIZE + 1];
	mode_t mode;
	gid_t gid;
	uint64_t generation; /* of the last one that stood here; the next is one more */
	struct publish_mapping standing;
	bool
	    is_as_asked; /* its mode and group: else it is replaced at the first occasion */
};

static size_t
page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static void
unmap(struct publish_mapping *mapping)
{
	if (mapping->line_page != NULL)
		(void)munmap(mapping->line_page, page_size());
	*mapping = (struct publish_mapping){ 0 };
}
#define _cleanup_mapping_ _cleanup_(unmap)

static struct publish_mapping
take_mapping(struct publish_mapping *mapping)
{
	struct publish_mapping taken = *mapping;

	*mapping = (struct publish_mapping){ 0 };
	return taken;
}

/*
 * Only the page with the live line is writable: a stray write of the daemon cannot change
 * what it has published.
 */
static int
map_file(int fd, struct publish_mapping *ret_mapping)
{
	_cleanup_mapping_ struct publish_mapping mapping = { 0 };
	struct stat st;
	void *map;

	if (fstat(fd, &st) < 0)
		return -errno;
	mapping.size = (size_t)st.st_size;
	mapping.dev = st.st_dev;
	mapping.ino = st.st_ino;
	map = mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	mapping.line_page = map;
	*ret_mapping = take_mapping(&mapping);
	return 0;
}

static void
store_state(uint8_t *line_page, uint32_t state)
{
	uint32_t *line = (uint32_t *)(void *)(line_page + PUBLISHED_AT_STATE);

	__atomic_store_n(line, htole32(state), __ATOMIC_RELEASE);
}

static void
store_stamp(uint8_t *line_page, size_t at, int64_t ms)
{
	uint64_t *line = (uint64_t *)(void *)(line_page + at);

	__atomic_store_n(line, htole64((uint64_t)ms), __ATOMIC_RELAXED);
}

/*
 * Take over the file of an earlier run if a reader would trust it and we could have
 * written it; of any other only the path is taken, by the next rename.
 */
static int
adopt(struct publish_file *file)
{
	_cleanup_mapping_ struct publish_mapping mapping = { 0 };
	_cleanup_published_ struct published *found = NULL;
	_cleanup_close_ int fd = -1;
	struct stat st;
	int r;

	r = published_open(file->path, file->magic, &found);
	if (r != 0)
		return r > 0 ? 0 : r;
	file->generation = found->generation;
	fd = open(file->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0)
		return 0;
	if (st.st_dev != found->dev || st.st_ino != found->ino ||
	    st.st_uid != geteuid() || published_state(found) != PUBLISHED_LIVE)
		return 0;
	file->is_as_asked = (st.st_mode & 07777) == file->mode &&
			    (file->gid == (gid_t)-1 || st.st_gid == file->gid);
	r = map_file(fd, &mapping);
	if (r == 0)
		file->standing = take_mapping(&mapping);
	return r;
}

int
publish_file_open(const char *path, const char *magic, mode_t mode, gid_t gid,
    struct publish_file **ret_file)
{
	struct publish_file *file = calloc(1, sizeof(*file));
	int r = -ENOMEM;

	if (file == NULL)
		return r;
	file->mode = mode;
	file->gid = gid;
	memcpy(file->magic, magic, PUBLISHED_MAGIC_SIZE);
	file->path = strdup(path);
	if (file->path != NULL &&
	    asprintf(&file->temp, "%s" PUBLISH_TEMP_SUFFIX, path) >= 0)
		r = adopt(file);
	else
		file->temp = NULL;
	if (r != 0) {
		publish_file_free(file);
		return r;
	}
	*ret_file = file;
	return 0;
}

void
publish_file_free(struct publish_file *file)
{
	if (file == NULL)
		return;
	unmap(&file->standing);
	free(file->path);
	free(file->temp);
	free(file);
}

/* What is not content of a file: generation, build stamps and the live line. */
static void
blank(uint8_t *header)
{
	memset(header + PUBLISHED_AT_GENERATION, 0,
	    PUBLISHED_AT_HASH_SEED - PUBLISHED_AT_GENERATION);
	memset(header + PUBLISHED_AT_BUILT_WALL, 0,
	    PUBLISHED_AT_BOOT_ID - PUBLISHED_AT_BUILT_WALL);
	memset(
	    header + PUBLISHED_AT_STATE, 0, PUBLISHED_HEADER_SIZE - PUBLISHED_AT_STATE);
}

static bool
same_header(const uint8_t *a, const uint8_t *b)
{
	uint8_t left[PUBLISHED_HEADER_SIZE], right[PUBLISHED_HEADER_SIZE];

	memcpy(left, a, sizeof(left));
	memcpy(right, b, sizeof(right));
	blank(left);
	blank(right);
	return memcmp(left, right, sizeof(left)) == 0;
}

/*
 * Is this the content of the file that stands? It is read in pieces: mapped, all of it
 * would count as the daemon's memory from then on.
 */
static bool
same_content(const struct publish_file *file, const struct publish_bytes *bytes)
{
	_cleanup_close_ int fd =
	    open(file->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	uint8_t piece[PUBLISH_PIECE];
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_dev != file->standing.dev ||
	    st.st_ino != file->standing.ino || (size_t)st.st_size != bytes->size)
		return false;
	for (size_t at = 0; at < bytes->size; at += (size_t)n) {
		size_t skip = at == 0 ? PUBLISHED_HEADER_SIZE : 0;

		n = pread(fd, piece, sizeof(piece), (off_t)at);
		if (n <= (ssize_t)skip || (size_t)n > bytes->size - at)
			return false;
		if (at == 0 && !same_header(piece, bytes->bytes))
			return false;
		if (memcmp(piece + skip, bytes->bytes + at + skip, (size_t)n - skip) != 0)
			return false;
	}
	return true;
}

/* Somebody may have removed or replaced it since: then it has to be written again. */
static bool
still_stands(const struct publish_file *file)
{
	struct stat st;

	return file->standing.line_page != NULL && file->is_as_asked &&
	       lstat(file->path, &st) == 0 && st.st_dev == file->standing.dev &&
	       st.st_ino == file->standing.ino;
}

/*
 * Old generations stay in memory while idle processes have them mapped, and tmpfs counts.
 */
static int
check_room(int fd, size_t size)
{
	struct statvfs fs;

	if (fstatvfs(fd, &fs) < 0)
		return -errno;
	if (fs.f_blocks == 0) /* tmpfs without a limit */
		return 0;
	return (uint64_t)fs.f_bavail * fs.f_frsize < (uint64_t)size * PUBLISH_ROOM_FACTOR
		   ? PUBLISH_E_NO_ROOM
		   : 0;
}

static int
write_all(int fd, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		bytes += n;
		size -= (size_t)n;
	}
	return 0;
}

/* The temporary file, whole, with its owner and mode, and mapped. */
static int
write_temp(struct publish_file *file, const struct publish_bytes *bytes,
    struct publish_mapping *ret_mapping)
{
	_cleanup_close_ int fd = -1;
	int r;

	if (unlink(file->temp) < 0 && errno != ENOENT) /* of a run that was killed */
		return -errno;
	fd = open(file->temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	r = check_room(fd, bytes->size);
	if (r != 0)
		return r;
	r = -posix_fallocate(fd, 0, (off_t)bytes->size);
	if (r != 0)
		return r == -ENOSPC ? PUBLISH_E_NO_ROOM : r;
	r = write_all(fd, bytes->bytes, bytes->size);
	if (r != 0)
		return r;
	if (file->gid != (gid_t)-1 && fchown(fd, (uid_t)-1, file->gid) < 0)
		return -errno;
	if (fchmod(fd, file->mode) < 0)
		return -errno;
	return map_file(fd, ret_mapping);
}

static int
replace(struct publish_file *file, const struct publish_bytes *bytes)
{
	_cleanup_mapping_ struct publish_mapping fresh = { 0 };
	_cleanup_mapping_ struct publish_mapping old = { 0 };
	int r;

	r = write_temp(file, bytes, &fresh);
	if (r == 0 && rename(file->temp, file->path) < 0)
		r = -errno;
	if (r != 0) {
		(void)unlink(file->temp);
		return r;
	}
	old = take_mapping(&file->standing);
	file->standing = take_mapping(&fresh);
	file->is_as_asked = true;
	if (old.line_page != NULL)
		store_state(old.line_page, PUBLISHED_SUPERSEDED);
	return 0;
}

int
publish_file_put(struct publish_file *file, struct publish_bytes *bytes,
    const struct publish_facts *facts, uint64_t *ret_generation, bool *ret_changed)
{
	struct clock_now now;
	int r;

	if (bytes->size < PUBLISHED_HEADER_SIZE)
		return -EINVAL;
	if (still_stands(file) && bytes->size == file->standing.size &&
	    same_content(file, bytes)) {
		publish_file_verified(
		    file, facts->verified_wall_ms, facts->verified_boot_ms);
		*ret_generation = file->generation;
		*ret_changed = false;
		return 0;
	}
	clock_read(&now);
	bytes_put_u64(bytes->bytes + PUBLISHED_AT_GENERATION, file->generation + 1);
	bytes_put_i64(bytes->bytes + PUBLISHED_AT_BUILT_WALL, now.wall_ms);
	bytes_put_i64(bytes->bytes + PUBLISHED_AT_BUILT_BOOT, now.boot_ms);
	bytes_put_u32(bytes->bytes + PUBLISHED_AT_STATE, PUBLISHED_LIVE);
	bytes_put_i64(bytes->bytes + PUBLISHED_AT_VERIFIED_WALL, facts->verified_wall_ms);
	bytes_put_i64(bytes->bytes + PUBLISHED_AT_VERIFIED_BOOT, facts->verified_boot_ms);
	r = replace(file, bytes);
	if (r != 0)
		return r;
	file->generation++;
	*ret_generation = file->generation;
	*ret_changed = true;
	return 0;
}

void
publish_file_verified(struct publish_file *file, int64_t wall_ms, int64_t boot_ms)
{
	uint8_t *line_page = file->standing.line_page;

	if (line_page == NULL)
		return;
	/* A reader between the two sees one newer stamp: the larger age still counts. */
	store_stamp(line_page, PUBLISHED_AT_VERIFIED_BOOT, boot_ms);
	store_stamp(line_page, PUBLISHED_AT_VERIFIED_WALL, wall_ms);
}

int
publish_file_revoke(struct publish_file *file)
{
	if (file->standing.line_page != NULL)
		store_state(file->standing.line_page, PUBLISHED_REVOKED);
	unmap(&file->standing);
	if (unlink(file->path) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}
