/* SPDX-License-Identifier: Apache-2.0 */
/* test_audit_rate.c - a flood is counted, not written, and no count is lost */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "daemon/audit_rate.h"

#define START 1000

static struct audit_rate rate;
static struct record due;

static int
reset(void **state)
{
	(void)state;
	memset(&rate, 0, sizeof(rate));
	return 0;
}

static bool
pass(enum record_event event, const char *account, int64_t now_ms)
{
	struct record record;

	record_init(&record, event);
	record.account = account;
	record.service = "sudo";
	return audit_rate_pass(&rate, &record, now_ms);
}

static unsigned
written(unsigned n, const char *account, int64_t now_ms)
{
	unsigned count = 0;

	while (n-- > 0)
		count += pass(RECORD_SUDO, account, now_ms);
	return count;
}

static void
test_a_flood_is_written_up_to_a_limit_and_counted_beyond(void **state)
{
	(void)state;
	assert_int_equal(written(1000, "alice", START), AUDIT_RATE_MOST);
	assert_false(audit_rate_due(&rate, START + AUDIT_RATE_WINDOW_MS - 1, &due));
	assert_true(audit_rate_due(&rate, START + AUDIT_RATE_WINDOW_MS, &due));
	assert_int_equal(due.repeated, 1000 - AUDIT_RATE_MOST - 1);
	assert_int_equal(due.event, RECORD_SUDO);
	assert_string_equal(due.account, "alice");
	assert_string_equal(due.service, "sudo");
	assert_null(due.person.id);
	assert_false(audit_rate_due(&rate, START + AUDIT_RATE_WINDOW_MS, &due));
}

static void
test_the_next_window_writes_again(void **state)
{
	(void)state;
	assert_int_equal(written(AUDIT_RATE_MOST, "alice", START), AUDIT_RATE_MOST);
	assert_int_equal(written(5, "alice", START + AUDIT_RATE_WINDOW_MS), 5);
	assert_int_equal(
	    written(100, "alice", START + AUDIT_RATE_WINDOW_MS), AUDIT_RATE_MOST - 5);
	/* not before what it left out was told */
	assert_int_equal(written(1, "alice", START + 3 * AUDIT_RATE_WINDOW_MS), 0);
	assert_true(audit_rate_due(&rate, START + 3 * AUDIT_RATE_WINDOW_MS, &due));
	assert_int_equal(due.repeated, 5 + 100 - AUDIT_RATE_MOST);
	assert_int_equal(written(1, "alice", START + 3 * AUDIT_RATE_WINDOW_MS), 1);
}

static void
test_one_flood_takes_nothing_from_others(void **state)
{
	(void)state;
	assert_int_equal(written(1000, "alice", START), AUDIT_RATE_MOST);
	assert_int_equal(written(1, "bob", START), 1);
	assert_true(pass(RECORD_LOGIN, "alice", START));
	assert_true(pass(RECORD_SESSION, "alice", START));
}

static void
test_changes_of_verdicts_and_what_admins_do_are_never_left_out(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		assert_true(pass(RECORD_VERDICT, "alice", START));
		assert_true(pass(RECORD_ADMIN, NULL, START));
		assert_true(pass(RECORD_VIOLATION, "alice", START));
	}
}

static void
test_every_record_is_written_or_counted_whatever_the_names(void **state)
{
	unsigned kinds = 3 * AUDIT_RATE_KINDS, i, n = 0;
	char name[16];

	(void)state;
	for (i = 0; i < kinds; i++) {
		(void)snprintf(name, sizeof(name), "user%u", i);
		n += written(100, name, START);
	}
	while (audit_rate_due(&rate, INT64_MAX, &due))
		n += 1 + (unsigned)due.repeated;
	assert_int_equal(n, kinds * 100);
}

int
main(void)
{
#define EACH(f) cmocka_unit_test_setup(f, reset)
	const struct CMUnitTest tests[] = {
		EACH(test_a_flood_is_written_up_to_a_limit_and_counted_beyond),
		EACH(test_the_next_window_writes_again),
		EACH(test_one_flood_takes_nothing_from_others),
		EACH(test_changes_of_verdicts_and_what_admins_do_are_never_left_out),
		EACH(test_every_record_is_written_or_counted_whatever_the_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
