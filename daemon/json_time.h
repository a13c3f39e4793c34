/* SPDX-License-Identifier: Apache-2.0 */
/* json_time.h - RFC 3339 in UTC, as --json shows times */
#ifndef DAEMON_JSON_TIME_H
#define DAEMON_JSON_TIME_H

#include <stdint.h>

#define JSON_TIME_SIZE 32

/** json_time() - "2026-11-22T10:00:00Z"; "" for a time before the year 1 or after 9999 */
void json_time(int64_t wall_ms, char ret[JSON_TIME_SIZE]);

#endif
