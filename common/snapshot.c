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
	AT_USER_GIDS_CHECK = 26,
	AT_USER_GIDS = 28,
	AT_USER_N_GIDS = 32,
	AT_USER_ALLOW = 36,
	AT_USER_KNOWN = 40,
	AT_USER_CHECK = 44,
	AT_USER_WALL = 48,
	AT_USER_BOOT = 56,
	AT_GROUP_GID = 0,
	AT_GROUP_NAME = 8,
	AT_GROUP_NAME_LEN = 12,
	AT_GROUP_MEMBERS = 16,
	AT_GROUP_N_MEMBERS = 20,
	AT_GROUP_MEMBERS_SIZE = 24,
	AT_GROUP_CHECK = 28,
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

/*
 * "*" and nothing else: with "" pam_unix would let anybody in under nullok, and "x" makes
 * it look for a shadow entry.
 */
static bool
passwd_is_star(const struct snapshot_user *user)
{
	const char *passwd = user->strings + user->offset[SNAPSHOT_PASSWD];

	return passwd[0] == '*' && passwd[1] == '\0';
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
 * The five strings: inside the section, each ending where its length says and not before.
 */
static bool
user_strings(
    const struct published *file, const uint8_t *record, struct snapshot_user *user)
{
	uint32_t size = 0;
	uint16_t len[SNAPSHOT_STRINGS_N];

	for (unsigned i = 0; i < SNAPSHOT_STRINGS_N; i++) {
		len[i] = bytes_get_u16(record + AT_USER_LEN + 2 * i);
		user->offset[i] = (uint16_t)size;
		size += (uint32_t)len[i] + 1;
	}
	if (size > UINT16_MAX)
		return false;
	user->strings =
	    published_string(file, bytes_get_u32(record + AT_USER_STRINGS), size - 1);
	if (user->strings == NULL)
		return false;
	for (unsigned i = 0; i < SNAPSHOT_STRINGS_N; i++) {
		if (user->strings[user->offset[i] + len[i]] != '\0')
			return false;
	}
	/* A record with a check is as its writer made it: this is for those without. */
	if (bytes_get_u32(record + AT_USER_CHECK) == 0 &&
	    count_nuls(user->strings, size) != SNAPSHOT_STRINGS_N)
		return false;
	user->strings_size = size;
	return text_is_os_name(user->strings, len[SNAPSHOT_NAME]) && passwd_is_star(user);
}

static bool
user_is_whole(const uint8_t *record, struct snapshot_user *user)
{
	uint32_t check = bytes_get_u32(record + AT_USER_CHECK);

	user->has_checks = check != 0;
	return check == 0 ||
	       check == published_check(record, AT_USER_CHECK,
			    published_sum(user->strings, user->strings_size));
}

bool
snapshot_gids_are_whole(const struct snapshot_user *user)
{
	return !user->has_checks || user->n_gids == 0 ||
	       user->gids_check == published_check_gids(user->gids, user->n_gids);
}

static inline int
read_user(const struct published *file, uint64_t n, struct snapshot_user *user)
{
	const uint8_t *record = published_record(file, SNAPSHOT_USERS, n);
	uint32_t first;

	if (record == NULL)
		return PUBLISHED_E_NOTFOUND;
	user->record = (uint32_t)n;
	user->uid = bytes_get_u32(record + AT_USER_UID);
	user->gid = bytes_get_u32(record + AT_USER_GID);
	user->flags = bytes_get_u32(record + AT_USER_FLAGS);
	if (!user_is_admissible(user->uid, user->gid, user->flags) ||
	    !user_strings(file, record, user) || !user_is_whole(record, user))
		return PUBLISHED_E_DAMAGED;

	first = bytes_get_u32(record + AT_USER_GIDS);
	user->n_gids = bytes_get_u32(record + AT_USER_N_GIDS);
	user->gids_check = bytes_get_u16(record + AT_USER_GIDS_CHECK);
	user->gids = NULL;
	if (user->n_gids > 0) {
		if ((uint64_t)first + user->n_gids > file->section[SNAPSHOT_GIDS].count)
			return PUBLISHED_E_DAMAGED;
		user->gids = published_record(file, SNAPSHOT_GIDS, first);
	}
	user->allow_mask = bytes_get_u32(record + AT_USER_ALLOW);
	user->known_mask = bytes_get_u32(record + AT_USER_KNOWN);
	user->verified_wall_ms = bytes_get_i64(record + AT_USER_WALL);
	user->verified_boot_ms = bytes_get_i64(record + AT_USER_BOOT);
	if (user->verified_wall_ms == 0)
		published_verified(
		    file, &user->verified_wall_ms, &user->verified_boot_ms);
	return 0;
}

/* The name of a record without the rest of it, to compare; NULL: none. */
static const char *
user_name(const struct published *file, uint64_t n, size_t *ret_len)
{
	const uint8_t *record = published_record(file, SNAPSHOT_USERS, n);

	if (record == NULL)
		return NULL;
	*ret_len = bytes_get_u16(record + AT_USER_LEN);
	return published_string(file, bytes_get_u32(record + AT_USER_STRINGS), *ret_len);
}

/* An id outside the range makes the record absent; anything else wrong is damage. */
static int
read_found_user(const struct published *file, uint64_t n, struct snapshot_user *ret_user)
{
	const uint8_t *record = published_record(file, SNAPSHOT_USERS, n);

	if (record != NULL && !user_is_admissible(bytes_get_u32(record + AT_USER_UID),
				  bytes_get_u32(record + AT_USER_GID),
				  bytes_get_u32(record + AT_USER_FLAGS)))
		return PUBLISHED_E_NOTFOUND;
	return read_user(file, n, ret_user);
}

int
snapshot_user_by_name(
    const struct published *file, const char *name, struct snapshot_user *ret_user)
{
	const unsigned index = SNAPSHOT_USER_BY_NAME;
	size_t len = strnlen(name, TEXT_OS_NAME_MAX + 1);
	uint64_t hash = published_hash(file->hash_seed, name, len);
	uint64_t cursor = 0;
	uint32_t next;

	if (len > TEXT_OS_NAME_MAX)
		return PUBLISHED_E_NOTFOUND;
	while ((next = published_probe(file, index, hash, &cursor)) != 0) {
		size_t found_len;
		const char *found = user_name(file, next - 1, &found_len);

		if (found != NULL && found_len == len && memcmp(found, name, len) == 0)
			return read_found_user(file, next - 1, ret_user);
	}
	return PUBLISHED_E_NOTFOUND;
}

int
snapshot_user_by_id(
    const struct published *file, uint32_t uid, struct snapshot_user *ret_user)
{
	uint64_t hash = published_hash_id(file->hash_seed, uid);
	uint64_t cursor = 0;
	uint32_t next;

	while ((next = published_probe(file, SNAPSHOT_USER_BY_ID, hash, &cursor)) != 0) {
		const uint8_t *record = published_record(file, SNAPSHOT_USERS, next - 1);

		if (record != NULL && bytes_get_u32(record + AT_USER_UID) == uid)
			return read_found_user(file, next - 1, ret_user);
	}
	return PUBLISHED_E_NOTFOUND;
}

int
snapshot_user_at(const struct published *file, uint32_t n, struct snapshot_user *ret_user)
{
	return read_user(file, n, ret_user);
}

static const char *
group_name(const struct published *file, const uint8_t *record, uint16_t *ret_len)
{
	*ret_len = bytes_get_u16(record + AT_GROUP_NAME_LEN);
	return published_string(file, bytes_get_u32(record + AT_GROUP_NAME), *ret_len);
}

static bool
group_is_whole(const struct published *file, const uint8_t *record,
    const struct snapshot_group *group)
{
	uint32_t check = bytes_get_u32(record + AT_GROUP_CHECK);
	const struct published_section *members = &file->section[SNAPSHOT_MEMBERS];
	uint64_t sum;

	if (check == 0)
		return true;
	sum = published_sum(group->name, (size_t)group->name_len + 1);
	sum +=
	    published_sum(group->n_members > 0
			      ? members->data + (uint64_t)group->members * members->stride
			      : members->data,
		(size_t)group->n_members * members->stride);
	return check == published_check(record, AT_GROUP_CHECK, sum);
}

static int
read_group(const struct published *file, uint64_t n, struct snapshot_group *ret_group)
{
	const uint8_t *record = published_record(file, SNAPSHOT_GROUPS, n);
	struct snapshot_group group;

	if (record == NULL)
		return PUBLISHED_E_NOTFOUND;
	group.gid = bytes_get_u32(record + AT_GROUP_GID);
	group.name = group_name(file, record, &group.name_len);
	group.members = bytes_get_u32(record + AT_GROUP_MEMBERS);
	group.n_members = bytes_get_u32(record + AT_GROUP_N_MEMBERS);
	group.members_size = bytes_get_u32(record + AT_GROUP_MEMBERS_SIZE);
	if (!ids_is_ours(group.gid) || group.name == NULL ||
	    !text_is_group_name(group.name, group.name_len) ||
	    group.n_members > SNAPSHOT_MEMBERS_MAX ||
	    group.members_size > SNAPSHOT_MEMBERS_MAX * (TEXT_OS_NAME_MAX + 1) ||
	    (uint64_t)group.members + group.n_members >
		file->section[SNAPSHOT_MEMBERS].count ||
	    !group_is_whole(file, record, &group))
		return PUBLISHED_E_DAMAGED;
	*ret_group = group;
	return 0;
}

int
snapshot_group_by_name(
    const struct published *file, const char *name, struct snapshot_group *ret_group)
{
	const unsigned index = SNAPSHOT_GROUP_BY_NAME;
	size_t len = strnlen(name, TEXT_OS_NAME_MAX + 1);
	uint64_t hash = published_hash(file->hash_seed, name, len);
	uint64_t cursor = 0;
	uint32_t next;

	if (len > TEXT_OS_NAME_MAX)
		return PUBLISHED_E_NOTFOUND;
	while ((next = published_probe(file, index, hash, &cursor)) != 0) {
		const uint8_t *record = published_record(file, SNAPSHOT_GROUPS, next - 1);
		const char *found;
		uint16_t found_len;

		if (record == NULL)
			continue;
		found = group_name(file, record, &found_len);
		if (found == NULL || found_len != len || memcmp(found, name, len) != 0)
			continue;
		if (!ids_is_ours(bytes_get_u32(record + AT_GROUP_GID)))
			return PUBLISHED_E_NOTFOUND;
		return read_group(file, next - 1, ret_group);
	}
	return PUBLISHED_E_NOTFOUND;
}

int
snapshot_group_by_id(
    const struct published *file, uint32_t gid, struct snapshot_group *ret_group)
{
	uint64_t hash = published_hash_id(file->hash_seed, gid);
	uint64_t cursor = 0;
	uint32_t next;

	if (!ids_is_ours(gid))
		return PUBLISHED_E_NOTFOUND;
	while ((next = published_probe(file, SNAPSHOT_GROUP_BY_ID, hash, &cursor)) != 0) {
		const uint8_t *record = published_record(file, SNAPSHOT_GROUPS, next - 1);

		if (record != NULL && bytes_get_u32(record + AT_GROUP_GID) == gid)
			return read_group(file, next - 1, ret_group);
	}
	return PUBLISHED_E_NOTFOUND;
}

int
snapshot_group_at(
    const struct published *file, uint32_t n, struct snapshot_group *ret_group)
{
	return read_group(file, n, ret_group);
}

const char *
snapshot_member(
    const struct published *file, const struct snapshot_group *group, uint32_t n)
{
	const uint8_t *member;
	struct snapshot_user user;

	if (n >= group->n_members)
		return NULL;
	member = published_record(file, SNAPSHOT_MEMBERS, (uint64_t)group->members + n);
	if (member == NULL || read_user(file, bytes_get_u32(member), &user) != 0)
		return NULL;
	return user.strings;
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
