/* SPDX-License-Identifier: Apache-2.0 */
/* text.c - the grammar of names and numbers; contract in text.h */
#include <errno.h>
#include <string.h>

#include "common/text.h"

#define TEXT_ESCAPE_SIZE 4 /* \xHH */

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * By table: this stands in the way of every lookup in every process, and comparing each
 * byte with each range costs more there than the lookup itself.
 */
enum {
	NAME_FIRST = 1, /* may begin a name */
	NAME_LATER = 2, /* may stand behind the first */
	NAME_DOT = 4,   /* likewise, but neither last nor twice */
};

static const uint8_t name_class[256] = {
	['a' ... 'z'] = NAME_FIRST | NAME_LATER,
	['_'] = NAME_FIRST | NAME_LATER,
	['0' ... '9'] = NAME_LATER,
	['-'] = NAME_LATER,
	['.'] = NAME_LATER | NAME_DOT,
};

bool
text_is_os_name(const char *name, size_t len)
{
	unsigned all = NAME_LATER, some = 0;

	if (len == 0 || len > TEXT_OS_NAME_MAX ||
	    (name_class[(uint8_t)name[0]] & NAME_FIRST) == 0)
		return false;
	for (size_t i = 1; i < len; i++) {
		all &= name_class[(uint8_t)name[i]];
		some |= name_class[(uint8_t)name[i]];
	}
	if (all == 0 || (some & NAME_DOT) == 0)
		return all != 0;
	for (size_t i = 1; i < len; i++) {
		if (name[i] == '.' && (i + 1 == len || name[i + 1] == '.'))
			return false;
	}
	return true;
}

bool
text_is_group_name(const char *name, size_t len)
{
	if (len == 0 || len > TEXT_OS_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if (is_lower(c) || (c >= 'A' && c <= 'Z') || c == '_')
			continue;
		if (i == 0 || (!is_digit(c) && c != '.' && c != '@' && c != '+' &&
				  c != '=' && c != '-'))
			return false;
	}
	return true;
}

int
text_parse_u32(const char *text, uint32_t max, uint32_t *ret_value)
{
	uint64_t value = 0;

	if (!is_digit(text[0]) || (text[0] == '0' && text[1] != '\0'))
		return -EINVAL;
	for (const char *p = text; *p != '\0'; p++) {
		if (!is_digit(*p))
			return -EINVAL;
		value = value * 10 + (uint64_t)(*p - '0');
		if (value > max)
			return -EINVAL;
	}
	*ret_value = (uint32_t)value;
	return 0;
}

static char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
text_equal_fold(const char *a, const char *b)
{
	for (; fold(*a) == fold(*b); a++, b++) {
		if (*a == '\0')
			return true;
	}
	return false;
}

/* One byte as it is shown; @ret of TEXT_ESCAPE_SIZE. Returns how many characters. */
static size_t
escape_byte(unsigned char c, char *ret)
{
	static const char hex[] = "0123456789abcdef";

	if (c >= 0x20 && c < 0x7f && c != '\\') {
		ret[0] = (char)c;
		return 1;
	}
	ret[0] = '\\';
	ret[1] = 'x';
	ret[2] = hex[c >> 4];
	ret[3] = hex[c & 15];
	return TEXT_ESCAPE_SIZE;
}

void
text_escape(const char *text, size_t len, char *ret, size_t ret_size)
{
	char shown[TEXT_ESCAPE_SIZE];
	size_t used = 0, mark = 0; /* mark: up to here "..." still fits behind */
	size_t room, n;

	if (ret_size == 0)
		return;
	room = ret_size - 1;
	for (size_t i = 0; i < len; i++) {
		n = escape_byte((unsigned char)text[i], shown);
		if (n > room - used) {
			used = room < 3 ? room : mark + 3;
			memset(ret + (room < 3 ? 0 : mark), '.', room < 3 ? room : 3);
			break;
		}
		memcpy(ret + used, shown, n);
		used += n;
		if (used + 3 <= room)
			mark = used;
	}
	ret[used] = '\0';
}
