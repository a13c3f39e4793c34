/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.c - well-formed UTF-8; contract in utf8.h */
#include <stdint.h>

#include "daemon/utf8.h"

/* Bytes of the sequence at @p, 0 when it is malformed. RFC 3629 section 4. */
static size_t
sequence(const unsigned char *p, size_t left)
{
	uint32_t code;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (n > left)
		return 0;
	code = p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3fu);
	}
	if ((n == 3 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))) ||
	    (n == 4 && (code < 0x10000 || code > 0x10ffff)))
		return 0;
	return n;
}

bool
utf8_is_valid(const char *text, size_t len, size_t *ret_at)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t at = 0;

	while (at < len) {
		size_t n = sequence(p + at, len - at);

		if (n == 0) {
			if (ret_at != NULL)
				*ret_at = at;
			return false;
		}
		at += n;
	}
	return true;
}
