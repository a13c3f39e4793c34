/* SPDX-License-Identifier: Apache-2.0 */
/* test_imds_parse.c - the documents of IMDS, good and hostile */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "daemon/imds_parse.h"

#define CREDENTIALS                                                         \
	"{\"Code\":\"Success\",\"LastUpdated\":\"2025-01-02T03:04:05Z\","   \
	"\"Type\":\"AWS-HMAC\","                                            \
	"\"AccessKeyId\":\"ASIAEXAMPLE0EXAMPLE0\","                         \
	"\"SecretAccessKey\":\"examplesecretexamplesecretexamplesecret0\"," \
	"\"Token\":\"IQoJb3JpZ2luX2VjEXAMPLE\",\"Expiration\":\"2025-01-02T09:20:11Z\"}"

static int
identity(const char *text)
{
	struct instance instance = { .id = "before" };
	int r = imds_parse_identity(text, strlen(text), &instance);

	if (r != 0)
		assert_string_equal(instance.id, "before");
	return r;
}

static void
test_identity_gives_instance_account_and_region(void **state)
{
	const char *text =
	    "{\n \"accountId\" : \"111122223333\", \"architecture\" : \"x86_64\",\n"
	    " \"billingProducts\" : null, \"instanceId\" : \"i-0123456789abcdef0\",\n"
	    " \"region\" : \"us-east-1\", \"privateIp\" : \"10.0.0.5\"\n}\n";
	struct instance instance = { .id = "" };

	(void)state;
	assert_int_equal(imds_parse_identity(text, strlen(text), &instance), 0);
	assert_string_equal(instance.id, "i-0123456789abcdef0");
	assert_string_equal(instance.account, "111122223333");
	assert_string_equal(instance.region, "us-east-1");
}

static void
test_identity_that_is_none_changes_nothing(void **state)
{
#define ID(id, account, region)                                                         \
	"{\"instanceId\":\"" id "\",\"accountId\":\"" account "\",\"region\":\"" region \
	"\"}"
	static const char *const bad[] = { "", "{}", "[]", "null", "\"i-1\"", "<html/>",
		ID("i-1", "111122223333", "us-east-1") "x",
		ID("i-1", "111122223333", "us-east-1") "{}",
		ID("x-1", "111122223333", "r"), ID("i-", "111122223333", "r"),
		ID("i-1", "1111", "r"), ID("i-1", "11112222333a", "r"),
		ID("i-1", "111122223333", ""), ID("i-1", "111122223333", "us-east-1\\n"),
		ID("i-1", "111122223333", "a/../b"),
		ID("i-1\\u0000", "111122223333", "r"),
		ID("i-00000000000000000000000000000000000000000", "111122223333", "r"),
		"{\"instanceId\":1,\"accountId\":\"111122223333\",\"region\":\"r\"}",
		"{\"instanceId\":\"i-1\",\"accountId\":\"111122223333\"" };

	(void)state;
	assert_int_equal(identity(ID("i-1", "111122223333", "us-east-1")), 0);
	for (size_t i = 0; i < BASE_N(bad); i++)
		assert_int_equal(identity(bad[i]), IMDS_PARSE_E_GARBAGE);
}

static void
test_depth_is_bounded(void **state)
{
	char text[4096];

	(void)state;
	memset(text, '[', sizeof(text) - 1);
	memcpy(text, "{\"a\":", 5);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(identity(text), IMDS_PARSE_E_GARBAGE);
}

static int
credentials(const char *text, char ret_code[64])
{
	struct imds_credentials *got = calloc(1, sizeof(*got));
	int r;

	assert_non_null(got);
	r = imds_parse_credentials(text, strlen(text), got, ret_code);
	if (r == 0) {
		assert_string_equal(got->access_key_id, "ASIAEXAMPLE0EXAMPLE0");
		assert_string_equal(
		    got->secret, "examplesecretexamplesecretexamplesecret0");
		assert_string_equal(got->token, "IQoJb3JpZ2luX2VjEXAMPLE");
		assert_int_equal(got->expires_s, 1735809611);
	}
	imds_credentials_free(got);
	return r;
}

static void
test_credentials_are_taken_when_whole(void **state)
{
	static const char *const members[] = { "Code", "AccessKeyId", "SecretAccessKey",
		"Token", "Expiration" };
	char text[1024], code[64];

	(void)state;
	assert_int_equal(credentials(CREDENTIALS, code), 0);
	for (size_t i = 0; i < BASE_N(members); i++) {
		(void)strcpy(text, CREDENTIALS);
		*strstr(text, members[i]) = 'x';
		assert_int_equal(credentials(text, code), IMDS_PARSE_E_GARBAGE);
	}
}

static void
test_a_200_can_be_a_refusal(void **state)
{
	char code[64];

	(void)state;
	assert_int_equal(
	    credentials(
		"{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"m\"}", code),
	    IMDS_PARSE_E_REFUSED);
	assert_string_equal(code, "AssumeRoleUnauthorizedAccess");
	assert_int_equal(
	    credentials("{\"Code\":\"\\u001b[31m\\n\"}", code), IMDS_PARSE_E_REFUSED);
	assert_string_equal(code, "garbage");
}

static void
test_credentials_cannot_smuggle_headers(void **state)
{
	char code[64];

	(void)state;
	assert_int_equal(
	    credentials(
		"{\"Code\":\"Success\",\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\","
		"\"Token\":\"t\\r\\nX: y\",\"Expiration\":\"2025-01-02T09:20:11Z\"}",
		code),
	    IMDS_PARSE_E_GARBAGE);
	assert_int_equal(
	    credentials(
		"{\"Code\":\"Success\",\"AccessKeyId\":\"A/B\",\"SecretAccessKey\":\"s\","
		"\"Token\":\"t\",\"Expiration\":\"2025-01-02T09:20:11Z\"}",
		code),
	    IMDS_PARSE_E_GARBAGE);
	assert_true(imds_is_token("AQAEAEXAMPLETOK=", 16));
	assert_false(imds_is_token("", 0));
	assert_false(imds_is_token("a\r\nb", 4));
	assert_false(imds_is_token("a b", 3));
}

static int
role(const char *text)
{
	char name[65] = "before";
	int r = imds_parse_role(text, strlen(text), name);

	assert_true((r == 0) != (strcmp(name, "before") == 0));
	return r;
}

static void
test_role_is_the_first_line_and_a_name(void **state)
{
	static const char *const bad[] = { "", "\n", "a/b", "..", ".", "a b", "<html>",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	char name[65];

	(void)state;
	assert_int_equal(imds_parse_role("my+role=1,a.b@c-d_e\nother", 25, name), 0);
	assert_string_equal(name, "my+role=1,a.b@c-d_e");
	for (size_t i = 0; i < BASE_N(bad); i++)
		assert_int_equal(role(bad[i]), IMDS_PARSE_E_GARBAGE);
}

static void
test_tag_keys_are_lines_that_can_stand_in_a_url(void **state)
{
	static const char *const bad[] = { "\n", "a\n\nb", "a b", "a/b", "..", ".",
		"a\r\nb", "<html>", "a%2e" };
	char **keys = NULL, many[IMDS_TAGS_MAX * 2 + 3];
	size_t n = 0;

	(void)state;
	assert_int_equal(imds_parse_tag_keys("Name\naws:x\nte+am", 16, &keys, &n), 0);
	assert_int_equal(n, 3);
	assert_string_equal(keys[0], "Name");
	assert_string_equal(keys[2], "te+am");
	imds_tag_keys_free(keys, n);
	assert_int_equal(imds_parse_tag_keys("", 0, &keys, &n), 0);
	assert_int_equal(n, 0);
	imds_tag_keys_free(keys, n);
	for (size_t i = 0; i < BASE_N(bad); i++)
		assert_int_equal(imds_parse_tag_keys(bad[i], strlen(bad[i]), &keys, &n),
		    IMDS_PARSE_E_GARBAGE);
	for (size_t i = 0; i < sizeof(many); i++)
		many[i] = i % 2 == 0 ? 'k' : '\n';
	assert_int_equal(
	    imds_parse_tag_keys(many, sizeof(many), &keys, &n), IMDS_PARSE_E_GARBAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identity_gives_instance_account_and_region),
		cmocka_unit_test(test_identity_that_is_none_changes_nothing),
		cmocka_unit_test(test_depth_is_bounded),
		cmocka_unit_test(test_credentials_are_taken_when_whole),
		cmocka_unit_test(test_a_200_can_be_a_refusal),
		cmocka_unit_test(test_credentials_cannot_smuggle_headers),
		cmocka_unit_test(test_role_is_the_first_line_and_a_name),
		cmocka_unit_test(test_tag_keys_are_lines_that_can_stand_in_a_url),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
