/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h - the socket: clients, limits, parking
 *
 * Room: daemon, main thread. SOCK_SEQPACKET, one request a connection, peers known by
 * SO_PEERCRED. At most 256 clients, 16 per uid (root: 128); a client that has said nothing
 * for a second is dropped. What needs AWS is parked behind a flight: WAIT goes out at once,
 * the answer when the flight lands or the client's budget is over, whichever is first.
 */
#ifndef DAEMON_SERVER_H
#define DAEMON_SERVER_H

#include "common/wire.h"
#include "daemon/daemon.h"
#include "daemon/refresh.h"

/**
 * server_start() - take the one socket that systemd passed (sd_listen_fds(3)), else bind
 * paths_socket (0666)
 *
 * Whoever passed it goes on listening when we end: connections wait for the next daemon, and
 * the files decide for whom that takes too long.
 */
int server_start(struct daemon *d);
void server_stop(struct daemon *d);

/** server_eic_arrived() - likewise, of Instance Connect; they may wait for IAM then */
void server_eic_arrived(struct daemon *d, uint64_t cookie);

/** server_refreshed() - a refresh ended: those parked behind it are answered */
void server_refreshed(struct daemon *d, uint64_t cookie, enum refresh_outcome outcome,
    const struct net_error *error);

/** server_keys_arrived() - a key flight ended */
void server_keys_arrived(struct daemon *d, uint64_t cookie);

/** server_n_clients() - for status */
size_t server_n_clients(const struct daemon *d);

#endif
