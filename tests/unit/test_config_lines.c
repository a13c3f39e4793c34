/* SPDX-License-Identifier: Apache-2.0 */
/* test_config_lines.c - what daemon/config_lines.c keeps from inih, with its line */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/config_fixture.h"

static void
test_lines_that_inih_would_misread_are_refused(void **state)
{
	static const struct config_fixture_refusal table[] = {
		{ "[login]\n allow = user:a", "f.conf:2: an indented line" },
		{ "\n\tx", "f.conf:2: an indented line" },
		{ "[login]\r\n", "f.conf:1: a carriage return" },
		{ "[login]\nallow = user:a\r", "f.conf:2: a carriage return" },
		{ "[login", "f.conf:1: ']' is missing" },
		{ "[", "f.conf:1: ']' is missing" },
		{ "[login ;]", "f.conf:1: ']' is missing" },
		{ "[login] allow = user:a", "f.conf:1: text after ']'" },
		{ "[login]x", "f.conf:1: text after ']'" },
		{ "[login]\nallow", "f.conf:2: expected KEY = VALUE" },
		{ "[login]\nallow user:a", "f.conf:2: expected KEY = VALUE" },
		{ "[login]\nallow: user=a", "f.conf:2: expected KEY = VALUE" },
		{ "[login]\nallow ;= user:a", "f.conf:2: expected KEY = VALUE" },
		{ "[login]\n= user:a", "f.conf:2: a key stands before '='" },
		{ "[login]\nallow = user:a # why", "f.conf:2: inside a line a comment" },
		{ "[login]\nallow = user:a;b",
		    "f.conf:2: [login] allow: byte 7: ; stands" },
		{ "[login]\nallow = \x01", "f.conf:2: a control byte (0x01)" },
		{ "; \xc3\x28", "f.conf:1: byte 3 is not UTF-8" },
		{ "\xef\xbb\xbf[login]", "f.conf:1: a byte-order mark" },
	};
	(void)state;

	config_fixture_refusals(table, BASE_N(table));
}

static void
test_a_comment_inside_a_line_needs_a_blank_before_its_semicolon(void **state)
{
	_cleanup_config_ struct config *c =
	    config_fixture_good("[login] ; one\n"
				"allow = user:a ; two ; three # four\n"
				"allow = user:b\t;five\n"
				"deny = tag:a#b\n");
	(void)state;

	assert_string_equal(c->login.allow[0].text, "user:a");
	assert_string_equal(c->login.allow[1].text, "user:b");
	assert_string_equal(c->login.deny[0].terms[0].key, "a#b");
}

static void
test_a_line_of_198_bytes_passes_and_one_of_199_does_not(void **state)
{
	struct config *config = NULL;
	char text[400] = "[login]\nallow = tag:";
	char error[400] = "";
	(void)state;

	memset(text + 20, 'a', 198 - 12);
	text[8 + 198] = '\0';
	config_free(config_fixture_good(text));
	text[8 + 198] = 'a';
	text[8 + 199] = '\0';
	assert_int_equal(
	    config_fixture_parse(text, strlen(text), &config, error), -EINVAL);
	assert_string_equal(error, "f.conf:2: longer than 198 bytes");
}

static void
test_a_nul_is_refused_wherever_it_stands(void **state)
{
	static const char text[] = "[login]\nallow = user:a\0b";
	static const char comment[] = "[login]\n; \0x";
	struct config *config = NULL;
	char error[400] = "";
	(void)state;

	assert_int_equal(
	    config_fixture_parse(text, sizeof(text) - 1, &config, error), -EINVAL);
	assert_string_equal(error, "f.conf:2: a NUL byte");
	assert_int_equal(
	    config_fixture_parse(comment, sizeof(comment) - 1, &config, error), -EINVAL);
	assert_string_equal(error, "f.conf:2: a NUL byte");
}

static void
test_unknown_names_are_refused_with_the_nearest_known(void **state)
{
	static const struct config_fixture_refusal table[] = {
		{ "x = y", "f.conf:1: x stands before any [SECTION]" },
		{ "[logn]", "f.conf:1: unknown section [logn]; did you mean login?" },
		{ "[zzzzzzzzzz]", "f.conf:1: unknown section [zzzzzzzzzz]" },
		{ "[]", "f.conf:1: unknown section []" },
		{ "[Login]", "f.conf:1: unknown section [Login]; did you mean login?" },
		{ "[login]\nalow = user:a",
		    "f.conf:2: unknown key alow in [login]; did you mean allow?" },
		{ "[login]\n\n\nAllow = user:a",
		    "f.conf:4: unknown key Allow in [login]; did" },
		{ "[login]\nusers = user:a",
		    "f.conf:2: unknown key users in [login]; there is one in [principals]" },
		{ "[source]\nkind = fil",
		    "f.conf:2: [source] kind: unknown value \"fil\"; did you mean file?" },
		{ "[accounts]\nvisible = every",
		    "f.conf:2: [accounts] visible: unknown value" },
		{ "[login]\nallow = grup:a",
		    "f.conf:2: [login] allow: byte 1: unknown term" },
	};
	(void)state;

	config_fixture_refusals(table, BASE_N(table));
}

static void
test_sixty_four_rules_pass_and_one_more_does_not(void **state)
{
	char text[64 * 20 + 100] = "[login]\n";
	struct config *config = NULL;
	char error[400] = "";
	(void)state;

	for (int i = 0; i < RULES_MAX; i++)
		strcat(text, "allow = user:a\n");
	config_free(config_fixture_good(text));
	strcat(text, "allow = user:a\n");
	assert_int_equal(
	    config_fixture_parse(text, strlen(text), &config, error), -EINVAL);
	assert_string_equal(error, "f.conf:66: [login] allow: more than 64 of them");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_that_inih_would_misread_are_refused),
		cmocka_unit_test(
		    test_a_comment_inside_a_line_needs_a_blank_before_its_semicolon),
		cmocka_unit_test(test_a_line_of_198_bytes_passes_and_one_of_199_does_not),
		cmocka_unit_test(test_a_nul_is_refused_wherever_it_stands),
		cmocka_unit_test(test_unknown_names_are_refused_with_the_nearest_known),
		cmocka_unit_test(test_sixty_four_rules_pass_and_one_more_does_not),
	};

	return cmocka_run_group_tests_name("config_lines", tests, NULL, NULL);
}
