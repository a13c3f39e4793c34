/* SPDX-License-Identifier: Apache-2.0 */
/* refresh_pace.c - how often to list; contract in refresh_pace.h */
#include <stdlib.h>
#include <sys/random.h>

#include "daemon/refresh_pace.h"

#define PACE_DEPTH 240.0
#define PACE_PER_HOUR 36.0
#define PACE_RESERVE 20.0 /* for the administrator's own refresh */
#define PACE_RETRY_MAX_MS 30000
#define PACE_RETRY_MIN_MS 500

/* 0 … 1; a fleet that boots together must not stay together */
static double
pace_random(void)
{
	uint32_t bits = 0;

	if (getrandom(&bits, sizeof(bits), 0) != (ssize_t)sizeof(bits))
		return 0.5;
	return (double)bits / (double)UINT32_MAX;
}

void
refresh_pace_init(struct refresh_pace *pace, uint32_t fresh_s)
{
	*pace = (struct refresh_pace){
		.fresh_s = fresh_s,
		.tokens = PACE_DEPTH,
		.jitter = 0.9 + 0.2 * pace_random(),
	};
}

void
refresh_pace_listed(
    struct refresh_pace *pace, unsigned requests, double tokens, size_t people)
{
	pace->requests = requests;
	pace->tokens = tokens;
	pace->people = people;
	pace->jitter = 0.9 + 0.2 * pace_random();
}

void
refresh_pace_keys(struct refresh_pace *pace, unsigned requests)
{
	pace->keys_requests = requests;
	pace->tokens -= requests;
}

static double
pace_per_hour(const struct refresh_pace *pace)
{
	return PACE_PER_HOUR + (double)pace->people;
}

/* Without jitter: what status shows and fresh follows from. */
static double
pace_interval_s(const struct refresh_pace *pace)
{
	double wanted = (double)pace->fresh_s / 3.0;
	double cost = (double)pace->requests + (double)pace->keys_requests;
	double missing = PACE_DEPTH / 2 + cost - pace->tokens;
	double refill;

	if (missing > cost)
		missing = cost; /* the steady state: a listing waits for its own refill */
	refill = missing > 0 ? missing * 3600.0 / pace_per_hour(pace) : 0;
	return refill > wanted ? refill : wanted;
}

int64_t
refresh_pace_interval_ms(const struct refresh_pace *pace)
{
	return (int64_t)(pace_interval_s(pace) * pace->jitter * 1000.0);
}

int64_t
refresh_pace_retry_ms(const struct refresh_pace *pace, unsigned failures)
{
	int64_t ceiling = failures < 5 ? (int64_t)1000 << failures : PACE_RETRY_MAX_MS;

	(void)pace;
	return PACE_RETRY_MIN_MS +
	       (int64_t)((double)(ceiling - PACE_RETRY_MIN_MS) * pace_random());
}

uint32_t
refresh_pace_fresh_s(const struct refresh_pace *pace)
{
	double fresh = pace_interval_s(pace) * 1.5;

	if (fresh <= pace->fresh_s)
		return pace->fresh_s;
	/* whole minutes: each change is a publication */
	return ((uint32_t)fresh / 60 + 1) * 60;
}

double
refresh_pace_keys_budget(double tokens, bool is_between)
{
	return tokens - (is_between ? PACE_DEPTH / 2 : PACE_RESERVE);
}

int64_t
refresh_pace_deadline_ms(const struct refresh_pace *pace)
{
	double cost = (double)pace->requests + (double)pace->people;
	double beyond = cost - PACE_DEPTH;

	return 60000 +
	       (beyond > 0 ? (int64_t)(beyond * 3600000.0 / pace_per_hour(pace)) : 0);
}
