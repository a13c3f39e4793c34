/* SPDX-License-Identifier: Apache-2.0 */
/* enable_store.c - see enable_store.h */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include <json-c/json.h>

#include "cli/enable_store.h"
#include "cli/output.h"
#include "cli/rewrite.h"

#define DIR_PATH IAMLOGIN_ENABLEDIR
#define MANIFEST_PATH DIR_PATH "/manifest.json"
#define PENDING_PATH DIR_PATH "/pending"
#define PATH_SIZE 256
#define LOCK_TRIES 100 /* of 0.1 s */

static const char *const state_names[] = { "none", "pending", "unconfirmed", "enabled",
	"disabling" };

static int BASE_PRINTF(2, 3) fail(struct enable_store *store, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(store->why, sizeof(store->why), format, args);
	va_end(args);
	return 1;
}

static const char *
reason(int r)
{
	return r == REWRITE_E_LINK     ? "a symbolic link or no regular file"
	       : r == REWRITE_E_BINARY ? "not a text file"
				       : strerror(-r);
}

/* The file of entry @i that keeps @what. */
static const char *
kept(size_t i, const char *what, char ret[PATH_SIZE])
{
	(void)snprintf(ret, PATH_SIZE, DIR_PATH "/%zu.%s", i, what);
	return ret;
}

static struct json_object *
files(const struct enable_store *store)
{
	return output_array(store->manifest, "files");
}

static struct json_object *
entry(const struct enable_store *store, size_t i)
{
	return json_object_array_get_idx(files(store), i);
}

static bool
has(struct json_object *object, const char *key)
{
	struct json_object *value = output_field(object, key);

	return value != NULL && json_object_get_boolean(value);
}

static void
set_bool(struct json_object *object, const char *key, bool value)
{
	json_object_object_add(object, key, json_object_new_boolean(value));
}

static int
save(struct enable_store *store, enum enable_state state)
{
	const char *text;
	int r;

	store->state = state;
	json_object_object_add(
	    store->manifest, "state", json_object_new_string(state_names[state]));
	text = json_object_to_json_string_ext(
	    store->manifest, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	r = rewrite_put(MANIFEST_PATH, text, NULL, 0600);
	return r != 0 ? fail(store, "%s: %s", MANIFEST_PATH, reason(r)) : 0;
}

static int
load(struct enable_store *store)
{
	_cleanup_free_ char *text = NULL;
	const char *state;
	size_t i;
	int r;

	r = rewrite_read(MANIFEST_PATH, &text);
	if (r != 0)
		return fail(store, "%s: %s", MANIFEST_PATH, reason(r));
	store->manifest =
	    text != NULL ? json_tokener_parse(text) : json_object_new_object();
	if (text == NULL)
		json_object_object_add(store->manifest, "files", json_object_new_array());
	if (!json_object_is_type(store->manifest, json_type_object) ||
	    files(store) == NULL)
		return fail(store, "%s is damaged", MANIFEST_PATH);
	state = output_string(store->manifest, "state");
	for (i = 0; state != NULL && i < BASE_N(state_names); i++)
		if (strcmp(state, state_names[i]) == 0)
			store->state = (enum enable_state)i;
	return 0;
}

/* The directory, locked; -EAGAIN when somebody has it, or has just removed it. */
static int
lock_directory(struct enable_store *store)
{
	struct stat st, locked;

	if (mkdir(DIR_PATH, 0700) < 0 && errno != EEXIST)
		return -errno;
	if (lstat(DIR_PATH, &st) < 0)
		return errno == ENOENT ? -EAGAIN : -errno;
	if (!S_ISDIR(st.st_mode) || st.st_uid != 0 || (st.st_mode & 077) != 0)
		return -EPERM;
	store->lock = open(DIR_PATH, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->lock < 0)
		return errno == ENOENT ? -EAGAIN : -errno;
	if (flock(store->lock, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	if (fstat(store->lock, &locked) < 0 || lstat(DIR_PATH, &st) < 0 ||
	    locked.st_ino != st.st_ino)
		return -EAGAIN;
	return 0;
}

int
enable_store_open(struct enable_store *ret_store)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	int tries, r = -EAGAIN;

	*ret_store = (struct enable_store){ .lock = -1 };
	for (tries = 0; r == -EAGAIN && tries < LOCK_TRIES; tries++) {
		if (tries > 0)
			(void)nanosleep(&pause, NULL);
		base_closep(&ret_store->lock);
		ret_store->lock = -1;
		r = lock_directory(ret_store);
	}
	if (r == -EAGAIN)
		return fail(
		    ret_store, "another iamlogin enable, disable or confirm is at work");
	if (r == -EPERM)
		return fail(ret_store,
		    "%s is not a directory of root's alone (chown root, chmod 700)",
		    DIR_PATH);
	if (r != 0)
		return fail(ret_store, "%s: %s", DIR_PATH, strerror(-r));
	return load(ret_store);
}

void
enable_store_close(struct enable_store *store)
{
	json_object_put(store->manifest);
	store->manifest = NULL;
	base_closep(&store->lock);
	store->lock = -1;
	(void)rmdir(DIR_PATH); /* of a dry run nothing is left */
}

static size_t
index_of(struct enable_store *store, const char *path)
{
	size_t n = output_length(files(store)), i;
	struct json_object *new;

	for (i = 0; i < n; i++)
		if (strcmp(output_string(entry(store, i), "path"), path) == 0)
			return i;
	new = json_object_new_object();
	json_object_object_add(new, "path", json_object_new_string(path));
	json_object_array_add(files(store), new);
	return n;
}

static void
forget(size_t i, const char *what)
{
	char path[PATH_SIZE];

	(void)rewrite_remove(kept(i, what, path));
}

/* What a change starts from, on disk before anything is replaced. */
static int
keep(struct enable_store *store, const struct enable_change *change)
{
	size_t n = output_length(files(store)), i = index_of(store, change->path);
	struct json_object *file = entry(store, i);
	char path[PATH_SIZE];
	int r = 0;

	if (i == n) {               /* the first time that we touch it */
		forget(i, "after"); /* of a dissolve() that was killed */
		set_bool(file, "before", change->before != NULL);
		if (change->before != NULL)
			r = rewrite_put(
			    kept(i, "before", path), change->before, change->path, 0600);
	}
	set_bool(file, "changing", true);
	set_bool(file, "prev", change->before != NULL);
	if (r == 0 && change->before != NULL)
		r = rewrite_put(
		    kept(i, "prev", path), change->before, change->path, 0600);
	if (r == 0)
		r = rewrite_put(kept(i, "next", path), change->after, NULL, 0600);
	if (r != 0)
		return fail(store, "cannot save %s: %s", change->path, reason(r));
	return 0;
}

int
enable_store_apply(struct enable_store *store, const struct enable_plan *plan)
{
	const struct enable_change *change;
	char why[sizeof(store->why)];
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < plan->n; i++)
		r = keep(store, &plan->changes[i]);
	if (r == 0)
		r = rewrite_put(PENDING_PATH, "", NULL, 0600) != 0
			? fail(store, "%s: cannot be written", PENDING_PATH)
			: save(store, ENABLE_STATE_PENDING);
	for (i = 0; r == 0 && i < plan->n; i++) {
		change = &plan->changes[i];
		r = rewrite_put(change->path, change->after, change->path, change->mode);
		if (r != 0)
			r = fail(store, "%s: %s", change->path, reason(r));
	}
	if (r != 0) {
		memcpy(why, store->why, sizeof(why));
		if (enable_store_rollback(store) == 0)
			memcpy(store->why, why, sizeof(why));
	}
	return r;
}

int
enable_store_wait(struct enable_store *store, int64_t started_ticks, int64_t session)
{
	json_object_object_add(
	    store->manifest, "started", json_object_new_int64(started_ticks));
	json_object_object_add(
	    store->manifest, "session", json_object_new_int64(session));
	return save(store, ENABLE_STATE_UNCONFIRMED);
}

int64_t
enable_store_number(const struct enable_store *store, const char *key)
{
	return output_number(store->manifest, key, -1);
}

bool
enable_store_flag(const struct enable_store *store, const char *key)
{
	return has(store->manifest, key);
}

int
enable_store_set_flag(struct enable_store *store, const char *key, bool value)
{
	set_bool(store->manifest, key, value);
	return save(store, store->state);
}

int
enable_store_commit(struct enable_store *store)
{
	size_t n = output_length(files(store)), i;
	char next[PATH_SIZE], after[PATH_SIZE];
	int r;

	for (i = 0; i < n; i++) {
		if (!has(entry(store, i), "changing"))
			continue;
		if (rename(kept(i, "next", next), kept(i, "after", after)) < 0)
			return fail(store, "%s: %s", next, strerror(errno));
		set_bool(entry(store, i), "changing", false);
	}
	r = save(store, ENABLE_STATE_ENABLED);
	for (i = 0; r == 0 && i < n; i++)
		forget(i, "prev");
	if (r == 0)
		(void)rewrite_remove(PENDING_PATH);
	return r;
}

/* @path becomes what is kept as @what, or goes when there was no file. 0, or what failed. */
static int
put_back(struct enable_store *store, size_t i, const char *what)
{
	const char *path = output_string(entry(store, i), "path");
	_cleanup_free_ char *text = NULL;
	char from[PATH_SIZE];
	int r;

	if (!has(entry(store, i), what)) {
		r = rewrite_remove(path);
	} else {
		r = rewrite_read(kept(i, what, from), &text);
		if (r == 0 && text == NULL)
			return fail(store, "%s: the saved %s is missing", from, path);
		if (r == 0)
			r = rewrite_put(path, text, from, 0644);
	}
	return r != 0 ? fail(store, "%s: %s", path, reason(r)) : 0;
}

void
enable_store_dissolve(struct enable_store *store)
{
	size_t n = output_length(files(store)), i;

	(void)rewrite_remove(MANIFEST_PATH);
	for (i = 0; i < n; i++) {
		forget(i, "before");
		forget(i, "after");
		forget(i, "prev");
		forget(i, "next");
	}
	(void)rewrite_remove(PENDING_PATH);
	(void)rmdir(DIR_PATH);
	store->state = ENABLE_STATE_NONE;
}

int
enable_store_undo(struct enable_store *store)
{
	size_t n = output_length(files(store)), i, n_left = 0;
	char after[PATH_SIZE];
	bool failed = false;

	/* all that can be put back is, whatever one file says */
	for (i = n; i-- > 0;)
		if (has(entry(store, i), "changing") && put_back(store, i, "prev") != 0)
			failed = true;
		else
			set_bool(entry(store, i), "changing", false);
	if (failed)
		return 1;
	for (i = 0; i < n; i++)
		n_left += access(kept(i, "after", after), F_OK) == 0;
	store->state = ENABLE_STATE_NONE; /* on disk by dissolve(): the last step */
	if (n_left == 0)
		return 0;
	if (save(store, ENABLE_STATE_ENABLED) != 0)
		return 1;
	for (i = 0; i < n; i++) {
		forget(i, "prev");
		forget(i, "next");
	}
	(void)rewrite_remove(PENDING_PATH);
	return 0;
}

int
enable_store_rollback(struct enable_store *store)
{
	int r = enable_store_undo(store);

	if (r == 0 && store->state == ENABLE_STATE_NONE)
		enable_store_dissolve(store);
	return r;
}

/* A file that somebody has changed since: only what is ours goes. */
static int
take_out(struct enable_store *store, const char *path, const char *today,
    char *(*edit)(const char *, const char *))
{
	_cleanup_free_ char *without = edit(path, today);
	char aside[PATH_SIZE];
	int r;

	if (without != NULL) {
		r = rewrite_put(path, without, path, 0644);
		return r != 0 ? fail(store, "%s: %s", path, reason(r)) : 0;
	}
	if (snprintf(aside, sizeof(aside), "%s.iamlogin-disabled", path) >=
		(int)sizeof(aside) ||
	    rename(path, aside) < 0)
		return fail(store, "%s cannot be moved aside: %s", path, strerror(errno));
	return 0;
}

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL ? strcmp(a, b) == 0 : a == b;
}

static int
restore_one(struct enable_store *store, size_t i,
    char *(*edit)(const char *, const char *), size_t *n_edited)
{
	const char *path = output_string(entry(store, i), "path");
	_cleanup_free_ char *today = NULL, *before = NULL, *after = NULL;
	char from[PATH_SIZE];
	int r;

	r = rewrite_read(path, &today);
	if (r == 0)
		r = rewrite_read(kept(i, "after", from), &after);
	if (r == 0 && has(entry(store, i), "before"))
		r = rewrite_read(kept(i, "before", from), &before);
	if (r != 0)
		return fail(store, "%s: %s", path, reason(r));
	if (is_same(today, before))
		return 0; /* a disable that was killed has been here */
	if (is_same(today, after))
		return put_back(store, i, "before");
	(*n_edited)++;
	return today == NULL ? 0 : take_out(store, path, today, edit);
}

int
enable_store_restore(struct enable_store *store,
    char *(*edit)(const char *path, const char *text), size_t *ret_n_edited)
{
	size_t i, n_edited = 0;
	int r;

	r = save(store, ENABLE_STATE_DISABLING);
	for (i = output_length(files(store)); r == 0 && i-- > 0;)
		r = restore_one(store, i, edit, &n_edited);
	if (r != 0)
		return r;
	*ret_n_edited = n_edited;
	return 0;
}
