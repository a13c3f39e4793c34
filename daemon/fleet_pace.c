/* SPDX-License-Identifier: Apache-2.0 */
/* fleet_pace.c - when a host asks for the manifest again; contract in fleet_pace.h */
#include <string.h>

#include "daemon/digest.h"
#include "daemon/fleet_pace.h"

#define FIRST_RETRY_MS 4000
#define RETRY_MIN_MS 1000

/* 0 to @limit - 1 */
static uint32_t
scale(uint32_t random, uint32_t limit)
{
	return (uint32_t)(((uint64_t)random * limit) >> 32);
}

void
fleet_pace_init(struct fleet_pace *pace, uint32_t interval_s)
{
	*pace = (struct fleet_pace){ .interval_ms = interval_s * 1000 };
}

void
fleet_pace_phase(struct fleet_pace *pace, const char *instance_id, uint32_t random)
{
	uint8_t digest[DIGEST_SIZE];
	uint32_t bits = random;

	if (instance_id[0] != '\0' &&
	    digest_sha256(instance_id, strlen(instance_id), digest) == 0)
		memcpy(&bits, digest, sizeof(bits));
	pace->phase_ms = scale(bits, pace->interval_ms);
}

static int64_t
retry_ms(struct fleet_pace *pace, uint32_t random)
{
	uint32_t ceiling = FIRST_RETRY_MS;

	for (unsigned i = 1; i < pace->n_failures && ceiling < pace->interval_ms; i++)
		ceiling *= 2;
	if (ceiling < pace->interval_ms)
		return RETRY_MIN_MS + scale(random, ceiling - RETRY_MIN_MS);
	/* the interval on average: no more load than without failures */
	return pace->interval_ms / 2 + scale(random, pace->interval_ms);
}

int64_t
fleet_pace_next_ms(struct fleet_pace *pace, bool has_failed, uint32_t random)
{
	uint32_t tenth = pace->interval_ms / 10;

	if (has_failed) {
		if (pace->n_failures < 16)
			pace->n_failures++;
		return retry_ms(pace, random);
	}
	pace->n_failures = 0;
	if (!pace->has_parted) {
		pace->has_parted = true;
		return RETRY_MIN_MS + pace->phase_ms;
	}
	return (int64_t)pace->interval_ms - tenth + scale(random, 2 * tenth + 1);
}
