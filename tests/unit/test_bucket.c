/* SPDX-License-Identifier: Apache-2.0 */
/* test_bucket.c - the token bucket */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/bucket.h"
#include "daemon/dice.h"
#include "daemon/refresh.h"
#include "daemon/refresh_pace.h"

#define HOUR_MS 3600000

static unsigned
take_all(struct bucket *bucket, int64_t now)
{
	unsigned n = 0;

	while (n < 10000 && bucket_take(bucket, now))
		n++;
	return n;
}

static void
test_bucket_starts_full_and_runs_dry(void **state)
{
	struct bucket bucket;

	(void)state;
	bucket_init(&bucket, 120, 20, 1000);
	assert_int_equal(take_all(&bucket, 1000), 20);
	assert_false(bucket_take(&bucket, 1000));
}

static void
test_bucket_refills_at_its_rate_and_not_above_its_depth(void **state)
{
	struct bucket bucket;

	(void)state;
	bucket_init(&bucket, 120, 20, 0);
	assert_int_equal(take_all(&bucket, 0), 20);
	assert_int_equal(take_all(&bucket, 29999), 0); /* one every 30 s */
	assert_int_equal(take_all(&bucket, 30001), 1);
	assert_int_equal(take_all(&bucket, 30001 + 5 * 30000), 5);
	assert_int_equal(take_all(&bucket, 100 * (int64_t)HOUR_MS), 20);
}

static void
test_bucket_gives_what_it_said_it_would(void **state)
{
	struct bucket bucket;
	int64_t wait;

	(void)state;
	bucket_init(&bucket, 36, 240, 0);
	assert_int_equal(bucket_wait_ms(&bucket, 240, 0), 0);
	assert_int_equal(take_all(&bucket, 0), 240);
	wait = bucket_wait_ms(&bucket, 1, 0);
	assert_in_range(wait, 100000, 100001);
	assert_false(bucket_take(&bucket, wait - 100));
	assert_true(bucket_take(&bucket, wait));
	/* More than the depth: who takes as it flows gets 300 in 300 / 36 hours. */
	bucket_init(&bucket, 36, 240, 0);
	assert_in_range(bucket_wait_ms(&bucket, 276, 0), HOUR_MS, HOUR_MS + 1);
}

static void
test_bucket_rate_can_change_without_losing_tokens(void **state)
{
	struct bucket bucket;

	(void)state;
	bucket_init(&bucket, 36, 240, 0);
	(void)take_all(&bucket, 0);
	bucket_set_rate(&bucket, 136, HOUR_MS);
	assert_int_equal(take_all(&bucket, HOUR_MS + 1), 36);
	assert_int_equal(take_all(&bucket, 2 * HOUR_MS + 1), 136);
}

static void
test_bucket_gives_nothing_for_a_clock_that_goes_back(void **state)
{
	struct bucket bucket;

	(void)state;
	bucket_init(&bucket, 120, 20, HOUR_MS);
	(void)take_all(&bucket, HOUR_MS);
	assert_int_equal(take_all(&bucket, 0), 0);
	assert_int_equal(take_all(&bucket, HOUR_MS), 0);
	assert_int_equal(take_all(&bucket, HOUR_MS + 30001), 1);
}

static void
test_what_is_given_back_can_be_taken_again_but_not_beyond_the_depth(void **state)
{
	struct bucket bucket;

	(void)state;
	bucket_init(&bucket, 120, 20, 0);
	assert_int_equal(take_all(&bucket, 0), 20);
	bucket_forgive(&bucket, 3);
	assert_int_equal(take_all(&bucket, 0), 3);
	bucket_forgive(&bucket, 1000);
	assert_int_equal(take_all(&bucket, 0), BUCKET_FORGIVEN);
	bucket_forgive(&bucket, 15);
	bucket_forgive(&bucket, 15);
	assert_int_equal(take_all(&bucket, 0), 20);
}

#define NIGHT_MS (12 * (int64_t)HOUR_MS)
#define PEOPLE 20

/* One question of which @percent of 100 tries fail; true when it was answered. */
static bool
ask(struct bucket *bucket, unsigned tries, unsigned percent, int64_t *now, unsigned *n)
{
	for (unsigned i = 0; i < tries; i++) {
		*now += bucket_wait_ms(bucket, 1, *now) + 100;
		assert_true(bucket_take(bucket, *now));
		(*n)++;
		if (dice_below(100) >= percent)
			return true;
	}
	return false;
}

/* A listing of PEOPLE, the way flight_people.c goes about it when AWS is ill. */
static bool
list(
    struct bucket *bucket, unsigned failures, unsigned percent, int64_t *now, unsigned *n)
{
	bool is_well = ask(bucket, failures >= REFRESH_BREAKER ? 1 : 3, percent, now, n);

	for (unsigned i = 0; is_well && i < 2 * PEOPLE; i++)
		is_well = ask(bucket, 3, percent, now, n);
	return is_well;
}

static void
test_a_night_of_errors_leaves_what_the_morning_needs(void **state)
{
	static const unsigned percents[] = { 30, 50, 90, 100 };
	(void)state;

	for (size_t i = 0; i < sizeof(percents) / sizeof(*percents); i++) {
		unsigned failures = 0, sent = 0, listed = 0;
		struct refresh_pace pace;
		struct bucket bucket;
		int64_t now = 0;

		refresh_pace_init(&pace, 600);
		bucket_init(&bucket, BUCKET_BACKGROUND_PER_HOUR + PEOPLE, 240, 0);
		while (now < NIGHT_MS) {
			unsigned n = 0;

			if (list(&bucket, failures, percents[i], &now, &n)) {
				failures = 0;
				listed++;
				refresh_pace_listed(&pace, n, bucket.tokens, PEOPLE);
				now += refresh_pace_interval_ms(&pace);
			} else {
				bucket_forgive(&bucket, n);
				now += refresh_pace_retry_ms(&pace, ++failures);
			}
			sent += n;
		}
		print_message("%u %% fail: %u requests an hour, %u listings, %.0f left\n",
		    percents[i], sent / 12, listed, bucket.tokens);
		/* in the morning a listing is paid at once: back within the minute */
		if (percents[i] >= 90) {
			assert_true(bucket.tokens >= 200);
			assert_true(bucket_wait_ms(&bucket, 1 + 2 * PEOPLE, now) == 0);
		}
		assert_in_range(sent / 12, 1, 400);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_what_is_given_back_can_be_taken_again_but_not_beyond_the_depth),
		cmocka_unit_test(test_a_night_of_errors_leaves_what_the_morning_needs),
		cmocka_unit_test(test_bucket_starts_full_and_runs_dry),
		cmocka_unit_test(test_bucket_refills_at_its_rate_and_not_above_its_depth),
		cmocka_unit_test(test_bucket_gives_what_it_said_it_would),
		cmocka_unit_test(test_bucket_rate_can_change_without_losing_tokens),
		cmocka_unit_test(test_bucket_gives_nothing_for_a_clock_that_goes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
