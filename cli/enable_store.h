/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enable_store.h - what `iamlogin enable` changed, and the way back
 *
 * Room: cli. /var/lib/iamlogin-enable, root's and 0700; not below /var/lib/iamlogin, whose
 * owner is the daemon: a captured daemon must not choose what root restores into /etc.
 *
 *   manifest.json   which files, which state
 *   N.before        file N as it was before the first enable, owner, mode and label included;
 *                   none where there was no file
 *   N.after         as the last enable left it
 *   N.prev, N.next  the same for the change at work, until it is committed
 *   pending         exists while a change is not committed: iamlogin-rollback.service
 *
 * A process killed at any step leaves the old state, the new one, or "pending", which the
 * next `iamlogin enable`, `disable`, or boot takes back.
 */
#ifndef CLI_ENABLE_STORE_H
#define CLI_ENABLE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/enable_plan.h"

struct json_object;

enum enable_state {
	ENABLE_STATE_NONE = 0,
	ENABLE_STATE_PENDING,     /* files are being replaced */
	ENABLE_STATE_UNCONFIRMED, /* all replaced; `iamlogin confirm` is waited for */
	ENABLE_STATE_ENABLED,
	ENABLE_STATE_DISABLING,
};

struct enable_store {
	int lock; /* held by this process */
	struct json_object *manifest;
	enum enable_state state;
	char why[512]; /* what failed */
};

/**
 * enable_store_open() - lock, make the directory when absent, read the manifest
 *
 * Return: 0, or 1 with @ret_store->why.
 */
int enable_store_open(struct enable_store *ret_store);
void enable_store_close(struct enable_store *store);
#define _cleanup_store_ _cleanup_(enable_store_close)

/** enable_store_apply() - save, then replace each file; PENDING. 0, or 1 and taken back */
int enable_store_apply(struct enable_store *store, const struct enable_plan *plan);

/** enable_store_wait() - UNCONFIRMED: until `confirm`; facts of who asked, for it. 0 or 1 */
int enable_store_wait(struct enable_store *store, int64_t started_ticks, int64_t session);

/** enable_store_number() - a fact that wait() noted ("started", "session"), or -1 */
int64_t enable_store_number(const struct enable_store *store, const char *key);

/** enable_store_flag() - a fact for disable: which unit was started, which fence is up */
bool enable_store_flag(const struct enable_store *store, const char *key);
int enable_store_set_flag(struct enable_store *store, const char *key, bool value);

/** enable_store_commit() - ENABLED. 0 or 1 */
int enable_store_commit(struct enable_store *store);

/**
 * enable_store_undo() - from PENDING or UNCONFIRMED to what was before
 *
 * Return: 0, the state then is ENABLED or NONE; or 1. The store is still there when it is NONE,
 * so that somebody killed before enable_store_dissolve() does all of it again.
 */
int enable_store_undo(struct enable_store *store);

/** enable_store_dissolve() - the last step of undo() and restore(): nothing is remembered */
void enable_store_dissolve(struct enable_store *store);

/** enable_store_rollback() - undo(), then dissolve() where nothing is left. 0 or 1 */
int enable_store_rollback(struct enable_store *store);

/**
 * enable_store_restore() - all that ENABLED has changed, bit for bit
 * @edit: for a file that has changed since: it gets the text of today and returns a text
 *     without us, malloc'd; or NULL: the file, which is ours alone, is moved aside to
 *     "PATH.iamlogin-disabled"
 *
 * Return: 0 with @ret_n_edited files that were not as we had left them, or 1. What else there
 * is to take back comes next, and enable_store_dissolve() last.
 */
int enable_store_restore(struct enable_store *store,
    char *(*edit)(const char *path, const char *text), size_t *ret_n_edited);

#endif
