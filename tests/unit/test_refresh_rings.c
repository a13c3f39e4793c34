/* SPDX-License-Identifier: Apache-2.0 */
/* test_refresh_rings.c - who may have the directory listed early */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/refresh_rings.h"

#define SECOND 1000
#define HOUR (3600 * SECOND)

static void
test_the_doorbell_is_three_deep_and_refills_twelve_times_an_hour(void **state)
{
	struct refresh_rings rings;
	(void)state;

	refresh_rings_init(&rings, SECOND);
	for (int64_t i = 0; i < 3; i++)
		assert_true(refresh_rings_doorbell(&rings, (i + 1) * SECOND));
	assert_false(refresh_rings_doorbell(&rings, 4 * SECOND));
	assert_int_equal(rings.n_heard, 3);
	assert_int_equal(rings.n_refused, 1);
	assert_true(refresh_rings_doorbell(&rings, HOUR / 12 + 4 * SECOND));
	assert_false(refresh_rings_doorbell(&rings, HOUR / 12 + 5 * SECOND));
}

static void
test_one_attempt_is_one_ring(void **state)
{
	struct refresh_rings rings;
	(void)state;

	refresh_rings_init(&rings, SECOND);
	assert_true(refresh_rings_doorbell(&rings, SECOND));
	assert_false(refresh_rings_doorbell(&rings, SECOND + 99));
	assert_int_equal(rings.n_refused, 0);
	assert_true(refresh_rings_doorbell(&rings, SECOND + 100));
}

/* A night without AWS, a login a second: who is new in the morning still rings. */
static void
test_stale_logins_leave_the_doorbell_alone(void **state)
{
	struct refresh_rings rings;
	unsigned n = 0;
	(void)state;

	refresh_rings_init(&rings, 0);
	for (int64_t now = 0; now < 8 * HOUR; now += SECOND)
		n += refresh_rings_stale(&rings, now);
	assert_in_range(n, 1, 8 * 6 + 1);
	for (int64_t i = 0; i < 3; i++)
		assert_true(refresh_rings_doorbell(&rings, 8 * HOUR + i * SECOND));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_the_doorbell_is_three_deep_and_refills_twelve_times_an_hour),
		cmocka_unit_test(test_one_attempt_is_one_ring),
		cmocka_unit_test(test_stale_logins_leave_the_doorbell_alone),
	};

	return cmocka_run_group_tests_name("refresh_rings", tests, NULL, NULL);
}
