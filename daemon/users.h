/* SPDX-License-Identifier: Apache-2.0 */
/*
 * users.h - the ids of our own system user iamlogin-keys
 *
 * Room: daemon. From /etc/passwd and /etc/group themselves: the daemon never calls
 * getpwnam(3), which would ask its own module.
 */
#ifndef DAEMON_USERS_H
#define DAEMON_USERS_H

#include "daemon/daemon.h"

/** users_find() - fills d->keys_uid and d->keys_gid; UINT32_MAX when there is none */
void users_find(struct daemon *d);

#endif
