/* SPDX-License-Identifier: Apache-2.0 */
/* config_lines.c - the lines of the configuration; contract in config_lines.h */
#include <stdarg.h>
#include <string.h>

#include "daemon/config_lines.h"
#include "daemon/utf8.h"

int
config_lines_refuse_at(struct config_lines *lines, unsigned number, const char *text)
{
	if (lines->has_failed)
		return -EINVAL;
	lines->has_failed = true;
	if (number == 0)
		(void)snprintf(
		    lines->error, CONFIG_ERROR_SIZE, "%.120s: %s", lines->name, text);
	else
		(void)snprintf(lines->error, CONFIG_ERROR_SIZE, "%.120s:%u: %s",
		    lines->name, number, text);
	return -EINVAL;
}

int
config_lines_refuse(struct config_lines *lines, const char *format, ...)
{
	char text[CONFIG_ERROR_SIZE];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return config_lines_refuse_at(lines, lines->number, text);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Where the line's comment begins, or its end: as inih, a ';' behind a blank. */
static size_t
comment_at(const char *line)
{
	size_t at = 0;

	for (; line[at] != '\0'; at++)
		if (line[at] == ';' && at > 0 && is_blank(line[at - 1]))
			break;
	return at;
}

static int
check_section(struct config_lines *lines, const char *line)
{
	char section[CONFIG_LINE_MAX + 1];
	size_t end = comment_at(line);
	size_t close = strcspn(line, "]");
	size_t len;

	if (close >= end)
		return config_lines_refuse(lines, "']' is missing");
	len = close - 1;
	memcpy(section, line + 1, len);
	section[len] = '\0';
	for (size_t i = close + 1; i < end; i++)
		if (!is_blank(line[i]))
			return config_lines_refuse(lines, "text after ']'");
	return lines->section(section, lines);
}

static int
check_pair(struct config_lines *lines, const char *line)
{
	size_t end = comment_at(line);
	size_t equals = strcspn(line, "=");
	size_t colon = strcspn(line, ":");

	if (equals >= end || colon < equals)
		return config_lines_refuse(lines, "expected KEY = VALUE or [SECTION]");
	if (equals == 0)
		return config_lines_refuse(lines, "a key stands before '='");
	for (size_t i = equals + 1; i < end; i++)
		if (line[i] == '#' && is_blank(line[i - 1]))
			return config_lines_refuse(lines,
			    "inside a line a comment starts with ';' behind a blank, not "
			    "with '#'");
	return 0;
}

static int
check_line(struct config_lines *lines, const char *line, size_t len)
{
	size_t wrong;

	for (size_t i = 0; i < len; i++) {
		if (line[i] == '\0')
			return config_lines_refuse(lines, "a NUL byte");
		if (line[i] == '\r')
			return config_lines_refuse(
			    lines, "a carriage return: lines end in a newline alone");
		if (((unsigned char)line[i] < 0x20 && line[i] != '\t') || line[i] == 0x7f)
			return config_lines_refuse(
			    lines, "a control byte (0x%02x)", (unsigned char)line[i]);
	}
	if (lines->number == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0)
		return config_lines_refuse(lines, "a byte-order mark");
	if (!utf8_is_valid(line, len, &wrong))
		return config_lines_refuse(lines, "byte %zu is not UTF-8", wrong + 1);
	if (strspn(line, " \t") == len || line[0] == ';' || line[0] == '#')
		return 0;
	if (is_blank(line[0]))
		return config_lines_refuse(lines, "an indented line");
	return line[0] == '[' ? check_section(lines, line) : check_pair(lines, line);
}

char *
config_lines_read(char *ret, int ret_size, void *arg)
{
	struct config_lines *lines = arg;
	char line[CONFIG_LINE_MAX + 1];
	size_t len = 0;
	int c;

	if (lines->has_failed)
		return NULL;
	c = getc(lines->stream);
	if (c == EOF) {
		lines->has_failed = ferror(lines->stream) != 0;
		return NULL;
	}
	lines->number++;
	for (; c != EOF && c != '\n'; c = getc(lines->stream)) {
		if (len == CONFIG_LINE_MAX) {
			(void)config_lines_refuse(
			    lines, "longer than %d bytes", CONFIG_LINE_MAX);
			return NULL;
		}
		line[len++] = (char)c;
	}
	line[len] = '\0';
	if (ferror(lines->stream) != 0) {
		lines->has_failed = true;
		return NULL;
	}
	if (check_line(lines, line, len) != 0 || (size_t)ret_size < len + 2)
		return NULL;
	memcpy(ret, line, len + 1);
	return ret;
}
