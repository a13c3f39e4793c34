/* SPDX-License-Identifier: Apache-2.0 */
/* directory_element.c - one user or group; contract in directory_element.h */
#include <json-c/json.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "common/text.h"
#include "daemon/directory_element.h"
#include "daemon/directory_json.h"
#include "daemon/directory_scan.h"
#include "daemon/json_strict.h"

#define NAME_MAX_BYTES \
	512 /* of ids, names and tag keys; IAM's own limits are 64 to 128 */
#define TEXT_MAX_BYTES 2048 /* of paths, ARNs and tag values (IAM: 512, 2048, 256) */
#define KEY_MAX_BYTES 16384 /* SSHPublicKeyBody (IAM API Reference, SSHPublicKey) */
#define LIST_MAX 1000

static void
object_putp(struct json_object **object)
{
	(void)json_object_put(*object);
}

static int BASE_PRINTF(2, 3) refuse(char *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, DIRECTORY_WHY_SIZE, format, args);
	va_end(args);
	return DIRECTORY_JSON_E_SYNTAX;
}

static int
parse(const char *text, size_t len, struct json_object **ret_object, char *why)
{
	int r = json_strict(text, len, DIRECTORY_SCAN_DEPTH, ret_object);

	return r > 0 ? refuse(why, "not a JSON object") : r;
}

/* The text of a string; NULL with @why when it is none, too long, or has a NUL inside. */
static const char *
text_of(struct json_object *value, const char *name, size_t max, char *why)
{
	const char *text;

	if (!json_object_is_type(value, json_type_string)) {
		(void)refuse(why, "%s is not a string", name);
		return NULL;
	}
	text = json_object_get_string(value);
	if (strlen(text) != (size_t)json_object_get_string_len(value)) {
		(void)refuse(why, "%s has a NUL inside", name);
		return NULL;
	}
	if (strlen(text) > max) {
		(void)refuse(why, "%s is longer than %zu bytes", name, max);
		return NULL;
	}
	return text;
}

/* As text_of(), of a member that has to be there and not empty. */
static const char *
needed(struct json_object *object, const char *name, size_t max, char *why)
{
	struct json_object *value;
	const char *text;

	if (!json_object_object_get_ex(object, name, &value)) {
		(void)refuse(why, "%s is missing", name);
		return NULL;
	}
	text = text_of(value, name, max, why);
	if (text != NULL && text[0] == '\0') {
		(void)refuse(why, "%s is empty", name);
		return NULL;
	}
	return text;
}

/* A member that may be absent: then *ret_array is NULL. */
static int
array_of(struct json_object *object, const char *name, struct json_object **ret_array,
    char *why)
{
	struct json_object *value;

	*ret_array = NULL;
	if (!json_object_object_get_ex(object, name, &value))
		return 0;
	if (!json_object_is_type(value, json_type_array))
		return refuse(why, "%s is not an array", name);
	if (json_object_array_length(value) > LIST_MAX)
		return refuse(why, "%s has more than %d elements", name, LIST_MAX);
	*ret_array = value;
	return 0;
}

static int
read_tags(struct json_object *user, struct directory_principal *principal, char *why)
{
	struct json_object *tags;
	int r;

	r = array_of(user, "Tags", &tags, why);
	for (size_t i = 0; r == 0 && tags != NULL && i < json_object_array_length(tags);
	     i++) {
		struct json_object *tag = json_object_array_get_idx(tags, i);
		struct json_object *member;
		const char *key;
		const char *value = NULL;

		if (!json_object_is_type(tag, json_type_object))
			return refuse(why, "Tags[%zu] is not an object", i);
		key = needed(tag, "Key", NAME_MAX_BYTES, why);
		if (key == NULL)
			return DIRECTORY_JSON_E_SYNTAX;
		if (!json_object_object_get_ex(tag, "Value", &member))
			return refuse(why, "Tags[%zu] has no Value", i);
		value = text_of(member, "Value", TEXT_MAX_BYTES, why);
		if (value == NULL)
			return DIRECTORY_JSON_E_SYNTAX;
		r = directory_add_tag(principal, key, value);
	}
	return r;
}

static int
read_groups(struct json_object *user, struct directory_principal *principal, char *why)
{
	struct json_object *groups;
	int r;

	r = array_of(user, "GroupList", &groups, why);
	for (size_t i = 0;
	     r == 0 && groups != NULL && i < json_object_array_length(groups); i++) {
		const char *name = text_of(json_object_array_get_idx(groups, i),
		    "an element of GroupList", NAME_MAX_BYTES, why);

		if (name == NULL)
			return DIRECTORY_JSON_E_SYNTAX;
		if (name[0] == '\0')
			return refuse(why, "an element of GroupList is empty");
		r = directory_add_membership(principal, name);
	}
	return r;
}

/* IAM knows Active, Inactive and Expired: one exact word lets a key in. */
static int
read_key(struct json_object *object, struct directory_principal *principal, char *why)
{
	struct sshkey key = { 0 };
	const char *id;
	const char *body;
	const char *status;

	if (!json_object_is_type(object, json_type_object))
		return refuse(why, "an element of SSHPublicKeys is not an object");
	id = needed(object, "SSHPublicKeyId", NAME_MAX_BYTES, why);
	status = id != NULL ? needed(object, "Status", NAME_MAX_BYTES, why) : NULL;
	if (status == NULL)
		return DIRECTORY_JSON_E_SYNTAX;
	if (strcmp(status, "Active") != 0)
		return 0;
	body = needed(object, "SSHPublicKeyBody", KEY_MAX_BYTES, why);
	if (body == NULL)
		return DIRECTORY_JSON_E_SYNTAX;
	if (sshkey_parse(body, strlen(body), &key) != 0)
		return 0;
	return directory_add_key(principal, id, &key, KEYSFILE_SOURCE_FILE);
}

static int
read_keys(struct json_object *user, struct directory_principal *principal, char *why)
{
	struct json_object *keys;
	int r;

	r = array_of(user, "SSHPublicKeys", &keys, why);
	for (size_t i = 0; r == 0 && keys != NULL && i < json_object_array_length(keys);
	     i++)
		r = read_key(json_object_array_get_idx(keys, i), principal, why);
	return r;
}

static int
read_created(struct json_object *object, int64_t *ret_s, char *why)
{
	struct json_object *value;
	const char *text;

	*ret_s = INT64_MAX;
	if (!json_object_object_get_ex(object, "CreateDate", &value))
		return 0;
	text = text_of(value, "CreateDate", NAME_MAX_BYTES, why);
	if (text == NULL)
		return DIRECTORY_JSON_E_SYNTAX;
	if (directory_json_time(text, ret_s) != 0)
		return refuse(why, "CreateDate is no time such as 2024-05-01T12:00:00Z");
	return 0;
}

/*
 * json-c keeps the last of two members of one name, in silence. The element itself has been
 * looked at by the caller; this does it for the objects of two of its lists.
 */
static int
check_unique_inside(const char *text, size_t len, const char *list, char *why)
{
	struct directory_slice name;
	struct directory_slice value;
	struct directory_slice element;
	struct directory_slice none;
	struct directory_slice twice;
	struct directory_scan members;
	struct directory_scan elements;
	int r;

	r = directory_scan_begin((struct directory_slice){ text, len }, '{', &members);
	while (r == 0 && directory_scan_next(&members, &name, &value) == 0) {
		if (name.len != strlen(list) || memcmp(name.at, list, name.len) != 0 ||
		    directory_scan_begin(value, '[', &elements) != 0)
			continue;
		while (directory_scan_next(&elements, &none, &element) == 0)
			if (directory_scan_unique(element, &twice) != 0)
				return refuse(why,
				    "%s[%zu]: not an object with distinct plain member "
				    "names",
				    list, elements.n - 1);
	}
	return 0;
}

/* What users and roles have in common; a role is in no group and has no uploaded key. */
static int
read_principal(struct directory *directory, enum principal_kind kind,
    const char *const fields[4], const char *text, size_t len, char *ret_why)
{
	_cleanup_(object_putp) struct json_object *user = NULL;
	struct directory_principal *principal;
	const char *values[4];
	char why[DIRECTORY_WHY_SIZE];
	char shown[80];
	int64_t created_s;
	int r;

	r = parse(text, len, &user, ret_why);
	for (size_t i = 0; r == 0 && i < 4; i++) {
		values[i] = needed(
		    user, fields[i], i < 2 ? NAME_MAX_BYTES : TEXT_MAX_BYTES, ret_why);
		if (values[i] == NULL)
			r = DIRECTORY_JSON_E_SYNTAX;
	}
	if (r != 0)
		return r;
	r = read_created(user, &created_s, why);
	if (r == 0)
		r = directory_add_principal(directory, kind, values[0], values[1],
		    values[2], values[3], created_s, &principal);
	if (r == 0)
		r = check_unique_inside(text, len, "Tags", why);
	if (r == 0)
		r = read_tags(user, principal, why);
	if (r == 0 && kind == PRINCIPAL_IAM_USER)
		r = read_groups(user, principal, why);
	if (r == 0)
		r = check_unique_inside(text, len, "SSHPublicKeys", why);
	if (r == 0 && kind == PRINCIPAL_IAM_USER)
		r = read_keys(user, principal, why);
	if (r <= 0)
		return r;
	text_escape(values[1], strlen(values[1]), shown, sizeof(shown));
	return refuse(ret_why, "%.40s: %.100s", shown, why);
}

int
directory_element_user(
    struct directory *directory, const char *text, size_t len, char *ret_why)
{
	static const char *const fields[4] = { "UserId", "UserName", "Path", "Arn" };

	return read_principal(directory, PRINCIPAL_IAM_USER, fields, text, len, ret_why);
}

int
directory_element_role(
    struct directory *directory, const char *text, size_t len, char *ret_why)
{
	static const char *const fields[4] = { "RoleId", "RoleName", "Path", "Arn" };

	return read_principal(directory, PRINCIPAL_ROLE, fields, text, len, ret_why);
}

int
directory_element_group(
    struct directory *directory, const char *text, size_t len, char *ret_why)
{
	_cleanup_(object_putp) struct json_object *group = NULL;
	struct json_object *value;
	const char *name;
	const char *id = NULL;
	const char *path = NULL;
	int r;

	r = parse(text, len, &group, ret_why);
	if (r != 0)
		return r;
	name = needed(group, "GroupName", NAME_MAX_BYTES, ret_why);
	if (name == NULL)
		return DIRECTORY_JSON_E_SYNTAX;
	if (json_object_object_get_ex(group, "GroupId", &value)) {
		id = needed(group, "GroupId", NAME_MAX_BYTES, ret_why);
		if (id == NULL)
			return DIRECTORY_JSON_E_SYNTAX;
	}
	if (json_object_object_get_ex(group, "Path", &value)) {
		path = text_of(value, "Path", TEXT_MAX_BYTES, ret_why);
		if (path == NULL)
			return DIRECTORY_JSON_E_SYNTAX;
	}
	return directory_add_group(directory, name, id, path);
}
