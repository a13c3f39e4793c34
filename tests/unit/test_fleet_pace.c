/* SPDX-License-Identifier: Apache-2.0 */
/* test_fleet_pace.c - when hosts poll: daemon/fleet_pace.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/fleet_pace.h"

static void
test_hosts_that_boot_together_part_with_the_second_poll(void **state)
{
	unsigned in_tenth[10] = { 0 };
	(void)state;

	for (unsigned i = 0; i < 1000; i++) {
		struct fleet_pace pace;
		char id[24];
		int64_t next;

		(void)snprintf(id, sizeof(id), "i-%017x", i);
		fleet_pace_init(&pace, 60);
		fleet_pace_phase(&pace, id, 7);
		next = fleet_pace_next_ms(&pace, false, 0);
		assert_in_range(next, 1000, 61000);
		in_tenth[(next - 1001 > 0 ? next - 1001 : 0) / 6000]++;
	}
	for (unsigned i = 0; i < 10; i++)
		assert_in_range(in_tenth[i], 60, 140);
}

static void
test_an_instance_keeps_its_phase(void **state)
{
	struct fleet_pace a, b;
	(void)state;

	fleet_pace_init(&a, 60);
	fleet_pace_init(&b, 60);
	fleet_pace_phase(&a, "i-0123456789abcdef0", 1);
	fleet_pace_phase(&b, "i-0123456789abcdef0", 2);
	assert_int_equal(a.phase_ms, b.phase_ms);
}

static void
test_each_later_poll_comes_after_the_interval_give_or_take_a_tenth(void **state)
{
	struct fleet_pace pace;
	(void)state;

	fleet_pace_init(&pace, 60);
	(void)fleet_pace_next_ms(&pace, false, 0);
	assert_int_equal(fleet_pace_next_ms(&pace, false, 0), 54000);
	assert_int_equal(fleet_pace_next_ms(&pace, false, UINT32_MAX / 2 + 1), 60000);
	assert_int_equal(fleet_pace_next_ms(&pace, false, UINT32_MAX), 66000);
}

static void
test_failures_cost_no_more_than_success_in_the_long_run(void **state)
{
	struct fleet_pace pace;
	int64_t sum = 0;
	(void)state;

	fleet_pace_init(&pace, 60);
	assert_in_range(fleet_pace_next_ms(&pace, true, UINT32_MAX), 1000, 4000);
	for (unsigned i = 0; i < 20; i++)
		(void)fleet_pace_next_ms(&pace, true, 0);
	for (unsigned i = 0; i < 100; i++)
		sum += fleet_pace_next_ms(&pace, true, UINT32_MAX / 100 * i);
	assert_in_range(sum / 100, 58000, 62000);
	(void)fleet_pace_next_ms(&pace, false, 0);
	assert_in_range(fleet_pace_next_ms(&pace, true, UINT32_MAX), 1000, 4000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts_that_boot_together_part_with_the_second_poll),
		cmocka_unit_test(test_an_instance_keeps_its_phase),
		cmocka_unit_test(
		    test_each_later_poll_comes_after_the_interval_give_or_take_a_tenth),
		cmocka_unit_test(test_failures_cost_no_more_than_success_in_the_long_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
