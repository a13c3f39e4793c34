/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refresh_pace.h - how often the bucket lets a host list its people
 *
 * Room: daemon. Pure but for the jitter. The bucket refills by 36 requests an hour and one
 * per person in scope, 240 deep (design section 8). While more than half of it is there, a
 * listing every fresh / 3; else as soon as the half is there again: the rest is kept for
 * the doorbell and the administrator. Fresh is never shorter than what that allows. A
 * listing that fails is tried again by refresh_pace_retry_ms(); after three in a row with
 * one request at a time, and what it took is given back (bucket_forgive()): so an outage
 * of any length leaves what its end needs.
 */
#ifndef DAEMON_REFRESH_PACE_H
#define DAEMON_REFRESH_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct refresh_pace {
	uint32_t fresh_s;  /* as configured */
	unsigned requests; /* of the last listing */
	unsigned keys_requests;
	double tokens; /* left after it */
	size_t people;
	double jitter; /* 0.9 … 1.1, drawn anew with each listing */
};

void refresh_pace_init(struct refresh_pace *pace, uint32_t fresh_s);

/** refresh_pace_listed(), refresh_pace_keys() - what the last one cost */
void refresh_pace_listed(
    struct refresh_pace *pace, unsigned requests, double tokens, size_t people);
void refresh_pace_keys(struct refresh_pace *pace, unsigned requests);

/** refresh_pace_interval_ms() - until the next background listing */
int64_t refresh_pace_interval_ms(const struct refresh_pace *pace);

/** refresh_pace_retry_ms() - after @failures in a row: full jitter below min(2^n s, 30 s) */
int64_t refresh_pace_retry_ms(const struct refresh_pace *pace, unsigned failures);

/** refresh_pace_fresh_s() - the effective fresh time */
uint32_t refresh_pace_fresh_s(const struct refresh_pace *pace);

/**
 * refresh_pace_keys_budget() - requests that keys may cost now
 * @tokens: in the bucket; @is_between: no listing was just made, its half stays
 */
double refresh_pace_keys_budget(double tokens, bool is_between);

/** refresh_pace_deadline_ms() - how long a listing may take in all: 60 s and its bucket */
int64_t refresh_pace_deadline_ms(const struct refresh_pace *pace);

#endif
