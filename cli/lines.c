/* SPDX-License-Identifier: Apache-2.0 */
/* lines.c - see lines.h */
#include <string.h>
#include <strings.h>

#include "cli/lines.h"

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

bool
lines_next(const char **cursor, struct span *ret_line)
{
	const char *end;

	if (**cursor == '\0')
		return false;
	end = strchrnul(*cursor, '\n');
	*ret_line = (struct span){ .at = *cursor, .len = (size_t)(end - *cursor) };
	*cursor = *end == '\n' ? end + 1 : end;
	return true;
}

static void
skip_blanks(struct span *rest)
{
	while (rest->len > 0 && is_blank(*rest->at)) {
		rest->at++;
		rest->len--;
	}
}

static void
take(struct span *rest, size_t len, struct span *ret_word)
{
	*ret_word = (struct span){ .at = rest->at, .len = len };
	rest->at += len;
	rest->len -= len;
}

bool
lines_word(struct span *rest, struct span *ret_word)
{
	size_t len = 0;

	skip_blanks(rest);
	while (len < rest->len && !is_blank(rest->at[len]))
		len++;
	if (len == 0)
		return false;
	take(rest, len, ret_word);
	return true;
}

bool
lines_pam_word(struct span *rest, struct span *ret_word)
{
	const char *end;

	skip_blanks(rest);
	if (rest->len > 0 && *rest->at == '[') {
		end = memchr(rest->at, ']', rest->len);
		take(rest, end != NULL ? (size_t)(end - rest->at) + 1 : rest->len,
		    ret_word);
		return true;
	}
	return lines_word(rest, ret_word);
}

bool
lines_is(struct span span, const char *text)
{
	return span.len == strlen(text) && memcmp(span.at, text, span.len) == 0;
}

bool
lines_is_fold(struct span span, const char *text)
{
	return span.len == strlen(text) && strncasecmp(span.at, text, span.len) == 0;
}

bool
lines_starts(struct span span, const char *text)
{
	size_t len = strlen(text);

	return span.len >= len && memcmp(span.at, text, len) == 0;
}

struct span
lines_up_to(struct span span, char byte)
{
	const char *end = memchr(span.at, byte, span.len);

	if (end != NULL)
		span.len = (size_t)(end - span.at);
	return span;
}

bool
lines_find(struct span span, const char *text)
{
	return memmem(span.at, span.len, text, strlen(text)) != NULL;
}

void
lines_copy(struct span span, char *ret, size_t size)
{
	size_t len = span.len < size ? span.len : size - 1;

	memcpy(ret, span.at, len);
	ret[len] = '\0';
}
