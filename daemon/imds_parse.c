/* SPDX-License-Identifier: Apache-2.0 */
/* imds_parse.c - the documents of IMDS; contract in imds_parse.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "daemon/directory_json.h"
#include "daemon/imds_parse.h"
#include "daemon/json.h"

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* @text consists of 1 to size - 1 of these characters; copied. */
static bool
copy_of(const char *text, const char *set, char *ret, size_t size)
{
	size_t len;

	if (text == NULL)
		return false;
	len = strlen(text);
	if (len == 0 || len >= size || strspn(text, set) != len)
		return false;
	memcpy(ret, text, len + 1);
	return true;
}

/* Printable ASCII without blanks: fit for a header, whatever it means. */
static bool
is_visible(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	}
	return len > 0;
}

static bool
copy_visible(const char *text, char *ret, size_t size)
{
	size_t len;

	if (text == NULL)
		return false;
	len = strlen(text);
	if (len >= size || !is_visible(text, len))
		return false;
	memcpy(ret, text, len + 1);
	return true;
}

bool
imds_is_token(const char *text, size_t len)
{
	return len < IMDS_TOKEN_SIZE && is_visible(text, len);
}

int
imds_parse_identity(const char *body, size_t len, struct instance *instance)
{
	_cleanup_json_ struct json *json = NULL;
	char id[sizeof(instance->id)], account[sizeof(instance->account)];
	char region[sizeof(instance->region)];
	int r = json_open(body, len, &json);

	if (r != 0)
		return r < 0 ? r : IMDS_PARSE_E_GARBAGE;
	if (!copy_of(json_text(json, "instanceId"), DIGITS LOWER "-", id, sizeof(id)) ||
	    strncmp(id, "i-", 2) != 0 || id[2] == '\0' ||
	    !copy_of(json_text(json, "accountId"), DIGITS, account, sizeof(account)) ||
	    strlen(account) != 12 ||
	    !copy_of(json_text(json, "region"), DIGITS LOWER "-", region, sizeof(region)))
		return IMDS_PARSE_E_GARBAGE;
	memcpy(instance->id, id, sizeof(id));
	memcpy(instance->account, account, sizeof(account));
	memcpy(instance->region, region, sizeof(region));
	return 0;
}

int
imds_parse_role(const char *body, size_t len, char ret_role[65])
{
	const char *end = memchr(body, '\n', len);
	size_t n = end != NULL ? (size_t)(end - body) : len;
	char role[65];

	if (n == 0 || n >= sizeof(role))
		return IMDS_PARSE_E_GARBAGE;
	memcpy(role, body, n);
	role[n] = '\0';
	if (strspn(role, UPPER LOWER DIGITS "_+=,.@-") != n || strcmp(role, ".") == 0 ||
	    strcmp(role, "..") == 0)
		return IMDS_PARSE_E_GARBAGE;
	memcpy(ret_role, role, n + 1);
	return 0;
}

int
imds_parse_credentials(
    const char *body, size_t len, struct imds_credentials *credentials, char ret_code[64])
{
	_cleanup_json_ struct json *json = NULL;
	const char *code, *expiration;
	int64_t expires_s;
	int r = json_open(body, len, &json);

	if (r != 0)
		return r < 0 ? r : IMDS_PARSE_E_GARBAGE;
	code = json_text(json, "Code");
	if (code == NULL)
		return IMDS_PARSE_E_GARBAGE;
	if (strcmp(code, "Success") != 0) {
		if (!copy_of(code, UPPER LOWER DIGITS "._-", ret_code, 64))
			(void)snprintf(ret_code, 64, "garbage");
		return IMDS_PARSE_E_REFUSED;
	}
	expiration = json_text(json, "Expiration");
	if (expiration == NULL || directory_json_time(expiration, &expires_s) != 0 ||
	    !copy_of(json_text(json, "AccessKeyId"), UPPER LOWER DIGITS "_",
		credentials->access_key_id, sizeof(credentials->access_key_id)) ||
	    !copy_visible(json_text(json, "SecretAccessKey"), credentials->secret,
		sizeof(credentials->secret)) ||
	    !copy_visible(
		json_text(json, "Token"), credentials->token, sizeof(credentials->token)))
		return IMDS_PARSE_E_GARBAGE;
	credentials->expires_s = expires_s;
	return 0;
}

static bool
is_tag_key(const char *key, size_t len)
{
	static const char set[] = UPPER LOWER DIGITS "+-=.,_:@";

	for (size_t i = 0; i < len; i++) {
		if (key[i] == '\0' || strchr(set, key[i]) == NULL)
			return false;
	}
	return len > 0 && len <= 128 && !(len == 1 && key[0] == '.') &&
	       !(len == 2 && key[0] == '.' && key[1] == '.');
}

int
imds_parse_tag_keys(const char *body, size_t len, char ***ret_keys, size_t *ret_n)
{
	char **keys = calloc(IMDS_TAGS_MAX, sizeof(*keys));
	size_t n = 0, at = 0;
	int r = 0;

	if (keys == NULL)
		return -ENOMEM;
	while (r == 0 && at < len) {
		const char *end = memchr(body + at, '\n', len - at);
		size_t key_len = end != NULL ? (size_t)(end - body) - at : len - at;

		if (n == IMDS_TAGS_MAX || !is_tag_key(body + at, key_len)) {
			r = IMDS_PARSE_E_GARBAGE;
		} else {
			keys[n] = strndup(body + at, key_len);
			r = keys[n] == NULL ? -ENOMEM : 0;
			n += r == 0;
		}
		at += key_len + 1;
	}
	if (r != 0) {
		imds_tag_keys_free(keys, n);
		return r;
	}
	*ret_keys = keys;
	*ret_n = n;
	return 0;
}

void
imds_tag_keys_free(char **keys, size_t n)
{
	for (size_t i = 0; keys != NULL && i < n; i++)
		free(keys[i]);
	free(keys);
}

void
imds_credentials_free(struct imds_credentials *credentials)
{
	if (credentials == NULL)
		return;
	explicit_bzero(credentials, sizeof(*credentials));
	free(credentials);
}
