/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_reply.c - our codes as glibc's, our records in its buffers; contract in nss_reply.h
 */
#include <stdalign.h>
#include <string.h>

#include "nss/nss_reply.h"

static const char group_passwd[] = "*";

enum nss_status
nss_reply(int r, int *errnop)
{
	switch (r) {
	case 0:
		return NSS_STATUS_SUCCESS;
	case PUBLISHED_E_NOTFOUND:
		*errnop = ENOENT;
		return NSS_STATUS_NOTFOUND;
	case -ERANGE:
		*errnop = ERANGE; /* glibc enlarges the buffer and calls again */
		return NSS_STATUS_TRYAGAIN;
	case PUBLISHED_E_ABSENT:
		*errnop = ENOENT;
		return NSS_STATUS_UNAVAIL;
	default:
		*errnop = r < 0 ? -r : EIO;
		return NSS_STATUS_UNAVAIL;
	}
}

int
nss_reply_passwd(
    const struct snapshot_user *user, struct passwd *ret_pw, char *buffer, size_t size)
{
	if (user->strings_size > size)
		return -ERANGE;
	memcpy(buffer, user->strings, user->strings_size);
	ret_pw->pw_name = buffer + user->offset[SNAPSHOT_NAME];
	ret_pw->pw_passwd = buffer + user->offset[SNAPSHOT_PASSWD];
	ret_pw->pw_uid = user->uid;
	ret_pw->pw_gid = user->gid;
	ret_pw->pw_gecos = buffer + user->offset[SNAPSHOT_GECOS];
	ret_pw->pw_dir = buffer + user->offset[SNAPSHOT_DIR];
	ret_pw->pw_shell = buffer + user->offset[SNAPSHOT_SHELL];
	return 0;
}

/* How many bytes until a pointer may lie there; glibc's buffers have any alignment. */
static size_t
padding(const char *buffer)
{
	return -(uintptr_t)buffer % alignof(char *);
}

int
nss_reply_private_group(
    const struct snapshot_user *user, struct group *ret_gr, char *buffer, size_t size)
{
	size_t pad = padding(buffer);
	size_t text = user->offset[SNAPSHOT_GECOS]; /* name and "*", as in the record */
	char *none = NULL;

	if (pad + sizeof(none) + text > size)
		return -ERANGE;
	memcpy(buffer + pad, &none, sizeof(none));
	memcpy(buffer + pad + sizeof(none), user->strings, text);
	ret_gr->gr_mem = (char **)(void *)(buffer + pad);
	ret_gr->gr_name = buffer + pad + sizeof(none);
	ret_gr->gr_passwd = ret_gr->gr_name + user->offset[SNAPSHOT_PASSWD];
	ret_gr->gr_gid = user->gid;
	return 0;
}

int
nss_reply_group(
    const struct snapshot_group *group, struct group *ret_gr, char *buffer, size_t size)
{
	size_t pad = padding(buffer);
	size_t vector = ((size_t)group->n_members + 1) * sizeof(char *);
	size_t name_size = (size_t)group->name_len + 1;
	char **members, *name, *block;
	uint32_t at = 0, n = 0;

	if (pad + vector + name_size + sizeof(group_passwd) + group->members_size > size)
		return -ERANGE;
	members = (char **)(void *)(buffer + pad);
	name = buffer + pad + vector;
	memcpy(name, group->name, name_size);
	memcpy(name + name_size, group_passwd, sizeof(group_passwd));
	block = name + name_size + sizeof(group_passwd);
	if (group->members_size > 0)
		memcpy(block, group->members, group->members_size);
	for (; n < group->n_members; n++) {
		char *member = block + at + 1; /* behind its length */

		if (snapshot_member(group, &at) == NULL)
			return PUBLISHED_E_DAMAGED;
		members[n] = member;
	}
	if (at != group->members_size)
		return PUBLISHED_E_DAMAGED;
	members[n] = NULL;
	ret_gr->gr_mem = members;
	ret_gr->gr_name = name;
	ret_gr->gr_passwd = name + name_size;
	ret_gr->gr_gid = group->gid;
	return 0;
}
