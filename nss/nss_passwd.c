/* SPDX-License-Identifier: Apache-2.0 */
/* nss_passwd.c - the passwd database; contract in nss_entry.h */
#include <string.h>

#include "common/text.h"
#include "nss/doorbell.h"
#include "nss/nss_entry.h"
#include "nss/nss_enum.h"
#include "nss/nss_reader.h"
#include "nss/nss_reply.h"

static struct nss_enum passwd_cursor;

enum nss_status
_nss_iamlogin_getpwnam_r(
    const char *name, struct passwd *ret_pw, char *buffer, size_t size, int *errnop)
{
	_cleanup_reader_guard_ struct reader_guard guard = READER_GUARD_NONE;
	struct snapshot_user user;
	int r;

	r = reader_acquire(&nss_reader, &guard);
	if (r == 0)
		r = snapshot_user_by_name(guard.file, name, &user);
	if (r == 0 && !nss_reply_has_name(&user))
		r = PUBLISHED_E_NOTFOUND;
	if (r == 0)
		r = nss_reply_passwd(&user, ret_pw, buffer, size);
	/* A record is only found under a well-formed name: the grammar matters to misses. */
	if (r == PUBLISHED_E_NOTFOUND && doorbell_is_for_us() &&
	    text_is_os_name(name, strnlen(name, TEXT_OS_NAME_MAX + 1)))
		doorbell_ring();
	return nss_reply(r, errnop);
}

enum nss_status
_nss_iamlogin_getpwuid_r(
    uid_t uid, struct passwd *ret_pw, char *buffer, size_t size, int *errnop)
{
	_cleanup_reader_guard_ struct reader_guard guard = READER_GUARD_NONE;
	struct snapshot_user user;
	int r;

	r = reader_acquire(&nss_reader, &guard);
	if (r == 0)
		r = ids_is_ours(uid) ? snapshot_user_by_id(guard.file, uid, &user)
				     : PUBLISHED_E_NOTFOUND;
	if (r == 0 && !nss_reply_has_id(&user))
		r = PUBLISHED_E_NOTFOUND;
	if (r == 0)
		r = nss_reply_passwd(&user, ret_pw, buffer, size);
	return nss_reply(r, errnop);
}

enum nss_status
_nss_iamlogin_setpwent(int stay_open)
{
	(void)stay_open;
	nss_enum_reset(&passwd_cursor);
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_iamlogin_endpwent(void)
{
	nss_enum_reset(&passwd_cursor);
	return NSS_STATUS_SUCCESS;
}

/* The next account that answers by name; a record that cannot be read is passed over. */
static int
next_user(const struct published *file, uint32_t *index, struct snapshot_user *ret_user)
{
	for (;; ++*index) {
		int r = snapshot_user_at(file, *index, ret_user);

		if (r == PUBLISHED_E_NOTFOUND || (r == 0 && nss_reply_has_name(ret_user)))
			return r;
	}
}

enum nss_status
_nss_iamlogin_getpwent_r(struct passwd *ret_pw, char *buffer, size_t size, int *errnop)
{
	_cleanup_reader_guard_ struct reader_guard guard = READER_GUARD_NONE;
	struct snapshot_user user;
	uint32_t from, index;
	int r;

	r = nss_enum_enter(&passwd_cursor, &guard);
	while (r == 0) {
		from = index = nss_enum_position(&guard);
		r = next_user(guard.file, &index, &user);
		if (r == 0)
			r = nss_reply_passwd(&user, ret_pw, buffer, size);
		if (r == 0 && nss_enum_advance(&guard, from, index + 1))
			break;
	}
	return nss_reply(r, errnop);
}
