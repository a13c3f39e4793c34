/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statefile.h - files under the state directory: read whole, replaced whole
 *
 * Room: daemon. For files that only we write, in a directory that only we can enter.
 */
#ifndef DAEMON_STATEFILE_H
#define DAEMON_STATEFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base.h"

#define STATEFILE_MAX (64u << 20)

struct json_object;

enum {
	STATEFILE_E_DAMAGED =
	    1, /* not one whole JSON object of version 1, or too large */
};

/**
 * statefile_read() - one JSON object with "v": 1
 * @ret_object: the caller's reference: json_object_put()
 *
 * Return: 0, STATEFILE_E_DAMAGED, -ENOENT, -ENOMEM, or another -errno.
 */
int statefile_read(const char *path, struct json_object **ret_object) MUST_CHECK;

/*
 * A file whose list is too long to be built whole: everything but the list at once, then
 * its elements one after the other.
 */
struct statefile_list;

enum {
	STATEFILE_E_END = 2, /* no more elements */
};

/**
 * statefile_list_open() - as statefile_read(), but for the array @name at the top
 * @ret_rest: as of statefile_read(), in which @name is an empty array
 */
int statefile_list_open(const char *path, const char *name,
    struct statefile_list **ret_list, struct json_object **ret_rest) MUST_CHECK;

/** statefile_list_next() - one object, the caller's; 0, STATEFILE_E_END or _DAMAGED */
int statefile_list_next(struct statefile_list *list, struct json_object **ret_object)
    MUST_CHECK;
void statefile_list_free(struct statefile_list *list);

/**
 * statefile_bytes() - a whole file of ours, NUL-terminated
 * @max: more is -EFBIG
 *
 * Return: 0, -ENOENT, -EPERM (not a regular file that only we can write), or another -errno.
 */
int statefile_bytes(const char *path, size_t max, char **ret_bytes, size_t *ret_len);

/** statefile_trusted() - the same of a file of an administrator: ours or root's */
int statefile_trusted(const char *path, size_t max, char **ret_bytes, size_t *ret_len);

/** statefile_put() - replace a file by @len bytes; 0 or -errno: then the old one stands */
int statefile_put(const char *path, const void *bytes, size_t len) MUST_CHECK;

/**
 * statefile_begin() - a stream to PATH.new (O_EXCL, O_NOFOLLOW, 0600)
 *
 * What an interrupted run left under that name is removed first.
 */
int statefile_begin(const char *path, FILE **ret_stream) MUST_CHECK;

/**
 * statefile_commit() - flush, fsync, rename over @path, fsync of the directory
 * @stream: closed in any case
 *
 * Return: 0, or -errno: then the old file stands and PATH.new is gone.
 */
int statefile_commit(const char *path, FILE *stream) MUST_CHECK;

/** statefile_text() - a member that is a string without NUL inside; NULL when it is not */
const char *statefile_text(const struct json_object *object, const char *name);

/** statefile_json() - @text as a JSON string with its quotes, to a stream */
void statefile_json(FILE *stream, const char *text);

void statefile_putp(struct json_object **object);
#define _cleanup_statefile_ _cleanup_(statefile_putp)

static inline void
statefile_list_freep(struct statefile_list **list)
{
	statefile_list_free(*list);
}
#define _cleanup_statefile_list_ _cleanup_(statefile_list_freep)

#endif
