/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.h - one request to the daemon, with an absolute deadline
 *
 * Room: common. libc only. Used by pam, keys and cli; never by nss. connect(2) is
 * non-blocking; the peer must be root or the owner of the socket's directory (SO_PEERCRED);
 * poll(2) only, EINTR restarted within the deadline, MSG_NOSIGNAL.
 */
#ifndef COMMON_CLIENT_H
#define COMMON_CLIENT_H

#include <stdint.h>

#include "common/base.h"
#include "common/wire.h"

#define CLIENT_FIRST_MS 150 /* a reply or WAIT within this, else the daemon is wedged */

enum {
	CLIENT_E_DOWN = 1, /* no socket, refused, or not the daemon's */
	CLIENT_E_WEDGED,   /* listens, and says nothing (or its backlog is full) */
	CLIENT_E_PROTOCOL, /* an answer that is none */
};

/**
 * client_call() - send @packet, overwrite it with the reply
 * @packet: request from wire_start() with budget_ms; the reply on success, else undefined
 * @wait_ms: how long in all after a WAIT packet (KEYS 2000, ACCOUNT 3000, others 1000)
 * @ret_header: of the reply; its value is an enum wire_status
 *
 * Return: 0, CLIENT_E_*, or -errno. Never longer than CLIENT_FIRST_MS without WAIT, never
 * longer than @wait_ms with it.
 */
int client_call(struct wire_packet *packet, uint32_t wait_ms,
    struct wire_header *ret_header) MUST_CHECK;

/**
 * client_tell() - send @packet and be gone: nobody waits for an answer
 *
 * Its flags have WIRE_TELL. Never waits: a daemon that does not take it at once is not told.
 *
 * Return: 0, CLIENT_E_*, or -errno.
 */
int client_tell(const struct wire_packet *packet) MUST_CHECK;

#endif
