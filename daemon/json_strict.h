/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_strict.h - one JSON object, as RFC 8259 has it, by whatever json-c there is
 *
 * Room: daemon. json-c 0.18 (Debian 13) refuses every byte above 0x7f in strict mode: it
 * takes a signed char for a control byte. Such text is handed to it with escapes instead.
 */
#ifndef DAEMON_JSON_STRICT_H
#define DAEMON_JSON_STRICT_H

#include <json-c/json.h>
#include <stddef.h>

enum {
	JSON_STRICT_E_SYNTAX = 1, /* not one object, not UTF-8, or something behind it */
};

/**
 * json_strict() - parse
 * @bytes: @len bytes, need not end in NUL; blanks may follow the object
 * @ret_object: owned by the caller: json_object_put(3)
 *
 * Return: 0, JSON_STRICT_E_SYNTAX, or -ENOMEM.
 */
int
json_strict(const char *bytes, size_t len, int depth, struct json_object **ret_object);

#endif
