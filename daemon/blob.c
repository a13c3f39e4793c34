/* SPDX-License-Identifier: Apache-2.0 */
/* blob.c - reading a published directory; contract in blob.h */
#include <limits.h>
#include <stdarg.h>
#include <string.h>

#include <json-c/json.h>

#include "common/text.h"
#include "daemon/blob_parts.h"
#include "daemon/directory_scan.h"
#include "daemon/gzip.h"
#include "daemon/json_strict.h"
#include "daemon/utf8.h"

#define LINE_MAX_BYTES (1u << 20)
#define LIST_MAX 1000

int
blob_refuse(struct blob_reading *reading, const char *format, ...)
{
	char what[BLOB_WHY_SIZE - 40];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	(void)snprintf(reading->why, BLOB_WHY_SIZE, "line %u: %s", reading->line, what);
	return BLOB_E_SYNTAX;
}

/* A string without NUL inside, of at most @most bytes; NULL when it is anything else. */
const char *
blob_text(struct json_object *value, size_t most)
{
	const char *text;

	if (!json_object_is_type(value, json_type_string))
		return NULL;
	text = json_object_get_string(value);
	return strlen(text) == (size_t)json_object_get_string_len(value) &&
		       strlen(text) <= most
		   ? text
		   : NULL;
}

/* A member that has to be there; NULL with the reason when it is not. */
const char *
blob_needed(struct blob_reading *reading, struct json_object *object, const char *name,
    size_t most)
{
	struct json_object *value;
	const char *text = NULL;

	if (json_object_object_get_ex(object, name, &value))
		text = blob_text(value, most);
	if (text == NULL || text[0] == '\0') {
		(void)blob_refuse(reading, "%s is missing or no text", name);
		return NULL;
	}
	return text;
}

/* As blob_needed(), into a buffer. */
int
blob_needed_copy(struct blob_reading *reading, struct json_object *object,
    const char *name, char *ret, size_t size)
{
	const char *text = blob_needed(reading, object, name, size - 1);

	if (text == NULL)
		return BLOB_E_SYNTAX;
	memcpy(ret, text, strlen(text) + 1);
	return 0;
}

/* 0 when absent; -1 when it is no id. */
int64_t
blob_id(struct json_object *object, const char *name)
{
	struct json_object *value;
	int64_t id;

	if (!json_object_object_get_ex(object, name, &value))
		return 0;
	id =
	    json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : -1;
	return id > 0 && id <= UINT32_MAX && ids_is_ours((uint32_t)id) ? id : -1;
}

struct json_object *
blob_list(struct json_object *object, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(object, name, &value) &&
		       json_object_is_type(value, json_type_array) &&
		       json_object_array_length(value) <= LIST_MAX
		   ? value
		   : NULL;
}

static int
take_head(struct blob_reading *reading, struct json_object *object)
{
	struct blob_head *head = reading->head;
	struct json_object *version, *attributes;
	int r;

	if (!json_object_object_get_ex(object, "iamlogin-directory", &version) ||
	    !json_object_is_type(version, json_type_int) ||
	    json_object_get_int64(version) != 1)
		return blob_refuse(reading, "not a directory of version 1");
	r = blob_needed_copy(reading, object, "owner", head->owner, sizeof(head->owner));
	if (r == 0)
		r = blob_needed_copy(
		    reading, object, "view", head->view, sizeof(head->view));
	if (r == 0)
		r = blob_needed_copy(reading, object, "partition", head->partition,
		    sizeof(head->partition));
	if (r == 0)
		r = blob_needed_copy(
		    reading, object, "account", head->account, sizeof(head->account));
	if (r != 0)
		return r;
	attributes = blob_list(object, "attributes");
	if (attributes == NULL ||
	    json_object_array_length(attributes) > BLOB_ATTRIBUTES_MAX)
		return blob_refuse(reading, "attributes is no list of a few keys");
	for (size_t i = 0; i < json_object_array_length(attributes); i++) {
		const char *key =
		    blob_text(json_object_array_get_idx(attributes, i), 128);

		if (key == NULL)
			return blob_refuse(reading, "attributes[%zu] is no tag key", i);
		memcpy(head->attributes[head->n_attributes++], key, strlen(key) + 1);
	}
	memcpy(reading->directory->account, head->account, sizeof(head->account));
	reading->has_head = true;
	return 0;
}

static int
take_group(struct blob_reading *reading, struct json_object *object)
{
	const char *name = blob_needed(reading, object, "group", 128), *id = NULL,
		   *path = NULL;
	struct directory *directory = reading->directory;
	struct json_object *value;
	int64_t gid = blob_id(object, "gid");
	int r;

	if (name == NULL)
		return BLOB_E_SYNTAX;
	if (json_object_object_get_ex(object, "id", &value))
		id = blob_text(value, 128);
	if (json_object_object_get_ex(object, "path", &value))
		path = blob_text(value, BLOB_TEXT_MAX);
	if (gid < 0)
		return blob_refuse(reading, "gid is not in our range");
	r = directory_add_group(directory, name, id, path);
	if (r == 0)
		directory->groups[directory->n_groups - 1].gid = (uint32_t)gid;
	return r;
}

static int
take_line(struct blob_reading *reading, const char *line, size_t len)
{
	struct directory_slice twice;
	struct json_object *object;
	int r;

	reading->line++;
	if (len > LINE_MAX_BYTES || !utf8_is_valid(line, len, NULL))
		return blob_refuse(reading, "too long, or not UTF-8");
	/* json-c keeps the last of two members of one name, in silence */
	if (directory_scan_unique((struct directory_slice){ line, len }, &twice) != 0)
		return blob_refuse(
		    reading, "not an object with distinct plain member names");
	r = json_strict(line, len, DIRECTORY_SCAN_DEPTH, &object);
	if (r != 0)
		return r > 0 ? blob_refuse(reading, "not a JSON object") : r;
	if (!reading->has_head)
		r = take_head(reading, object);
	else if (json_object_object_get_ex(object, "group", NULL))
		r = take_group(reading, object);
	else if (json_object_object_get_ex(object, "kind", NULL))
		r = blob_take_principal(reading, object);
	else
		r = 0; /* of a later version */
	json_object_put(object);
	return r;
}

static int
on_piece(void *context, const char *piece, size_t len)
{
	struct blob_reading *reading = context;

	while (reading->r == 0 && len > 0) {
		const char *end = memchr(piece, '\n', len);
		size_t n = end != NULL ? (size_t)(end - piece) : len;

		if (end != NULL && reading->rest.len == 0) {
			reading->r = take_line(reading, piece, n);
		} else {
			if (reading->rest.len + n > LINE_MAX_BYTES)
				return reading->r =
					   blob_refuse(reading, "a line is too long");
			buf_add(&reading->rest, piece, n);
			if (reading->rest.has_failed)
				return reading->r = -ENOMEM;
			if (end != NULL) {
				reading->r = take_line(
				    reading, reading->rest.bytes, reading->rest.len);
				reading->rest.len = 0;
			}
		}
		n += end != NULL ? 1 : 0;
		piece += n;
		len -= n;
	}
	return reading->r;
}

static int
read_all(struct blob_reading *reading, const void *bytes, size_t len)
{
	int r = gzip_unpack(bytes, len, BLOB_UNPACKED_MAX, on_piece, reading);

	if (r == GZIP_E_UNWANTED)
		return reading->r;
	if (r > 0)
		return blob_refuse(reading, r == GZIP_E_TOO_LARGE
						? "unpacks to more than any directory"
						: "not gzip, or not a whole one");
	if (r < 0)
		return r;
	if (!reading->has_head || reading->rest.len > 0)
		return blob_refuse(reading, "the last line is not whole");
	r = directory_finish(reading->directory);
	return r == DIRECTORY_E_DUPLICATE
		   ? blob_refuse(reading, "one id, ARN or group name stands twice")
		   : r;
}

int
blob_read(const void *bytes, size_t len, const struct blob_filter *filter,
    struct blob_head *ret_head, struct directory **ret_directory, char *why)
{
	_cleanup_directory_ struct directory *directory = NULL;
	struct blob_head head = { .n_attributes = 0 };
	struct blob_reading reading = { .filter = filter, .head = &head, .why = why };
	int r = directory_new(&directory);

	why[0] = '\0';
	if (r == 0) {
		reading.directory = directory;
		r = read_all(&reading, bytes, len);
	}
	buf_done(&reading.rest);
	if (r != 0)
		return r;
	*ret_head = head;
	*ret_directory = base_take_ptr(&directory);
	return 0;
}

bool
blob_head_has(const struct blob_head *head, const char *key)
{
	for (size_t i = 0; i < head->n_attributes; i++)
		if (text_equal_fold(head->attributes[i], key))
			return true;
	return false;
}
