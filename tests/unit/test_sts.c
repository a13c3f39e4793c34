/* SPDX-License-Identifier: Apache-2.0 */
/* test_sts.c - AssumeRole */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/base.h"
#include "daemon/sts.h"

#define HEAD                                                                       \
	"<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">" \
	"<AssumeRoleResult><Credentials>"
#define TAIL "</Credentials></AssumeRoleResult></AssumeRoleResponse>"
#define KEY "<AccessKeyId>ASIA0SYNTHETIC000001</AccessKeyId>"
#define SECRET "<SecretAccessKey>abc/def+ghi</SecretAccessKey>"
#define TOKEN "<SessionToken>IQoJ==</SessionToken>"
#define END "<Expiration>2026-01-02T03:04:05Z</Expiration>"

static int
parse(const char *text, struct imds_credentials *ret)
{
	return sts_parse(text, strlen(text), ret);
}

static void
test_body_says_who_and_in_whose_name(void **state)
{
	_cleanup_buf_ struct buf out = BUF_EMPTY;

	(void)state;
	sts_body("arn:aws:iam::111122223333:role/a/b", "i-0123", &out);
	assert_string_equal(out.bytes,
	    "Action=AssumeRole&Version=2011-06-15&DurationSeconds=3600"
	    "&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fa%2Fb"
	    "&RoleSessionName=i-0123");
}

static void
test_whole_answer_gives_credentials(void **state)
{
	struct imds_credentials got;

	(void)state;
	assert_int_equal(parse(HEAD KEY SECRET TOKEN END TAIL, &got), 0);
	assert_string_equal(got.access_key_id, "ASIA0SYNTHETIC000001");
	assert_string_equal(got.secret, "abc/def+ghi");
	assert_string_equal(got.token, "IQoJ==");
	assert_int_equal(got.expires_s, 1767323045);
}

static void
test_anything_less_is_garbage(void **state)
{
	static const char *const bad[] = { "", "<html/>", HEAD TAIL,
		HEAD SECRET TOKEN END TAIL, HEAD KEY TOKEN END TAIL,
		HEAD KEY SECRET END TAIL, HEAD KEY SECRET TOKEN TAIL,
		HEAD KEY KEY SECRET TOKEN END TAIL, HEAD KEY SECRET TOKEN END,
		HEAD "<AccessKeyId>a b</AccessKeyId>" SECRET TOKEN END TAIL,
		HEAD KEY SECRET TOKEN "<Expiration>soon</Expiration>" TAIL };
	struct imds_credentials got;

	(void)state;
	for (size_t i = 0; i < BASE_N(bad); i++)
		assert_int_equal(parse(bad[i], &got), STS_E_GARBAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_body_says_who_and_in_whose_name),
		cmocka_unit_test(test_whole_answer_gives_credentials),
		cmocka_unit_test(test_anything_less_is_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
