/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ending.h - end a Session Manager session: its worker and all that it started
 *
 * Room: warden. The worker is the agent's child of root that holds the terminal; the shell is
 * below it, as somebody. What has left the tree (setsid and a parent that ended) is not found
 * by it: on an account of ours it is found by uid once access is lost (revoke.h).
 */
#ifndef WARDEN_ENDING_H
#define WARDEN_ENDING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ENDING_GRACE_MS 3000

/** ending_is_worker() - is that process root's, and the agent's worker of this session? */
bool ending_is_worker(pid_t pid, const char *session_id);

/** ending_find_worker() - 0 when there is none */
pid_t ending_find_worker(const char *session_id);

/**
 * ending_look() - signal the worker's tree once: TERM and HUP, or KILL
 *
 * Return: how many processes were there.
 */
unsigned ending_look(pid_t worker, const char *session_id, bool kill);

#endif
