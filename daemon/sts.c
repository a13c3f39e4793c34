/* SPDX-License-Identifier: Apache-2.0 */
/* sts.c - AssumeRole; contract in sts.h */
#include <errno.h>
#include <string.h>

#include "daemon/directory_json.h"
#include "daemon/sts.h"
#include "daemon/xml.h"

#define LIFETIME_S "3600" /* a role that a role assumes has an hour at most */
#define BELOW "AssumeRoleResponse/AssumeRoleResult/Credentials/"

void
sts_body(const char *role_arn, const char *session, struct buf *out)
{
	buf_text(out, "Action=AssumeRole&Version=2011-06-15&DurationSeconds=" LIFETIME_S
		      "&RoleArn=");
	buf_percent(out, role_arn, strlen(role_arn), "");
	buf_text(out, "&RoleSessionName=");
	buf_percent(out, session, strlen(session), "");
}

static int
on_open(void *context, const char *path)
{
	(void)context;
	return strncmp(path, "AssumeRoleResponse", strlen("AssumeRoleResponse")) != 0;
}

/* Printable ASCII without blanks, once: fit for a header. */
static int
take(char *ret, size_t size, const char *text, size_t len)
{
	if (ret[0] != '\0' || len == 0 || len >= size)
		return 1;
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return 1;
	memcpy(ret, text, len + 1);
	return 0;
}

static int
on_close(void *context, const char *path, const char *text, size_t len)
{
	struct imds_credentials *got = context;

	if (strcmp(path, BELOW "AccessKeyId") == 0)
		return take(got->access_key_id, sizeof(got->access_key_id), text, len);
	if (strcmp(path, BELOW "SecretAccessKey") == 0)
		return take(got->secret, sizeof(got->secret), text, len);
	if (strcmp(path, BELOW "SessionToken") == 0)
		return take(got->token, sizeof(got->token), text, len);
	if (strcmp(path, BELOW "Expiration") == 0)
		return directory_json_time(text, &got->expires_s);
	return 0;
}

int
sts_parse(const char *body, size_t len, struct imds_credentials *credentials)
{
	static const struct xml_handlers handlers = { on_open, on_close };
	int r;

	credentials->access_key_id[0] = credentials->secret[0] = '\0';
	credentials->token[0] = '\0';
	credentials->expires_s = 0;
	r = xml_parse(body, len, &handlers, credentials);
	if (r < 0)
		return r;
	if (r > 0 || credentials->access_key_id[0] == '\0' ||
	    credentials->secret[0] == '\0' || credentials->token[0] == '\0' ||
	    credentials->expires_s == 0)
		return STS_E_GARBAGE;
	return 0;
}
