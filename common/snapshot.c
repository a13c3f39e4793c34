/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot.c - lookups in the snapshot; contract in snapshot.h */
#include <string.h>

#include "common/bytes.h"
#include "common/snapshot.h"
#include "common/text.h"

enum {
	AT_USER_UID = 0,
	AT_USER_GID = 4,
	AT_USER_FLAGS = 8,
	AT_USER_STRINGS = 12,
	AT_USER_LEN = 16,
	AT_USER_N_GIDS = 26,
	AT_USER_GIDS = 28,
	AT_USER_STRINGS_CHECK = 32,
	AT_USER_ALLOW = 36,
	AT_USER_KNOWN = 40,
	AT_USER_CHECK = 44,
	AT_USER_WALL = 48,
	AT_USER_BOOT = 56,
	AT_SESSIONS_REVOKE = 0,
	AT_SESSIONS_MANAGER = 4,
	AT_SESSIONS_CHECK = 8,
};

/* Only what a captured daemon may name at all; the gid of a LOCAL account is not ours. */
static bool
user_is_admissible(uint32_t uid, uint32_t gid, uint32_t flags)
{
	return (flags & USER_LOCAL) != 0 || (ids_is_ours(uid) && ids_is_ours(gid));
}

/* In words: five calls of memchr(3) cost more than all the rest of a lookup. */
static unsigned
count_nuls(const char *bytes, size_t len)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7fu;
	uint64_t word, found;
	unsigned n = 0;

	for (; len >= sizeof(word); bytes += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, bytes, sizeof(word));
		/* The top bit of each byte of `found` says that the byte is NUL. */
		found = ~(((word & low) + low) | word | low);
		n += (unsigned)((found >> 7) * 0x0101010101010101u >> 56);
	}
	for (; len > 0; bytes++, len--)
		n += *bytes == '\0';
	return n;
}

/*
 * The five strings: inside the section, and the last with its NUL, so that nobody reads
 * beyond them. In a row and not in a loop: this is in the way of every lookup.
 */
static inline bool
user_strings(
    const struct published *file, const uint8_t *record, struct snapshot_user *user)
{
	const uint8_t *len = record + AT_USER_LEN;
	uint32_t at[SNAPSHOT_STRINGS_N + 1];

	at[0] = 0;
	at[1] = at[0] + bytes_get_u16(len) + 1;
	at[2] = at[1] + bytes_get_u16(len + 2) + 1;
	at[3] = at[2] + bytes_get_u16(len + 4) + 1;
	at[4] = at[3] + bytes_get_u16(len + 6) + 1;
	at[5] = at[4] + bytes_get_u16(len + 8) + 1;
	user->offset[0] = 0;
	user->offset[1] = (uint16_t)at[1];
	user->offset[2] = (uint16_t)at[2];
	user->offset[3] = (uint16_t)at[3];
	user->offset[4] = (uint16_t)at[4];
	user->strings_size = at[5];
	user->strings =
	    published_string(file, bytes_get_u32(record + AT_USER_STRINGS), at[5] - 1);
	return user->strings != NULL && at[5] <= UINT16_MAX;
}

/*
 * The name's end where its length says, and as passwd "*" and nothing else: with "" pam_unix
 * would let anybody in under nullok, and "x" makes it look for a shadow entry.
 */
static inline bool
passwd_is_star(const struct snapshot_user *user)
{
	return memcmp(user->strings + user->offset[SNAPSHOT_PASSWD] - 1, "\0*", 3) == 0;
}

/* For names that nobody has asked for by name: none with ':' or a newline in it. */
static inline bool
name_is_lawful(const struct snapshot_user *user)
{
	return text_is_os_name(user->strings, user->offset[SNAPSHOT_PASSWD] - 1u);
}

/* With a check the strings are as their writer made them; without, NULs can be counted. */
static inline bool
strings_are_whole(const uint8_t *record, const struct snapshot_user *user)
{
	if (!user->has_checks) {
		for (unsigned i = 1; i < SNAPSHOT_STRINGS_N; i++)
			if (user->strings[user->offset[i] - 1] != '\0')
				return false;
		return count_nuls(user->strings, user->strings_size) ==
		       SNAPSHOT_STRINGS_N;
	}
	return bytes_get_u32(record + AT_USER_STRINGS_CHECK) ==
	       published_check_text(user->strings, user->strings_size);
}

static inline bool
gids_are_whole(const struct snapshot_user *user)
{
	size_t size = (size_t)user->n_gids * sizeof(uint32_t);

	return !user->has_checks || size == 0 ||
	       bytes_get_u32(user->gids + size) == published_check_text(user->gids, size);
}

/* What stands in the record itself, but for its strings. */
static inline int
read_record(
    const struct published *file, const uint8_t *record, struct snapshot_user *user)
{
	const struct published_section *gids = &file->section[SNAPSHOT_GIDS];
	uint32_t check = bytes_get_u32(record + AT_USER_CHECK);
	uint32_t first = bytes_get_u32(record + AT_USER_GIDS);

	user->uid = bytes_get_u32(record + AT_USER_UID);
	user->gid = bytes_get_u32(record + AT_USER_GID);
	user->flags = bytes_get_u32(record + AT_USER_FLAGS);
	/* A captured daemon's record is absent, whatever its check says. */
	if (!user_is_admissible(user->uid, user->gid, user->flags))
		return PUBLISHED_E_NOTFOUND;
	user->has_checks = check != 0;
	if (check != 0 && check != published_check(record, AT_USER_CHECK, 0))
		return PUBLISHED_E_DAMAGED;
	user->n_gids = bytes_get_u16(record + AT_USER_N_GIDS);
	user->gids = NULL;
	if (user->n_gids == 0)
		return 0;
	if ((uint64_t)first + user->n_gids >= gids->count) /* and their check */
		return PUBLISHED_E_DAMAGED;
	user->gids = gids->data + (uint64_t)first * sizeof(uint32_t);
	return 0;
}

/* The rest of record @n, whose strings have been found. */
static inline int
read_user(const struct published *file, const uint8_t *record, uint32_t n,
    struct snapshot_user *user)
{
	int r = read_record(file, record, user);

	if (r != 0)
		return r;
	if (!passwd_is_star(user) || !strings_are_whole(record, user))
		return PUBLISHED_E_DAMAGED;
	user->record = n;
	user->allow_mask = bytes_get_u32(record + AT_USER_ALLOW);
	user->known_mask = bytes_get_u32(record + AT_USER_KNOWN);
	user->verified_wall_ms = bytes_get_i64(record + AT_USER_WALL);
	user->verified_boot_ms = bytes_get_i64(record + AT_USER_BOOT);
	if (user->verified_wall_ms == 0)
		published_verified(
		    file, &user->verified_wall_ms, &user->verified_boot_ms);
	return 0;
}

/* The first of the five strings alone. */
static inline bool
user_name(const struct published *file, const uint8_t *record, struct snapshot_user *user)
{
	uint16_t len = bytes_get_u16(record + AT_USER_LEN);

	user->offset[SNAPSHOT_PASSWD] = (uint16_t)(len + 1);
	user->strings =
	    published_string(file, bytes_get_u32(record + AT_USER_STRINGS), len);
	return user->strings != NULL;
}

/*
 * The record of @name, with what @find_strings finds and nothing else read.
 *
 * A slot of the same tag whose record has no strings is as good as ours: it is damage, and
 * not a stranger's.
 */
static inline __attribute__((always_inline)) int
find_user(const struct published *file, const char *name,
    bool (*find_strings)(
	const struct published *, const uint8_t *, struct snapshot_user *),
    struct snapshot_user *user, const uint8_t **ret_record, uint32_t *ret_n)
{
	size_t len = strnlen(name, TEXT_OS_NAME_MAX + 1);
	uint64_t hash, cursor = 0;
	uint32_t next;

	if (len > TEXT_OS_NAME_MAX)
		return PUBLISHED_E_NOTFOUND;
	hash = published_hash(file->hash_seed, name, len);
	while (
	    (next = published_probe(file, SNAPSHOT_USER_BY_NAME, hash, &cursor)) != 0) {
		const uint8_t *record = published_record(file, SNAPSHOT_USERS, next - 1);

		if (record == NULL || !find_strings(file, record, user))
			return PUBLISHED_E_DAMAGED;
		if (user->offset[SNAPSHOT_PASSWD] - 1u == len &&
		    text_is_same(user->strings, name, len)) {
			*ret_record = record;
			*ret_n = next - 1;
			return 0;
		}
	}
	return PUBLISHED_E_NOTFOUND;
}

int
snapshot_user_by_name(
    const struct published *file, const char *name, struct snapshot_user *ret_user)
{
	const uint8_t *record;
	uint32_t n;
	int r = find_user(file, name, user_strings, ret_user, &record, &n);

	return r == 0 ? read_user(file, record, n, ret_user) : r;
}

int
snapshot_gids_by_name(
    const struct published *file, const char *name, struct snapshot_user *ret_user)
{
	const uint8_t *record;
	uint32_t n;
	int r = find_user(file, name, user_name, ret_user, &record, &n);

	if (r == 0)
		r = read_record(file, record, ret_user);
	if (r == 0 && !gids_are_whole(ret_user))
		return PUBLISHED_E_DAMAGED;
	return r;
}

int
snapshot_user_by_id(
    const struct published *file, uint32_t uid, struct snapshot_user *ret_user)
{
	uint64_t hash = published_hash_id(file->hash_seed, uid);
	uint64_t cursor = 0;
	uint32_t next;
	int r;

	while ((next = published_probe(file, SNAPSHOT_USER_BY_ID, hash, &cursor)) != 0) {
		const uint8_t *record = published_record(file, SNAPSHOT_USERS, next - 1);

		if (record == NULL)
			return PUBLISHED_E_DAMAGED;
		if (bytes_get_u32(record + AT_USER_UID) != uid)
			continue;
		if (!user_strings(file, record, ret_user))
			return PUBLISHED_E_DAMAGED;
		r = read_user(file, record, next - 1, ret_user);
		return r == 0 && !name_is_lawful(ret_user) ? PUBLISHED_E_DAMAGED : r;
	}
	return PUBLISHED_E_NOTFOUND;
}

int
snapshot_user_at(const struct published *file, uint32_t n, struct snapshot_user *ret_user)
{
	const uint8_t *record = published_record(file, SNAPSHOT_USERS, n);
	int r;

	if (record == NULL)
		return PUBLISHED_E_NOTFOUND;
	if (!user_strings(file, record, ret_user))
		return PUBLISHED_E_DAMAGED;
	r = read_user(file, record, n, ret_user);
	if (r == PUBLISHED_E_NOTFOUND || (r == 0 && !name_is_lawful(ret_user)))
		return PUBLISHED_E_DAMAGED;
	return r;
}

uint32_t
snapshot_service_bit(const struct published *file, const char *service)
{
	size_t len = strnlen(service, SNAPSHOT_SERVICE_SIZE);

	for (uint32_t n = SNAPSHOT_SERVICE_SUDO + 1; n < SNAPSHOT_SERVICES_MAX; n++) {
		const uint8_t *record = published_record(file, SNAPSHOT_SERVICES, n);

		if (record == NULL)
			break;
		if (len < SNAPSHOT_SERVICE_SIZE && memcmp(record, service, len) == 0 &&
		    record[len] == '\0')
			return 1u << n;
	}
	return 1u << SNAPSHOT_SERVICE_LOGIN;
}

void
snapshot_sessions(const struct published *file, struct snapshot_sessions *ret_sessions)
{
	const uint8_t *record = published_record(file, SNAPSHOT_SESSIONS, 0);
	uint32_t revoke = 0, manager = 0;

	if (record != NULL && bytes_get_u32(record + AT_SESSIONS_CHECK) ==
				  published_check(record, AT_SESSIONS_CHECK, 0)) {
		revoke = bytes_get_u32(record + AT_SESSIONS_REVOKE);
		manager = bytes_get_u32(record + AT_SESSIONS_MANAGER);
	}
	ret_sessions->on_revoke =
	    revoke == ON_REVOKE_TERMINATE || revoke == ON_REVOKE_NOTIFY
		? (enum published_on_revoke)revoke
		: ON_REVOKE_KEEP;
	ret_sessions->session_manager = manager == SESSION_MANAGER_TERMINATE
					    ? SESSION_MANAGER_TERMINATE
					    : SESSION_MANAGER_AUDIT;
}

/* Break-glass name @n, NUL-terminated; NULL: there is none, or it is damaged. */
static const char *
break_glass_name(const struct published *file, uint64_t n)
{
	const uint8_t *record = published_record(file, SNAPSHOT_BREAK_GLASS, n);

	if (record == NULL || record[SNAPSHOT_BREAK_GLASS_NAME - 1] != '\0' ||
	    bytes_get_u32(record + SNAPSHOT_BREAK_GLASS_NAME) !=
		published_check(record, SNAPSHOT_BREAK_GLASS_NAME, 0))
		return NULL;
	return (const char *)record;
}

/* Damage closes no door: the one behind which somebody waits may be the wrong one. */
enum snapshot_local
snapshot_local(const struct published *file)
{
	for (uint64_t n = 0; n < file->section[SNAPSHOT_BREAK_GLASS].count; n++)
		if (break_glass_name(file, n) == NULL)
			return SNAPSHOT_LOCAL_ANY;
	if ((file->flags & PUBLISHED_LOCAL_BREAK_GLASS) != 0)
		return SNAPSHOT_LOCAL_BREAK_GLASS;
	return (file->flags & PUBLISHED_LOCAL_LISTED) != 0 ? SNAPSHOT_LOCAL_LISTED
							   : SNAPSHOT_LOCAL_ANY;
}

bool
snapshot_is_break_glass(const struct published *file, const char *name)
{
	for (uint64_t n = 0; n < file->section[SNAPSHOT_BREAK_GLASS].count; n++) {
		const char *found = break_glass_name(file, n);

		if (found != NULL && strcmp(found, name) == 0)
			return true;
	}
	return false;
}

int64_t
snapshot_age_ms(const struct snapshot_user *user, const struct clock_now *now)
{
	return freshness_age_ms(user->verified_wall_ms, user->verified_boot_ms, now);
}
