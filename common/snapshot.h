/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot.h - lookups in the snapshot: who exists here, who may
 *
 * Room: common. libc only. Every record is checked again when it is used: an offset outside
 * the file, a name that is not the one asked for, or an id outside IDS_FIRST…IDS_LAST (of a
 * user without USER_LOCAL) make it absent. A record that differs from its check is damage:
 * nobody is answered with somebody else's.
 *
 * What @ret_user points to may be written to on failure, too: a copy would cost a lookup's
 * fifth, in every process.
 *
 * Return values: 0, PUBLISHED_E_NOTFOUND (no such record), PUBLISHED_E_DAMAGED (there is one
 * and it cannot be read).
 */
#ifndef COMMON_SNAPSHOT_H
#define COMMON_SNAPSHOT_H

#include "common/freshness.h"
#include "common/published.h"

/* The five strings of struct passwd, in its order. */
enum {
	SNAPSHOT_NAME,
	SNAPSHOT_PASSWD,
	SNAPSHOT_GECOS,
	SNAPSHOT_DIR,
	SNAPSHOT_SHELL,
	SNAPSHOT_STRINGS_N,
};

/* Pointers lie in the mapping and live as long as it. */
struct snapshot_user {
	uint32_t record;
	uint32_t uid;
	uint32_t gid;
	uint32_t flags;                      /* USER_* */
	const char *strings;                 /* the five, each with NUL, contiguous */
	uint16_t offset[SNAPSHOT_STRINGS_N]; /* of each within strings */
	uint32_t strings_size;               /* all five with their NULs */
	const uint8_t *gids; /* n_gids little-endian u32, without gid itself */
	uint32_t n_gids;
	bool has_checks; /* false: of a writer that had none */
	uint32_t allow_mask;
	uint32_t known_mask;
	int64_t verified_wall_ms; /* already the header's when the record has none */
	int64_t verified_boot_ms;
};

struct snapshot_group {
	uint32_t gid;
	const char *name;
	uint16_t name_len;
	const uint8_t *members; /* for each its length in a byte, name, NUL */
	uint32_t n_members;
	uint32_t members_size; /* bytes of all of them */
};

/** snapshot_user_by_name() - any flags: the caller looks at USER_NAME, _LOCAL, _RETIRED */
int snapshot_user_by_name(
    const struct published *file, const char *name, struct snapshot_user *ret_user);

/**
 * snapshot_gids_by_name() - ids, flags and gids alone, for initgroups(3)
 *
 * The gids are compared with their check here and nowhere else; of the strings only the
 * name is looked at; masks and times are not set.
 */
int snapshot_gids_by_name(
    const struct published *file, const char *name, struct snapshot_user *ret_user);

int snapshot_user_by_id(
    const struct published *file, uint32_t uid, struct snapshot_user *ret_user);

/** snapshot_user_at() - record @n, for enumeration and members; NOTFOUND past the end */
int snapshot_user_at(
    const struct published *file, uint32_t n, struct snapshot_user *ret_user);

int snapshot_group_by_name(
    const struct published *file, const char *name, struct snapshot_group *ret_group);

int snapshot_group_by_id(
    const struct published *file, uint32_t gid, struct snapshot_group *ret_group);

int snapshot_group_at(
    const struct published *file, uint32_t n, struct snapshot_group *ret_group);

/**
 * snapshot_member() - the name of the member that begins at *@at of group->members
 * @at: 0 at first; moves on to the next
 *
 * Return: NULL at the end, and where none can be read: then *@at is not members_size.
 */
const char *snapshot_member(const struct snapshot_group *group, uint32_t *at);

/** snapshot_service_bit() - the mask of [login:NAME], else of "login" */
uint32_t snapshot_service_bit(const struct published *file, const char *service);

/* What the warden does with sessions. */
struct snapshot_sessions {
	enum published_on_revoke on_revoke;
	enum published_session_manager session_manager;
};

/**
 * snapshot_sessions() - [session] of the configuration that was published with
 *
 * Of a writer that had none, a damaged record, or a value this version does not know: the
 * one that ends nothing.
 */
void
snapshot_sessions(const struct published *file, struct snapshot_sessions *ret_sessions);

/* [accounts] local: which local accounts sshd lets in. */
enum snapshot_local {
	SNAPSHOT_LOCAL_ANY = 0,
	SNAPSHOT_LOCAL_LISTED,
	SNAPSHOT_LOCAL_BREAK_GLASS,
};

/** snapshot_local() - ANY, too, where the list of break-glass accounts is damaged */
enum snapshot_local snapshot_local(const struct published *file);

/** snapshot_is_break_glass() - may nothing of ours close this local account? */
bool snapshot_is_break_glass(const struct published *file, const char *name);

/** snapshot_age_ms() - of this user's data; FRESHNESS_AGE_UNKNOWN when never verified */
int64_t snapshot_age_ms(const struct snapshot_user *user, const struct clock_now *now);

#endif
