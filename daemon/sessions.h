/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sessions.h - open sessions, watched until their process ends
 *
 * Room: daemon, main thread. PAM writes a file for each session (common/sessionfile.h) and
 * removes it when the session is closed. A process that is killed closes nothing: its pidfd
 * tells us, and the end gets its record all the same. pidfd_open(2) needs no privilege and
 * no /proc of others.
 */
#ifndef DAEMON_SESSIONS_H
#define DAEMON_SESSIONS_H

#include "daemon/daemon.h"

/**
 * sessions_follow() - see the directory's files now and from now on
 *
 * May be called again: while there is no such directory it does nothing.
 */
void sessions_follow(struct daemon *d);

void sessions_stop(struct daemon *d);

#endif
