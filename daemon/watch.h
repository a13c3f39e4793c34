/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.h - what happens to files: doorbell, local accounts, the source file, PAM's spool
 *
 * Room: daemon, main thread; inotify through sd-event. Bursts are merged: /etc/passwd is
 * read again 200 ms after the last change.
 */
#ifndef DAEMON_WATCH_H
#define DAEMON_WATCH_H

#include "daemon/daemon.h"

/**
 * watch_start() - create the doorbell, load local accounts, watch everything
 *
 * A directory that does not exist yet (PAM's) is looked for again with each timer; it is no
 * error. Return: 0 or -errno.
 */
int watch_start(struct daemon *d);
void watch_stop(struct daemon *d);

#endif
