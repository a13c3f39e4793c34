/* SPDX-License-Identifier: Apache-2.0 */
/* iam_fields.c - the fields of IAM's records; contract in iam_fields.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/directory_json.h"
#include "daemon/iam_fields.h"

#define TAGS_MAX 64 /* IAM allows 50 */

void
iam_open_done(struct iam_open *open)
{
	free(open->tag.key);
	free(open->tag.value);
	*open = (struct iam_open){ .has_created = false };
}

int
iam_set_text(char **slot, const char *text, size_t len, size_t max, const char *set)
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
	return iam_set_text(slot, text, len, 512, NULL);
}

int
iam_more(void **records, size_t *n, size_t size)
{
	void *grown;

	if (*n >= IAM_RECORDS_MAX)
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

/* Tags/member/Key, …/Value, and the end of Tags/member. */
static int
tag_field(struct iam_open *open, struct iam_user *user, const char *field,
    const char *text, size_t len)
{
	struct directory_tag *tags;

	if (strcmp(field, "/Key") == 0)
		return iam_set_text(&open->tag.key, text, len, 512, NULL);
	if (strcmp(field, "/Value") == 0) {
		if (open->tag.value != NULL || len > 1024)
			return IAM_E_GARBAGE;
		open->tag.value = strdup(text);
		return open->tag.value == NULL ? -ENOMEM : 0;
	}
	if (field[0] != '\0')
		return 0;
	if (open->tag.key == NULL || open->tag.value == NULL || user->n_tags == TAGS_MAX)
		return IAM_E_GARBAGE;
	tags = realloc(user->tags, (user->n_tags + 1) * sizeof(*tags));
	if (tags == NULL)
		return -ENOMEM;
	user->tags = tags;
	user->tags[user->n_tags++] = open->tag;
	open->tag = (struct directory_tag){ .key = NULL };
	return 0;
}

int
iam_user_field(struct iam_user *user, struct iam_open *open, const char *field,
    const char *text, size_t len)
{
	if (strcmp(field, user->is_role ? "RoleName" : "UserName") == 0)
		return iam_set_text(&user->name, text, len, 64, IAM_NAME_SET);
	if (strcmp(field, user->is_role ? "RoleId" : "UserId") == 0)
		return iam_set_text(&user->id, text, len, 128, IAM_ID_SET);
	if (strcmp(field, "Path") == 0)
		return set_path(&user->path, text, len);
	if (strcmp(field, "Arn") == 0)
		return iam_set_text(&user->arn, text, len, 2048, NULL);
	if (strcmp(field, "CreateDate") == 0) {
		if (open->has_created || directory_json_time(text, &user->created_s) != 0)
			return IAM_E_GARBAGE;
		open->has_created = true;
		return 0;
	}
	if (strncmp(field, "Tags/member", 11) == 0)
		return tag_field(open, user, field + 11, text, len);
	return 0;
}

bool
iam_user_is_whole(const struct iam_user *user, const struct iam_open *open)
{
	return user->name != NULL && user->id != NULL && user->path != NULL &&
	       user->arn != NULL && open->has_created;
}

int
iam_group_field(struct iam_group *group, const char *field, const char *text, size_t len)
{
	if (strcmp(field, "GroupName") == 0)
		return iam_set_text(&group->name, text, len, 128, IAM_NAME_SET);
	if (strcmp(field, "GroupId") == 0)
		return iam_set_text(&group->id, text, len, 128, IAM_ID_SET);
	if (strcmp(field, "Path") == 0)
		return set_path(&group->path, text, len);
	return 0;
}

bool
iam_group_is_whole(const struct iam_group *group)
{
	return group->name != NULL && group->id != NULL && group->path != NULL;
}

int
iam_page_field(struct iam_reply *reply, bool *has_truncated, const char *field,
    const char *text, size_t len)
{
	if (strcmp(field, "IsTruncated") == 0) {
		bool is_true = strcmp(text, "true") == 0;

		if (*has_truncated || (!is_true && strcmp(text, "false") != 0))
			return IAM_E_GARBAGE;
		*has_truncated = true;
		reply->is_truncated = is_true;
	} else if (strcmp(field, "Marker") == 0) {
		return iam_set_text(&reply->marker, text, len, 4096, NULL);
	}
	return 0;
}
