/* SPDX-License-Identifier: Apache-2.0 */
/* test_s3.c - where buckets are and what S3's errors mean: daemon/s3.c, daemon/signed_code.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/s3.h"
#include "tests/support/config_fixture.h"

static void
expect(const char *text, const char *partition, const char *region, const char *bucket,
    const char *url, const char *host, const char *path)
{
	_cleanup_config_ struct config *config = config_fixture_good(text);
	struct s3_place place;

	assert_int_equal(s3_locate(config, partition, region, bucket, NULL, &place), 0);
	assert_string_equal(place.url, url);
	assert_string_equal(place.host, host);
	assert_string_equal(place.path, path);
}

static void
test_a_bucket_is_found_as_aws_names_it(void **state)
{
	(void)state;
	expect("[aws]\ndual_stack = no\n", "aws", "eu-west-1", "acme-{region}",
	    "https://acme-eu-west-1.s3.eu-west-1.amazonaws.com/",
	    "acme-eu-west-1.s3.eu-west-1.amazonaws.com", "/");
	expect("[aws]\ndual_stack = yes\n", "aws", "eu-west-1", "acme",
	    "https://acme.s3.dualstack.eu-west-1.amazonaws.com/",
	    "acme.s3.dualstack.eu-west-1.amazonaws.com", "/");
	expect("[aws]\nfips = yes\ndual_stack = no\n", "aws", "us-east-1", "acme",
	    "https://acme.s3-fips.us-east-1.amazonaws.com/",
	    "acme.s3-fips.us-east-1.amazonaws.com", "/");
	expect("[aws]\ndual_stack = no\n", "aws-cn", "cn-north-1", "acme",
	    "https://acme.s3.cn-north-1.amazonaws.com.cn/",
	    "acme.s3.cn-north-1.amazonaws.com.cn", "/");
	/* AWS's certificate covers one label before s3 */
	expect("[aws]\ndual_stack = no\n", "aws", "eu-west-1", "acme.people",
	    "https://s3.eu-west-1.amazonaws.com/acme.people/",
	    "s3.eu-west-1.amazonaws.com", "/acme.people/");
	expect("[aws]\ndual_stack = no\ns3_style = path\n", "aws", "eu-west-1", "acme",
	    "https://s3.eu-west-1.amazonaws.com/acme/", "s3.eu-west-1.amazonaws.com",
	    "/acme/");
}

static void
test_an_endpoint_of_ones_own_has_the_bucket_in_the_path(void **state)
{
	(void)state;
	expect(
	    "[aws]\ns3_endpoint = https://bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com\n",
	    "aws", "eu-west-1", "acme",
	    "https://bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com/acme/",
	    "bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com", "/acme/");
	expect("[aws]\ns3_endpoint = http://127.0.0.1:4568\n", "aws", "eu-west-1", "acme",
	    "http://127.0.0.1:4568/acme/", "127.0.0.1:4568", "/acme/");
	expect("[aws]\ns3_endpoint = https://s3.example.com\ns3_style = virtual\n", "aws",
	    "eu-west-1", "acme", "https://acme.s3.example.com/", "acme.s3.example.com",
	    "/");
}

static void
test_answers_are_told_apart(void **state)
{
	static const struct {
		long status;
		const char *code;
		bool is_put;
		enum s3_outcome outcome;
		const char *word;
	} cases[] = {
		{ 304, "http-304", false, S3_UNCHANGED, "" },
		{ 412, "PreconditionFailed", true, S3_CHANGED, "somebody else" },
		{ 409, "ConditionalRequestConflict", true, S3_CHANGED, "somebody else" },
		{ 404, "NoSuchKey", false, S3_ABSENT, "is not there" },
		{ 404, "NoSuchBucket", false, S3_FAILED, "there is no bucket b" },
		{ 403, "AccessDenied", false, S3_FAILED, "or it is not there" },
		{ 403, "AccessDenied", true, S3_FAILED, "refused by this role" },
		{ 503, "SlowDown", false, S3_FAILED, "slower" },
		{ 301, "PermanentRedirect", false, S3_FAILED, "another region" },
		{ 500, "InternalError", false, S3_FAILED, "500 InternalError" },
	};
	(void)state;

	assert_int_equal(s3_explain(200, "", "b", "k", false, NULL), S3_DONE);
	for (size_t i = 0; i < BASE_N(cases); i++) {
		struct net_error error = { .what = "" };

		assert_int_equal(s3_explain(cases[i].status, cases[i].code, "b", "k",
				     cases[i].is_put, &error),
		    cases[i].outcome);
		if (strstr(error.what, cases[i].word) == NULL)
			fail_msg("%ld: %s", cases[i].status, error.what);
		assert_true(error.denied == (cases[i].status == 403));
		assert_true(error.throttled == (cases[i].status == 503));
	}
}

static void
test_codes_are_read_from_xml_and_json_and_from_nobody_else(void **state)
{
	static const char *const cases[][2] = {
		{ "<?xml version=\"1.0\"?>\n<Error><Code>SlowDown</Code></Error>",
		    "SlowDown" },
		{ "<ErrorResponse><Error><Code>X</Code></Error></ErrorResponse>",
		    "http-403" },
		{ "<Error><Code>a b</Code></Error>", "http-403" },
		{ "<html><Code>X</Code></html>", "http-403" },
		{ "{\"__type\":\"com.amazonaws.kms#DisabledException:http://x\"}",
		    "DisabledException" },
		{ "{\"__type\":\"NotFoundException\"}", "NotFoundException" },
		{ "{\"__type\":\"a b\"}", "http-403" },
		{ "", "http-403" },
	};
	char code[64];
	(void)state;

	for (size_t i = 0; i < BASE_N(cases); i++) {
		signed_code(403, cases[i][0], strlen(cases[i][0]), code);
		assert_string_equal(code, cases[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_bucket_is_found_as_aws_names_it),
		cmocka_unit_test(test_an_endpoint_of_ones_own_has_the_bucket_in_the_path),
		cmocka_unit_test(test_answers_are_told_apart),
		cmocka_unit_test(
		    test_codes_are_read_from_xml_and_json_and_from_nobody_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
