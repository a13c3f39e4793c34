/* SPDX-License-Identifier: Apache-2.0 */
/*
 * failure.h - filling in a struct net_error
 *
 * Room: daemon, network thread. The texts end up in records and on an administrator's
 * screen: ours alone, or a stranger's after text_escape(); never a secret, never a body.
 */
#ifndef DAEMON_FAILURE_H
#define DAEMON_FAILURE_H

#include "common/base.h"
#include "daemon/net.h"

/** failure_set() - replace what is in @error; @format makes its one line */
void failure_set(struct net_error *error, const char *action, const char *code,
    const char *format, ...) BASE_PRINTF(4, 5);

/** failure_http() - of HTTP_E_*, or -ENOMEM and the like from http_send() */
void failure_http(struct net_error *error, const char *action, int r);

/** failure_status() - an HTTP status that should not be */
void failure_status(struct net_error *error, const char *action, long status);

#endif
