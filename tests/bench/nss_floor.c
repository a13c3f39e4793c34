/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_floor.c - libnss_floor.so.2: the least that an answer from a mapped file can cost
 *
 * The same bytes as our snapshot, in a file of its own that is mapped when the library is
 * loaded and never again; the same hash, slots, records and strings. No generation, no
 * protection of the mapping, no bounds, no grammar, no id range, no NUL looked
 * for; only the size of the caller's buffer, without which `id` would crash. Whatever our module costs above this is the price of being safe.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/published_format.h"

#define FLOOR_FILE "/run/floor/snapshot"
#define FLOOR_EXPORT __attribute__((visibility("default")))

/* Records as they lie in the file on a little-endian machine (published_format.h). */
struct floor_user {
	uint32_t uid, gid, flags, strings;
	uint16_t len[5], n_gids;
	uint32_t gids;
	uint32_t rest[8];
};

struct floor_group {
	uint32_t gid, flags, name;
	uint16_t name_len, zero;
	uint32_t members, n_members, members_size, rest;
};

struct floor_slot {
	uint32_t tag, record;
};

struct floor_index {
	const struct floor_slot *slots;
	uint64_t mask;
};

static uint64_t seed;
static const struct floor_user *users;
static const struct floor_group *groups;
static const uint32_t *gids;
static const uint8_t *members;
static const char *strings;
static uint64_t n_users, at_user, n_groups, at_group;
static struct floor_index user_by_name, user_by_id, group_by_name, group_by_id;

enum nss_status _nss_floor_getpwnam_r(
    const char *name, struct passwd *pw, char *buffer, size_t size, int *errnop);
enum nss_status _nss_floor_getpwuid_r(
    uid_t uid, struct passwd *pw, char *buffer, size_t size, int *errnop);
enum nss_status _nss_floor_setpwent(int stay_open);
enum nss_status _nss_floor_endpwent(void);
enum nss_status
_nss_floor_getpwent_r(struct passwd *pw, char *buffer, size_t size, int *errnop);
enum nss_status _nss_floor_getgrnam_r(
    const char *name, struct group *gr, char *buffer, size_t size, int *errnop);
enum nss_status _nss_floor_getgrgid_r(
    gid_t gid, struct group *gr, char *buffer, size_t size, int *errnop);
enum nss_status _nss_floor_setgrent(int stay_open);
enum nss_status _nss_floor_endgrent(void);
enum nss_status
_nss_floor_getgrent_r(struct group *gr, char *buffer, size_t size, int *errnop);
enum nss_status _nss_floor_initgroups_dyn(const char *user, gid_t primary, long *start,
    long *size, gid_t **array, long limit, int *errnop);

static struct floor_index
index_at(const uint8_t *data, uint64_t count)
{
	return (struct floor_index){ (const void *)data, count - 1 };
}

static void
take_section(uint32_t id, const uint8_t *data, uint64_t count)
{
	switch (id) {
	case SNAPSHOT_USERS:
		users = (const void *)data;
		n_users = count;
		break;
	case SNAPSHOT_USER_BY_NAME:
		user_by_name = index_at(data, count);
		break;
	case SNAPSHOT_USER_BY_ID:
		user_by_id = index_at(data, count);
		break;
	case SNAPSHOT_GROUPS:
		groups = (const void *)data;
		n_groups = count;
		break;
	case SNAPSHOT_GROUP_BY_NAME:
		group_by_name = index_at(data, count);
		break;
	case SNAPSHOT_GROUP_BY_ID:
		group_by_id = index_at(data, count);
		break;
	case SNAPSHOT_GIDS:
		gids = (const void *)data;
		break;
	case SNAPSHOT_MEMBERS:
		members = data;
		break;
	case SNAPSHOT_STRINGS:
		strings = (const char *)data;
		break;
	default:
		break;
	}
}

__attribute__((constructor)) static void
map_file(void)
{
	int fd = open(FLOOR_FILE, O_RDONLY | O_CLOEXEC);
	const uint8_t *file, *entry;
	uint32_t n_sections, id;
	uint64_t offset, count;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return;
	file = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (file == MAP_FAILED)
		return;
	memcpy(&seed, file + PUBLISHED_AT_HASH_SEED, sizeof(seed));
	memcpy(&n_sections, file + PUBLISHED_AT_N_SECTIONS, sizeof(n_sections));
	entry = file + PUBLISHED_HEADER_SIZE;
	for (; n_sections > 0; n_sections--, entry += PUBLISHED_SECTION_SIZE) {
		memcpy(&id, entry, sizeof(id));
		memcpy(&offset, entry + 8, sizeof(offset));
		memcpy(&count, entry + 16, sizeof(count));
		take_section(id, file + offset, count);
	}
}

static const struct floor_user *
user_named(const char *name)
{
	size_t len = strlen(name);
	uint64_t hash = published_hash(seed, name, len);

	for (uint64_t n = hash >> 32;; n++) {
		struct floor_slot slot = user_by_name.slots[n & user_by_name.mask];

		if (slot.record == 0)
			return NULL;
		if (slot.tag == (uint32_t)hash &&
		    memcmp(strings + users[slot.record - 1].strings, name, len + 1) == 0)
			return &users[slot.record - 1];
	}
}

static const struct floor_user *
user_numbered(uint32_t uid)
{
	uint64_t hash = published_hash_id(seed, uid);

	for (uint64_t n = hash >> 32;; n++) {
		struct floor_slot slot = user_by_id.slots[n & user_by_id.mask];

		if (slot.record == 0)
			return NULL;
		if (slot.tag == (uint32_t)hash && users[slot.record - 1].uid == uid)
			return &users[slot.record - 1];
	}
}

static enum nss_status
too_small(int *errnop)
{
	*errnop = ERANGE;
	return NSS_STATUS_TRYAGAIN;
}

static enum nss_status
give_user(const struct floor_user *user, struct passwd *pw, char *buffer, size_t room,
    int *errnop)
{
	size_t size = (size_t)user->len[0] + user->len[1] + user->len[2] + user->len[3] +
		      user->len[4] + 5;

	if (size > room)
		return too_small(errnop);
	memcpy(buffer, strings + user->strings, size);
	pw->pw_name = buffer;
	pw->pw_passwd = pw->pw_name + user->len[0] + 1;
	pw->pw_gecos = pw->pw_passwd + user->len[1] + 1;
	pw->pw_dir = pw->pw_gecos + user->len[2] + 1;
	pw->pw_shell = pw->pw_dir + user->len[3] + 1;
	pw->pw_uid = user->uid;
	pw->pw_gid = user->gid;
	return NSS_STATUS_SUCCESS;
}

static enum nss_status
nobody(int *errnop)
{
	*errnop = ENOENT;
	return NSS_STATUS_NOTFOUND;
}

FLOOR_EXPORT enum nss_status
_nss_floor_getpwnam_r(
    const char *name, struct passwd *pw, char *buffer, size_t size, int *errnop)
{
	const struct floor_user *user = user_named(name);

	return user != NULL ? give_user(user, pw, buffer, size, errnop) : nobody(errnop);
}

FLOOR_EXPORT enum nss_status
_nss_floor_getpwuid_r(
    uid_t uid, struct passwd *pw, char *buffer, size_t size, int *errnop)
{
	const struct floor_user *user = user_numbered(uid);

	return user != NULL ? give_user(user, pw, buffer, size, errnop) : nobody(errnop);
}

FLOOR_EXPORT enum nss_status
_nss_floor_setpwent(int stay_open)
{
	(void)stay_open;
	at_user = 0;
	return NSS_STATUS_SUCCESS;
}

FLOOR_EXPORT enum nss_status
_nss_floor_endpwent(void)
{
	return NSS_STATUS_SUCCESS;
}

FLOOR_EXPORT enum nss_status
_nss_floor_getpwent_r(struct passwd *pw, char *buffer, size_t size, int *errnop)
{
	if (at_user == n_users)
		return nobody(errnop);
	return give_user(&users[at_user++], pw, buffer, size, errnop);
}

/* The pointers first, then the group's name, "*" and the members' names. */
static enum nss_status
give_group(const struct floor_group *group, struct group *gr, char *buffer, size_t room,
    int *errnop)
{
	size_t pad = -(uintptr_t)buffer % sizeof(char *);
	size_t pointers = sizeof(char *) * ((size_t)group->n_members + 1);
	char **list = (char **)(void *)(buffer + pad);
	const uint8_t *names = members + group->members;
	char *at = buffer + pad + pointers;

	if (pad + pointers + group->name_len + 3 + group->members_size > room)
		return too_small(errnop);
	gr->gr_mem = list;
	gr->gr_name = at;
	memcpy(at, strings + group->name, (size_t)group->name_len + 1);
	at += group->name_len + 1;
	gr->gr_passwd = at;
	memcpy(at, "*", 2);
	at += 2;
	memcpy(at, names, group->members_size);
	for (uint32_t i = 0, n = 0; i < group->n_members; i++) {
		list[i] = at + n + 1;
		n += names[n] + 2u;
	}
	list[group->n_members] = NULL;
	gr->gr_gid = group->gid;
	return NSS_STATUS_SUCCESS;
}

static enum nss_status
give_private_group(const struct floor_user *user, struct group *gr, char *buffer,
    size_t room, int *errnop)
{
	size_t pad = -(uintptr_t)buffer % sizeof(char *);
	char **list = (char **)(void *)(buffer + pad);

	if (pad + sizeof(char *) + user->len[0] + 3 > room)
		return too_small(errnop);
	list[0] = NULL;
	gr->gr_mem = list;
	gr->gr_name = buffer + pad + sizeof(char *);
	memcpy(gr->gr_name, strings + user->strings, (size_t)user->len[0] + 3);
	gr->gr_passwd = gr->gr_name + user->len[0] + 1;
	gr->gr_gid = user->gid;
	return NSS_STATUS_SUCCESS;
}

FLOOR_EXPORT enum nss_status
_nss_floor_getgrnam_r(
    const char *name, struct group *gr, char *buffer, size_t size, int *errnop)
{
	size_t len = strlen(name);
	uint64_t hash = published_hash(seed, name, len);
	const struct floor_user *user;

	for (uint64_t n = hash >> 32;; n++) {
		struct floor_slot slot = group_by_name.slots[n & group_by_name.mask];
		const struct floor_group *group = &groups[slot.record - 1];

		if (slot.record == 0)
			break;
		if (slot.tag == (uint32_t)hash &&
		    memcmp(strings + group->name, name, len + 1) == 0)
			return give_group(group, gr, buffer, size, errnop);
	}
	user = user_named(name);
	return user != NULL ? give_private_group(user, gr, buffer, size, errnop)
			    : nobody(errnop);
}

FLOOR_EXPORT enum nss_status
_nss_floor_getgrgid_r(gid_t gid, struct group *gr, char *buffer, size_t size, int *errnop)
{
	uint64_t hash = published_hash_id(seed, gid);
	const struct floor_user *user;

	for (uint64_t n = hash >> 32;; n++) {
		struct floor_slot slot = group_by_id.slots[n & group_by_id.mask];
		const struct floor_group *group = &groups[slot.record - 1];

		if (slot.record == 0)
			break;
		if (slot.tag == (uint32_t)hash && group->gid == gid)
			return give_group(group, gr, buffer, size, errnop);
	}
	user = user_numbered(gid);
	return user != NULL ? give_private_group(user, gr, buffer, size, errnop)
			    : nobody(errnop);
}

FLOOR_EXPORT enum nss_status
_nss_floor_setgrent(int stay_open)
{
	(void)stay_open;
	at_group = 0;
	return NSS_STATUS_SUCCESS;
}

FLOOR_EXPORT enum nss_status
_nss_floor_endgrent(void)
{
	return NSS_STATUS_SUCCESS;
}

FLOOR_EXPORT enum nss_status
_nss_floor_getgrent_r(struct group *gr, char *buffer, size_t size, int *errnop)
{
	uint64_t n = at_group;
	enum nss_status status;

	if (n == n_groups + n_users)
		return nobody(errnop);
	status = n < n_groups
		     ? give_group(&groups[n], gr, buffer, size, errnop)
		     : give_private_group(&users[n - n_groups], gr, buffer, size, errnop);
	if (status == NSS_STATUS_SUCCESS)
		at_group++;
	return status;
}

FLOOR_EXPORT enum nss_status
_nss_floor_initgroups_dyn(const char *name, gid_t primary, long *start, long *size,
    gid_t **array, long limit, int *errnop)
{
	const struct floor_user *user = user_named(name);

	(void)primary;
	(void)limit;
	if (user == NULL)
		return nobody(errnop);
	if (*size - *start < (long)user->n_gids) {
		gid_t *grown = realloc(*array, sizeof(gid_t) * (user->n_gids + 64ul));

		if (grown == NULL)
			return NSS_STATUS_TRYAGAIN;
		*array = grown;
		*size = (long)user->n_gids + 64;
	}
	memcpy(*array + *start, gids + user->gids, sizeof(gid_t) * user->n_gids);
	*start += user->n_gids;
	return NSS_STATUS_SUCCESS;
}
