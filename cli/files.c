/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files.c - see files.h: status and users
 */
#include <string.h>

#include "cli/files.h"
#include "cli/files_json.h"
#include "cli/output.h"
#include "common/keysfile.h"
#include "common/paths.h"

void
files_add(struct json_object *object, const char *key, struct json_object *value)
{
	(void)json_object_object_add(object, key, value);
}

void
files_add_text(struct json_object *object, const char *key, const char *text)
{
	files_add(object, key, text != NULL ? json_object_new_string(text) : NULL);
}

void
files_add_number(struct json_object *object, const char *key, int64_t number)
{
	files_add(object, key, json_object_new_int64(number));
}

void
files_add_age(struct json_object *object, const char *key, int64_t age_ms)
{
	files_add(object, key,
	    age_ms == FRESHNESS_AGE_UNKNOWN ? NULL
					    : json_object_new_int64(age_ms / 1000));
}

int
files_open_snapshot(struct published **ret_file)
{
	int r = published_open(paths_snapshot, PUBLISHED_MAGIC_SNAPSHOT, ret_file);

	if (r != 0)
		*ret_file = NULL;
	return r;
}

struct published *
files_open_keys(void)
{
	struct published *file = NULL;

	return published_open(paths_keys, PUBLISHED_MAGIC_KEYS, &file) == 0 ? file : NULL;
}

int64_t
files_age_ms(const struct published *file)
{
	int64_t wall_ms, boot_ms;
	struct clock_now now;

	clock_read(&now);
	published_verified(file, &wall_ms, &boot_ms);
	return freshness_age_ms(wall_ms, boot_ms, &now);
}

/* Group names of a user: iamlogin's own, IAM's, and the user's private one is left out. */
static struct json_object *
groups_json(const struct published *file, const struct snapshot_user *user)
{
	struct json_object *array = json_object_new_array();
	struct snapshot_group group;
	uint32_t n;

	for (n = 0; n < user->n_gids; n++)
		if (snapshot_group_by_id(
			file, bytes_get_u32(user->gids + 4 * n), &group) == 0)
			(void)json_object_array_add(
			    array, json_object_new_string(group.name));
	return array;
}

struct json_object *
files_account(const struct published *file, const struct snapshot_user *user)
{
	struct json_object *account = json_object_new_object();
	const char *strings = user->strings;

	files_add_text(account, "name", strings + user->offset[SNAPSHOT_NAME]);
	files_add_number(account, "uid", user->uid);
	files_add(account, "uid_from", NULL);
	files_add_number(account, "gid", user->gid);
	files_add_text(account, "home", strings + user->offset[SNAPSHOT_DIR]);
	files_add_text(account, "shell", strings + user->offset[SNAPSHOT_SHELL]);
	files_add(account, "groups", groups_json(file, user));
	files_add(
	    account, "shared", json_object_new_boolean((user->flags & USER_SHARED) != 0));
	files_add(
	    account, "local", json_object_new_boolean((user->flags & USER_LOCAL) != 0));
	files_add(
	    account, "visible", json_object_new_boolean((user->flags & USER_NAME) != 0));
	return account;
}

static void
add_header_text(struct json_object *object, const char *key, const struct published *file,
    size_t at, size_t size)
{
	const char *text = (const char *)file->base + at;
	size_t len = strnlen(text, size);

	files_add(
	    object, key, len > 0 ? json_object_new_string_len(text, (int)len) : NULL);
}

struct json_object *
files_status(void)
{
	_cleanup_published_ struct published *file = NULL;
	struct json_object *status = json_object_new_object();
	enum freshness state = FRESHNESS_EMPTY;
	int64_t age_ms = FRESHNESS_AGE_UNKNOWN;

	if (files_open_snapshot(&file) == 0) {
		age_ms = files_age_ms(file);
		state = freshness_state(age_ms, file->fresh_s, file->grace_s);
	}
	files_add_number(status, "v", 1);
	files_add_text(status, "state", freshness_name(state));
	files_add_text(status, "from", "files");
	files_add(status, "source", NULL);
	files_add_age(status, "age_s", age_ms);
	if (file != NULL) {
		files_add_number(status, "generation", (int64_t)file->generation);
		files_add_number(status, "fresh_s", file->fresh_s);
		files_add_number(status, "effective_fresh_s", file->fresh_s);
		files_add_number(status, "grace_s", file->grace_s);
		files_add(status, "people", NULL);
		files_add_number(
		    status, "accounts", (int64_t)file->section[SNAPSHOT_USERS].count);
		files_add_number(
		    status, "groups", (int64_t)file->section[SNAPSHOT_GROUPS].count);
		add_header_text(status, "instance", file, PUBLISHED_AT_INSTANCE, 32);
		add_header_text(status, "account", file, PUBLISHED_AT_ACCOUNT, 12);
	}
	files_add(status, "last_error", NULL);
	files_add(status, "held", NULL);
	files_add_text(status, "version", PACKAGE_VERSION);
	return status;
}

static struct json_object *
people_json(const struct published *keys, const char *account)
{
	struct keysfile_claim claim;
	uint32_t n = 0;

	if (keys == NULL)
		return NULL;
	while (keysfile_claim_by_account(keys, account, n, &claim) == 0)
		n++;
	return json_object_new_int64(n);
}

struct json_object *
files_users(void)
{
	_cleanup_published_ struct published *file = NULL;
	_cleanup_published_ struct published *keys = NULL;
	struct json_object *users, *account;
	struct snapshot_user user;
	enum freshness state;
	uint32_t n;
	int r;

	r = files_open_snapshot(&file);
	if (r != 0) {
		output_error("%s: no snapshot can be read (%d)", paths_snapshot, r);
		return NULL;
	}
	state = freshness_state(files_age_ms(file), file->fresh_s, file->grace_s);
	if (state != FRESHNESS_FRESH)
		output_error("the published data are %s", freshness_name(state));
	keys = files_open_keys();
	users = json_object_new_array();
	for (n = 0; (r = snapshot_user_at(file, n, &user)) != PUBLISHED_E_NOTFOUND; n++) {
		if (r != 0 || (user.flags & USER_RETIRED) != 0)
			continue;
		account = files_account(file, &user);
		files_add(account, "people",
		    people_json(keys, user.strings + user.offset[SNAPSHOT_NAME]));
		(void)json_object_array_add(users, account);
	}
	return users;
}
