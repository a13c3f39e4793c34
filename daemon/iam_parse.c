/* SPDX-License-Identifier: Apache-2.0 */
/* iam_parse.c - IAM's answers; contract in iam.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/iam.h"
#include "daemon/iam_fields.h"
#include "daemon/xml.h"

enum record {
	RECORD_USER = 1,
	RECORD_GROUP,
	RECORD_KEY,
	RECORD_ROLE,
};

struct shape {
	const char *root;
	const char *result; /* path */
	const char *list;   /* below result: has to be there, even if empty; NULL: none */
	const char *member; /* below result: one record */
	enum record record;
	bool is_paged;
};

static const struct shape shapes[] = {
	[IAM_LIST_USERS] = { "ListUsersResponse", "ListUsersResponse/ListUsersResult/",
	    "Users", "Users/member", RECORD_USER, true },
	[IAM_GET_GROUP] = { "GetGroupResponse", "GetGroupResponse/GetGroupResult/",
	    "Users", "Users/member", RECORD_USER, true },
	[IAM_GET_USER] = { "GetUserResponse", "GetUserResponse/GetUserResult/", NULL,
	    "User", RECORD_USER, false },
	[IAM_LIST_GROUPS_FOR_USER] = { "ListGroupsForUserResponse",
	    "ListGroupsForUserResponse/ListGroupsForUserResult/", "Groups",
	    "Groups/member", RECORD_GROUP, true },
	[IAM_LIST_SSH_KEYS] = { "ListSSHPublicKeysResponse",
	    "ListSSHPublicKeysResponse/ListSSHPublicKeysResult/", "SSHPublicKeys",
	    "SSHPublicKeys/member", RECORD_KEY, true },
	[IAM_GET_SSH_KEY] = { "GetSSHPublicKeyResponse",
	    "GetSSHPublicKeyResponse/GetSSHPublicKeyResult/", NULL, "SSHPublicKey",
	    RECORD_KEY, false },
	[IAM_LIST_ROLES] = { "ListRolesResponse", "ListRolesResponse/ListRolesResult/",
	    "Roles", "Roles/member", RECORD_ROLE, true },
	[IAM_GET_ROLE] = { "GetRoleResponse", "GetRoleResponse/GetRoleResult/", NULL,
	    "Role", RECORD_ROLE, false },
};

struct parse {
	const struct shape *shape;
	struct iam_reply *reply;
	bool has_list;
	bool has_truncated;
	struct iam_open open; /* record */
	bool has_status;      /* likewise */
	int r;
};

static int
record_open(struct parse *parse)
{
	struct iam_reply *reply = parse->reply;
	void *records;
	int r;

	iam_open_done(&parse->open);
	parse->has_status = false;
	switch (parse->shape->record) {
	case RECORD_USER:
	case RECORD_ROLE:
		records = reply->users;
		r = iam_more(&records, &reply->n_users, sizeof(*reply->users));
		reply->users = records;
		if (r == 0)
			reply->users[reply->n_users - 1].is_role =
			    parse->shape->record == RECORD_ROLE;
		return r;
	case RECORD_GROUP:
		records = reply->groups;
		r = iam_more(&records, &reply->n_groups, sizeof(*reply->groups));
		reply->groups = records;
		return r;
	default:
		records = reply->keys;
		r = iam_more(&records, &reply->n_keys, sizeof(*reply->keys));
		reply->keys = records;
		return r;
	}
}

/* Once it is closed, a record has all that makes it one. */
static int
record_close(const struct parse *parse)
{
	const struct iam_reply *reply = parse->reply;
	const struct iam_key *key;
	bool is_whole;

	switch (parse->shape->record) {
	case RECORD_USER:
	case RECORD_ROLE:
		is_whole =
		    iam_user_is_whole(&reply->users[reply->n_users - 1], &parse->open);
		break;
	case RECORD_GROUP:
		is_whole = iam_group_is_whole(&reply->groups[reply->n_groups - 1]);
		break;
	default:
		key = &reply->keys[reply->n_keys - 1];
		is_whole = key->id != NULL && parse->has_status &&
			   (parse->shape->list != NULL || key->body != NULL);
		break;
	}
	return is_whole ? 0 : IAM_E_GARBAGE;
}

static int
key_field(struct parse *parse, const char *field, const char *text, size_t len)
{
	struct iam_key *key = &parse->reply->keys[parse->reply->n_keys - 1];

	if (strcmp(field, "SSHPublicKeyId") == 0)
		return iam_set_text(&key->id, text, len, 128, IAM_ID_SET);
	if (strcmp(field, "SSHPublicKeyBody") == 0)
		return iam_set_text(&key->body, text, len, 16384, NULL);
	if (strcmp(field, "Status") == 0) {
		if (parse->has_status)
			return IAM_E_GARBAGE;
		parse->has_status = true;
		key->is_active = strcmp(text, "Active") == 0;
	}
	return 0;
}

static int
on_open(void *context, const char *path)
{
	struct parse *parse = context;
	const struct shape *shape = parse->shape;
	size_t len = strlen(shape->result);

	if (strchr(path, '/') == NULL && strcmp(path, shape->root) != 0)
		parse->r = IAM_E_GARBAGE;
	if (parse->r == 0 && strncmp(path, shape->result, len) == 0) {
		if (shape->list != NULL && strcmp(path + len, shape->list) == 0) {
			parse->r = parse->has_list ? IAM_E_GARBAGE : 0;
			parse->has_list = true;
		} else if (strcmp(path + len, shape->member) == 0) {
			parse->r = record_open(parse);
		}
	}
	return parse->r;
}

static int
on_close(void *context, const char *path, const char *text, size_t len)
{
	struct parse *parse = context;
	const struct shape *shape = parse->shape;
	size_t skip = strlen(shape->result), member_len = strlen(shape->member);

	if (strncmp(path, shape->result, skip) != 0)
		return 0;
	path += skip;
	if (strncmp(path, shape->member, member_len) != 0 ||
	    (path[member_len] != '/' && path[member_len] != '\0')) {
		if (shape->is_paged)
			parse->r = iam_page_field(
			    parse->reply, &parse->has_truncated, path, text, len);
		return parse->r;
	}
	if (path[member_len] == '\0') {
		parse->r = record_close(parse);
		return parse->r;
	}
	path += member_len + 1;
	switch (shape->record) {
	case RECORD_USER:
	case RECORD_ROLE:
		/* IAM's documentation says that listings have no tags: only GetUser's
		 * and GetRole's are
		 * whole. */
		if (shape->list == NULL || strncmp(path, "Tags/", 5) != 0)
			parse->r = iam_user_field(
			    &parse->reply->users[parse->reply->n_users - 1], &parse->open,
			    path, text, len);
		break;
	case RECORD_GROUP:
		parse->r = iam_group_field(
		    &parse->reply->groups[parse->reply->n_groups - 1], path, text, len);
		break;
	default:
		parse->r = key_field(parse, path, text, len);
		break;
	}
	return parse->r;
}

/* What has to be there at the end of a whole answer. */
static int
check_whole(const struct parse *parse)
{
	const struct iam_reply *reply = parse->reply;

	if (parse->shape->list == NULL)
		return reply->n_users + reply->n_keys == 1 ? 0 : IAM_E_GARBAGE;
	if (!parse->has_list || !parse->has_truncated)
		return IAM_E_GARBAGE;
	return reply->is_truncated && reply->marker == NULL ? IAM_E_PAGING : 0;
}

int
iam_parse(
    enum iam_action action, const char *body, size_t len, struct iam_reply **ret_reply)
{
	static const struct xml_handlers handlers = { on_open, on_close };
	_cleanup_iam_reply_ struct iam_reply *reply = calloc(1, sizeof(*reply));
	struct parse parse = { .shape = &shapes[action], .reply = reply };
	int r;

	if (reply == NULL)
		return -ENOMEM;
	r = xml_parse(body, len, &handlers, &parse);
	iam_open_done(&parse.open);
	if (r == XML_E_STOPPED)
		r = parse.r;
	else if (r > 0)
		r = IAM_E_GARBAGE;
	if (r == 0)
		r = check_whole(&parse);
	if (r != 0)
		return r;
	*ret_reply = base_take_ptr(&reply);
	return 0;
}
