/* SPDX-License-Identifier: Apache-2.0 */
/* test_text.c - common/text.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/text.h"

static bool
os_name(const char *name)
{
	return text_is_os_name(name, strlen(name));
}

static bool
group_name(const char *name)
{
	return text_is_group_name(name, strlen(name));
}

static void
test_os_names_are_those_of_the_grammar(void **state)
{
	(void)state;
	assert_true(os_name("a"));
	assert_true(os_name("_"));
	assert_true(os_name("first.last"));
	assert_true(os_name("a.b.c-d_e9"));
	assert_true(os_name("abcdefghijklmnopqrstuvwxyz012345")); /* 32 */
	assert_false(os_name("abcdefghijklmnopqrstuvwxyz0123456"));
	assert_false(os_name(""));
	assert_false(os_name("Alice"));
	assert_false(os_name("aLice"));
	assert_false(os_name("9a"));
	assert_false(os_name("-a"));
	assert_false(os_name(".a"));
	assert_false(os_name("a."));
	assert_false(os_name("a..b"));
	assert_false(os_name("a b"));
	assert_false(os_name("a$"));
	assert_false(os_name("a:b"));
	assert_false(os_name("a/b"));
	assert_false(os_name("a\n"));
	assert_false(os_name("\xc3\xa4"));
}

/* Byte by byte, as design section 5 has it. */
static bool
is_os_name_slowly(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if ((c >= 'a' && c <= 'z') || c == '_')
			continue;
		if (i == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '.') ||
		    (c == '.' && (i + 1 == len || name[i + 1] == '.')))
			return false;
	}
	return len >= 1 && len <= TEXT_OS_NAME_MAX;
}

static void
test_each_byte_at_each_place_is_as_the_grammar_says(void **state)
{
	char name[TEXT_OS_NAME_MAX + 2];

	(void)state;
	for (size_t len = 1; len < sizeof(name); len++) {
		for (size_t at = 0; at < len; at++) {
			for (unsigned byte = 0; byte < 256; byte++) {
				memset(name, 'k', len);
				name[len / 2] = '.';
				name[at] = (char)byte;
				assert_int_equal(text_is_os_name(name, len),
				    is_os_name_slowly(name, len));
			}
		}
	}
}

static void
test_os_name_looks_at_no_byte_behind_its_length(void **state)
{
	(void)state;
	assert_true(text_is_os_name("alice!", 5));
	assert_false(text_is_os_name("a.b", 2));
	assert_false(text_is_os_name("a\0b", 3));
}

static void
test_every_byte_is_in_the_grammar_or_not(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		char second[3] = { 'a', (char)c, 'a' }, first[2] = { (char)c, 'a' };
		bool lower = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';

		assert_int_equal(text_is_os_name(second, 3),
		    lower || digit || c == '_' || c == '.' || c == '-');
		assert_int_equal(text_is_os_name(first, 2), lower || c == '_');
	}
}

static void
test_group_names_may_be_those_of_iam(void **state)
{
	(void)state;
	assert_true(group_name("HostAdmins"));
	assert_true(group_name("team=a+b@corp.com"));
	assert_true(group_name("_x"));
	assert_true(group_name("z"));
	assert_true(group_name("Z"));
	assert_true(group_name("a9"));
	assert_true(group_name("a0"));
	assert_true(group_name("abcdefghijklmnopqrstuvwxyz012345"));
	assert_false(group_name(""));
	assert_false(group_name("a,b"));
	assert_false(group_name("a{"));
	assert_false(group_name("a`"));
	assert_false(group_name("a["));
	assert_false(group_name("a b"));
	assert_false(group_name("a:b"));
	assert_false(group_name("a(b)"));
	assert_false(group_name("1a"));
	assert_false(group_name("=a"));
	assert_false(group_name("abcdefghijklmnopqrstuvwxyz0123456"));
}

static void
test_numbers_are_digits_and_nothing_else(void **state)
{
	uint32_t value = 7;

	(void)state;
	assert_int_equal(text_parse_u32("0", UINT32_MAX, &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(text_parse_u32("4294967295", UINT32_MAX, &value), 0);
	assert_int_equal(value, UINT32_MAX);
	assert_int_equal(text_parse_u32("10", 10, &value), 0);
	assert_int_equal(value, 10);
	for (size_t i = 0; i < 14; i++) {
		static const char *const bad[] = { "", "00", "01", "+1", "-1", " 1", "1 ",
			"1x", "1:", "1e9", "0x1", "1~", "4294967296",
			"99999999999999999999" };

		assert_true(text_parse_u32(bad[i], UINT32_MAX, &value) < 0);
		assert_int_equal(value, 10);
	}
	assert_true(text_parse_u32("11", 10, &value) < 0);
}

static void
test_fold_ignores_the_case_of_ascii_letters_only(void **state)
{
	(void)state;
	assert_true(text_equal_fold("SSMSessionRunAs", "ssmsessionrunAS"));
	assert_true(text_equal_fold("", ""));
	assert_true(text_equal_fold("AZ", "az"));
	assert_false(text_equal_fold("a", "ab"));
	assert_false(text_equal_fold("[", "{"));
	assert_false(text_equal_fold("\xc3\x84", "\xc3\xa4"));
}

static void
test_escape_shows_only_printable_ascii(void **state)
{
	char out[64];

	(void)state;
	text_escape("a\n\"\\\x7f\xff", 6, out, sizeof(out));
	assert_string_equal(out, "a\\x0a\"\\x5c\\x7f\\xff");
	text_escape("a b", 3, out, sizeof(out));
	assert_string_equal(out, "a b");
	text_escape("", 0, out, sizeof(out));
	assert_string_equal(out, "");
	text_escape("a\0b", 3, out, sizeof(out));
	assert_string_equal(out, "a\\x00b");
}

static void
test_escape_says_when_it_cut(void **state)
{
	char out[16];

	(void)state;
	text_escape("abcdef", 6, out, 7);
	assert_string_equal(out, "abcdef");
	text_escape("abcdefg", 7, out, 7);
	assert_string_equal(out, "abc...");
	text_escape("ab\n\n", 4, out, 8);
	assert_string_equal(out, "ab...");
	out[0] = '!';
	text_escape("a", 1, out, 0);
	assert_int_equal(out[0], '!');
	for (size_t size = 1; size <= 4; size++) {
		text_escape("abcdefgh", 8, out, size);
		assert_string_equal(out, &"..."[4 - size]);
	}
	for (size_t size = 1; size < sizeof(out); size++) {
		memset(out, '!', sizeof(out));
		text_escape("\n\n\n\n\n\n", 6, out, size);
		assert_true(strlen(out) < size);
		assert_int_equal(out[size], '!');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_os_names_are_those_of_the_grammar),
		cmocka_unit_test(test_each_byte_at_each_place_is_as_the_grammar_says),
		cmocka_unit_test(test_os_name_looks_at_no_byte_behind_its_length),
		cmocka_unit_test(test_every_byte_is_in_the_grammar_or_not),
		cmocka_unit_test(test_group_names_may_be_those_of_iam),
		cmocka_unit_test(test_numbers_are_digits_and_nothing_else),
		cmocka_unit_test(test_fold_ignores_the_case_of_ascii_letters_only),
		cmocka_unit_test(test_escape_shows_only_printable_ascii),
		cmocka_unit_test(test_escape_says_when_it_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
