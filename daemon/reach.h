/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reach.h - what this host can reach, and so which addresses and names to use
 *
 * Room: daemon. Asks the kernel's routing table (connect(2) of a datagram socket sends
 * nothing): a few microseconds.
 */
#ifndef DAEMON_REACH_H
#define DAEMON_REACH_H

#include <stdbool.h>

#include "daemon/config.h"
#include "daemon/endpoints.h"

#define REACH_IMDS_IPV4 "169.254.169.254"
#define REACH_IMDS_IPV6 "fd00:ec2::254"

/** reach_has_route() - is there a route to this literal address? An error counts as yes. */
bool reach_has_route(const char *literal);

/**
 * reach_wish() - [aws] fips and dual_stack, with "auto" resolved
 *
 * auto: FIPS where the kernel is in FIPS mode; dual stack where the internet has an IPv6
 * route and no IPv4 one, and no proxy does the connecting.
 */
void reach_wish(const struct config *config, struct endpoints_wish *ret_wish);

#endif
