/* SPDX-License-Identifier: Apache-2.0 */
/* iam_parse.c - IAM's answers; contract in iam.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/directory_json.h"
#include "daemon/iam.h"
#include "daemon/xml.h"

#define USERS_MAX 5000
#define TAGS_MAX 64 /* IAM allows 50 */
#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define NAME_SET ALNUM "_+=,.@-"
#define ID_SET ALNUM "_"

enum record {
	RECORD_USER = 1,
	RECORD_GROUP,
	RECORD_KEY,
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
};

struct parse {
	const struct shape *shape;
	struct iam_reply *reply;
	bool has_list;
	bool has_truncated;
	bool has_created, has_status; /* of the record that is open */
	struct directory_tag tag;     /* that is open */
	int r;
};

/* A text of 1 to @max characters of the set (NULL: any), once. */
static int
set_text(char **slot, const char *text, size_t len, size_t max, const char *set)
{
	if (*slot != NULL || len == 0 || len > max ||
	    (set != NULL && strspn(text, set) != len))
		return IAM_E_GARBAGE;
	*slot = strdup(text);
	return *slot == NULL ? -ENOMEM : 0;
}

static int
set_path(char **slot, const char *text, size_t len)
{
	if (len == 0 || text[0] != '/' || text[len - 1] != '/')
		return IAM_E_GARBAGE;
	return set_text(slot, text, len, 512, NULL);
}

/* Room for one more record of the shape's kind, zeroed. */
static int
more(void **records, size_t *n, size_t size)
{
	void *grown;

	if (*n >= USERS_MAX)
		return IAM_E_GARBAGE;
	if ((*n & (*n - 1)) == 0) { /* full at the powers of two */
		grown = realloc(*records, (*n == 0 ? 1 : *n * 2) * size);
		if (grown == NULL)
			return -ENOMEM;
		*records = grown;
	}
	memset((char *)*records + *n * size, 0, size);
	(*n)++;
	return 0;
}

static int
record_open(struct parse *parse)
{
	struct iam_reply *reply = parse->reply;
	void *records;
	int r;

	parse->has_created = false;
	parse->has_status = false;
	switch (parse->shape->record) {
	case RECORD_USER:
		records = reply->users;
		r = more(&records, &reply->n_users, sizeof(*reply->users));
		reply->users = records;
		return r;
	case RECORD_GROUP:
		records = reply->groups;
		r = more(&records, &reply->n_groups, sizeof(*reply->groups));
		reply->groups = records;
		return r;
	default:
		records = reply->keys;
		r = more(&records, &reply->n_keys, sizeof(*reply->keys));
		reply->keys = records;
		return r;
	}
}

/* Once it is closed, a record has all that makes it one. */
static int
record_close(const struct parse *parse)
{
	const struct iam_reply *reply = parse->reply;
	const struct iam_group *group;
	const struct iam_user *user;
	const struct iam_key *key;
	bool is_whole;

	switch (parse->shape->record) {
	case RECORD_USER:
		user = &reply->users[reply->n_users - 1];
		is_whole = user->name != NULL && user->id != NULL && user->path != NULL &&
			   user->arn != NULL && parse->has_created;
		break;
	case RECORD_GROUP:
		group = &reply->groups[reply->n_groups - 1];
		is_whole =
		    group->name != NULL && group->id != NULL && group->path != NULL;
		break;
	default:
		key = &reply->keys[reply->n_keys - 1];
		is_whole = key->id != NULL && parse->has_status &&
			   (parse->shape->list != NULL || key->body != NULL);
		break;
	}
	return is_whole ? 0 : IAM_E_GARBAGE;
}

/* Tags/member/Key, …/Value, and the end of Tags/member. */
static int
tag_field(struct parse *parse, struct iam_user *user, const char *field, const char *text,
    size_t len)
{
	struct directory_tag *tags;

	if (strcmp(field, "/Key") == 0)
		return set_text(&parse->tag.key, text, len, 512, NULL);
	if (strcmp(field, "/Value") == 0) {
		if (parse->tag.value != NULL || len > 1024)
			return IAM_E_GARBAGE;
		parse->tag.value = strdup(text);
		return parse->tag.value == NULL ? -ENOMEM : 0;
	}
	if (field[0] != '\0')
		return 0;
	if (parse->tag.key == NULL || parse->tag.value == NULL ||
	    user->n_tags == TAGS_MAX)
		return IAM_E_GARBAGE;
	tags = realloc(user->tags, (user->n_tags + 1) * sizeof(*tags));
	if (tags == NULL)
		return -ENOMEM;
	user->tags = tags;
	user->tags[user->n_tags++] = parse->tag;
	parse->tag = (struct directory_tag){ .key = NULL };
	return 0;
}

static int
user_field(struct parse *parse, const char *field, const char *text, size_t len)
{
	struct iam_user *user = &parse->reply->users[parse->reply->n_users - 1];

	if (strcmp(field, "UserName") == 0)
		return set_text(&user->name, text, len, 64, NAME_SET);
	if (strcmp(field, "UserId") == 0)
		return set_text(&user->id, text, len, 128, ID_SET);
	if (strcmp(field, "Path") == 0)
		return set_path(&user->path, text, len);
	if (strcmp(field, "Arn") == 0)
		return set_text(&user->arn, text, len, 2048, NULL);
	if (strcmp(field, "CreateDate") == 0) {
		if (parse->has_created ||
		    directory_json_time(text, &user->created_s) != 0)
			return IAM_E_GARBAGE;
		parse->has_created = true;
		return 0;
	}
	/* IAM's documentation says that listings have no tags: only GetUser's are whole. */
	if (parse->shape->list == NULL && strncmp(field, "Tags/member", 11) == 0)
		return tag_field(parse, user, field + 11, text, len);
	return 0;
}

static int
group_field(struct parse *parse, const char *field, const char *text, size_t len)
{
	struct iam_group *group = &parse->reply->groups[parse->reply->n_groups - 1];

	if (strcmp(field, "GroupName") == 0)
		return set_text(&group->name, text, len, 128, NAME_SET);
	if (strcmp(field, "GroupId") == 0)
		return set_text(&group->id, text, len, 128, ID_SET);
	if (strcmp(field, "Path") == 0)
		return set_path(&group->path, text, len);
	return 0;
}

static int
key_field(struct parse *parse, const char *field, const char *text, size_t len)
{
	struct iam_key *key = &parse->reply->keys[parse->reply->n_keys - 1];

	if (strcmp(field, "SSHPublicKeyId") == 0)
		return set_text(&key->id, text, len, 128, ID_SET);
	if (strcmp(field, "SSHPublicKeyBody") == 0)
		return set_text(&key->body, text, len, 16384, NULL);
	if (strcmp(field, "Status") == 0) {
		if (parse->has_status)
			return IAM_E_GARBAGE;
		parse->has_status = true;
		key->is_active = strcmp(text, "Active") == 0;
	}
	return 0;
}

static int
page_field(struct parse *parse, const char *field, const char *text, size_t len)
{
	if (strcmp(field, "IsTruncated") == 0) {
		bool is_true = strcmp(text, "true") == 0;

		if (parse->has_truncated || (!is_true && strcmp(text, "false") != 0))
			return IAM_E_GARBAGE;
		parse->has_truncated = true;
		parse->reply->is_truncated = is_true;
	} else if (strcmp(field, "Marker") == 0) {
		return set_text(&parse->reply->marker, text, len, 4096, NULL);
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
			parse->r = page_field(parse, path, text, len);
		return parse->r;
	}
	if (path[member_len] == '\0') {
		parse->r = record_close(parse);
		return parse->r;
	}
	path += member_len + 1;
	switch (shape->record) {
	case RECORD_USER:
		parse->r = user_field(parse, path, text, len);
		break;
	case RECORD_GROUP:
		parse->r = group_field(parse, path, text, len);
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
	free(parse.tag.key);
	free(parse.tag.value);
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
