/* SPDX-License-Identifier: Apache-2.0 */
/* test_bucket.c - the token bucket */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/bucket.h"

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
	bucket_give_back(&bucket, 3);
	assert_int_equal(take_all(&bucket, 0), 3);
	bucket_give_back(&bucket, 1000);
	assert_int_equal(take_all(&bucket, 0), 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_what_is_given_back_can_be_taken_again_but_not_beyond_the_depth),
		cmocka_unit_test(test_bucket_starts_full_and_runs_dry),
		cmocka_unit_test(test_bucket_refills_at_its_rate_and_not_above_its_depth),
		cmocka_unit_test(test_bucket_gives_what_it_said_it_would),
		cmocka_unit_test(test_bucket_rate_can_change_without_losing_tokens),
		cmocka_unit_test(test_bucket_gives_nothing_for_a_clock_that_goes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
