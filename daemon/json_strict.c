/* SPDX-License-Identifier: Apache-2.0 */
/* json_strict.c - one JSON object; contract in json_strict.h */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/base.h"
#include "daemon/json_strict.h"
#include "daemon/utf8.h"

static void
tokener_freep(struct json_tokener **tokener)
{
	if (*tokener != NULL)
		json_tokener_free(*tokener);
}

static bool
is_ascii(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)bytes[i] >= 0x80)
			return false;
	return true;
}

/* The character that well-formed UTF-8 has at @p; returns how many bytes it takes. */
static size_t
decode(const char *p, uint32_t *ret_code)
{
	unsigned char first = (unsigned char)p[0];
	size_t n = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	uint32_t code = first & (0x7fu >> n);

	for (size_t i = 1; i < n; i++)
		code = code << 6 | ((unsigned char)p[i] & 0x3fu);
	*ret_code = code;
	return n;
}

/*
 * Every character above 0x7f as \uXXXX; @ret has 3 bytes for each of @text and one more.
 * Returns how many it took, 0 where an escape is none: "\é" must not become one.
 */
static size_t
escape(const char *text, size_t len, char *ret)
{
	char *to = ret;
	uint32_t code;

	for (size_t i = 0; i < len;) {
		if ((unsigned char)text[i] < 0x80) {
			if (text[i] == '\\' && i + 1 < len) {
				if ((unsigned char)text[i + 1] >= 0x80)
					return 0;
				*to++ = text[i++];
			}
			*to++ = text[i++];
			continue;
		}
		i += decode(text + i, &code);
		if (code >= 0x10000) {
			code -= 0x10000;
			to += snprintf(to, 7, "\\u%04x", 0xd800u + (code >> 10));
			code = 0xdc00u + (code & 0x3ffu);
		}
		to += snprintf(to, 7, "\\u%04x", code);
	}
	return (size_t)(to - ret);
}

static int
parse(const char *bytes, size_t len, int depth, struct json_object **ret_object)
{
	_cleanup_(tokener_freep) struct json_tokener *tokener =
	    json_tokener_new_ex(depth);
	struct json_object *object;
	size_t end;

	if (tokener == NULL)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, bytes, (int)len);
	end = json_tokener_get_parse_end(tokener);
	while (end < len && memchr(" \t\r\n", bytes[end], 4) != NULL)
		end++;
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    !json_object_is_type(object, json_type_object) || end != len) {
		json_object_put(object);
		return JSON_STRICT_E_SYNTAX;
	}
	*ret_object = object;
	return 0;
}

int
json_strict(const char *bytes, size_t len, int depth, struct json_object **ret_object)
{
	_cleanup_free_ char *escaped = NULL;
	int r;

	if (len > INT_MAX / 3 - 1 || !utf8_is_valid(bytes, len, NULL))
		return JSON_STRICT_E_SYNTAX;
	if (is_ascii(bytes, len))
		return parse(bytes, len, depth, ret_object);
	escaped = malloc(len * 3 + 1);
	if (escaped == NULL)
		return -ENOMEM;
	len = escape(bytes, len, escaped);
	r = len > 0 ? parse(escaped, len, depth, ret_object) : JSON_STRICT_E_SYNTAX;
	explicit_bzero(escaped, len); /* it may hold a secret */
	return r;
}
