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

/* Eight bytes at a time. The sums have the top bit of each byte that is below 0x80. */
#define EACH(byte) ((byte)*0x0101010101010101u)

static inline uint64_t
at_least(uint64_t word, unsigned byte)
{
	return word + EACH(0x80u - byte);
}

static inline uint64_t
other_than(uint64_t word, unsigned byte)
{
	return (word ^ EACH(byte)) + EACH(0x7fu);
}

/* The top bit of each byte that may not stand behind the first of a name. */
static inline uint64_t
not_later(uint64_t word)
{
	uint64_t letter = at_least(word, 'a') & ~at_least(word, 'z' + 1);
	uint64_t others =
	    at_least(word, '-') & ~at_least(word, '9' + 1) & other_than(word, '/');

	return (word | (~letter & ~others & other_than(word, '_'))) & EACH(0x80u);
}

/* May the bytes from the second on stand there, as far as each alone is concerned? */
static inline bool
are_later(const char *name, size_t len, bool *ret_has_dot)
{
	const size_t size = sizeof(uint64_t);
	uint64_t word, bad = 0, no_dot = EACH(0x80u);
	unsigned all = NAME_LATER, some = 0;

	if (len < size) {
		for (size_t i = 1; i < len; i++) {
			all &= name_class[(uint8_t)name[i]];
			some |= name_class[(uint8_t)name[i]];
		}
		*ret_has_dot = (some & NAME_DOT) != 0;
		return all != 0;
	}
	for (size_t i = 0; i < len; i += size) {
		/* The last eight are in part looked at for the second time. */
		memcpy(&word, name + (i + size > len ? len - size : i), size);
		bad |= not_later(word);
		no_dot &= other_than(word, '.');
	}
	*ret_has_dot = (no_dot & EACH(0x80u)) != EACH(0x80u);
	return bad == 0;
}

bool
text_is_os_name(const char *name, size_t len)
{
	bool has_dot;

	if (len == 0 || len > TEXT_OS_NAME_MAX ||
	    (name_class[(uint8_t)name[0]] & NAME_FIRST) == 0 ||
	    !are_later(name, len, &has_dot))
		return false;
	for (size_t i = 1; has_dot && i < len; i++) {
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
	size_t room, dots, n;

	if (ret_size == 0)
		return;
	room = ret_size - 1;
	dots = room < 3 ? room : 3;
	for (size_t i = 0; i < len; i++) {
		n = escape_byte((unsigned char)text[i], shown);
		if (n > room - used) {
			memset(ret + mark, '.', dots);
			used = mark + dots;
			break;
		}
		memcpy(ret + used, shown, n);
		used += n;
		if (used + 3 <= room)
			mark = used;
	}
	ret[used] = '\0';
}
