/* SPDX-License-Identifier: Apache-2.0 */
/* buf.c - a growing text that is wiped when it goes; contract in buf.h */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/buf.h"

static bool
grow(struct buf *buf, size_t more)
{
	size_t need, size = buf->size == 0 ? 128 : buf->size;
	char *bytes;

	if (buf->has_failed || more > SIZE_MAX / 4 - buf->len)
		return false;
	need = buf->len + more + 1;
	while (size < need)
		size *= 2;
	if (size == buf->size)
		return true;
	bytes = malloc(size); /* not realloc: it would leave a copy behind */
	if (bytes == NULL)
		return false;
	if (buf->bytes != NULL) {
		memcpy(bytes, buf->bytes, buf->len);
		explicit_bzero(buf->bytes, buf->size);
		free(buf->bytes);
	}
	bytes[buf->len] = '\0';
	buf->bytes = bytes;
	buf->size = size;
	return true;
}

void
buf_add(struct buf *buf, const void *bytes, size_t len)
{
	if (!grow(buf, len)) {
		buf->has_failed = true;
		return;
	}
	if (len > 0)
		memcpy(buf->bytes + buf->len, bytes, len);
	buf->len += len;
	buf->bytes[buf->len] = '\0';
}

void
buf_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void
buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0 || !grow(buf, (size_t)len)) {
		buf->has_failed = true;
		return;
	}
	va_start(args, format);
	(void)vsnprintf(buf->bytes + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

static bool
is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

void
buf_percent(struct buf *buf, const char *text, size_t len, const char *keep)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++) {
		unsigned char octet = (unsigned char)text[i];

		if (is_unreserved(text[i]) ||
		    (octet != 0 && strchr(keep, octet) != NULL)) {
			buf_add(buf, &text[i], 1);
		} else {
			char escaped[3] = { '%', hex[octet >> 4], hex[octet & 15] };

			buf_add(buf, escaped, sizeof(escaped));
		}
	}
}

char *
buf_take(struct buf *buf)
{
	char *text;

	buf_add(buf, "", 0);
	if (buf->has_failed) {
		buf_done(buf);
		return NULL;
	}
	text = buf->bytes;
	*buf = BUF_EMPTY;
	return text;
}

void
buf_done(struct buf *buf)
{
	if (buf->bytes != NULL) {
		explicit_bzero(buf->bytes, buf->size);
		free(buf->bytes);
	}
	*buf = BUF_EMPTY;
}

void
buf_wipe_text(char *text)
{
	if (text == NULL)
		return;
	explicit_bzero(text, strlen(text));
	free(text);
}
