/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify.h - a line on the terminals of somebody who may no longer log in
 *
 * Room: warden. A terminal is one of /dev/pts that controls a process of the account and
 * that the account owns (sshd, login and tmux give it to them): never opened otherwise, and
 * never waited for.
 */
#ifndef WARDEN_NOTIFY_H
#define WARDEN_NOTIFY_H

#include <stddef.h>
#include <stdint.h>

#define NOTIFY_MAX 256

struct notify {
	struct {
		uint32_t uid;
		int pts;
	} terminals[NOTIFY_MAX];
	size_t n;
};

/** notify_add() - @pts: N of /dev/pts/N; below 0: none */
void notify_add(struct notify *notify, uint32_t uid, int pts);

/** notify_write() - to all terminals of @uid */
void notify_write(const struct notify *notify, uint32_t uid);

#endif
