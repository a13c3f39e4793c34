/* SPDX-License-Identifier: Apache-2.0 */
/* test_keys_answer.c - what sshd gets: whole lines, written again, and no others */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "keys/keys_answer.h"
#include "tests/support/example_keys.h"

static struct keys_answer answer;
static struct sshkey key;

static void
parse(const char *line)
{
	assert_int_equal(sshkey_parse(line, strlen(line), &key), 0);
}

static void
expect(const char *lines, const char *text)
{
	assert_int_equal(keys_answer_add_lines(&answer, lines, strlen(lines)), 0);
	assert_int_equal(answer.len, strlen(text));
	assert_memory_equal(answer.text, text, answer.len);
}

static void
test_keys_are_written_again_without_their_comments(void **state)
{
	(void)state;
	keys_answer_start(&answer, NULL);
	expect(KEY_ED25519 " me@home\n" KEY_P256 "\n", KEY_ED25519 "\n" KEY_P256 "\n");
	assert_int_equal(answer.n_lines, 2);
}

static void
test_lines_that_are_no_keys_are_left_out(void **state)
{
	(void)state;
	keys_answer_start(&answer, NULL);
	expect("command=\"id\" " KEY_ED25519 "\ncert-authority " KEY_P256
	       "\n# comment\n\n"
	       "ssh-dss AAAA\n" KEY_WEAK "\n" KEY_P256 "\n",
	    KEY_P256 "\n");
}

static void
test_a_last_line_without_newline_is_left_out(void **state)
{
	(void)state;
	keys_answer_start(&answer, NULL);
	expect(KEY_P256 "\n" KEY_ED25519, KEY_P256 "\n");
}

static void
test_only_the_offered_key_is_answered(void **state)
{
	static struct sshkey offered;

	(void)state;
	parse(KEY_P256);
	offered = key;
	keys_answer_start(&answer, &offered);
	expect(KEY_ED25519 "\n" KEY_P256 "\n" KEY_RSA "\n", KEY_P256 "\n");
}

static void
test_a_blob_of_another_type_is_left_out(void **state)
{
	(void)state;
	parse(KEY_ED25519);
	keys_answer_start(&answer, NULL);
	assert_int_equal(keys_answer_add(&answer, "ssh-rsa", key.blob, key.blob_len), 0);
	assert_int_equal(
	    keys_answer_add(&answer, key.type, key.blob, key.blob_len - 1), 0);
	assert_int_equal(answer.len, 0);
}

static void
test_more_than_64_keys_end_with_whole_lines(void **state)
{
	int i;

	(void)state;
	parse(KEY_RSA);
	keys_answer_start(&answer, NULL);
	for (i = 0; i < KEYS_ANSWER_LINES; i++)
		assert_int_equal(
		    keys_answer_add(&answer, key.type, key.blob, key.blob_len), 0);
	assert_int_equal(keys_answer_add(&answer, key.type, key.blob, key.blob_len),
	    KEYS_ANSWER_E_FULL);
	assert_int_equal(answer.len, KEYS_ANSWER_LINES * (strlen(KEY_RSA) + 1));
	assert_int_equal(answer.text[answer.len - 1], '\n');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_are_written_again_without_their_comments),
		cmocka_unit_test(test_lines_that_are_no_keys_are_left_out),
		cmocka_unit_test(test_a_last_line_without_newline_is_left_out),
		cmocka_unit_test(test_only_the_offered_key_is_answered),
		cmocka_unit_test(test_a_blob_of_another_type_is_left_out),
		cmocka_unit_test(test_more_than_64_keys_end_with_whole_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
