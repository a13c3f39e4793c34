/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files_json.h - what files.c and files_explain.c share
 *
 * Room: cli. Files are closed by the caller (_cleanup_published_).
 */
#ifndef CLI_FILES_JSON_H
#define CLI_FILES_JSON_H

#include <json-c/json.h>

#include "common/bytes.h"
#include "common/snapshot.h"

/* ownership of @value goes to @object; NULL is null */
void files_add(struct json_object *object, const char *key, struct json_object *value);
void files_add_text(struct json_object *object, const char *key, const char *text);
void files_add_number(struct json_object *object, const char *key, int64_t number);
void files_add_age(struct json_object *object, const char *key, int64_t age_ms);

/** files_open_snapshot() - 0, or as published_open() with *ret_file NULL */
int files_open_snapshot(struct published **ret_file);

/** files_open_keys() - NULL when it cannot be read */
struct published *files_open_keys(void);

/** files_age_ms() - of a published file as a whole */
int64_t files_age_ms(const struct published *file);

/** files_account() - the `account` object of formats.md 5; uid_from is null */
struct json_object *
files_account(const struct published *file, const struct snapshot_user *user);

#endif
