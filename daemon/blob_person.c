/* SPDX-License-Identifier: Apache-2.0 */
/* blob_person.c - one person's line of a published directory; contract in blob.h */
#include <string.h>

#include <json-c/json.h>

#include "common/text.h"
#include "daemon/blob_parts.h"

#define ARN_SIZE (BLOB_TEXT_MAX * 2 + 128)

static int
take_groups(struct blob_reading *reading, struct json_object *object,
    struct directory_principal *who)
{
	struct json_object *list = blob_list(object, "groups");
	int r = 0;

	if (list == NULL)
		return blob_refuse(reading, "groups is no list");
	for (size_t i = 0; r == 0 && i < json_object_array_length(list); i++) {
		const char *name = blob_text(json_object_array_get_idx(list, i), 128);

		if (name == NULL || name[0] == '\0')
			return blob_refuse(reading, "groups[%zu] is no name", i);
		r = directory_add_membership(who, name);
	}
	return r;
}

/* [TEXT, TEXT] */
static bool
is_pair(struct json_object *pair, size_t most, const char **ret_a, const char **ret_b)
{
	if (!json_object_is_type(pair, json_type_array) ||
	    json_object_array_length(pair) != 2)
		return false;
	*ret_a = blob_text(json_object_array_get_idx(pair, 0), 128);
	*ret_b = blob_text(json_object_array_get_idx(pair, 1), most);
	return *ret_a != NULL && *ret_b != NULL;
}

static int
take_attributes(struct blob_reading *reading, struct json_object *object,
    struct directory_principal *who)
{
	struct json_object *list = blob_list(object, "attributes");
	const char *key, *value;
	int r = 0;

	if (list == NULL)
		return blob_refuse(reading, "attributes is no list");
	for (size_t i = 0; r == 0 && i < json_object_array_length(list); i++) {
		if (!is_pair(
			json_object_array_get_idx(list, i), BLOB_TEXT_MAX, &key, &value))
			return blob_refuse(
			    reading, "attributes[%zu] is no [KEY, VALUE]", i);
		if (!blob_head_has(reading->head, key))
			return blob_refuse(
			    reading, "attributes[%zu] is not announced", i);
		r = directory_add_tag(who, key, value);
	}
	return r;
}

static int
take_keys(struct blob_reading *reading, struct json_object *object,
    struct directory_principal *who)
{
	struct json_object *list = blob_list(object, "keys");
	struct sshkey key = { .blob_len = 0 };
	const char *id, *line;
	int r = 0;

	if (list == NULL)
		return blob_refuse(reading, "keys is no list");
	for (size_t i = 0; r == 0 && i < json_object_array_length(list); i++) {
		bool is_tag;

		if (!is_pair(
			json_object_array_get_idx(list, i), SSHKEY_LINE_SIZE, &id, &line))
			return blob_refuse(reading, "keys[%zu] is no [ID, LINE]", i);
		is_tag = strncmp(id, "iamlogin:key-", 13) == 0;
		if ((is_tag ? reading->filter->no_tag_keys
			    : reading->filter->no_iam_keys) ||
		    sshkey_parse(line, strlen(line), &key) != 0)
			continue;
		r = directory_add_key(
		    who, id, &key, is_tag ? KEYSFILE_SOURCE_TAG : KEYSFILE_SOURCE_IAM);
	}
	return r;
}

static int
take_assigned(struct blob_reading *reading, struct json_object *object,
    struct directory_principal *who)
{
	struct directory_assigned assigned = { .os_name = "" };
	char name[TEXT_OS_NAME_MAX + 1];
	struct json_object *value;
	int64_t uid = blob_id(object, "uid");
	const char *by;

	if (!json_object_object_get_ex(object, "os", &value))
		return directory_assign(who, &assigned);
	if (blob_needed_copy(reading, object, "os", name, sizeof(name)) != 0)
		return BLOB_E_SYNTAX;
	by = blob_needed(reading, object, "by", 16);
	if (by == NULL)
		return BLOB_E_SYNTAX;
	if (uid < 0 || !text_is_os_name(name, strlen(name)))
		return blob_refuse(reading, "os or uid is none of ours");
	assigned.os_name = name;
	assigned.is_by_tag = strcmp(by, "tag") == 0;
	assigned.uid = (uint32_t)uid;
	return directory_assign(who, &assigned);
}

static int
kind_of(const char *name, enum principal_kind *ret_kind, const char **ret_resource)
{
	static const struct {
		enum principal_kind kind;
		const char *resource;
	} kinds[] = {
		{ PRINCIPAL_IAM_USER, "user" },
		{ PRINCIPAL_ROLE, "role" },
		{ PRINCIPAL_PERSON, "person" },
	};

	for (size_t i = 0; i < BASE_N(kinds); i++) {
		if (strcmp(directory_kind_name(kinds[i].kind), name) != 0)
			continue;
		*ret_kind = kinds[i].kind;
		*ret_resource = kinds[i].resource;
		return 0;
	}
	return -ENOENT;
}

int
blob_take_principal(struct blob_reading *reading, struct json_object *object)
{
	const char *kind_name = blob_needed(reading, object, "kind", 16);
	const char *id = blob_needed(reading, object, "id", 128);
	const char *name = blob_needed(reading, object, "name", 256);
	const char *path = blob_needed(reading, object, "path", BLOB_TEXT_MAX);
	const char *status = blob_needed(reading, object, "status", 32), *resource = NULL;
	struct directory_principal *who;
	struct json_object *created;
	enum principal_kind kind = PRINCIPAL_IAM_USER;
	char arn[ARN_SIZE];
	int64_t created_s = INT64_MAX;
	int r;

	if (kind_name == NULL || id == NULL || name == NULL || path == NULL ||
	    status == NULL)
		return BLOB_E_SYNTAX;
	/* kinds and states of later versions: nobody whom this one could let in */
	if (kind_of(kind_name, &kind, &resource) != 0 || strcmp(status, "active") != 0)
		return 0;
	if (reading->filter->manifest != NULL &&
	    manifest_is_revoked(
		reading->filter->manifest, kind_name, id, reading->filter->now_s))
		return 0;
	if (json_object_object_get_ex(object, "created", &created))
		created_s = json_object_get_int64(created);
	(void)snprintf(arn, sizeof(arn), "arn:%s:iam::%s:%s%s%s",
	    reading->head->partition, reading->head->account, resource, path, name);
	r = directory_add_principal(
	    reading->directory, kind, id, name, path, arn, created_s, &who);
	if (r == 0)
		r = take_assigned(reading, object, who);
	if (r == 0)
		r = take_groups(reading, object, who);
	if (r == 0)
		r = take_attributes(reading, object, who);
	if (r == 0)
		r = take_keys(reading, object, who);
	return r;
}
