/* SPDX-License-Identifier: Apache-2.0 */
/* refresh_rings.c - who may have the directory listed early; contract in refresh_rings.h */
#include "daemon/refresh_rings.h"

#define RINGS_PER_HOUR 12.0
#define RINGS_DEEP 3.0
#define RINGS_TOGETHER_MS 100
#define STALE_PER_HOUR 6.0
#define STALE_DEEP 1.0

void
refresh_rings_init(struct refresh_rings *rings, int64_t now_mono_ms)
{
	*rings = (struct refresh_rings){ .rung_mono_ms = 0 };
	bucket_init(&rings->doorbell, RINGS_PER_HOUR, RINGS_DEEP, now_mono_ms);
	bucket_init(&rings->stale, STALE_PER_HOUR, STALE_DEEP, now_mono_ms);
}

bool
refresh_rings_doorbell(struct refresh_rings *rings, int64_t now_mono_ms)
{
	if (rings->rung_mono_ms != 0 &&
	    now_mono_ms - rings->rung_mono_ms < RINGS_TOGETHER_MS)
		return false;
	rings->rung_mono_ms = now_mono_ms;
	if (!bucket_take(&rings->doorbell, now_mono_ms)) {
		rings->n_refused++;
		return false;
	}
	rings->n_heard++;
	return true;
}

bool
refresh_rings_stale(struct refresh_rings *rings, int64_t now_mono_ms)
{
	return bucket_take(&rings->stale, now_mono_ms);
}
