/* SPDX-License-Identifier: Apache-2.0 */
/* test_authinfo.c - SSH_AUTH_INFO_0: the last publickey line is the accepted key */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "pam/authinfo.h"
#include "tests/support/example_keys.h"

static struct authinfo info;
static struct sshkey expected;

static void
expect(const char *text, enum authinfo_kind kind, const char *method)
{
	memset(&info, 0x5a, sizeof(info));
	authinfo_parse(text, &info);
	assert_int_equal(info.kind, kind);
	assert_string_equal(info.method, method);
}

static void
expect_key(const char *text, const char *line)
{
	expect(text, AUTHINFO_KEY, "publickey");
	assert_int_equal(sshkey_parse(line, strlen(line), &expected), 0);
	assert_string_equal(info.key.type, expected.type);
	assert_int_equal(info.key.blob_len, expected.blob_len);
	assert_memory_equal(info.key.blob, expected.blob, expected.blob_len);
}

static void
test_the_accepted_key_is_read(void **state)
{
	(void)state;
	expect_key("publickey " KEY_ED25519 "\n", KEY_ED25519);
	expect_key("publickey " KEY_RSA, KEY_RSA); /* no newline */
}

static void
test_the_last_publickey_line_counts(void **state)
{
	(void)state;
	expect_key("publickey " KEY_ED25519 "\npublickey " KEY_P256 "\n", KEY_P256);
	expect_key("publickey " KEY_P256 "\nkeyboard-interactive/pam\n", KEY_P256);
	expect_key("password\npublickey " KEY_P256 "\npassword\n", KEY_P256);
}

static void
test_without_a_publickey_line_the_last_method_is_told(void **state)
{
	(void)state;
	expect(NULL, AUTHINFO_NONE, "unknown");
	expect("", AUTHINFO_NONE, "unknown");
	expect("\n\n", AUTHINFO_NONE, "unknown");
	expect("password\n", AUTHINFO_NONE, "password");
	expect("password\nkeyboard-interactive/pam\n", AUTHINFO_NONE,
	    "keyboard-interactive/pam");
	expect("gssapi-with-mic alice@EXAMPLE\n", AUTHINFO_NONE, "gssapi-with-mic");
	expect("hostbased " KEY_ED25519 "\n", AUTHINFO_NONE, "hostbased");
}

static void
test_method_is_never_a_strangers_text(void **state)
{
	(void)state;
	expect("pass\x1bword\n", AUTHINFO_NONE, "unknown");
	expect("PASSWORD\n", AUTHINFO_NONE, "unknown");
	expect("a-method-with-a-name-of-more-than-31-bytes\n", AUTHINFO_NONE, "unknown");
	expect(" password\n", AUTHINFO_NONE, "unknown");
}

static void
test_a_certificate_never_becomes_a_key(void **state)
{
	(void)state;
	expect(
	    "publickey ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQ=\n",
	    AUTHINFO_CERT, "publickey");
	assert_string_equal(info.cert_type, "ssh-ed25519-cert-v01@openssh.com");
	assert_int_equal(info.cert_len, strlen("AAAAIHNzaC1lZDI1NTE5LWNlcnQ="));
	assert_memory_equal(info.cert_text, "AAAAIHNzaC1lZDI1NTE5LWNlcnQ=\n", 29);
	/* not even behind a plain key: the last line is the one that was accepted last */
	expect("publickey " KEY_ED25519
	       "\npublickey ssh-rsa-cert-v01@openssh.com AAAAHHNzaC1yc2E=\n",
	    AUTHINFO_CERT, "publickey");
	expect(
	    "publickey ssh-rsa-cert-v01@openssh.com AAAAHHNzaC1yc2E=\npublickey " KEY_ED25519
	    "\n",
	    AUTHINFO_KEY, "publickey");
	expect("publickey ssh-ed25519-cert-v00@openssh.com AAAA\n", AUTHINFO_UNUSABLE,
	    "publickey");
	expect("publickey ssh-ed25519-cert-v01@openssh.com AAAA comment\n",
	    AUTHINFO_UNUSABLE, "publickey");
	/* the type says plain, the blob does not */
	expect("publickey ssh-ed25519 AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29t\n",
	    AUTHINFO_UNUSABLE, "publickey");
}

static void
test_a_line_that_is_no_key_is_unusable(void **state)
{
	(void)state;
	expect("publickey\n", AUTHINFO_UNUSABLE, "publickey");
	expect("publickey \n", AUTHINFO_UNUSABLE, "publickey");
	expect("publickey ssh-ed25519\n", AUTHINFO_UNUSABLE, "publickey");
	expect("publickey ssh-ed25519 \n", AUTHINFO_UNUSABLE, "publickey");
	expect("publickey  " KEY_ED25519 "\n", AUTHINFO_UNUSABLE, "publickey");
	expect("publickey " KEY_ED25519 " comment\n", AUTHINFO_UNUSABLE, "publickey");
	expect("publickey " KEY_ED25519 "=\n", AUTHINFO_UNUSABLE, "publickey");
	expect("publickey ssh-rsa !!!!\n", AUTHINFO_UNUSABLE, "publickey");
	expect("publickey " KEY_WEAK "\n", AUTHINFO_UNUSABLE, "publickey");
}

static void
test_only_the_whole_word_is_publickey(void **state)
{
	(void)state;
	expect("publickeys " KEY_ED25519 "\n", AUTHINFO_NONE, "publickeys");
	expect("xpublickey " KEY_ED25519 "\n", AUTHINFO_NONE, "xpublickey");
	expect(" publickey " KEY_ED25519 "\n", AUTHINFO_NONE, "unknown");
}

static void
test_a_huge_value_is_harmless(void **state)
{
	static char text[200000];

	(void)state;
	memset(text, 'A', sizeof(text) - 1);
	memcpy(text, "publickey ssh-rsa ", 18);
	expect(text, AUTHINFO_UNUSABLE, "publickey");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_accepted_key_is_read),
		cmocka_unit_test(test_the_last_publickey_line_counts),
		cmocka_unit_test(test_without_a_publickey_line_the_last_method_is_told),
		cmocka_unit_test(test_method_is_never_a_strangers_text),
		cmocka_unit_test(test_a_certificate_never_becomes_a_key),
		cmocka_unit_test(test_a_line_that_is_no_key_is_unusable),
		cmocka_unit_test(test_only_the_whole_word_is_publickey),
		cmocka_unit_test(test_a_huge_value_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
