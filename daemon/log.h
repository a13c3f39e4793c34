/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - the daemon's own log: one line an event, on stderr for journald
 *
 * Room: daemon, main thread. Levels are syslog's, written as "<N>" in front where journald
 * listens. A flood is bounded: beyond 20 lines in 10 s lines are counted, not written, and
 * the count is logged when the flood is over. Callers escape what comes from outside.
 */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include <syslog.h>

#include "common/base.h"

/** log_start() - lines below @max_level (LOG_DEBUG lets all through) are written */
void log_start(int max_level);

void log_line(int level, const char *format, ...) BASE_PRINTF(2, 3);

/** log_error() - as log_line(LOG_ERR), with strerror(-error) behind it; returns @error */
int log_error(int error, const char *format, ...) BASE_PRINTF(2, 3);

#endif
