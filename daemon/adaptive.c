/* SPDX-License-Identifier: Apache-2.0 */
/* adaptive.c - the rate that a service bears; contract in adaptive.h */
#include "daemon/adaptive.h"

#define SLOWER 0.7
#define FASTER 1.5
#define LEAST_PER_S 0.2
#define FREE_PER_S 10.0
#define QUIET_MS 120000
#define SMOOTH 0.8

static void
let_go_when_quiet(struct adaptive *adaptive, int64_t now)
{
	if (adaptive->per_s > 0 && now - adaptive->throttled_mono_ms > QUIET_MS)
		adaptive->per_s = 0;
}

int64_t
adaptive_wait_ms(struct adaptive *adaptive, int64_t now)
{
	double apart_s;

	let_go_when_quiet(adaptive, now);
	if (adaptive->per_s > 0) {
		if (now < adaptive->next_mono_ms)
			return adaptive->next_mono_ms - now;
		adaptive->next_mono_ms = now + (int64_t)(1000.0 / adaptive->per_s);
	}
	if (adaptive->sent_mono_ms != 0) {
		apart_s = (double)(now - adaptive->sent_mono_ms) / 1000.0;
		if (apart_s < 0.001)
			apart_s = 0.001;
		adaptive->seen_per_s =
		    adaptive->seen_per_s * SMOOTH + (1.0 - SMOOTH) / apart_s;
	}
	adaptive->sent_mono_ms = now;
	return 0;
}

void
adaptive_throttled(struct adaptive *adaptive, int64_t now)
{
	double from = adaptive->per_s > 0 ? adaptive->per_s : adaptive->seen_per_s;

	if (from <= 0 || from > FREE_PER_S)
		from = FREE_PER_S;
	adaptive->per_s = from * SLOWER > LEAST_PER_S ? from * SLOWER : LEAST_PER_S;
	adaptive->throttled_mono_ms = now;
	adaptive->next_mono_ms = now + (int64_t)(1000.0 / adaptive->per_s);
}

void
adaptive_answered(struct adaptive *adaptive, int64_t now)
{
	let_go_when_quiet(adaptive, now);
	if (adaptive->per_s <= 0)
		return;
	adaptive->per_s *= FASTER;
	if (adaptive->per_s >= FREE_PER_S)
		adaptive->per_s = 0;
	else if (now + (int64_t)(1000.0 / adaptive->per_s) < adaptive->next_mono_ms)
		adaptive->next_mono_ms = now + (int64_t)(1000.0 / adaptive->per_s);
}
