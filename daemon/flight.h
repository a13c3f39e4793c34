/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flight.h - one job of the network thread, from submission to result
 *
 * Room: daemon, network thread. A flight is a state machine of callbacks. It ends once:
 * whole, failed, or at its deadline, and hands over its result at that moment; what is
 * still under way then is let run out (its answers are thrown away) and frees the flight
 * at the last one. So nothing ever has to be called off.
 */
#ifndef DAEMON_FLIGHT_H
#define DAEMON_FLIGHT_H

#include "daemon/cloud.h"

/**
 * flight_start() - takes both; the result comes through cloud->on_result(), always, once
 */
void flight_start(struct cloud *cloud, struct net_job *job, struct net_result *result);

#endif
