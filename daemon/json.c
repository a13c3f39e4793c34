/* SPDX-License-Identifier: Apache-2.0 */
/* json.c - small flat JSON documents; contract in json.h */
#include <errno.h>
#include <json-c/json.h>
#include <stdint.h>
#include <string.h>

#include "daemon/json.h"
#include "daemon/json_strict.h"

#define DEPTH_MAX 8

/* Never made: the handle is json-c's own object under another name. */
struct json {
	int unused;
};

static struct json_object *
object_of(const struct json *json)
{
	return (struct json_object *)(uintptr_t)json;
}

int
json_open(const char *bytes, size_t len, struct json **ret_json)
{
	struct json_object *object;
	int r;

	if (memchr(bytes, '\0', len) != NULL)
		return JSON_E_MALFORMED;
	r = json_strict(bytes, len, DEPTH_MAX, &object);
	if (r != 0)
		return r < 0 ? r : JSON_E_MALFORMED;
	*ret_json = (struct json *)(uintptr_t)object;
	return 0;
}

const char *
json_text(const struct json *json, const char *name)
{
	struct json_object *member;
	const char *text;

	if (!json_object_object_get_ex(object_of(json), name, &member) ||
	    !json_object_is_type(member, json_type_string))
		return NULL;
	text = json_object_get_string(member);
	if (strlen(text) != (size_t)json_object_get_string_len(member))
		return NULL;
	return text;
}

void
json_close(struct json *json)
{
	struct json_object *object = object_of(json);

	if (object == NULL)
		return;
	json_object_object_foreach(object, name, member)
	{
		(void)name;
		if (json_object_is_type(member, json_type_string)) {
			const char *text = json_object_get_string(member);

			explicit_bzero((void *)(uintptr_t)text,
			    (size_t)json_object_get_string_len(member));
		}
	}
	json_object_put(object);
}
