/* SPDX-License-Identifier: Apache-2.0 */
/* nss_initgroups.c - the supplementary groups of a user; contract in nss_entry.h */
#include <string.h>

#include "common/bytes.h"
#include "common/text.h"
#include "nss/nss_entry.h"
#include "nss/nss_reader.h"
#include "nss/nss_reply.h"

/* glibc's array: what nss_files does with it (initgroups.c), as one thing. */
struct gid_array {
	long int *start;
	long int *size;
	gid_t **gids;
	long int limit;
};

/* Room for @n more, as far as the limit goes; doubling keeps many modules cheap. */
static int
reserve(const struct gid_array *array, uint32_t n)
{
	long int wanted = *array->start + (long int)n;
	long int size = *array->size > 0 ? *array->size : 16;
	int saved_errno = errno;
	gid_t *grown;

	while (size < wanted)
		size *= 2;
	if (array->limit > 0 && size > array->limit)
		size = array->limit;
	if (size <= *array->size)
		return 0;
	grown = realloc(*array->gids, (size_t)size * sizeof(gid_t));
	errno = saved_errno;
	if (grown == NULL)
		return -ENOMEM;
	*array->gids = grown;
	*array->size = size;
	return 0;
}

static int
append_groups(
    const struct snapshot_user *user, gid_t primary, const struct gid_array *array)
{
	const uint8_t *at = user->gids;
	const uint8_t *end = at + (size_t)user->n_gids * sizeof(uint32_t);
	gid_t *to, *to_end;
	long int room;

	if (*array->size - *array->start < (long int)user->n_gids) {
		int r = reserve(array, user->n_gids);

		if (r != 0)
			return r;
	}
	room = *array->size;
	if (array->limit > 0 && room > array->limit)
		room = array->limit; /* the caller's array may be larger than its limit */
	to = *array->gids + *array->start;
	to_end = *array->gids + room;
	for (; at < end && to < to_end; at += sizeof(uint32_t)) {
		gid_t gid = bytes_get_u32(at);

		/* A captured daemon cannot put anybody into group 0 either. */
		if (gid != primary && ids_is_ours(gid))
			*to++ = gid;
	}
	*array->start = to - *array->gids;
	return 0;
}

enum nss_status
_nss_iamlogin_initgroups_dyn(const char *user, gid_t primary, long int *start,
    long int *size, gid_t **groups, long int limit, int *errnop)
{
	_cleanup_reader_guard_ struct reader_guard guard = READER_GUARD_NONE;
	const struct gid_array array = { start, size, groups, limit };
	struct snapshot_user found;
	int r = PUBLISHED_E_NOTFOUND;

	r = reader_acquire(&nss_reader, &guard);
	/* a stranger's name, which glibc asks everybody for: nobody needs a snapshot for it */
	if (r != 0 && !text_is_os_name(user, strnlen(user, TEXT_OS_NAME_MAX + 1)))
		r = PUBLISHED_E_NOTFOUND;
	if (r == 0)
		r = snapshot_gids_by_name(guard.file, user, &found);
	if (r == 0 && !nss_reply_has_groups(&found))
		r = PUBLISHED_E_NOTFOUND;
	if (r == 0 && found.n_gids > 0)
		r = append_groups(&found, primary, &array);
	if (r == -ENOMEM) {
		*errnop =
		    ENOMEM; /* not UNAVAIL: the user exists, the caller may try again */
		return NSS_STATUS_TRYAGAIN;
	}
	return nss_reply(r, errnop);
}
