/* SPDX-License-Identifier: Apache-2.0 */
/*
 * published.h - one published file, checked and mapped read-only
 *
 * Room: common. libc only: this code runs inside every process that calls getpwnam(3). No
 * malloc: the view lies in one private page in front of the mapping of the file, and one
 * munmap(2) takes both away. The descriptor is closed before published_open() returns.
 *
 * Trust (design section 3): regular file, opened with O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
 * not group- or world-writable, owned by the owner of its directory; the directory likewise
 * not writable by others; size as in the header. Bounds of sections are checked here once,
 * each offset again at use. Nothing in a file can make a loop.
 */
#ifndef COMMON_PUBLISHED_H
#define COMMON_PUBLISHED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base.h"
#include "common/bytes.h"
#include "common/published_format.h"

enum {
	PUBLISHED_E_ABSENT = 1, /* no file, or no directory */
	PUBLISHED_E_UNTRUSTED,  /* wrong kind of file, owner or mode */
	PUBLISHED_E_DAMAGED,    /* not of this format, or its sections leave the file */
	PUBLISHED_E_REVOKED,    /* marked as not to be believed */
	PUBLISHED_E_NOTFOUND,   /* for the lookups in snapshot.h and keysfile.h */
};

struct published_section {
	const uint8_t *data; /* NULL: the file has no such section */
	uint64_t count;
	uint32_t stride;
};

/* Everything here but `walked` is read-only after published_open(). */
struct published {
	size_t map_size;     /* of the whole mapping, this page included */
	const uint8_t *base; /* the file */
	size_t size;
	dev_t dev;
	ino_t ino;
	uint64_t generation;
	uint64_t hash_seed;
	uint32_t flags;
	uint32_t fresh_s;
	uint32_t grace_s;
	uint32_t sudo_grace_s;
	struct published_section section[PUBLISHED_SECTION_ID_MAX + 1];
	_Atomic uint32_t
	    walked; /* for the owner of a map of its own: how far it has read */
};

/**
 * published_open() - map and check a published file
 * @magic: PUBLISHED_MAGIC_*; sections whose stride is below the known one are damage
 *
 * Cost: open, fstat, stat of the directory, two mmaps, close: some 30 us.
 *
 * Return: 0, PUBLISHED_E_ABSENT, _UNTRUSTED, _DAMAGED, _REVOKED, or -errno.
 */
int published_open(const char *path, const char *magic, struct published **ret_file)
    MUST_CHECK;

/** published_close() - unmap; NULL is fine; errno kept */
void published_close(struct published *file);

/** published_view() - the same checks on bytes in memory: for tests, fuzzing and the writer */
int published_view(const uint8_t *bytes, size_t size, const char *magic,
    struct published *ret_view) MUST_CHECK;

/** published_state() - enum published_state now; one relaxed load of the live line */
static inline uint32_t
published_state(const struct published *file)
{
	const uint32_t *line =
	    (const uint32_t *)(const void *)(file->base + PUBLISHED_AT_STATE);

	return le32toh(__atomic_load_n(line, __ATOMIC_RELAXED));
}

static inline int64_t
published_stamp(const struct published *file, size_t at)
{
	const uint64_t *line = (const uint64_t *)(const void *)(file->base + at);

	return (int64_t)le64toh(__atomic_load_n(line, __ATOMIC_RELAXED));
}

/** published_verified() - when the content was last verified, both clocks in ms */
static inline void
published_verified(
    const struct published *file, int64_t *ret_wall_ms, int64_t *ret_boot_ms)
{
	*ret_wall_ms = published_stamp(file, PUBLISHED_AT_VERIFIED_WALL);
	*ret_boot_ms = published_stamp(file, PUBLISHED_AT_VERIFIED_BOOT);
}

/** published_record() - record @n of section @id, or NULL when there is no such record */
static inline const uint8_t *
published_record(const struct published *file, unsigned id, uint64_t n)
{
	const struct published_section *s = &file->section[id];

	/* Of a section that the file does not have the count is 0. */
	return n < s->count ? s->data + n * s->stride : NULL;
}

/**
 * published_string() - @len bytes at @offset of section STRINGS, followed by a NUL
 *
 * Return: the string inside the mapping, or NULL when it leaves the section or does not end
 * in NUL.
 */
static inline const char *
published_string(const struct published *file, uint32_t offset, size_t len)
{
	/* STRINGS has the same id in both files. */
	const struct published_section *strings = &file->section[SNAPSHOT_STRINGS];

	if (offset >= strings->count || len >= strings->count - offset ||
	    strings->data[offset + len] != '\0')
		return NULL;
	return (const char *)strings->data + offset;
}

/**
 * published_probe() - the candidates of a hash in a slot section, one by one
 * @cursor: 0 at first; kept by the caller between calls
 *
 * Return: record number + 1, or 0 when there are no more. At most as many steps as slots.
 */
static inline uint32_t
published_probe(
    const struct published *file, unsigned id, uint64_t hash, uint64_t *cursor)
{
	const struct published_section *slots = &file->section[id];

	while (*cursor < slots->count) {
		uint64_t n = ((hash >> 32) + *cursor) & (slots->count - 1);
		const uint8_t *slot = slots->data + n * PUBLISHED_SLOT_SIZE;
		uint32_t record = bytes_get_u32(slot + 4);

		if (record == 0)
			break;
		++*cursor;
		if (bytes_get_u32(slot) == (uint32_t)hash)
			return record;
	}
	return 0;
}

static inline void
published_closep(struct published **file)
{
	published_close(*file);
}
#define _cleanup_published_ _cleanup_(published_closep)

#endif
