/* SPDX-License-Identifier: Apache-2.0 */
/* publisher_diff.c - two directories, person by person */
#include <json-c/json.h>
#include <stdarg.h>
#include <string.h>

#include "common/text.h"
#include "daemon/publisher_parts.h"

static BASE_PRINTF(2, 3) void add(struct json_object *list, const char *format, ...)
{
	char text[300], shown[300];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_escape(text, strlen(text), shown, sizeof(shown));
	json_object_array_add(list, json_object_new_string(shown));
}

static bool
has_group(const struct directory_principal *who, const char *group)
{
	for (size_t i = 0; i < who->n_groups; i++)
		if (strcmp(who->groups[i], group) == 0)
			return true;
	return false;
}

static bool
has_key(const struct directory_principal *who, const char *key_id)
{
	for (size_t i = 0; i < who->n_keys; i++)
		if (strcmp(who->keys[i].key_id, key_id) == 0)
			return true;
	return false;
}

static const char *
os_name(const struct directory_principal *who)
{
	return who->assigned.os_name != NULL && who->assigned.os_name[0] != '\0'
		   ? who->assigned.os_name
		   : "nobody";
}

/* What @a has and @b lacks. */
static void
one_way(struct json_object *what, const struct directory_principal *a,
    const struct directory_principal *b, char sign)
{
	for (size_t i = 0; i < a->n_groups; i++)
		if (!has_group(b, a->groups[i]))
			add(what, "group %c%s", sign, a->groups[i]);
	for (size_t i = 0; i < a->n_keys; i++)
		if (!has_key(b, a->keys[i].key_id))
			add(what, "key %c%s", sign, a->keys[i].key_id);
	for (size_t i = 0; i < a->n_tags; i++) {
		const char *other = rules_tag(b->tags, b->n_tags, a->tags[i].key);

		if (other == NULL || strcmp(other, a->tags[i].value) != 0)
			add(what, "tag %c%s=%s", sign, a->tags[i].key, a->tags[i].value);
	}
}

static struct json_object *
change(const char *kind, const struct directory_principal *who)
{
	struct json_object *o = json_object_new_object();
	char name[200];

	text_escape(who->name, strlen(who->name), name, sizeof(name));
	json_object_object_add(o, "change", json_object_new_string(kind));
	json_object_object_add(o, "name", json_object_new_string(name));
	json_object_object_add(
	    o, "kind", json_object_new_string(directory_kind_name(who->kind)));
	json_object_object_add(o, "id", json_object_new_string(who->id));
	return o;
}

/* NULL: the same. */
static struct json_object *
compare(const struct directory_principal *before, const struct directory_principal *after)
{
	struct json_object *what = json_object_new_array(), *o;

	if (strcmp(before->name, after->name) != 0)
		add(what, "name %s, was %s", after->name, before->name);
	if (strcmp(before->path, after->path) != 0)
		add(what, "path %s, was %s", after->path, before->path);
	if (strcmp(os_name(before), os_name(after)) != 0)
		add(what, "account %s, was %s", os_name(after), os_name(before));
	one_way(what, after, before, '+');
	one_way(what, before, after, '-');
	if (json_object_array_length(what) == 0) {
		json_object_put(what);
		return NULL;
	}
	o = change("change", after);
	json_object_object_add(o, "what", what);
	return o;
}

static void
take(struct json_object *list, struct json_object *o, size_t most)
{
	if (o == NULL)
		return;
	if (json_object_array_length(list) < most)
		json_object_array_add(list, o);
	else
		json_object_put(o);
}

struct json_object *
publisher_diff(const struct directory *before, const struct directory *after, size_t most)
{
	struct json_object *list = json_object_new_array();
	const struct directory_principal *other;

	for (size_t i = 0; i < after->n_principals; i++) {
		const struct directory_principal *who = &after->principals[i];

		other = before != NULL
			    ? directory_principal_by_id(before, who->kind, who->id)
			    : NULL;
		take(
		    list, other == NULL ? change("add", who) : compare(other, who), most);
	}
	for (size_t i = 0; before != NULL && i < before->n_principals; i++) {
		const struct directory_principal *who = &before->principals[i];

		if (directory_principal_by_id(after, who->kind, who->id) == NULL)
			take(list, change("remove", who), most);
	}
	return list;
}
