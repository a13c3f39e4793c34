/* SPDX-License-Identifier: Apache-2.0 */
/* iam.c - questions, paging and errors of IAM; contract in iam.h, answers in iam_parse.c */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/iam.h"
#include "daemon/xml.h"

#define MARKER_MAX 320 /* what IAM accepts back */

struct question {
	const char *name;    /* "iam:" in front for people */
	const char *subject; /* parameter's name; NULL: it has none */
	bool is_paged;
};

static const struct question questions[] = {
	[IAM_LIST_USERS] = { "iam:ListUsers", "PathPrefix", true },
	[IAM_GET_GROUP] = { "iam:GetGroup", "GroupName", true },
	[IAM_GET_USER] = { "iam:GetUser", "UserName", false },
	[IAM_LIST_GROUPS_FOR_USER] = { "iam:ListGroupsForUser", "UserName", true },
	[IAM_LIST_SSH_KEYS] = { "iam:ListSSHPublicKeys", "UserName", true },
	[IAM_GET_SSH_KEY] = { "iam:GetSSHPublicKey", "UserName", false },
	[IAM_DETAILS] = { "iam:GetAccountAuthorizationDetails", NULL, true },
	[IAM_LIST_ROLES] = { "iam:ListRoles", "PathPrefix", true },
	[IAM_GET_ROLE] = { "iam:GetRole", "RoleName", false },
};

const char *
iam_action_name(enum iam_action action)
{
	return questions[action].name;
}

static void
add(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "&%s=", name);
	buf_percent(out, value, strlen(value), "");
}

void
iam_body(enum iam_action action, const char *subject, const char *key_id,
    const char *marker, struct buf *out)
{
	const struct question *question = &questions[action];

	buf_printf(out, "Action=%s&Version=2010-05-08", question->name + strlen("iam:"));
	if (question->subject != NULL)
		add(out, question->subject, subject);
	else
		buf_text(out, "&Filter.member.1=User&Filter.member.2=Group");
	if (question->subject == NULL && subject != NULL)
		buf_text(out, "&Filter.member.3=Role");
	if (question->is_paged)
		add(out, "MaxItems", "1000");
	if (marker != NULL)
		add(out, "Marker", marker);
	if (key_id != NULL) {
		add(out, "SSHPublicKeyId", key_id);
		add(out, "Encoding", "SSH");
	}
}

void
iam_user_done(struct iam_user *user)
{
	free(user->name);
	free(user->id);
	free(user->path);
	free(user->arn);
	for (size_t i = 0; i < user->n_tags; i++) {
		free(user->tags[i].key);
		free(user->tags[i].value);
	}
	free(user->tags);
	for (size_t i = 0; i < user->n_groups; i++)
		free(user->groups[i]);
	free(user->groups);
	*user = (struct iam_user){ .name = NULL };
}

void
iam_reply_free(struct iam_reply *reply)
{
	if (reply == NULL)
		return;
	for (size_t i = 0; i < reply->n_users; i++)
		iam_user_done(&reply->users[i]);
	for (size_t i = 0; i < reply->n_groups; i++) {
		free(reply->groups[i].name);
		free(reply->groups[i].id);
		free(reply->groups[i].path);
	}
	for (size_t i = 0; i < reply->n_keys; i++) {
		free(reply->keys[i].id);
		free(reply->keys[i].body);
	}
	free(reply->users);
	free(reply->groups);
	free(reply->keys);
	free(reply->marker);
	free(reply);
}

int
iam_paging_next(
    struct iam_paging *paging, const struct iam_reply *reply, const char **ret_marker)
{
	char *marker;

	if (!reply->is_truncated) {
		*ret_marker = NULL;
		return 0;
	}
	if (reply->marker == NULL || reply->marker[0] == '\0' ||
	    strlen(reply->marker) > MARKER_MAX || paging->n + 1 >= IAM_PAGES_MAX)
		return IAM_E_PAGING;
	for (size_t i = 0; i < paging->n; i++) {
		if (strcmp(paging->markers[i], reply->marker) == 0)
			return IAM_E_PAGING;
	}
	marker = strdup(reply->marker);
	if (marker == NULL)
		return -ENOMEM;
	paging->markers[paging->n++] = marker;
	*ret_marker = marker;
	return 0;
}

void
iam_paging_done(struct iam_paging *paging)
{
	for (size_t i = 0; i < paging->n; i++)
		free(paging->markers[i]);
	paging->n = 0;
}

struct code {
	const char *name;
	enum iam_error_kind kind;
};

/* botocore's retry tables, aws-sdk-go's credential errors; throttling is a 400 at IAM. */
static const struct code codes[] = {
	{ "AccessDenied", IAM_ERROR_DENIED },
	{ "AccessDeniedException", IAM_ERROR_DENIED },
	{ "UnauthorizedOperation", IAM_ERROR_DENIED },
	{ "OptInRequired", IAM_ERROR_DENIED },
	{ "Throttling", IAM_ERROR_THROTTLED },
	{ "ThrottlingException", IAM_ERROR_THROTTLED },
	{ "ThrottledException", IAM_ERROR_THROTTLED },
	{ "RequestThrottled", IAM_ERROR_THROTTLED },
	{ "RequestThrottledException", IAM_ERROR_THROTTLED },
	{ "RequestLimitExceeded", IAM_ERROR_THROTTLED },
	{ "TooManyRequestsException", IAM_ERROR_THROTTLED },
	{ "BandwidthLimitExceeded", IAM_ERROR_THROTTLED },
	{ "EC2ThrottledException", IAM_ERROR_THROTTLED },
	{ "SlowDown", IAM_ERROR_THROTTLED },
	{ "PriorRequestNotComplete", IAM_ERROR_THROTTLED },
	{ "ServiceFailure", IAM_ERROR_TRANSIENT },
	{ "ServiceUnavailable", IAM_ERROR_TRANSIENT },
	{ "InternalFailure", IAM_ERROR_TRANSIENT },
	{ "InternalError", IAM_ERROR_TRANSIENT },
	{ "RequestTimeout", IAM_ERROR_TRANSIENT },
	{ "RequestTimeoutException", IAM_ERROR_TRANSIENT },
	{ "ExpiredToken", IAM_ERROR_CREDENTIALS },
	{ "ExpiredTokenException", IAM_ERROR_CREDENTIALS },
	{ "InvalidClientTokenId", IAM_ERROR_CREDENTIALS },
	{ "UnrecognizedClientException", IAM_ERROR_CREDENTIALS },
	{ "AuthFailure", IAM_ERROR_CREDENTIALS }, /* EC2 */
	{ "RequestTimeTooSkewed", IAM_ERROR_CLOCK },
	{ "RequestExpired", IAM_ERROR_CLOCK },
	{ "SignatureDoesNotMatch", IAM_ERROR_CLOCK },
	{ "InvalidSignatureException", IAM_ERROR_CLOCK },
};

static int
error_open(void *context, const char *path)
{
	(void)context;
	/* Another root than AWS's is somebody else's page: its words mean nothing. */
	return strncmp(path, "ErrorResponse", strlen("ErrorResponse")) != 0 &&
	       strcmp(path, "Response") != 0 && strncmp(path, "Response/", 9) != 0;
}

static int
error_close(void *context, const char *path, const char *text, size_t len)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				  "0123456789._-";
	char *code = context;

	if (strcmp(path, "ErrorResponse/Error/Code") != 0 &&
	    strcmp(path, "Response/Errors/Error/Code") != 0) /* EC2's dialect */
		return 0;
	if (code[0] != '\0' || len == 0 || len >= 64 || strspn(text, set) != len)
		return 1;
	memcpy(code, text, len + 1);
	return 0;
}

enum iam_error_kind
iam_parse_error(long status, const char *body, size_t len, char ret_code[64])
{
	static const struct xml_handlers handlers = { error_open, error_close };
	char code[64] = "";

	if (xml_parse(body, len, &handlers, code) != 0 || code[0] == '\0') {
		(void)snprintf(ret_code, 64, "http-%ld", status);
		if (status == 429)
			return IAM_ERROR_THROTTLED;
		return status >= 500 ? IAM_ERROR_TRANSIENT : IAM_ERROR_OTHER;
	}
	memcpy(ret_code, code, sizeof(code));
	if (strcmp(code, "NoSuchEntity") == 0)
		return status == 404 ? IAM_ERROR_ABSENT : IAM_ERROR_OTHER;
	for (size_t i = 0; i < BASE_N(codes); i++) {
		if (strcmp(codes[i].name, code) == 0)
			return codes[i].kind;
	}
	return status >= 500 ? IAM_ERROR_TRANSIENT : IAM_ERROR_OTHER;
}
