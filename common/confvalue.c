/* SPDX-License-Identifier: Apache-2.0 */
/* confvalue.c - a value of iamlogin.conf; contract in confvalue.h */
#include <stdbool.h>
#include <string.h>

#include "common/confvalue.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Without blanks at both ends, and without "; comment" behind a blank. */
static size_t
trim(const char **text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((*text)[i] == ';' && (i == 0 || is_blank((*text)[i - 1])))
			len = i;
	while (len > 0 && is_blank(**text)) {
		(*text)++;
		len--;
	}
	while (len > 0 && (is_blank((*text)[len - 1]) || (*text)[len - 1] == '\r'))
		len--;
	return len;
}

static bool
is_text(const char *text, size_t len, const char *wanted)
{
	return len == strlen(wanted) && memcmp(text, wanted, len) == 0;
}

int
confvalue_find(const char *conf, const char *section, const char *key,
    char ret_value[CONFVALUE_SIZE])
{
	const char *line, *value, *name;
	bool is_ours = false;
	size_t len, value_len;

	for (line = conf; *line != '\0'; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		name = line;
		value = memchr(line, '=', len);
		if (*line == '[')
			is_ours = is_text(line, trim(&name, len), section);
		if (!is_ours || value == NULL || *line == '#' ||
		    !is_text(name, trim(&name, (size_t)(value - line)), key))
			continue;
		value++;
		value_len = trim(&value, len - (size_t)(value - line));
		if (value_len == 0 || value_len >= CONFVALUE_SIZE)
			return CONFVALUE_E_NONE;
		memcpy(ret_value, value, value_len);
		ret_value[value_len] = '\0';
		return 0;
	}
	return CONFVALUE_E_NONE;
}
