/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.h - look at Session Manager's sessions whenever something has changed
 *
 * Room: warden. inotify(7) on the agent's directories and on what iamlogind publishes only
 * says when; each look reads everything. Without either directory yet, it looks twice a
 * minute.
 */
#ifndef WARDEN_WATCH_H
#define WARDEN_WATCH_H

/** watch_run() - until SIGTERM; 0 or -errno */
int watch_run(void);

#endif
