/* SPDX-License-Identifier: Apache-2.0 */
/* test_adaptive.c - slower when throttled, and back */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/adaptive.h"

/* Requests within @ms when each gets the same answer; *now moves on. */
static unsigned
send_for(struct adaptive *adaptive, int64_t *now, int64_t ms, bool is_throttled)
{
	int64_t end = *now + ms;
	unsigned n = 0;

	while (*now < end) {
		int64_t wait = adaptive_wait_ms(adaptive, *now);

		if (wait > 0) {
			*now += wait;
			continue;
		}
		n++;
		*now += 20; /* the answer's time */
		if (is_throttled)
			adaptive_throttled(adaptive, *now);
		else
			adaptive_answered(adaptive, *now);
	}
	return n;
}

static void
test_nothing_is_slowed_down_before_the_first_throttling(void **state)
{
	struct adaptive adaptive = { 0 };
	int64_t now = 1000;

	(void)state;
	assert_int_equal(send_for(&adaptive, &now, 1000, false), 50);
}

static void
test_throttling_for_ten_minutes_is_met_with_a_request_in_5_s(void **state)
{
	struct adaptive adaptive = { 0 };
	int64_t now = 1000;

	(void)state;
	(void)send_for(&adaptive, &now, 60000, true);
	assert_in_range(send_for(&adaptive, &now, 600000, true), 115, 121);
}

static void
test_twenty_answers_after_the_end_come_within_twenty_seconds(void **state)
{
	struct adaptive adaptive = { 0 };
	int64_t now = 1000;

	(void)state;
	(void)send_for(&adaptive, &now, 600000, true);
	assert_true(send_for(&adaptive, &now, 20000, false) > 20);
	assert_true(adaptive.per_s <= 0);
}

static void
test_two_quiet_minutes_end_it(void **state)
{
	struct adaptive adaptive = { 0 };
	int64_t now = 1000;

	(void)state;
	(void)send_for(&adaptive, &now, 60000, true);
	assert_true(adaptive.per_s > 0);
	assert_int_equal(adaptive_wait_ms(&adaptive, now + 121000), 0);
	assert_true(adaptive.per_s <= 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_slowed_down_before_the_first_throttling),
		cmocka_unit_test(
		    test_throttling_for_ten_minutes_is_met_with_a_request_in_5_s),
		cmocka_unit_test(
		    test_twenty_answers_after_the_end_come_within_twenty_seconds),
		cmocka_unit_test(test_two_quiet_minutes_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
