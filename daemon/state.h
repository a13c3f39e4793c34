/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.h - what survives a restart and a reboot, under /var/lib/iamlogin
 *
 * Room: daemon, main thread. directory.json (the last good directory), state.json (which
 * instance and when it was verified), keys.json, ledger.json: each replaced by rename. The
 * ledger stays when everything else is dropped.
 */
#ifndef DAEMON_STATE_H
#define DAEMON_STATE_H

#include "daemon/daemon.h"

/**
 * state_load() - ledger, keys, last good directory and instance into @d
 *
 * What is damaged is reported and left out, but for the ledger: without it ids could change,
 * so a damaged one is -EUCLEAN and the daemon must not start. With kind = file only the
 * ledger is read.
 *
 * @ret_same_boot: the directory was verified during this boot
 */
int state_load(struct daemon *d, bool *ret_same_boot);

/** state_save() - what changed since; failures are logged, the old files stand */
void state_save(struct daemon *d, bool directory_changed);

/** state_save_keys() - after the key store changed */
void state_save_keys(struct daemon *d);

/** state_drop() - forget directory, keys and instance (a clone, or another account) */
void state_drop(struct daemon *d);

#endif
