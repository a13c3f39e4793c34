/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refresh_file.h - source kind = file: the directory is a JSON file, no AWS needed
 *
 * Room: daemon, main thread. The file is verified as often as IAM would be listed, and at
 * once when it is replaced (watch.c); it is not read again while inode, size and times are
 * those of the last reading. An absent, untrusted or damaged file is a failure, not an empty
 * directory.
 */
#ifndef DAEMON_REFRESH_FILE_H
#define DAEMON_REFRESH_FILE_H

#include "daemon/daemon.h"

/** refresh_file_run() - read it; ends in refresh_listed() or refresh_failed() */
void refresh_file_run(struct daemon *d, uint64_t cookie);

/* of refresh.c, for this file and fleet.c alone; @now NULL: not even younger */
void refresh_verified(struct daemon *d, uint64_t cookie, const struct clock_now *now);
void refresh_listed(struct daemon *d, uint64_t cookie, struct directory *directory,
    struct instance *instance);
void refresh_failed(struct daemon *d, uint64_t cookie, const struct net_error *error);

#endif
