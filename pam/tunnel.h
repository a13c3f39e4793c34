/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tunnel.h - the Session Manager session through which this sshd was reached
 *
 * Room: pam. ssh through Session Manager (AWS-StartSSHSession) reaches sshd from loopback: a
 * worker of the agent's, as root, connects to it. Whose worker it is, the kernel says for
 * certain: the other end of our connection is a socket whose number stands in /proc/net/tcp,
 * and the worker that the warden has registered (common/sessionfile.h, via "port") holds that
 * socket. Every other process that connects from loopback holds another one.
 *
 * Only a process with all of root's capabilities can read which sockets the worker holds
 * (ptrace(2), PTRACE_MODE_READ): sshd is one, the warden with its four is not. It is
 * attribution: what cannot be told is left out, and nothing is decided by it.
 */
#ifndef PAM_TUNNEL_H
#define PAM_TUNNEL_H

#include <stdbool.h>
#include <stddef.h>

#define TUNNEL_SIZE 97 /* API: SessionId, at most 96 */

struct tunnel_ends {
	char local[48],
	    remote[48]; /* of the client's socket, as /proc/net/tcp writes them */
	bool is_v6;
};

/**
 * tunnel_find() - @connection: SSH_CONNECTION of PAM's environment, or NULL
 *
 * Costs nothing for a client that is not on loopback; else the open Session Manager sessions
 * of ports, and with one of these at most 1 MiB of /proc/net/tcp.
 *
 * Return: true with the session's id in @ret.
 */
bool tunnel_find(const char *connection, char ret[TUNNEL_SIZE]);

/** tunnel_parse() - "CLIENT PORT SERVER PORT", both on loopback; pure */
bool tunnel_parse(const char *connection, struct tunnel_ends *ret_ends);

/**
 * tunnel_inode() - the number of the socket with these ends; pure
 * @line: one of /proc/net/tcp or tcp6
 *
 * Return: 0 when it is another one's, or not established.
 */
unsigned long tunnel_inode(const char *line, const struct tunnel_ends *ends);

#endif
