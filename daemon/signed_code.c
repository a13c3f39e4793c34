/* SPDX-License-Identifier: Apache-2.0 */
/* signed_code.c - what an error of S3 or KMS is called; contract in signed.h */
#include <stdio.h>
#include <string.h>

#include "daemon/json.h"
#include "daemon/signed.h"
#include "daemon/xml.h"

static const char code_set[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

/* Another root than S3's is somebody else's page: its words mean nothing. */
static int
on_open(void *context, const char *path)
{
	(void)context;
	return strcmp(path, "Error") != 0 && strncmp(path, "Error/", 6) != 0;
}

static int
on_close(void *context, const char *path, const char *text, size_t len)
{
	char *code = context;

	if (strcmp(path, "Error/Code") != 0)
		return 0;
	if (code[0] != '\0' || len == 0 || len >= 64 || strspn(text, code_set) != len)
		return 1;
	memcpy(code, text, len + 1);
	return 0;
}

/* "ns#NameException:http://…" is NameException (AWS JSON 1.1). */
static void
json_code(const char *body, size_t len, char ret[64])
{
	_cleanup_json_ struct json *json = NULL;
	const char *type, *hash;
	size_t n;

	if (json_open(body, len, &json) != 0)
		return;
	type = json_text(json, "__type");
	if (type == NULL)
		return;
	hash = strchr(type, '#');
	type = hash != NULL ? hash + 1 : type;
	n = strspn(type, code_set);
	if (n > 0 && n < 64 && (type[n] == '\0' || type[n] == ':'))
		(void)snprintf(ret, 64, "%.*s", (int)n, type);
}

void
signed_code(long status, const char *body, size_t len, char ret[64])
{
	static const struct xml_handlers handlers = { on_open, on_close };

	ret[0] = '\0';
	if (len > 0 && body[0] == '{')
		json_code(body, len, ret);
	else if (len > 0 && xml_parse(body, len, &handlers, ret) != 0)
		ret[0] = '\0';
	if (ret[0] == '\0')
		(void)snprintf(ret, 64, "http-%ld", status);
}
