/* SPDX-License-Identifier: Apache-2.0 */
/* nss_group.c - the group database; contract in nss_entry.h */
#include <string.h>

#include "common/text.h"
#include "nss/nss_entry.h"
#include "nss/nss_enum.h"
#include "nss/nss_reader.h"
#include "nss/nss_reply.h"

static struct nss_enum group_cursor;

static int
group_by_name(const struct published *file, const char *name, struct group *ret_gr,
    char *buffer, size_t size)
{
	size_t len = strnlen(name, TEXT_OS_NAME_MAX + 1);
	struct snapshot_group group;
	struct snapshot_user user;
	int r;

	if (!text_is_group_name(name, len))
		return PUBLISHED_E_NOTFOUND;
	r = snapshot_group_by_name(file, name, &group);
	if (r == 0)
		return nss_reply_group(&group, ret_gr, buffer, size);
	if (r == PUBLISHED_E_NOTFOUND && text_is_os_name(name, len)) {
		r = snapshot_user_by_name(file, name, &user);
		if (r == 0 && !nss_reply_has_name(&user))
			r = PUBLISHED_E_NOTFOUND;
		if (r == 0)
			return nss_reply_private_group(&user, ret_gr, buffer, size);
	}
	return r;
}

static int
group_by_id(const struct published *file, gid_t gid, struct group *ret_gr, char *buffer,
    size_t size)
{
	struct snapshot_group group;
	struct snapshot_user user;
	int r;

	if (!ids_is_ours(gid))
		return PUBLISHED_E_NOTFOUND;
	r = snapshot_group_by_id(file, gid, &group);
	if (r == 0)
		return nss_reply_group(&group, ret_gr, buffer, size);
	if (r != PUBLISHED_E_NOTFOUND)
		return r;
	r = snapshot_user_by_id(file, gid, &user);
	if (r == 0 && (!nss_reply_has_id(&user) || user.gid != gid))
		r = PUBLISHED_E_NOTFOUND;
	return r == 0 ? nss_reply_private_group(&user, ret_gr, buffer, size) : r;
}

enum nss_status
_nss_iamlogin_getgrnam_r(
    const char *name, struct group *ret_gr, char *buffer, size_t size, int *errnop)
{
	_cleanup_reader_guard_ struct reader_guard guard = READER_GUARD_NONE;
	int r;

	r = reader_acquire(&nss_reader, &guard);
	if (r == 0)
		r = group_by_name(guard.file, name, ret_gr, buffer, size);
	return nss_reply(r, errnop);
}

enum nss_status
_nss_iamlogin_getgrgid_r(
    gid_t gid, struct group *ret_gr, char *buffer, size_t size, int *errnop)
{
	_cleanup_reader_guard_ struct reader_guard guard = READER_GUARD_NONE;
	int r;

	r = reader_acquire(&nss_reader, &guard);
	if (r == 0)
		r = group_by_id(guard.file, gid, ret_gr, buffer, size);
	return nss_reply(r, errnop);
}

enum nss_status
_nss_iamlogin_setgrent(int stay_open)
{
	(void)stay_open;
	nss_enum_reset(&group_cursor);
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_iamlogin_endgrent(void)
{
	nss_enum_reset(&group_cursor);
	return NSS_STATUS_SUCCESS;
}

/*
 * The next group into the buffer: the records of GROUPS, then the private groups, whose
 * index goes on where GROUPS ends. What cannot be read is passed over.
 */
static int
next_group(const struct published *file, uint32_t *index, struct group *ret_gr,
    char *buffer, size_t size)
{
	uint64_t n_groups = file->section[SNAPSHOT_GROUPS].count;

	for (;; ++*index) {
		struct snapshot_group group;
		struct snapshot_user user;
		int r;

		if (*index < n_groups) {
			r = snapshot_group_at(file, *index, &group);
			if (r == 0)
				r = nss_reply_group(&group, ret_gr, buffer, size);
		} else {
			r = snapshot_user_at(file, *index - (uint32_t)n_groups, &user);
			if (r == 0 && !nss_reply_has_name(&user))
				continue;
			if (r == 0)
				r = nss_reply_private_group(&user, ret_gr, buffer, size);
		}
		if (r != PUBLISHED_E_DAMAGED)
			return r;
	}
}

enum nss_status
_nss_iamlogin_getgrent_r(struct group *ret_gr, char *buffer, size_t size, int *errnop)
{
	_cleanup_reader_guard_ struct reader_guard guard = READER_GUARD_NONE;
	uint32_t from, index;
	int r;

	r = nss_enum_enter(&group_cursor, &guard);
	while (r == 0) {
		from = index = nss_enum_position(&guard);
		r = next_group(guard.file, &index, ret_gr, buffer, size);
		if (r == 0 && nss_enum_advance(&guard, from, index + 1))
			break;
	}
	return nss_reply(r, errnop);
}
