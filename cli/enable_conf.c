/* SPDX-License-Identifier: Apache-2.0 */
/* enable_conf.c - see enable_conf.h */
#include <string.h>

#include "cli/enable_conf.h"
#include "cli/lines.h"
#include "common/base.h"

static struct span
trimmed(struct span span)
{
	while (span.len > 0 && (span.at[0] == ' ' || span.at[0] == '\t')) {
		span.at++;
		span.len--;
	}
	while (span.len > 0 &&
	       (span.at[span.len - 1] == ' ' || span.at[span.len - 1] == '\t' ||
		   span.at[span.len - 1] == '\r'))
		span.len--;
	return span;
}

static bool
is_comment(struct span line)
{
	return line.len == 0 || line.at[0] == ';' || line.at[0] == '#';
}

static bool
is_section(struct span line, bool *ret_is_ours, const char *section)
{
	if (line.len < 2 || line.at[0] != '[')
		return false;
	line.at++;
	line.len--;
	*ret_is_ours = lines_is(lines_up_to(line, ']'), section);
	return true;
}

/* "key = value ; comment": a comment starts at a blank and ';', as inih reads it */
static bool
is_key(struct span line, const char *key, struct span *ret_value)
{
	struct span name = lines_up_to(line, '='), value;
	size_t i;

	if (is_comment(line) || name.len == line.len || !lines_is(trimmed(name), key))
		return false;
	value =
	    (struct span){ .at = line.at + name.len + 1, .len = line.len - name.len - 1 };
	for (i = 0; i + 1 < value.len; i++)
		if ((value.at[i] == ' ' || value.at[i] == '\t') &&
		    value.at[i + 1] == ';') {
			value.len = i;
			break;
		}
	*ret_value = trimmed(value);
	return true;
}

char *
enable_conf_get(const char *text, const char *section, const char *key)
{
	struct span line, value, found = { .at = NULL };
	const char *cursor = text;
	bool is_ours = false;

	while (lines_next(&cursor, &line))
		if (!is_section(line, &is_ours, section) && is_ours &&
		    is_key(line, key, &value))
			found = value;
	return found.at != NULL ? strndup(found.at, found.len) : NULL;
}

/* Where a new line of the section goes: behind the last one of it that is not empty. */
static const char *
end_of_section(const char *text, const char *section)
{
	const char *cursor = text, *end = NULL;
	bool is_ours = false;
	struct span line;

	while (lines_next(&cursor, &line)) {
		(void)is_section(line, &is_ours, section);
		if (is_ours && trimmed(line).len > 0)
			end = cursor;
	}
	return end;
}

static void
write_value(FILE *out, const char *key, const char *value)
{
	(void)fprintf(out, "%s = %s\n", key, value);
}

static void
set(FILE *out, const char *text, const char *section, const char *key, const char *value)
{
	const char *cursor = text, *end = end_of_section(text, section);
	bool is_ours = false, is_written = false;
	char *is_set = enable_conf_get(text, section, key);
	struct span line, old;

	while (lines_next(&cursor, &line)) {
		bool is_header = is_section(line, &is_ours, section);

		if (!is_header && is_ours && is_key(line, key, &old)) {
			if (!is_written)
				write_value(out, key, value);
			is_written = true;
			continue;
		}
		(void)fwrite(line.at, 1, line.len, out);
		(void)fputc('\n', out);
		if (is_set == NULL && cursor == end && !is_written) {
			write_value(out, key, value);
			is_written = true;
		}
	}
	if (!is_written) {
		(void)fprintf(out, "%s[%s]\n", text[0] != '\0' ? "\n" : "", section);
		write_value(out, key, value);
	}
	free(is_set);
}

int
enable_conf_set(const char *text, const char *section, const char *key, const char *value,
    char **ret_text)
{
	_cleanup_free_ char *result = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&result, &size);

	if (out == NULL)
		return -ENOMEM;
	set(out, text, section, key, value);
	if (fclose(out) != 0)
		return -ENOMEM;
	*ret_text = base_take_ptr(&result);
	return 0;
}
