/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files.h - the daemon's answers, as far as the published files know them
 *
 * Room: cli. For a daemon that is dead. Same shapes as formats.md 5; what the files do not
 * hold (rules, tags, who is refused) is null or empty, and a hint says so.
 */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include <json-c/json.h>

/** files_status() - state EMPTY when there is no snapshot; never NULL; owned by the caller */
struct json_object *files_status(void);

/** files_users() - NULL, with a line on stderr, when there is no snapshot */
struct json_object *files_users(void);

/**
 * files_explain() - by account, unique id, IAM name or ARN
 *
 * The last two need the key file, which only root and iamlogin-keys can read.
 *
 * Return: 0, PUBLISHED_E_NOTFOUND when the files know nobody of that name, or what
 * published_open() said about the snapshot.
 */
int files_explain(const char *query, struct json_object **ret_json);

/** files_keys() - NULL, with a line on stderr, when the key file cannot be read */
struct json_object *files_keys(const char *account);

#endif
