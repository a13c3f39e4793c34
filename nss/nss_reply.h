/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_reply.h - our codes as glibc's, and our records in the caller's buffer
 *
 * Room: nss. libc only, pure. The need of a record is known before anything is written: a
 * buffer that is too small stays as it was.
 */
#ifndef NSS_REPLY_H
#define NSS_REPLY_H

#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdbool.h>

#include "common/snapshot.h"

/**
 * nss_reply() - the one place where our codes become glibc's
 * @r: 0, PUBLISHED_E_*, or -errno; -ERANGE: a larger buffer helps
 *
 * NOTFOUND only for PUBLISHED_E_NOTFOUND, which only a snapshot can say; without one, or
 * with a damaged one, UNAVAIL: a failure never looks as if the user had been deleted.
 */
enum nss_status nss_reply(int r, int *errnop);

/** nss_reply_has_name() - does name -> account answer for this record? */
static inline bool
nss_reply_has_name(const struct snapshot_user *user)
{
	return (user->flags & (USER_NAME | USER_LOCAL)) == USER_NAME;
}

/** nss_reply_has_groups() - do we add groups? To a listed local account as well. */
static inline bool
nss_reply_has_groups(const struct snapshot_user *user)
{
	return (user->flags & (USER_NAME | USER_LOCAL)) != 0;
}

/** nss_reply_has_id() - does id -> name answer for this record? */
static inline bool
nss_reply_has_id(const struct snapshot_user *user)
{
	return (user->flags & USER_LOCAL) == 0;
}

/** nss_reply_passwd() - 0 or -ERANGE */
int nss_reply_passwd(
    const struct snapshot_user *user, struct passwd *ret_pw, char *buffer, size_t size);

/** nss_reply_private_group() - the group of one user, without members; 0 or -ERANGE */
int nss_reply_private_group(
    const struct snapshot_user *user, struct group *ret_gr, char *buffer, size_t size);

/**
 * nss_reply_group() - a group with its members
 *
 * Return: 0, -ERANGE, or PUBLISHED_E_DAMAGED when the names do not add up to what the
 * writer counted; then the buffer's content is undefined, *ret_gr untouched.
 */
int nss_reply_group(
    const struct snapshot_group *group, struct group *ret_gr, char *buffer, size_t size);

#endif
