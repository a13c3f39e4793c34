/* SPDX-License-Identifier: Apache-2.0 */
/* test_freshness.c - common/freshness.c and common/clock.c */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/freshness.h"

static const struct clock_now now = { .wall_ms = 1000000000, .boot_ms = 500000 };

static void
test_age_is_the_larger_of_both_clocks(void **state)
{
	(void)state;
	assert_int_equal(freshness_age_ms(999990000, 490000, &now), 10000);
	assert_int_equal(freshness_age_ms(999990000, 480000, &now), 20000);
	assert_int_equal(freshness_age_ms(999900000, 490000, &now), 100000);
}

static void
test_a_clock_stepping_back_makes_nothing_younger(void **state)
{
	struct clock_now stepped = { now.wall_ms - 3600000, now.boot_ms };

	(void)state;
	assert_int_equal(freshness_age_ms(999990000, 490000, &stepped), 10000);
}

static void
test_never_verified_has_no_age(void **state)
{
	(void)state;
	assert_true(freshness_age_ms(0, 490000, &now) == FRESHNESS_AGE_UNKNOWN);
}

static void
test_a_stamp_in_the_future_of_both_clocks_has_no_age(void **state)
{
	(void)state;
	assert_true(freshness_age_ms(now.wall_ms + 5001, now.boot_ms + 5001, &now) ==
		    FRESHNESS_AGE_UNKNOWN);
	assert_int_equal(
	    freshness_age_ms(now.wall_ms + 5000, now.boot_ms + 9000, &now), 0);
	assert_int_equal(
	    freshness_age_ms(now.wall_ms + 3600000, now.boot_ms - 7, &now), 7);
}

static void
test_stamps_before_this_boot_count_by_both_clocks(void **state)
{
	(void)state;
	assert_int_equal(freshness_age_ms(now.wall_ms - 600000, -100000, &now), 600000);
	assert_int_equal(freshness_age_ms(now.wall_ms - 600000, -200000, &now), 700000);
}

static void
test_damaged_stamps_have_no_age(void **state)
{
	(void)state;
	assert_true(freshness_age_ms(INT64_MIN, 0, &now) == FRESHNESS_AGE_UNKNOWN);
	assert_true(freshness_age_ms(1, INT64_MIN, &now) == FRESHNESS_AGE_UNKNOWN);
	assert_true(
	    freshness_age_ms(INT64_MAX, INT64_MAX, &now) == FRESHNESS_AGE_UNKNOWN);
}

static void
test_states_change_exactly_at_their_limits(void **state)
{
	(void)state;
	assert_int_equal(freshness_state(0, 600, 86400), FRESHNESS_FRESH);
	assert_int_equal(freshness_state(600000, 600, 86400), FRESHNESS_FRESH);
	assert_int_equal(freshness_state(600001, 600, 86400), FRESHNESS_STALE);
	assert_int_equal(freshness_state(86400000, 600, 86400), FRESHNESS_STALE);
	assert_int_equal(freshness_state(86400001, 600, 86400), FRESHNESS_EXPIRED);
	assert_int_equal(freshness_state(FRESHNESS_AGE_UNKNOWN, UINT32_MAX, UINT32_MAX),
	    FRESHNESS_EXPIRED);
	assert_int_equal(freshness_state(-1, 600, 86400), FRESHNESS_EXPIRED);
}

static void
test_a_grace_below_fresh_wins(void **state)
{
	(void)state;
	assert_int_equal(freshness_state(60000, 600, 60), FRESHNESS_FRESH);
	assert_int_equal(freshness_state(60001, 600, 60), FRESHNESS_EXPIRED);
}

static void
test_deadlines_never_wait_below_zero_or_beyond_an_int(void **state)
{
	int64_t mono = clock_mono_ms();

	(void)state;
	assert_int_equal(clock_until_ms(mono - 1), 0);
	assert_int_equal(clock_until_ms(INT64_MIN), 0);
	assert_int_equal(clock_until_ms(INT64_MAX), INT_MAX);
	assert_in_range(clock_until_ms(mono + 1000), 900, 1000);
}

static void
test_names_are_those_of_the_records(void **state)
{
	(void)state;
	assert_string_equal(freshness_name(FRESHNESS_FRESH), "FRESH");
	assert_string_equal(freshness_name(FRESHNESS_STALE), "STALE");
	assert_string_equal(freshness_name(FRESHNESS_EXPIRED), "EXPIRED");
	assert_string_equal(freshness_name(FRESHNESS_EMPTY), "EMPTY");
	assert_string_equal(freshness_name((enum freshness)9), "EMPTY");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_age_is_the_larger_of_both_clocks),
		cmocka_unit_test(test_a_clock_stepping_back_makes_nothing_younger),
		cmocka_unit_test(test_never_verified_has_no_age),
		cmocka_unit_test(test_a_stamp_in_the_future_of_both_clocks_has_no_age),
		cmocka_unit_test(test_stamps_before_this_boot_count_by_both_clocks),
		cmocka_unit_test(test_damaged_stamps_have_no_age),
		cmocka_unit_test(test_states_change_exactly_at_their_limits),
		cmocka_unit_test(test_a_grace_below_fresh_wins),
		cmocka_unit_test(test_deadlines_never_wait_below_zero_or_beyond_an_int),
		cmocka_unit_test(test_names_are_those_of_the_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
