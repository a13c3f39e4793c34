/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aws_day.c - a day of requests against the bucket, and how fast we sign
 *
 * Simulates a host for 24 h with the daemon's own bucket and pace, without a clock or a
 * network: a listing as soon as the pace wants it, keys after it and between two as far as
 * their budget goes. Prints JSON: one row per number of people and mode, then signatures a
 * second.
 */
#include <stdio.h>
#include <string.h>

#include "common/base.h"
#include "common/clock.h"
#include "daemon/bucket.h"
#include "daemon/refresh_pace.h"
#include "daemon/sigv4.h"

#define HOUR_MS (3600 * 1000LL)
#define DAY_MS (24 * HOUR_MS)
#define PEOPLE_MAX 5000

struct day {
	unsigned long requests, busiest_hour, listings, key_checks, waited;
	unsigned long by_hour[49];
	uint32_t fresh_s;
	double interval_s;
	int64_t first_s; /* until the first listing is whole */
};

/* Takes @n as it flows, as the network thread does; the time when the last one was sent. */
static int64_t
take(struct bucket *bucket, struct day *day, unsigned n, int64_t now)
{
	for (unsigned i = 0; i < n; i++) {
		int64_t wait = bucket_wait_ms(bucket, 1, now);

		now += wait;
		day->waited += wait > 0;
		(void)bucket_take(bucket, now);
		if (now < DAY_MS) {
			day->requests++;
			day->by_hour[now / HOUR_MS]++;
		}
	}
	return now;
}

/* When each person's keys were last asked for, the oldest at @next; INT64_MIN: never. */
struct checks {
	int64_t at[PEOPLE_MAX];
	unsigned next;
};

/* As keyflight_ahead(): the oldest first, two requests for somebody new, else one. */
static unsigned
check_keys(struct checks *checks, double budget, unsigned people, int64_t now,
    int64_t older_than_ms, struct day *day)
{
	unsigned requests = 0;

	for (unsigned n = 0; n < people; n++) {
		int64_t *at = &checks->at[checks->next];
		unsigned cost = *at == INT64_MIN ? 2 : 1;

		if (budget < cost || (*at != INT64_MIN && now - *at <= older_than_ms))
			break;
		*at = now;
		budget -= cost;
		requests += cost;
		day->key_checks++;
		checks->next = (checks->next + 1) % people;
	}
	return requests;
}

/* Until the next listing the timer spends what the bucket has above its half. */
static int64_t
between(struct bucket *bucket, struct checks *checks, const struct refresh_pace *pace,
    unsigned people, int64_t now, struct day *day)
{
	int64_t until = now + refresh_pace_interval_ms(pace);
	int64_t every = (int64_t)pace->fresh_s * 1000 / 3 + 1000;
	int64_t fresh_ms = (int64_t)refresh_pace_fresh_s(pace) * 1000;

	for (int64_t at = now + every; at < until; at += every) {
		(void)bucket_wait_ms(bucket, 0, at); /* refills */
		(void)take(bucket, day,
		    check_keys(checks, refresh_pace_keys_budget(bucket->tokens, true),
			people, at, fresh_ms, day),
		    at);
	}
	return until;
}

static void
simulate(unsigned people, bool is_details, struct day *day)
{
	unsigned pages = (people + 999) / 1000 + (is_details ? 1 : 0);
	unsigned rest = is_details ? 0 : 2 * people, listing = pages + rest;
	static struct checks checks;
	struct refresh_pace pace;
	struct bucket bucket;
	int64_t now = 0;

	*day = (struct day){ .requests = 0 };
	checks.next = 0;
	for (unsigned i = 0; i < people; i++)
		checks.at[i] = INT64_MIN;
	bucket_init(&bucket, BUCKET_BACKGROUND_PER_HOUR, 240, 0);
	refresh_pace_init(&pace, 600);
	while (now < DAY_MS) {
		unsigned keys;

		now = take(&bucket, day, pages, now);
		bucket_set_rate(&bucket, BUCKET_BACKGROUND_PER_HOUR + people, now);
		now = take(&bucket, day, rest, now);
		if (day->listings++ == 0)
			day->first_s = now / 1000;
		refresh_pace_listed(&pace, listing, bucket.tokens, people);
		keys = check_keys(&checks, refresh_pace_keys_budget(bucket.tokens, false),
		    people, now, -1, day);
		now = take(&bucket, day, keys, now);
		refresh_pace_keys(&pace, keys);
		now = between(&bucket, &checks, &pace, people, now, day);
	}
	day->fresh_s = refresh_pace_fresh_s(&pace);
	day->interval_s = (double)refresh_pace_interval_ms(&pace) / 1000.0;
	for (size_t i = 0; i < 24; i++)
		if (day->by_hour[i] > day->busiest_hour)
			day->busiest_hour = day->by_hour[i];
}

static double
signing_rate(void)
{
	static const char body[] = "Action=GetUser&Version=2010-05-08&UserName=somebody";
	static char token[1200];
	struct sigv4_header headers[] = { { "Host", "iam.amazonaws.com" },
		{ "Content-Type", "application/x-www-form-urlencoded; charset=utf-8" } };
	struct sigv4_request request = { .method = "POST",
		.path = "/",
		.headers = headers,
		.n_headers = BASE_N(headers),
		.body = body,
		.body_len = sizeof(body) - 1 };
	struct sigv4_key key = { "ASIASYNTHETIC0000001", "synthetic", token, "us-east-1",
		"iam" };
	int64_t start = clock_mono_ms();
	unsigned long n = 0;

	memset(token, 'x', sizeof(token) - 1);
	while (clock_mono_ms() - start < 1000) {
		for (int i = 0; i < 100; i++) {
			_cleanup_sigv4_signed_ struct sigv4_signed out = SIGV4_UNSIGNED;

			if (sigv4_sign(&request, &key, 1767225600 + (int64_t)n, &out) !=
			    0)
				return 0;
			n++;
		}
	}
	return (double)n * 1000.0 / (double)(clock_mono_ms() - start);
}

int
main(void)
{
	static const unsigned sizes[] = { 3, 50, 100, 1000, 5000 };
	struct day day;
	bool is_first = true;

	(void)printf("{\"day\":[");
	for (int mode = 0; mode < 2; mode++) {
		for (size_t i = 0; i < BASE_N(sizes); i++) {
			simulate(sizes[i], mode == 1, &day);
			(void)printf(
			    "%s\n {\"directory\":\"%s\",\"people\":%u,\"requests\":%lu,"
			    "\"allowed\":%.0f,\"busiest_hour\":%lu,\"listings\":%lu,"
			    "\"key_checks\":%lu,\"interval_s\":%.0f,\"fresh_s\":%u,"
			    "\"first_listing_s\":%lld}",
			    is_first ? "" : ",", mode == 1 ? "details" : "scoped",
			    sizes[i], day.requests, 240 + 24 * (36.0 + sizes[i]),
			    day.busiest_hour, day.listings, day.key_checks,
			    day.interval_s, day.fresh_s, (long long)day.first_s);
			is_first = false;
		}
	}
	(void)printf("\n],\"signatures_per_s\":%.0f}\n", signing_rate());
	return 0;
}
