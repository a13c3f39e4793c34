/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blob_parts.h - the reader of blobs, shared by blob.c and blob_person.c only
 *
 * Room: daemon.
 */
#ifndef DAEMON_BLOB_PARTS_H
#define DAEMON_BLOB_PARTS_H

#include "daemon/blob.h"

#define BLOB_TEXT_MAX 2048

struct json_object;

struct blob_reading {
	struct directory *directory;
	const struct blob_filter *filter;
	struct blob_head *head;
	struct buf rest; /* the beginning of a line whose end has not come yet */
	bool has_head;
	unsigned line;
	int r;
	char *why;
};

/** blob_refuse() - BLOB_E_SYNTAX, with the line's number */
int blob_refuse(struct blob_reading *reading, const char *format, ...) BASE_PRINTF(2, 3);

/** blob_text() - of a string without NUL inside, of at most @most bytes; else NULL */
const char *blob_text(struct json_object *value, size_t most);

/** blob_needed() - of a member that has to be there and not empty; else NULL, refused */
const char *blob_needed(struct blob_reading *reading, struct json_object *object,
    const char *name, size_t most);

/** blob_needed_copy() - the same into a buffer; 0 or BLOB_E_SYNTAX */
int blob_needed_copy(struct blob_reading *reading, struct json_object *object,
    const char *name, char *ret, size_t size);

/** blob_id() - a uid or gid in our range; 0 when absent, -1 when it is none */
int64_t blob_id(struct json_object *object, const char *name);

/** blob_list() - a member that is an array of a sane length; else NULL */
struct json_object *blob_list(struct json_object *object, const char *name);

/** blob_take_principal() - a line with "kind" */
int blob_take_principal(struct blob_reading *reading, struct json_object *object);

#endif
