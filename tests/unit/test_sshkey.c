/* SPDX-License-Identifier: Apache-2.0 */
/* test_sshkey.c - common/sshkey.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/sshkey.h"
#include "tests/support/example_keys.h"

static struct sshkey key; /* some 4 KiB */

static int
parse(const char *line)
{
	return sshkey_parse(line, strlen(line), &key);
}

static void
test_every_accepted_type_is_parsed_and_written_again(void **state)
{
	static const char *const lines[] = { KEY_ED25519, KEY_SK, KEY_P256, KEY_P384,
		KEY_P521, KEY_SKE, KEY_RSA };
	char with_comment[1024], out[SSHKEY_LINE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		(void)snprintf(
		    with_comment, sizeof(with_comment), "%s me@home\r\n", lines[i]);
		assert_int_equal(parse(with_comment), 0);
		assert_int_equal(
		    sshkey_format(key.type, key.blob, key.blob_len, out, sizeof(out)),
		    strlen(lines[i]));
		assert_string_equal(out, lines[i]);
		*strchr(with_comment, ' ') = '\0';
		assert_int_equal(
		    sshkey_parse_base64(with_comment, strchr(lines[i], ' ') + 1, &key),
		    0);
	}
}

static void
test_rsa_below_2048_bits_is_weak(void **state)
{
	(void)state;
	assert_int_equal(parse(KEY_WEAK), SSHKEY_E_WEAK);
}

static void
test_options_and_other_types_are_refused(void **state)
{
	(void)state;
	assert_int_equal(parse("command=\"id\" " KEY_ED25519), SSHKEY_E_TYPE);
	assert_int_equal(parse("ssh-dss AAAA"), SSHKEY_E_TYPE);
	assert_int_equal(
	    parse("ssh-ed25519-cert-v01@openssh.com AAAAC3NzaC1lZDI1NTE5AAAA"),
	    SSHKEY_E_TYPE);
	assert_int_equal(parse("SSH-ED25519 AAAA"), SSHKEY_E_TYPE);
}

static void
test_a_line_is_one_line_of_printable_bytes(void **state)
{
	(void)state;
	assert_int_equal(parse(""), SSHKEY_E_SYNTAX);
	assert_int_equal(parse("ssh-ed25519"), SSHKEY_E_SYNTAX);
	assert_int_equal(parse("ssh-ed25519 "), SSHKEY_E_SYNTAX);
	assert_int_equal(parse(" " KEY_ED25519), SSHKEY_E_SYNTAX);
	assert_int_equal(parse(KEY_ED25519 "\n" KEY_P256), SSHKEY_E_SYNTAX);
	assert_int_equal(parse(KEY_ED25519 " a\tb"), SSHKEY_E_SYNTAX);
	assert_int_equal(parse(KEY_ED25519 " a\x1b[2J"), SSHKEY_E_SYNTAX);
	assert_int_equal(sshkey_parse(KEY_ED25519 " a\0b", sizeof(KEY_ED25519) + 3, &key),
	    SSHKEY_E_SYNTAX);
	assert_int_equal(parse(KEY_ED25519 " J\xc3\xbcrgen"), 0);
}

static void
test_a_blob_of_another_type_is_a_mismatch(void **state)
{
	char line[1024];

	(void)state;
	(void)snprintf(line, sizeof(line), "ssh-rsa %s", strchr(KEY_ED25519, ' ') + 1);
	assert_int_equal(parse(line), SSHKEY_E_MISMATCH);
	(void)snprintf(
	    line, sizeof(line), "ecdsa-sha2-nistp384 %s", strchr(KEY_P256, ' ') + 1);
	assert_int_equal(parse(line), SSHKEY_E_MISMATCH);
}

/* On the heap in exact size, so that AddressSanitizer sees a read beyond it. */
static int
check_exact(const char *type, const uint8_t *blob, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	int r;

	assert_non_null(copy);
	memcpy(copy, blob, len);
	r = sshkey_check(type, copy, len);
	free(copy);
	return r;
}

static void
test_every_truncation_and_extension_is_a_mismatch(void **state)
{
	static const char *const lines[] = { KEY_ED25519, KEY_SK, KEY_P384, KEY_SKE,
		KEY_RSA };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(parse(lines[i]), 0);
		for (size_t len = 0; len < key.blob_len; len++)
			assert_int_equal(
			    check_exact(key.type, key.blob, len), SSHKEY_E_MISMATCH);
		key.blob[key.blob_len] = 0;
		assert_int_equal(
		    check_exact(key.type, key.blob, key.blob_len + 1), SSHKEY_E_MISMATCH);
	}
}

static void
test_rsa_numbers_are_positive_odd_and_shortest(void **state)
{
	/*
	 * string "ssh-rsa" takes 11 bytes, e = 65537 takes 7, then n with its leading
	 * zero.
	 */
	const size_t e = 15, n = 22;

	(void)state;
	assert_int_equal(parse(KEY_RSA), 0);
	assert_int_equal(key.blob[e], 1);
	assert_int_equal(key.blob[n], 0);
	key.blob[e] = 0; /* e = 0x000001: not shortest */
	assert_int_equal(
	    sshkey_check("ssh-rsa", key.blob, key.blob_len), SSHKEY_E_MISMATCH);
	key.blob[e] = 0x81; /* negative */
	assert_int_equal(
	    sshkey_check("ssh-rsa", key.blob, key.blob_len), SSHKEY_E_MISMATCH);
	key.blob[e] = 1;
	key.blob[e + 2] = 0; /* even */
	assert_int_equal(
	    sshkey_check("ssh-rsa", key.blob, key.blob_len), SSHKEY_E_MISMATCH);
	key.blob[e + 2] = 1;
	assert_int_equal(sshkey_check("ssh-rsa", key.blob, key.blob_len), 0);
	key.blob[key.blob_len - 1] &= 0xfe;
	assert_int_equal(
	    sshkey_check("ssh-rsa", key.blob, key.blob_len), SSHKEY_E_MISMATCH);
	key.blob[key.blob_len - 1] |= 1;
	key.blob[n + 1] &= 0x7f; /* the zero in front is then one too many */
	assert_int_equal(
	    sshkey_check("ssh-rsa", key.blob, key.blob_len), SSHKEY_E_MISMATCH);
}

static void
test_points_are_uncompressed(void **state)
{
	(void)state;
	assert_int_equal(parse(KEY_P256), 0);
	key.blob[key.blob_len - 65] = 2;
	assert_int_equal(sshkey_check("ecdsa-sha2-nistp256", key.blob, key.blob_len),
	    SSHKEY_E_MISMATCH);
}

static void
test_base64_has_one_spelling_only(void **state)
{
	uint8_t out[8];
	size_t len = 99;

	(void)state;
	assert_int_equal(sshkey_base64_decode("TWFu", 4, out, sizeof(out), &len), 0);
	assert_int_equal(len, 3);
	assert_memory_equal(out, "Man", 3);
	assert_int_equal(sshkey_base64_decode("TWE=", 4, out, sizeof(out), &len), 0);
	assert_int_equal(len, 2);
	assert_int_equal(sshkey_base64_decode("TQ==", 4, out, sizeof(out), &len), 0);
	assert_int_equal(len, 1);
	assert_int_equal(sshkey_base64_decode("", 0, out, sizeof(out), &len), 0);
	assert_int_equal(len, 0);
	for (size_t i = 0; i < 9; i++) {
		static const char *const bad[] = { "TQ=", "TR==", "TWF=", "T===", "====",
			"TQ=A", "TW\nu", "TWFuTQ", "-_-_" };

		assert_int_equal(
		    sshkey_base64_decode(bad[i], strlen(bad[i]), out, sizeof(out), &len),
		    SSHKEY_E_SYNTAX);
	}
	assert_int_equal(
	    sshkey_base64_decode("TWFuTWFuTWFu", 12, out, sizeof(out), &len), -ENOSPC);
	assert_int_equal(len, 0);
}

static void
test_encode_and_decode_agree_at_every_length(void **state)
{
	uint8_t bytes[64], back[64];
	char text[100];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37 + 11);
	for (size_t len = 0; len < sizeof(bytes); len++) {
		size_t need = (len + 2) / 3 * 4, back_len;

		assert_int_equal(sshkey_base64_encode(bytes, len, text, need), -ENOSPC);
		assert_int_equal(sshkey_base64_encode(bytes, len, text, need + 1), need);
		assert_int_equal(strlen(text), need);
		assert_int_equal(
		    sshkey_base64_decode(text, need, back, sizeof(back), &back_len), 0);
		assert_int_equal(back_len, len);
		assert_memory_equal(back, bytes, len);
	}
}

static void
test_format_says_when_there_is_no_room(void **state)
{
	char out[sizeof(KEY_ED25519)];

	(void)state;
	assert_int_equal(parse(KEY_ED25519), 0);
	for (size_t size = 0; size < sizeof(out); size++)
		assert_int_equal(
		    sshkey_format(key.type, key.blob, key.blob_len, out, size), -ENOSPC);
	assert_int_equal(
	    sshkey_format(key.type, key.blob, key.blob_len, out, sizeof(out)),
	    sizeof(out) - 1);
}

static void
test_nothing_is_returned_on_failure(void **state)
{
	struct sshkey before;

	(void)state;
	memset(&key, 0x5a, sizeof(key));
	before = key;
	(void)parse(KEY_WEAK);
	(void)parse("ssh-ed25519 !");
	assert_memory_equal(&key, &before, sizeof(key));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_accepted_type_is_parsed_and_written_again),
		cmocka_unit_test(test_rsa_below_2048_bits_is_weak),
		cmocka_unit_test(test_options_and_other_types_are_refused),
		cmocka_unit_test(test_a_line_is_one_line_of_printable_bytes),
		cmocka_unit_test(test_a_blob_of_another_type_is_a_mismatch),
		cmocka_unit_test(test_every_truncation_and_extension_is_a_mismatch),
		cmocka_unit_test(test_rsa_numbers_are_positive_odd_and_shortest),
		cmocka_unit_test(test_points_are_uncompressed),
		cmocka_unit_test(test_base64_has_one_spelling_only),
		cmocka_unit_test(test_encode_and_decode_agree_at_every_length),
		cmocka_unit_test(test_format_says_when_there_is_no_room),
		cmocka_unit_test(test_nothing_is_returned_on_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
