/* SPDX-License-Identifier: Apache-2.0 */
/* freshness.c - how old is too old; contract in freshness.h */
#include "common/freshness.h"

#define FRESHNESS_RACE_MS 5000

int64_t
freshness_age_ms(
    int64_t verified_wall_ms, int64_t verified_boot_ms, const struct clock_now *now)
{
	int64_t wall, boot, age;

	if (verified_wall_ms == 0)
		return FRESHNESS_AGE_UNKNOWN;
	/* Only a damaged stamp is so far away; nothing is known about its age. */
	if (__builtin_sub_overflow(now->wall_ms, verified_wall_ms, &wall) ||
	    __builtin_sub_overflow(now->boot_ms, verified_boot_ms, &boot))
		return FRESHNESS_AGE_UNKNOWN;

	age = wall > boot ? wall : boot;
	if (age < -FRESHNESS_RACE_MS)
		return FRESHNESS_AGE_UNKNOWN;
	return age < 0 ? 0 : age;
}

enum freshness
freshness_state(int64_t age_ms, uint32_t fresh_s, uint32_t grace_s)
{
	if (age_ms < 0 || age_ms == FRESHNESS_AGE_UNKNOWN ||
	    age_ms > (int64_t)grace_s * 1000)
		return FRESHNESS_EXPIRED;
	return age_ms <= (int64_t)fresh_s * 1000 ? FRESHNESS_FRESH : FRESHNESS_STALE;
}

const char *
freshness_name(enum freshness state)
{
	switch (state) {
	case FRESHNESS_FRESH:
		return "FRESH";
	case FRESHNESS_STALE:
		return "STALE";
	case FRESHNESS_EXPIRED:
		return "EXPIRED";
	case FRESHNESS_EMPTY:
		break;
	}
	return "EMPTY";
}
