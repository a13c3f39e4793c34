/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boot.h - what may be believed before AWS has answered
 *
 * Room: daemon, main thread. People must be able to log in while AWS is dark, and a clone of
 * a disk must not believe what its original knew. So the last good directory is in force at
 * once when it was verified during this boot or the machine's own DMI data name the same
 * instance; otherwise when IMDS has confirmed the instance, or 5 s later if it is silent.
 */
#ifndef DAEMON_BOOT_H
#define DAEMON_BOOT_H

#include "daemon/daemon.h"

#define BOOT_PATIENCE_MS 5000

/** boot_id_read() - /proc/sys/kernel/random/boot_id as 16 bytes; 0 or -errno */
int boot_id_read(uint8_t ret_id[16]);

/** boot_load() - ledger, keys and last good directory from disk; clones are dropped here */
int boot_load(struct daemon *d);

/** boot_publish() - now, or later by timer, as above; 0 or -errno */
int boot_publish(struct daemon *d);

/** boot_confirm() - IMDS has said which instance this is; may be called again and again */
void boot_confirm(struct daemon *d, const struct instance *instance);

#endif
