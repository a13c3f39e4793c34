/* SPDX-License-Identifier: Apache-2.0 */
/*
 * published.c - one published file, checked and mapped read-only; contract in published.h
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/bytes.h"
#include "common/published.h"

#define PUBLISHED_DIR_SIZE 512 /* of a directory's path; ours has 13 bytes */

/* What a reader of this version knows of a section; the file may have wider strides. */
struct published_shape {
	uint16_t stride;
	bool exact;  /* an array that callers index by themselves */
	bool hashed; /* slots: a power of two of them */
};

static const struct published_shape snapshot_shapes[PUBLISHED_SECTION_ID_MAX + 1] = {
	[SNAPSHOT_USERS] = { SNAPSHOT_USER_SIZE, false, false },
	[SNAPSHOT_USER_BY_NAME] = { PUBLISHED_SLOT_SIZE, true, true },
	[SNAPSHOT_USER_BY_ID] = { PUBLISHED_SLOT_SIZE, true, true },
	[SNAPSHOT_GROUPS] = { SNAPSHOT_GROUP_SIZE, false, false },
	[SNAPSHOT_GROUP_BY_NAME] = { PUBLISHED_SLOT_SIZE, true, true },
	[SNAPSHOT_GROUP_BY_ID] = { PUBLISHED_SLOT_SIZE, true, true },
	[SNAPSHOT_GIDS] = { 4, true, false },
	[SNAPSHOT_MEMBERS] = { 1, true, false },
	[SNAPSHOT_STRINGS] = { 1, true, false },
	[SNAPSHOT_SERVICES] = { SNAPSHOT_SERVICE_SIZE, false, false },
	[SNAPSHOT_SESSIONS] = { SNAPSHOT_SESSIONS_SIZE, false, false },
	[SNAPSHOT_BREAK_GLASS] = { SNAPSHOT_BREAK_GLASS_SIZE, false, false },
};

static const struct published_shape keysfile_shapes[PUBLISHED_SECTION_ID_MAX + 1] = {
	[KEYSFILE_PERSONS] = { KEYSFILE_PERSON_SIZE, false, false },
	[KEYSFILE_CLAIMS] = { KEYSFILE_CLAIM_SIZE, false, false },
	[KEYSFILE_KEYS] = { KEYSFILE_KEY_SIZE, false, false },
	[KEYSFILE_BY_ACCOUNT] = { PUBLISHED_SLOT_SIZE, true, true },
	[KEYSFILE_STRINGS] = { 1, true, false },
};

static bool
is_power_of_two(uint64_t n)
{
	return (n & (n - 1)) == 0;
}

/* One entry of the section table into @view; false: damage. */
static bool
view_section(
    const uint8_t *entry, const struct published_shape *shapes, struct published *view)
{
	uint32_t id = bytes_get_u32(entry);
	uint32_t stride = bytes_get_u32(entry + 4);
	uint64_t offset = bytes_get_u64(entry + 8);
	uint64_t count = bytes_get_u64(entry + 16);
	const struct published_shape *shape;

	if (id == 0 || id > PUBLISHED_SECTION_ID_MAX)
		return true;
	shape = &shapes[id];
	if (view->section[id].data != NULL || stride == 0 || stride < shape->stride ||
	    (shape->exact && stride != shape->stride))
		return false;
	if (offset % 8 != 0 || offset > view->size ||
	    count > (view->size - offset) / stride)
		return false;
	if (shape->hashed && !is_power_of_two(count))
		return false;
	view->section[id] = (struct published_section){
		.data = view->base + offset,
		.count = count,
		.stride = stride,
	};
	return true;
}

static int
view_state(const struct published *view)
{
	switch (published_state(view)) {
	case PUBLISHED_LIVE:
	case PUBLISHED_SUPERSEDED:
		return 0;
	case PUBLISHED_REVOKED:
		return PUBLISHED_E_REVOKED;
	default:
		return PUBLISHED_E_DAMAGED;
	}
}

int
published_view(
    const uint8_t *bytes, size_t size, const char *magic, struct published *ret_view)
{
	const struct published_shape *shapes;
	struct published view = { .base = bytes, .size = size };
	uint32_t header_size, n_sections, check;
	int r;

	if (size < PUBLISHED_HEADER_SIZE || size > PUBLISHED_SIZE_MAX ||
	    memcmp(bytes, magic, PUBLISHED_MAGIC_SIZE) != 0)
		return PUBLISHED_E_DAMAGED;
	shapes = memcmp(magic, PUBLISHED_MAGIC_KEYS, PUBLISHED_MAGIC_SIZE) == 0
		     ? keysfile_shapes
		     : snapshot_shapes;
	header_size = bytes_get_u32(bytes + PUBLISHED_AT_HEADER_SIZE);
	n_sections = bytes_get_u32(bytes + PUBLISHED_AT_N_SECTIONS);
	view.flags = bytes_get_u32(bytes + PUBLISHED_AT_FLAGS);
	if (bytes_get_u32(bytes + PUBLISHED_AT_MAJOR) != PUBLISHED_MAJOR ||
	    bytes_get_u64(bytes + PUBLISHED_AT_FILE_SIZE) != size ||
	    (view.flags & PUBLISHED_COMPLETE) == 0 ||
	    header_size < PUBLISHED_HEADER_SIZE || header_size % 8 != 0 ||
	    header_size > size || n_sections > PUBLISHED_SECTIONS_MAX ||
	    n_sections > (size - header_size) / PUBLISHED_SECTION_SIZE)
		return PUBLISHED_E_DAMAGED;
	check = bytes_get_u32(bytes + PUBLISHED_AT_CHECK);
	if (check != 0 && check != published_check_table(bytes, header_size, n_sections))
		return PUBLISHED_E_DAMAGED;
	r = view_state(&view);
	if (r != 0)
		return r;

	for (uint32_t i = 0; i < n_sections; i++) {
		if (!view_section(
			bytes + header_size + i * PUBLISHED_SECTION_SIZE, shapes, &view))
			return PUBLISHED_E_DAMAGED;
	}
	view.generation = bytes_get_u64(bytes + PUBLISHED_AT_GENERATION);
	view.hash_seed = bytes_get_u64(bytes + PUBLISHED_AT_HASH_SEED);
	view.fresh_s = bytes_get_u32(bytes + PUBLISHED_AT_FRESH);
	view.grace_s = bytes_get_u32(bytes + PUBLISHED_AT_GRACE);
	view.sudo_grace_s = bytes_get_u32(bytes + PUBLISHED_AT_SUDO_GRACE);
	*ret_view = view;
	return 0;
}

/*
 * A process that closed its standard descriptors must not get ours in their place: others
 * of its threads take them for a terminal. One that may not have any other gets it all the
 * same: it is for reading only, and everybody may read the file.
 */
static int
open_above_stdio(const char *path)
{
	_cleanup_close_ int fd = -1;
	int above;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fd > STDERR_FILENO)
		return base_take_fd(&fd);
	above = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	return above < 0 ? base_take_fd(&fd) : above;
}

/* The owner of the directory is whom the administrator lets publish. */
static int
check_trust(const char *path, const struct stat *st)
{
	char dir[PUBLISHED_DIR_SIZE];
	const char *slash = strrchr(path, '/');
	struct stat dir_st;
	size_t len;

	if (!S_ISREG(st->st_mode) || (st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return PUBLISHED_E_UNTRUSTED;
	if (slash == NULL || slash == path)
		return PUBLISHED_E_UNTRUSTED;
	len = (size_t)(slash - path);
	if (len >= sizeof(dir))
		return -ENAMETOOLONG;
	memcpy(dir, path, len);
	dir[len] = '\0';
	if (lstat(dir, &dir_st) < 0)
		return -errno;
	if (!S_ISDIR(dir_st.st_mode) || (dir_st.st_mode & (S_IWGRP | S_IWOTH)) != 0 ||
	    dir_st.st_uid != st->st_uid)
		return PUBLISHED_E_UNTRUSTED;
	return 0;
}

/* The page for the view and the file behind it, in one piece of address space. */
static int
map_with_page(int fd, size_t size, struct published **ret_file)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t map_size = page + (size + page - 1) / page * page;
	uint8_t *map;
	int saved;

	map = mmap(
	    NULL, map_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return -errno;
	if (mmap(map + page, size, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) ==
	    MAP_FAILED) {
		saved = errno;
		(void)munmap(map, map_size);
		return -saved;
	}
	*ret_file = (struct published *)map;
	(*ret_file)->map_size = map_size;
	(*ret_file)->base = map + page;
	return 0;
}

static int
open_code(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return PUBLISHED_E_ABSENT;
	case ELOOP: /* O_NOFOLLOW met a symbolic link */
	case ENXIO: /* a socket */
		return PUBLISHED_E_UNTRUSTED;
	default:
		return -error;
	}
}

int
published_open(const char *path, const char *magic, struct published **ret_file)
{
	_cleanup_close_ int fd = -1;
	_cleanup_published_ struct published *file = NULL;
	struct published view;
	struct stat st;
	int r;

	fd = open_above_stdio(path);
	if (fd < 0)
		return open_code(-fd);
	if (fstat(fd, &st) < 0)
		return -errno;
	r = check_trust(path, &st);
	if (r != 0)
		return r;
	if (st.st_size < PUBLISHED_HEADER_SIZE || st.st_size > PUBLISHED_SIZE_MAX)
		return PUBLISHED_E_DAMAGED;
	r = map_with_page(fd, (size_t)st.st_size, &file);
	if (r != 0)
		return r;

	r = published_view(file->base, (size_t)st.st_size, magic, &view);
	if (r != 0)
		return r;
	view.map_size = file->map_size;
	view.dev = st.st_dev;
	view.ino = st.st_ino;
	*file = view;
	*ret_file = base_take_ptr(&file);
	return 0;
}

void
published_close(struct published *file)
{
	int saved_errno = errno;

	if (file != NULL)
		(void)munmap(file, file->map_size);
	errno = saved_errno;
}
