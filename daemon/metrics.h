/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics.h - every counter there is, for status and for Prometheus
 *
 * Room: daemon, main thread. The text file /run/iamlogin/metrics.prom (0644, for node
 * exporter's textfile collector) is replaced by rename every 15 s. Names, error codes and
 * numbers only: nothing about people.
 */
#ifndef DAEMON_METRICS_H
#define DAEMON_METRICS_H

#include <stdbool.h>

#include "daemon/daemon.h"

/*
 * One value. @label and @value: NULL, or as in aws_requests_by_action{action="iam:GetUser"}.
 * @is_gauge: may go down.
 */
typedef void (*metrics_fn)(void *context, const char *name, const char *label,
    const char *value, double number, bool is_gauge);

/** metrics_each() - all of them, those of one name together, in a fixed order */
void metrics_each(const struct daemon *d, metrics_fn fn, void *context);

/** metrics_start() - the first file now, then by a timer; 0 or -errno */
int metrics_start(struct daemon *d);
void metrics_stop(struct daemon *d);

#endif
