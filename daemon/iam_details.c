/* SPDX-License-Identifier: Apache-2.0 */
/* iam_details.c - GetAccountAuthorizationDetails; contract in iam_details.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/iam_details.h"
#include "daemon/iam_fields.h"
#include "daemon/xml.h"

#define ROOT "GetAccountAuthorizationDetailsResponse"
#define RESULT ROOT "/GetAccountAuthorizationDetailsResult/"
#define USER RESULT "UserDetailList/member"
#define ROLE RESULT "RoleDetailList/member"
#define GROUP RESULT "GroupDetailList/member"
#define GROUPS_MAX 64 /* of one user; IAM allows 10 */

struct iam_details {
	struct xml *xml;
	iam_details_keep_fn keep;
	void *context;
	struct iam_reply *reply;
	struct iam_open open;                      /* record */
	bool has_users, has_groups, has_truncated; /* roles: in the reply */
	int r;
};

/* The rest of @path if it is @stem or below it ("" or "/…"), else NULL. */
static const char *
below(const char *path, const char *stem)
{
	size_t len = strlen(stem);

	return strncmp(path, stem, len) == 0 && (path[len] == '/' || path[len] == '\0')
		   ? path + len
		   : NULL;
}

static const char *
below_principal(const char *path, bool *ret_is_role)
{
	const char *rest = below(path, USER);

	*ret_is_role = rest == NULL;
	return rest != NULL ? rest : below(path, ROLE);
}

static int
once(bool *has)
{
	if (*has)
		return IAM_E_GARBAGE;
	*has = true;
	return 0;
}

static int
add_record(struct iam_details *details, bool is_user, bool is_role)
{
	struct iam_reply *reply = details->reply;
	void *records = is_user ? (void *)reply->users : (void *)reply->groups;
	int r;

	iam_open_done(&details->open);
	if (is_user) {
		r = iam_more(&records, &reply->n_users, sizeof(*reply->users));
		reply->users = records;
		if (r == 0)
			reply->users[reply->n_users - 1].is_role = is_role;
	} else {
		r = iam_more(&records, &reply->n_groups, sizeof(*reply->groups));
		reply->groups = records;
	}
	return r;
}

/* Of a member nothing is read but what is used: policies are most of an answer. */
static bool
is_used(const char *rest)
{
	static const char *const used[] = { "/UserName", "/UserId", "/Path", "/Arn",
		"/CreateDate", "/GroupList", "/Tags", "/GroupName", "/GroupId",
		"/RoleName", "/RoleId" };

	for (size_t i = 0; i < BASE_N(used); i++)
		if (strcmp(rest, used[i]) == 0)
			return true;
	return strchr(rest + 1, '/') != NULL; /* inside one that is */
}

static int
on_open(void *context, const char *path)
{
	struct iam_details *details = context;
	const char *rest;
	bool is_user, is_role;

	if (strchr(path, '/') == NULL && strcmp(path, ROOT) != 0)
		details->r = IAM_E_GARBAGE;
	else if (strcmp(path, RESULT "UserDetailList") == 0)
		details->r = once(&details->has_users);
	else if (strcmp(path, RESULT "GroupDetailList") == 0)
		details->r = once(&details->has_groups);
	else if (strcmp(path, RESULT "RoleDetailList") == 0)
		details->r = once(&details->reply->has_roles);
	if (details->r != 0)
		return details->r;
	if (strcmp(path, RESULT "Policies") == 0)
		return XML_SKIP;
	rest = below_principal(path, &is_role);
	is_user = rest != NULL;
	if (rest == NULL)
		rest = below(path, GROUP);
	if (rest == NULL)
		return 0;
	if (rest[0] == '\0')
		details->r = add_record(details, is_user, is_role);
	else if (!is_used(rest))
		return XML_SKIP;
	return details->r;
}

static int
add_membership(struct iam_user *user, const char *text, size_t len)
{
	char **groups;
	int r;

	if (user->n_groups == GROUPS_MAX)
		return IAM_E_GARBAGE;
	for (size_t i = 0; i < user->n_groups; i++)
		if (strcmp(user->groups[i], text) == 0)
			return 0;
	groups = realloc(user->groups, (user->n_groups + 1) * sizeof(*groups));
	if (groups == NULL)
		return -ENOMEM;
	user->groups = groups;
	groups[user->n_groups] = NULL;
	r = iam_set_text(&groups[user->n_groups], text, len, 128, IAM_NAME_SET);
	user->n_groups += r == 0;
	return r;
}

static int
close_user(struct iam_details *details, const char *rest, const char *text, size_t len)
{
	struct iam_reply *reply = details->reply;
	struct iam_user *user = &reply->users[reply->n_users - 1];

	if (rest[0] != '\0')
		return strcmp(rest, "/GroupList/member") == 0
			   ? add_membership(user, text, len)
			   : iam_user_field(user, &details->open, rest + 1, text, len);
	if (!iam_user_is_whole(user, &details->open))
		return IAM_E_GARBAGE;
	if (!details->keep(details->context, user)) {
		iam_user_done(user);
		/* its place is the next one's; iam_more() grows at powers of two only */
		reply->n_users--;
	}
	return 0;
}

static int
on_close(void *context, const char *path, const char *text, size_t len)
{
	struct iam_details *details = context;
	struct iam_reply *reply = details->reply;
	bool is_role;
	const char *rest = below_principal(path, &is_role);
	struct iam_group *group;

	if (rest != NULL) {
		details->r = close_user(details, rest, text, len);
		return details->r;
	}
	rest = below(path, GROUP);
	if (rest != NULL) {
		group = &reply->groups[reply->n_groups - 1];
		if (rest[0] != '\0')
			details->r = iam_group_field(group, rest + 1, text, len);
		else
			details->r = iam_group_is_whole(group) ? 0 : IAM_E_GARBAGE;
	} else if (strncmp(path, RESULT, strlen(RESULT)) == 0) {
		details->r = iam_page_field(
		    reply, &details->has_truncated, path + strlen(RESULT), text, len);
	}
	return details->r;
}

int
iam_details_new(iam_details_keep_fn keep, void *context, struct iam_details **ret_details)
{
	static const struct xml_handlers handlers = { on_open, on_close };
	_cleanup_(iam_details_freep) struct iam_details *details =
	    calloc(1, sizeof(*details));

	if (details == NULL)
		return -ENOMEM;
	details->keep = keep;
	details->context = context;
	details->reply = calloc(1, sizeof(*details->reply));
	if (details->reply == NULL || xml_new(&handlers, details, &details->xml) != 0)
		return -ENOMEM;
	*ret_details = base_take_ptr(&details);
	return 0;
}

static int
result_of(const struct iam_details *details, int r)
{
	if (r == XML_E_STOPPED)
		return details->r;
	return r > 0 ? IAM_E_GARBAGE : r;
}

int
iam_details_feed(struct iam_details *details, const char *bytes, size_t len)
{
	return result_of(details, xml_feed(details->xml, bytes, len));
}

int
iam_details_finish(struct iam_details *details, struct iam_reply **ret_reply)
{
	int r = result_of(details, xml_finish(details->xml));

	if (r != 0)
		return r;
	if (!details->has_users || !details->has_groups || !details->has_truncated)
		return IAM_E_GARBAGE;
	if (details->reply->is_truncated && details->reply->marker == NULL)
		return IAM_E_PAGING;
	*ret_reply = base_take_ptr(&details->reply);
	return 0;
}

void
iam_details_free(struct iam_details *details)
{
	if (details == NULL)
		return;
	xml_free(details->xml);
	iam_open_done(&details->open);
	iam_reply_free(details->reply);
	free(details);
}
