/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot_group.c - groups in the snapshot; contract in snapshot.h */
#include <string.h>

#include "common/bytes.h"
#include "common/snapshot.h"
#include "common/text.h"

enum {
	AT_GROUP_GID = 0,
	AT_GROUP_NAME = 8,
	AT_GROUP_NAME_LEN = 12,
	AT_GROUP_MEMBERS = 16,
	AT_GROUP_N_MEMBERS = 20,
	AT_GROUP_MEMBERS_SIZE = 24,
	AT_GROUP_CHECK = 28,
};

static bool
group_is_whole(const uint8_t *record, const struct snapshot_group *group)
{
	uint32_t check = bytes_get_u32(record + AT_GROUP_CHECK);
	uint64_t sum;

	if (check == 0)
		return true;
	sum = published_sum(group->name, (size_t)group->name_len + 1);
	sum += published_sum(group->members, group->members_size);
	return check == published_check(record, AT_GROUP_CHECK, sum);
}

static int
read_group(
    const struct published *file, const uint8_t *record, struct snapshot_group *ret_group)
{
	const struct published_section *members = &file->section[SNAPSHOT_MEMBERS];
	uint32_t first = bytes_get_u32(record + AT_GROUP_MEMBERS);
	struct snapshot_group group = {
		.gid = bytes_get_u32(record + AT_GROUP_GID),
		.name_len = bytes_get_u16(record + AT_GROUP_NAME_LEN),
		.members = members->data,
		.n_members = bytes_get_u32(record + AT_GROUP_N_MEMBERS),
		.members_size = bytes_get_u32(record + AT_GROUP_MEMBERS_SIZE),
	};

	group.name =
	    published_string(file, bytes_get_u32(record + AT_GROUP_NAME), group.name_len);
	if (!ids_is_ours(group.gid) || group.name == NULL ||
	    !text_is_group_name(group.name, group.name_len) ||
	    group.n_members > SNAPSHOT_MEMBERS_MAX ||
	    group.members_size > group.n_members * (TEXT_OS_NAME_MAX + 2) ||
	    (uint64_t)first + group.members_size > members->count)
		return PUBLISHED_E_DAMAGED;
	if (group.members_size > 0)
		group.members += first;
	if (!group_is_whole(record, &group))
		return PUBLISHED_E_DAMAGED;
	*ret_group = group;
	return 0;
}

/* Does the name at @offset of STRINGS, @found_len long, equal the one asked for? */
static inline bool
is_named(const struct published *file, uint32_t offset, size_t found_len,
    const char *name, size_t len)
{
	const char *found;

	if (found_len != len)
		return false;
	found = published_string(file, offset, len);
	return found != NULL && text_is_same(found, name, len);
}

int
snapshot_group_by_name(
    const struct published *file, const char *name, struct snapshot_group *ret_group)
{
	size_t len = strnlen(name, TEXT_OS_NAME_MAX + 1);
	uint64_t hash, cursor = 0;
	uint32_t next;

	if (len > TEXT_OS_NAME_MAX)
		return PUBLISHED_E_NOTFOUND;
	hash = published_hash(file->hash_seed, name, len);
	while (
	    (next = published_probe(file, SNAPSHOT_GROUP_BY_NAME, hash, &cursor)) != 0) {
		const uint8_t *record = published_record(file, SNAPSHOT_GROUPS, next - 1);

		if (record == NULL ||
		    !is_named(file, bytes_get_u32(record + AT_GROUP_NAME),
			bytes_get_u16(record + AT_GROUP_NAME_LEN), name, len))
			continue;
		if (!ids_is_ours(bytes_get_u32(record + AT_GROUP_GID)))
			return PUBLISHED_E_NOTFOUND;
		return read_group(file, record, ret_group);
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
			return read_group(file, record, ret_group);
	}
	return PUBLISHED_E_NOTFOUND;
}

int
snapshot_group_at(
    const struct published *file, uint32_t n, struct snapshot_group *ret_group)
{
	const uint8_t *record = published_record(file, SNAPSHOT_GROUPS, n);

	return record != NULL ? read_group(file, record, ret_group)
			      : PUBLISHED_E_NOTFOUND;
}

const char *
snapshot_member(const struct snapshot_group *group, uint32_t *at)
{
	const char *name;
	size_t len;

	if (*at >= group->members_size)
		return NULL;
	len = group->members[*at];
	if (len + 2 > group->members_size - *at)
		return NULL;
	name = (const char *)group->members + *at + 1;
	if (name[len] != '\0' || !text_is_os_name(name, len))
		return NULL;
	*at += (uint32_t)len + 2;
	return name;
}
