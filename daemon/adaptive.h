/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adaptive.h - slower when a service throttles, faster again when it does not
 *
 * Room: daemon. Pure: the clock is passed in (clock_mono_ms()). Off until a service says
 * Throttling; from then on requests are a distance apart that grows with each refusal (rate
 * * 0.7) and shrinks with each answer (rate * 1.5), never below a request in 5 s. Off again
 * when ten a second are reached, or two minutes after the last refusal.
 */
#ifndef DAEMON_ADAPTIVE_H
#define DAEMON_ADAPTIVE_H

#include <stdint.h>

struct adaptive {
	double per_s;         /* 0: off */
	double seen_per_s;    /* smoothed rate of what was sent */
	int64_t next_mono_ms; /* earliest moment of the next request */
	int64_t sent_mono_ms; /* of the last one */
	int64_t throttled_mono_ms;
};

/** adaptive_wait_ms() - 0: send now, it is entered; else ask again after so long */
int64_t adaptive_wait_ms(struct adaptive *adaptive, int64_t now_mono_ms);

/** adaptive_throttled() - the service says that it is too much */
void adaptive_throttled(struct adaptive *adaptive, int64_t now_mono_ms);

/** adaptive_answered() - the service answered, whatever it said */
void adaptive_answered(struct adaptive *adaptive, int64_t now_mono_ms);

#endif
