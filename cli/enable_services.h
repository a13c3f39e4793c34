/* SPDX-License-Identifier: Apache-2.0 */
/* enable_services.h - the daemon, sshd and the timer, with systemd or without. Room: cli. */
#ifndef CLI_ENABLE_SERVICES_H
#define CLI_ENABLE_SERVICES_H

#include <stdbool.h>

#include "cli/enable_store.h"

/**
 * enable_services_start() - the daemon at every boot and, with @now, from now on; sshd rereads
 *
 * Without systemd there is nothing to start: whoever starts services there does.
 *
 * Return: 0, or 1 when it does not start.
 */
int enable_services_start(struct enable_store *store, bool now);

/** enable_services_stop() - what start() did, if it did; sshd rereads its files in any case */
void enable_services_stop(bool was_started);

/** enable_services_timer() - `iamlogin disable --rollback` in @seconds; 0 or 1 */
int enable_services_timer(unsigned seconds);

/** enable_services_cancel() - that timer */
void enable_services_cancel(void);

#endif
