/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refresh_rings.h - who may have the directory listed early, and how often
 *
 * Room: daemon, main thread. Pure. The doorbell is for somebody who was created a moment
 * ago: 12 an hour, 3 deep (design section 3). A login on data older than fresh has a bucket
 * of its own: thousands of them in a night without AWS leave the doorbell to those who are
 * new in the morning.
 */
#ifndef DAEMON_REFRESH_RINGS_H
#define DAEMON_REFRESH_RINGS_H

#include "daemon/bucket.h"

struct refresh_rings {
	struct bucket doorbell, stale;
	int64_t rung_mono_ms; /* 0: never */
	uint64_t n_heard, n_refused;
};

void refresh_rings_init(struct refresh_rings *rings, int64_t now_mono_ms);

/**
 * refresh_rings_doorbell() - somebody rang: is it worth a listing?
 *
 * One attempt rings more than once, for sshd looks a name up again before it gives up: what
 * comes within 100 ms is one ring.
 */
bool refresh_rings_doorbell(struct refresh_rings *rings, int64_t now_mono_ms);

/** refresh_rings_stale() - somebody logs in on stale data: is it worth a listing? */
bool refresh_rings_stale(struct refresh_rings *rings, int64_t now_mono_ms);

#endif
