/* SPDX-License-Identifier: Apache-2.0 */
/* test_process.c - the start time of a process, as proc(5) writes it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <unistd.h>

#include "common/process.h"

#define REST " 1 1 0 -1 4194560 100 0 0 0 0 0 0 0 20 0 1 0 "

static void
test_field_22_is_the_start_time(void **state)
{
	uint64_t ticks;

	(void)state;
	assert_int_equal(
	    process_parse_stat("77 (sshd) S 1" REST "12345 9 8\n", &ticks), 0);
	assert_int_equal(ticks, 12345);
}

static void
test_the_name_may_hold_anything(void **state)
{
	uint64_t ticks;

	(void)state;
	assert_int_equal(
	    process_parse_stat("77 (a) S 9 9 9 9) R 1" REST "12345 9 8\n", &ticks), 0);
	assert_int_equal(ticks, 12345);
	assert_int_equal(
	    process_parse_stat("77 (()) R 1" REST "18446744073709551609 9\n", &ticks), 0);
}

static void
test_damaged_lines_are_refused(void **state)
{
	static const char *const lines[] = { "", "77", "77 (sshd", "77 (sshd)",
		"77 (sshd) S", "77 (sshd) S 1" REST, "77 (sshd) S 1" REST "-5 9 8",
		"77 (sshd) S 1" REST "99999999999999999999 9" };
	uint64_t ticks = 1;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(process_parse_stat(lines[i], &ticks), -EBADMSG);
	assert_int_equal(ticks, 1);
}

static void
test_a_living_process_has_a_start_time(void **state)
{
	uint64_t mine, parents;

	(void)state;
	assert_int_equal(process_start_time(getpid(), &mine), 0);
	assert_int_equal(process_start_time(getppid(), &parents), 0);
	assert_true(mine >= parents);
	assert_true(process_start_time(-5, &mine) < 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_field_22_is_the_start_time),
		cmocka_unit_test(test_the_name_may_hold_anything),
		cmocka_unit_test(test_damaged_lines_are_refused),
		cmocka_unit_test(test_a_living_process_has_a_start_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
