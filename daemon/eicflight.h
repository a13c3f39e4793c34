/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eicflight.h - asking IMDS for the keys of Instance Connect, at a login
 *
 * Room: daemon, main thread. A key lives in IMDS for a minute, so each login asks anew but
 * for a key that is known and not over (eic_seen.h). Where IMDS fails three times in a row,
 * logins do not wait for it for half a minute. A key that is refused is logged and recorded,
 * once: with its caller, the request and why.
 */
#ifndef DAEMON_EICFLIGHT_H
#define DAEMON_EICFLIGHT_H

#include "daemon/daemon.h"

/**
 * eicflight_start() - look up what was sent for this account
 * @ret_cookie: what server_eic_arrived() names
 *
 * Return: 0 when a flight is under way; -EAGAIN when there is none to wait for: switched off,
 * IMDS fails, or too much is under way.
 */
int eicflight_start(struct daemon *d, const char *account, uint64_t *ret_cookie);

/** eicflight_result() - what is good is seen, what is not is told, who waits goes on */
void eicflight_result(struct daemon *d, const struct net_result *result);

/**
 * eicflight_look() - somebody came with a key to an account that is none of ours
 *
 * The key opens nothing there. Whose it is, and by which request it was sent, is logged and
 * recorded like any other that is refused. Somebody who tries names all day costs IMDS one
 * request in ten seconds.
 */
void eicflight_look(struct daemon *d, const char *account);

#endif
