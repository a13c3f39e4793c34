/* SPDX-License-Identifier: Apache-2.0 */
/* test_audit_chain.c - gaps, edits and torn lines are found, and where */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cli/audit_chain.h"

#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define LINE_1 "{\"v\":1,\"seq\":1,\"prev\":\"" ZERO "\",\"event\":\"login\"}"
/* printf '%s' "$LINE" | sha256sum */
#define PREV_2 "0a2cd3a8290d2d30ffd7e770be47d683e75b73407e76ae8b042abd9f77722c89"
#define LINE_2 "{\"v\":1,\"seq\":2,\"prev\":\"" PREV_2 "\",\"event\":\"session\"}"
#define PREV_3 "23584fa1ce48dc50b0d4fa182089fb955ca347850661716d60362d80f492b22e"
#define TORN "4d767a6b0dcec970f344d8722384d7063b2fa08c8781f93976c32049b67a3e33"
#define LINE_3 "{\"v\":1,\"seq\":3,\"prev\":\"" PREV_3 "\",\"event\":\"close\"}"

static struct audit_chain
check(const char *text)
{
	struct audit_chain chain = { .lines = 99 };
	FILE *stream = fmemopen((void *)(uintptr_t)text, strlen(text), "r");

	assert_non_null(stream);
	assert_int_equal(audit_chain_check(stream, &chain), 0);
	assert_int_equal(fclose(stream), 0);
	return chain;
}

static void
expect_wrong(const char *text, unsigned line, const char *what)
{
	struct audit_chain chain = check(text);

	assert_int_equal(chain.lines + 1, line);
	assert_non_null(strstr(chain.wrong, what));
}

static void
test_a_whole_chain_is_ok(void **state)
{
	struct audit_chain chain = check(LINE_1 "\n" LINE_2 "\n" LINE_3 "\n");

	(void)state;
	assert_string_equal(chain.wrong, "");
	assert_int_equal(chain.lines, 3);
	assert_int_equal(chain.first_seq, 1);
	assert_int_equal(chain.last_seq, 3);
	assert_false(chain.continues);
}

static void
test_a_file_may_go_on_from_an_older_one(void **state)
{
	struct audit_chain chain = check(LINE_2 "\n" LINE_3 "\n");

	(void)state;
	assert_string_equal(chain.wrong, "");
	assert_true(chain.continues);
	assert_int_equal(chain.first_seq, 2);
}

static void
test_a_missing_line_is_found(void **state)
{
	(void)state;
	expect_wrong(LINE_1 "\n" LINE_3 "\n", 2, "seq 3, expected 2");
}

static void
test_an_edited_line_is_found_by_the_one_behind_it(void **state)
{
	(void)state;
	expect_wrong("{\"v\":1,\"seq\":1,\"prev\":\"" ZERO
		     "\",\"event\":\"admin\"}\n" LINE_2 "\n",
	    2, "edited");
	/* a blank more is an edit, too */
	expect_wrong(LINE_1 " \n" LINE_2 "\n", 2, "edited");
}

static void
test_an_inserted_or_repeated_line_is_found(void **state)
{
	(void)state;
	expect_wrong(LINE_1 "\n" LINE_1 "\n" LINE_2 "\n", 2, "seq 1, expected 2");
	expect_wrong(LINE_1 "\n\n" LINE_2 "\n", 2, "no JSON object");
}

static void
test_a_torn_last_line_is_found(void **state)
{
	(void)state;
	expect_wrong(LINE_1 "\n" LINE_2, 2, "torn");
	expect_wrong(LINE_1 "\n{\"v\":1,\"se", 2, "torn");
	expect_wrong(LINE_1 "\n{\"v\":1,\"se\n", 2, "no JSON object");
}

static void
test_half_a_line_that_comes_again_whole_is_accounted_for(void **state)
{
	struct audit_chain chain =
	    check(LINE_1 "\n{\"v\":1,\"seq\":2,\"prev\"\n{\"v\n" LINE_2 "\n" LINE_3 "\n");

	(void)state;
	assert_string_equal(chain.wrong, "");
	assert_int_equal(chain.lines, 3);
	assert_int_equal(chain.torn, 2);
	expect_wrong(LINE_1 "\n{\"v\":1,\"seq\":3\n" LINE_2 "\n", 2, "accounts for it");
	expect_wrong(LINE_1 "\nanything\n" LINE_2 "\n" LINE_3 "\n", 2, "accounts for it");
}

static void
test_half_a_line_is_accounted_for_by_the_record_that_names_it(void **state)
{
	/* printf %s '{"v":1,"seq":2,"pr' | sha256sum */
	static const char half[] = "{\"v\":1,\"seq\":2,\"pr\n";
	static const char names[] =
	    "{\"v\":1,\"seq\":2,\"prev\":\"" PREV_2 "\",\"torn\":\"" TORN "\"}\n";
	char text[1024];
	struct audit_chain chain;

	(void)state;
	(void)snprintf(text, sizeof(text), LINE_1 "\n%s%s", half, names);
	chain = check(text);
	assert_string_equal(chain.wrong, "");
	assert_int_equal(chain.torn, 1);
	(void)snprintf(text, sizeof(text), LINE_1 "\n%.5s\n%s", half, names);
	assert_string_equal(check(text).wrong, ""); /* a beginning needs no name */
	(void)snprintf(text, sizeof(text), LINE_1 "\nx%s%s", half, names);
	expect_wrong(text, 2, "accounts for it");
}

static void
test_lines_that_are_no_records_are_found(void **state)
{
	(void)state;
	expect_wrong("[]\n", 1, "no JSON object");
	expect_wrong("{}\n", 1, "no seq or prev");
	expect_wrong("{\"seq\":1,\"prev\":\"00\"}\n", 1, "no seq or prev");
	expect_wrong("{\"seq\":\"1\",\"prev\":\"" ZERO "\"}\n", 1, "no seq or prev");
	expect_wrong(LINE_1 "{}\n", 1, "no JSON object");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_whole_chain_is_ok),
		cmocka_unit_test(test_a_file_may_go_on_from_an_older_one),
		cmocka_unit_test(test_a_missing_line_is_found),
		cmocka_unit_test(test_an_edited_line_is_found_by_the_one_behind_it),
		cmocka_unit_test(test_an_inserted_or_repeated_line_is_found),
		cmocka_unit_test(test_a_torn_last_line_is_found),
		cmocka_unit_test(
		    test_half_a_line_that_comes_again_whole_is_accounted_for),
		cmocka_unit_test(
		    test_half_a_line_is_accounted_for_by_the_record_that_names_it),
		cmocka_unit_test(test_lines_that_are_no_records_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
