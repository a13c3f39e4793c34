/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h - small flat JSON documents: what IMDS answers with
 *
 * Room: daemon. One object, depth at most 8, no trailing bytes; only members that are
 * strings are ever looked at. (The directory's big JSON has its own reader.)
 */
#ifndef DAEMON_JSON_H
#define DAEMON_JSON_H

#include <stddef.h>

#include "common/base.h"

enum {
	JSON_E_MALFORMED = 1, /* not one JSON object, or something behind it */
};

struct json;

/** json_open() - parse @len bytes; 0, JSON_E_MALFORMED, or -ENOMEM */
int json_open(const char *bytes, size_t len, struct json **ret_json);

/**
 * json_text() - a member that is a string
 *
 * Return: its text, owned by the document; NULL when absent, not a string, or with a NUL
 * inside.
 */
const char *json_text(const struct json *json, const char *name);

/** json_close() - wipes the texts first: some are secrets; NULL is fine */
void json_close(struct json *json);

static inline void
json_closep(struct json **json)
{
	json_close(*json);
}
#define _cleanup_json_ _cleanup_(json_closep)

#endif
