/* SPDX-License-Identifier: Apache-2.0 */
/*
 * local.h - local accounts and groups, and names that are never published
 *
 * Room: daemon. Reads /etc/passwd and /etc/group themselves (never getpwnam: that would ask
 * our own module). Local names and ids always win over IAM's.
 */
#ifndef DAEMON_LOCAL_H
#define DAEMON_LOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base.h"

struct local;

/** local_load() - both files; lines that do not parse are skipped; 0 or -errno */
int local_load(const char *passwd, const char *group, struct local **ret_local);
void local_free(struct local *local);

/* A line of /etc/passwd that parses; texts are as written and may be "". */
struct local_user {
	char *name, *home, *shell;
	uint32_t uid, gid;
	size_t line; /* of several of one name the first counts */
};

/**
 * local_user() - the first line of this name that parses, as getpwnam(3) finds it
 *
 * Return: NULL when there is none; it lives as long as @local.
 */
const struct local_user *local_user(const struct local *local, const char *name);

bool local_has_user(const struct local *local, const char *name);
bool local_has_group(const struct local *local, const char *name);
bool local_has_uid(const struct local *local, uint32_t uid);
bool local_has_gid(const struct local *local, uint32_t gid);

/** local_is_reserved_name() - the compiled list: root, docker, sudo, postgres, ssm-user … */
bool local_is_reserved_name(const char *name);

static inline void
local_freep(struct local **local)
{
	local_free(*local);
}
#define _cleanup_local_ _cleanup_(local_freep)

#endif
