/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool.h - records that PAM wrote while the daemon did not answer
 *
 * Room: daemon, main thread. The spool is root's and only ever grows (up to 1 MiB); we read
 * it from where we left off, kept with its inode under the state directory.
 */
#ifndef DAEMON_SPOOL_H
#define DAEMON_SPOOL_H

#include "daemon/daemon.h"

/** spool_import() - whole lines that are new; cheap when there are none */
void spool_import(struct daemon *d);

#endif
