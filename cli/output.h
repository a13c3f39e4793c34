/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output.h - text for people, and reading JSON without surprises
 *
 * Room: cli. Whatever is printed for people passes text_escape(): names and tags were chosen
 * by strangers, and a terminal obeys escape sequences.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>

#include "common/base.h"

static inline void
output_putp(struct json_object **json)
{
	json_object_put(*json);
}
#define _cleanup_json_ _cleanup_(output_putp)

/** output_error() - "iamlogin: …" on stderr, with a newline */
void output_error(const char *format, ...) BASE_PRINTF(1, 2);

/** output_flush() - 0, or CLI_INTERNAL when stdout did not take everything */
int output_flush(void);

/** output_json() - pretty, with a newline */
void output_json(struct json_object *json);

/** output_text() - a stranger's text, at most 512 bytes shown; NULL prints "-" */
void output_text(const char *text);

/** output_cell() - the same, padded with blanks to @width and one more */
void output_cell(const char *text, int width);

/** output_age() - seconds as "12 s", "3 min", "5 h", "2 d"; "-" below 0 */
void output_age(int64_t seconds);

/** output_field() - member @key of an object, NULL when absent or null */
struct json_object *output_field(struct json_object *object, const char *key);

/** output_string() - member @key if it is a string, else NULL */
const char *output_string(struct json_object *object, const char *key);

/** output_number() - member @key if it is an integer, else @fallback */
int64_t output_number(struct json_object *object, const char *key, int64_t fallback);

/** output_array() - member @key if it is an array, else NULL; json_object_array_length() */
struct json_object *output_array(struct json_object *object, const char *key);

/** output_length() - of an array, 0 for NULL */
size_t output_length(struct json_object *array);

#endif
