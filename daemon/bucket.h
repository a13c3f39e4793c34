/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bucket.h - token bucket: how many requests AWS may see from this host
 *
 * Room: daemon. Pure: the clock is passed in (clock_mono_ms()), no allocation. IAM's
 * limits are per account, so every host has to be modest on its own.
 */
#ifndef DAEMON_BUCKET_H
#define DAEMON_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/* Design section 8: so many, and one more for each person in scope. */
#define BUCKET_BACKGROUND_PER_HOUR 36.0

/* What a listing that failed is let off: its first question and a round of four, all tries. */
#define BUCKET_FORGIVEN 16

struct bucket {
	double tokens;
	double depth;
	double per_hour;
	int64_t filled_mono_ms; /* up to here refilling is done */
};

/** bucket_init() - a full bucket; @per_hour and @depth above 0 */
void
bucket_init(struct bucket *bucket, double per_hour, double depth, int64_t now_mono_ms);

/** bucket_set_rate() - from now on; what has flowed in until now is kept */
void bucket_set_rate(struct bucket *bucket, double per_hour, int64_t now_mono_ms);

/** bucket_take() - one token; false, and nothing taken, when there is not a whole one */
bool bucket_take(struct bucket *bucket, int64_t now_mono_ms);

/**
 * bucket_forgive() - a listing failed that took @n tokens: up to BUCKET_FORGIVEN come back
 *
 * It is tried again within half a minute, all night long if need be. If it paid, nothing
 * would be left to list with in the morning. Never above the depth.
 */
void bucket_forgive(struct bucket *bucket, unsigned n);

/**
 * bucket_wait_ms() - how long until @n tokens can have been taken one after the other
 *
 * 0 when they are there. @n may be above the depth: who takes as it flows gets them.
 */
int64_t bucket_wait_ms(struct bucket *bucket, unsigned n, int64_t now_mono_ms);

#endif
