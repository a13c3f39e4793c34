/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authinfo.c - see authinfo.h
 */
#include <string.h>

#include "common/sshcert.h"
#include "pam/authinfo.h"

static const char publickey[] = "publickey";

/* The method names of sshd: lower case letters, '-', and "/device" behind one of them. */
static int
is_method_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '/';
}

static void
set_method(struct authinfo *info, const char *line, size_t len)
{
	size_t n = 0;

	while (n < len && is_method_byte(line[n]))
		n++;
	if (n == 0 || n >= sizeof(info->method) || (n < len && line[n] != ' '))
		return;
	memcpy(info->method, line, n);
	info->method[n] = '\0';
}

/* "TYPE BASE64", one blank, nothing behind it. */
static enum authinfo_kind
parse_key(const char *text, size_t len, struct authinfo *info)
{
	const char *blank = memchr(text, ' ', len);

	if (blank == NULL ||
	    memchr(blank + 1, ' ', len - (size_t)(blank + 1 - text)) != NULL)
		return AUTHINFO_UNUSABLE;
	if (sshcert_is_type(text, (size_t)(blank - text))) {
		memcpy(info->cert_type, text, (size_t)(blank - text));
		info->cert_type[blank - text] = '\0';
		info->cert_text = blank + 1;
		info->cert_len = len - (size_t)(blank + 1 - text);
		return AUTHINFO_CERT;
	}
	return sshkey_parse(text, len, &info->key) == 0 ? AUTHINFO_KEY
							: AUTHINFO_UNUSABLE;
}

void
authinfo_parse(const char *text, struct authinfo *ret_info)
{
	const size_t prefix = sizeof(publickey) - 1;
	const char *line, *key = NULL;
	size_t len, key_len = 0;

	ret_info->kind = AUTHINFO_NONE;
	memcpy(ret_info->method, "unknown", sizeof("unknown"));
	if (text == NULL)
		return;

	for (line = text; *line != '\0'; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		if (len >= prefix && memcmp(line, publickey, prefix) == 0 &&
		    (len == prefix || line[prefix] == ' ')) {
			key = line + prefix + (len > prefix);
			key_len = len - (size_t)(key - line);
		}
		set_method(ret_info, line, len);
	}
	if (key == NULL)
		return;
	memcpy(ret_info->method, publickey, sizeof(publickey));
	ret_info->kind = parse_key(key, key_len, ret_info);
}
