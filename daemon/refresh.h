/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refresh.h - when the directory is listed again, and what became of it
 *
 * Room: daemon, main thread. In the background from fresh / 3 on, as far as the bucket
 * allows; early when the doorbell rings or root asks; after failures with full jitter, at
 * most 30 s apart, so that everything is back within a minute of the repair. A refresh that
 * is asked for while one is under way runs after it: what was changed in IAM a moment ago
 * must be in it.
 */
#ifndef DAEMON_REFRESH_H
#define DAEMON_REFRESH_H

#include "daemon/apply.h"
#include "daemon/daemon.h"

#define REFRESH_BREAKER 3 /* failures in a row after which logins wait for nothing */

enum refresh_outcome {
	REFRESH_DONE = 0,
	REFRESH_FAILED,
	REFRESH_HELD,
};

/* The last failure, for status and for whoever waits. */
struct refresh_failure {
	int64_t wall_ms; /* 0: none since the last success */
	struct net_error error;
};

/** refresh_start() - timers, the network thread's results; the first refresh runs at once */
int refresh_start(struct daemon *d);
void refresh_stop(struct daemon *d);

/**
 * refresh_request() - list again, now
 * @accept: what shrank is right
 *
 * Return: the number of the refresh that will answer; refresh_done() callbacks name it.
 */
uint64_t refresh_request(struct daemon *d, bool accept);

/** refresh_ring() - the doorbell: early refresh, 12 an hour, 3 deep; else nothing */
void refresh_ring(struct daemon *d);

/** refresh_stale() - a login on data older than fresh: early refresh, 6 an hour */
void refresh_stale(struct daemon *d);

/** refresh_keys() - keys of one person at a login; 0 and the flight's cookie, or -EAGAIN */
int
refresh_keys(struct daemon *d, const struct world_person *person, uint64_t *ret_cookie);

/** refresh_breaker_is_open() - AWS failed REFRESH_BREAKER times in a row */
bool refresh_breaker_is_open(const struct daemon *d);

/* What status shows. */
struct refresh_facts {
	uint32_t interval_s;
	struct refresh_failure failure;
	struct apply_held held;
	char missing[8][48]; /* actions that were denied; "" ends the list */
	uint64_t refreshes, failures, rings, rings_refused;
	uint64_t last_ms, longest_ms, total_ms; /* how long they took, keys included */
	uint64_t n_timed;
};
void refresh_facts_read(const struct daemon *d, struct refresh_facts *ret_facts);

#endif
