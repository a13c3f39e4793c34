/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output.c - see output.h
 */
#include <stdarg.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "common/text.h"

#define SHOWN_SIZE 513

void
output_error(const char *format, ...)
{
	va_list args;

	(void)fflush(stdout);
	(void)fputs("iamlogin: ", stderr);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
}

int
output_flush(void)
{
	if (fflush(stdout) != 0 || ferror(stdout)) {
		output_error("stdout: %s", strerror(errno));
		return CLI_INTERNAL;
	}
	return CLI_OK;
}

void
output_json(struct json_object *json)
{
	(void)puts(json_object_to_json_string_ext(
	    json, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
}

/*
 * text_escape() also hides '"', which a terminal does not mind and people like to read. Its
 * output has no other backslash than those that start an escape of four bytes.
 */
static void
show_quotes(char *text)
{
	const char *from = text;
	char *to = text;

	while (*from != '\0') {
		if (strncmp(from, "\\x22", 4) == 0) {
			*to++ = '"';
			from += 4;
		} else if (*from == '\\' && strlen(from) >= 4) {
			memmove(to, from, 4);
			to += 4;
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

void
output_text(const char *text)
{
	output_cell(text, 0);
}

void
output_cell(const char *text, int width)
{
	char shown[SHOWN_SIZE] = "-";

	if (text != NULL && text[0] != '\0') {
		text_escape(text, strlen(text), shown, sizeof(shown));
		show_quotes(shown);
	}
	(void)printf(width > 0 ? "%-*s " : "%-*s", width, shown);
}

void
output_age(int64_t seconds)
{
	if (seconds < 0)
		(void)fputs("-", stdout);
	else if (seconds < 120)
		(void)printf("%lld s", (long long)seconds);
	else if (seconds < 7200)
		(void)printf("%lld min", (long long)(seconds / 60));
	else if (seconds < 172800)
		(void)printf("%lld h", (long long)(seconds / 3600));
	else
		(void)printf("%lld d", (long long)(seconds / 86400));
}

struct json_object *
output_field(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, key, &value))
		return NULL;
	return value;
}

const char *
output_string(struct json_object *object, const char *key)
{
	struct json_object *value = output_field(object, key);

	return json_object_is_type(value, json_type_string)
		   ? json_object_get_string(value)
		   : NULL;
}

int64_t
output_number(struct json_object *object, const char *key, int64_t fallback)
{
	struct json_object *value = output_field(object, key);

	return json_object_is_type(value, json_type_int) ? json_object_get_int64(value)
							 : fallback;
}

struct json_object *
output_array(struct json_object *object, const char *key)
{
	struct json_object *value = output_field(object, key);

	return json_object_is_type(value, json_type_array) ? value : NULL;
}

size_t
output_length(struct json_object *array)
{
	return array != NULL ? json_object_array_length(array) : 0;
}
