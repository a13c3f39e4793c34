/* SPDX-License-Identifier: Apache-2.0 */
/* bucket.c - token bucket; contract in bucket.h */
#include "daemon/bucket.h"

#define HOUR_MS 3600000.0

void
bucket_init(struct bucket *bucket, double per_hour, double depth, int64_t now_mono_ms)
{
	*bucket = (struct bucket){
		.tokens = depth,
		.depth = depth,
		.per_hour = per_hour,
		.filled_mono_ms = now_mono_ms,
	};
}

static void
refill(struct bucket *bucket, int64_t now_mono_ms)
{
	int64_t passed = now_mono_ms - bucket->filled_mono_ms;

	if (passed <= 0)
		return; /* a clock that stood still or went back gives nothing */
	bucket->tokens += (double)passed * bucket->per_hour / HOUR_MS;
	if (bucket->tokens > bucket->depth)
		bucket->tokens = bucket->depth;
	bucket->filled_mono_ms = now_mono_ms;
}

void
bucket_set_rate(struct bucket *bucket, double per_hour, int64_t now_mono_ms)
{
	refill(bucket, now_mono_ms);
	bucket->per_hour = per_hour;
}

bool
bucket_take(struct bucket *bucket, int64_t now_mono_ms)
{
	refill(bucket, now_mono_ms);
	if (bucket->tokens < 1.0)
		return false;
	bucket->tokens -= 1.0;
	return true;
}

void
bucket_forgive(struct bucket *bucket, unsigned n)
{
	bucket->tokens += (double)(n < BUCKET_FORGIVEN ? n : BUCKET_FORGIVEN);
	if (bucket->tokens > bucket->depth)
		bucket->tokens = bucket->depth;
}

int64_t
bucket_wait_ms(struct bucket *bucket, unsigned n, int64_t now_mono_ms)
{
	double missing;

	refill(bucket, now_mono_ms);
	missing = (double)n - bucket->tokens;
	if (missing <= 0.0)
		return 0;
	/* One millisecond more: rounding must not wake anybody for a token that lacks a
	 * hair. */
	return (int64_t)(missing * HOUR_MS / bucket->per_hour) + 1;
}
