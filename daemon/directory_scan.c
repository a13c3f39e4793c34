/* SPDX-License-Identifier: Apache-2.0 */
/* directory_scan.c - where JSON values begin and end; contract in directory_scan.h */
#include <stdbool.h>
#include <string.h>

#include "daemon/directory_scan.h"

#define MEMBERS_MAX 64 /* of one object whose names are compared; IAM has 11 */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *
skip_blanks(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p;
}

/* Behind the closing quote of the string that begins at @p; NULL when it has none. */
static const char *
skip_string(const char *p, const char *end, bool *ret_has_escape)
{
	*ret_has_escape = false;
	for (p++; p < end; p++) {
		if (*p == '"')
			return p + 1;
		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p == '\\') {
			*ret_has_escape = true;
			p++;
		}
	}
	return NULL;
}

/* Behind a number, true, false or null; NULL for anything else. */
static const char *
skip_word(const char *p, const char *end)
{
	const char *begin = p;

	while (p < end && *p != '\0' &&
	       strchr("+-.0123456789abcdefghijklmnopqrstuvwxyzE", *p) != NULL)
		p++;
	return p > begin ? p : NULL;
}

/* Behind the object or array that begins at @p. */
static const char *
skip_container(const char *p, const char *end)
{
	char open[DIRECTORY_SCAN_DEPTH];
	size_t depth = 0;
	bool has_escape;

	while (p != NULL && p < end) {
		switch (*p) {
		case '"':
			p = skip_string(p, end, &has_escape);
			continue;
		case '{':
		case '[':
			if (depth == DIRECTORY_SCAN_DEPTH)
				return NULL;
			open[depth++] = *p;
			break;
		case '}':
		case ']':
			if (open[--depth] != (*p == '}' ? '{' : '['))
				return NULL;
			if (depth == 0)
				return p + 1;
			break;
		default:
			break;
		}
		p++;
	}
	return NULL;
}

static const char *
skip_value(const char *p, const char *end)
{
	bool has_escape;

	if (p >= end)
		return NULL;
	if (*p == '"')
		return skip_string(p, end, &has_escape);
	if (*p == '{' || *p == '[')
		return skip_container(p, end);
	return skip_word(p, end);
}

int
directory_scan_begin(
    struct directory_slice whole, char open, struct directory_scan *ret_scan)
{
	const char *end = whole.at + whole.len;
	const char *p = skip_blanks(whole.at, end);

	if (p == end || *p != open)
		return DIRECTORY_SCAN_E_SYNTAX;
	*ret_scan = (struct directory_scan){
		.at = p + 1,
		.end = end,
		.close = open == '{' ? '}' : ']',
	};
	return 0;
}

/* At the name of a member; afterwards at its value. */
static int
take_name(struct directory_scan *scan, struct directory_slice *ret_name)
{
	const char *begin = scan->at;
	const char *p;
	bool has_escape;

	if (begin >= scan->end || *begin != '"')
		return DIRECTORY_SCAN_E_SYNTAX;
	p = skip_string(begin, scan->end, &has_escape);
	if (p == NULL || has_escape)
		return DIRECTORY_SCAN_E_SYNTAX;
	*ret_name = (struct directory_slice){ begin + 1, (size_t)(p - begin) - 2 };
	p = skip_blanks(p, scan->end);
	if (p >= scan->end || *p != ':')
		return DIRECTORY_SCAN_E_SYNTAX;
	scan->at = skip_blanks(p + 1, scan->end);
	return 0;
}

int
directory_scan_next(struct directory_scan *scan, struct directory_slice *ret_name,
    struct directory_slice *ret_value)
{
	struct directory_slice name = { NULL, 0 };
	const char *p = skip_blanks(scan->at, scan->end);

	if (p >= scan->end)
		return DIRECTORY_SCAN_E_SYNTAX;
	if (*p == scan->close)
		return skip_blanks(p + 1, scan->end) == scan->end
			   ? DIRECTORY_SCAN_E_END
			   : DIRECTORY_SCAN_E_SYNTAX;
	if (scan->n > 0) {
		if (*p != ',')
			return DIRECTORY_SCAN_E_SYNTAX;
		p = skip_blanks(p + 1, scan->end);
	}
	scan->at = p;
	if (scan->close == '}' && take_name(scan, &name) != 0)
		return DIRECTORY_SCAN_E_SYNTAX;
	p = skip_value(scan->at, scan->end);
	if (p == NULL)
		return DIRECTORY_SCAN_E_SYNTAX;
	*ret_name = name;
	*ret_value = (struct directory_slice){ scan->at, (size_t)(p - scan->at) };
	scan->at = p;
	scan->n++;
	return 0;
}

int
directory_scan_unique(struct directory_slice object, struct directory_slice *ret_twice)
{
	struct directory_slice names[MEMBERS_MAX];
	struct directory_slice value;
	struct directory_scan scan;
	size_t n = 0;
	int r;

	r = directory_scan_begin(object, '{', &scan);
	while (r == 0) {
		if (n == MEMBERS_MAX)
			return DIRECTORY_SCAN_E_SYNTAX;
		r = directory_scan_next(&scan, &names[n], &value);
		if (r != 0)
			break;
		for (size_t i = 0; i < n; i++) {
			if (names[i].len != names[n].len ||
			    memcmp(names[i].at, names[n].at, names[n].len) != 0)
				continue;
			*ret_twice = names[n];
			return DIRECTORY_SCAN_E_SYNTAX;
		}
		n++;
	}
	return r == DIRECTORY_SCAN_E_END ? 0 : r;
}
