/* SPDX-License-Identifier: Apache-2.0 */
/* test_verdict.c - names and sentences of verdicts and reasons; what is none of them denies */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/verdict.h"

static void
test_the_names_of_verdicts_are_the_interface(void **state)
{
	(void)state;
	assert_string_equal(verdict_name(VERDICT_DENY), "deny");
	assert_string_equal(verdict_name(VERDICT_UNKNOWN), "unknown");
	assert_string_equal(verdict_name(VERDICT_ALLOW), "allow");
	assert_string_equal(verdict_name(VERDICT_NOT_OURS), "not-ours");
	assert_string_equal(verdict_name(VERDICT_NO_USER), "no-user");
}

static void
test_what_is_no_verdict_is_a_deny(void **state)
{
	struct {
		enum verdict verdict;
	} unset = { 0 };

	(void)state;
	assert_string_equal(verdict_name(unset.verdict), "deny");
	assert_string_equal(verdict_name(VERDICT_N), "deny");
	assert_string_equal(verdict_name((enum verdict) - 1), "deny");
}

static void
test_each_reason_has_a_name_of_its_own_and_a_sentence(void **state)
{
	unsigned i, j;

	(void)state;
	for (i = 0; i < REASON_N; i++) {
		enum verdict_reason reason = (enum verdict_reason)i;
		const char *name = verdict_reason_name(reason);
		const char *text = verdict_reason_text(reason);

		assert_true(strlen(name) > 0 && strlen(text) > strlen(name));
		assert_int_not_equal(text[strlen(text) - 1], '.');
		assert_int_equal(
		    strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
		assert_int_equal(verdict_reason_by_name(name), reason);
		for (j = 0; j < i; j++)
			assert_string_not_equal(
			    name, verdict_reason_name((enum verdict_reason)j));
	}
}

static void
test_what_is_no_reason_is_a_failure_of_ours(void **state)
{
	(void)state;
	assert_string_equal(verdict_reason_name(REASON_N), "internal");
	assert_string_equal(verdict_reason_name((enum verdict_reason) - 1), "internal");
	assert_string_equal(
	    verdict_reason_text(REASON_N), verdict_reason_text(REASON_INTERNAL));
	assert_string_equal(verdict_reason_text((enum verdict_reason) - 1),
	    verdict_reason_text(REASON_INTERNAL));
	assert_int_equal(verdict_reason_by_name("no-such-reason"), REASON_N);
	assert_int_equal(verdict_reason_by_name(""), REASON_N);
}

/* Numbers go over the wire and into records: they may not move. */
static void
test_numbers_of_reasons_do_not_move(void **state)
{
	(void)state;
	assert_int_equal(verdict_reason_by_name("none"), 0);
	assert_int_equal(verdict_reason_by_name("rule-allows"), 1);
	assert_int_equal(verdict_reason_by_name("key-unknown"), 17);
	assert_int_equal(verdict_reason_by_name("closed"), 24);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_names_of_verdicts_are_the_interface),
		cmocka_unit_test(test_what_is_no_verdict_is_a_deny),
		cmocka_unit_test(test_each_reason_has_a_name_of_its_own_and_a_sentence),
		cmocka_unit_test(test_what_is_no_reason_is_a_failure_of_ours),
		cmocka_unit_test(test_numbers_of_reasons_do_not_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
