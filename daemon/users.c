/* SPDX-License-Identifier: Apache-2.0 */
/* users.c - our own system users; contract in users.h */
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "common/paths.h"
#include "daemon/users.h"

#define USERS_KEYS "iamlogin-keys"

static uint32_t
users_uid(const char *name)
{
	_cleanup_fclose_ FILE *stream = fopen(paths_passwd, "re");
	char buffer[4096];
	struct passwd entry, *found;

	while (stream != NULL &&
	       fgetpwent_r(stream, &entry, buffer, sizeof(buffer), &found) == 0)
		if (strcmp(entry.pw_name, name) == 0)
			return entry.pw_uid;
	return UINT32_MAX;
}

static uint32_t
users_gid(const char *name)
{
	_cleanup_fclose_ FILE *stream = fopen(paths_group, "re");
	_cleanup_free_ char *buffer = malloc(1 << 20);
	struct group entry, *found;

	while (stream != NULL && buffer != NULL &&
	       fgetgrent_r(stream, &entry, buffer, 1 << 20, &found) == 0)
		if (strcmp(entry.gr_name, name) == 0)
			return entry.gr_gid;
	return UINT32_MAX;
}

void
users_find(struct daemon *d)
{
	d->keys_uid = users_uid(USERS_KEYS);
	d->keys_gid = users_gid(USERS_KEYS);
}
