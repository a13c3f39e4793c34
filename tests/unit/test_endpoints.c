/* SPDX-License-Identifier: Apache-2.0 */
/* test_endpoints.c - regions to partitions to hosts */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/base.h"
#include "daemon/endpoints.h"

static const struct endpoints_wish plain;

static void
test_partition_follows_from_the_region(void **state)
{
	static const char *const rows[][2] = {
		{ "us-east-1", "aws" },
		{ "eu-central-1", "aws" },
		{ "ap-southeast-7", "aws" },
		{ "mx-central-1", "aws" },
		{ "cn-north-1", "aws-cn" },
		{ "us-gov-west-1", "aws-us-gov" },
		{ "eusc-de-east-1", "aws-eusc" },
		{ "us-iso-east-1", "aws-iso" },
		{ "us-isob-east-1", "aws-iso-b" },
		{ "eu-isoe-west-1", "aws-iso-e" },
		{ "us-isof-south-1", "aws-iso-f" },
	};

	(void)state;
	for (size_t i = 0; i < BASE_N(rows); i++)
		assert_string_equal(
		    endpoints_partition(rows[i][0], "aws-iso"), rows[i][1]);
}

static void
test_partition_of_an_unknown_region_is_the_hint_or_aws(void **state)
{
	(void)state;
	assert_string_equal(endpoints_partition("zz-moon-1", "aws-cn"), "aws-cn");
	assert_string_equal(endpoints_partition("zz-moon-1", NULL), "aws");
	assert_string_equal(endpoints_partition("zz-moon-1", "evil.example.com"), "aws");
	assert_string_equal(endpoints_partition("cn-north-1.evil.example", NULL), "aws");
	assert_string_equal(endpoints_partition("", NULL), "aws");
}

static void
test_iam_has_its_host_and_signing_region_per_partition(void **state)
{
	static const char *const rows[][3] = {
		{ "aws", "iam.amazonaws.com", "us-east-1" },
		{ "aws-cn", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1" },
		{ "aws-us-gov", "iam.us-gov.amazonaws.com", "us-gov-west-1" },
		{ "aws-eusc", "iam.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1" },
	};
	struct endpoints_service service;

	(void)state;
	for (size_t i = 0; i < BASE_N(rows); i++) {
		assert_int_equal(endpoints_iam(rows[i][0], NULL, &plain, &service), 0);
		assert_string_equal(service.host, rows[i][1]);
		assert_string_equal(service.region, rows[i][2]);
		assert_memory_equal(service.url, "https://", 8);
		assert_memory_equal(service.url + 8, rows[i][1], strlen(rows[i][1]));
		assert_string_equal(service.path, "/");
	}
	assert_int_equal(endpoints_iam("aws-moon", NULL, &plain, &service), -EINVAL);
}

static void
test_override_replaces_the_host_and_keeps_the_signing_region(void **state)
{
	struct endpoints_service service;

	(void)state;
	assert_int_equal(
	    endpoints_iam("aws", "http://127.0.0.1:8443", &plain, &service), 0);
	assert_string_equal(service.url, "http://127.0.0.1:8443/");
	assert_string_equal(service.host, "127.0.0.1:8443");
	assert_string_equal(service.region, "us-east-1");
	assert_int_equal(
	    endpoints_iam("aws", "https://iam.corp.example:443/", &plain, &service), 0);
	assert_string_equal(service.url, "https://iam.corp.example:443/");
	assert_string_equal(service.host, "iam.corp.example");
	assert_int_equal(
	    endpoints_iam("aws", "https://[::1]:8443/", &plain, &service), 0);
	assert_string_equal(service.host, "[::1]:8443");
}

static void
test_override_that_is_more_than_a_host_is_refused(void **state)
{
	static const char *const bad[] = { "", "iam.amazonaws.com", "ftp://a/",
		"https://", "https:///", "https://a/b", "https://user@a/", "https://a?b",
		"https://a#b", "https://a b/", "https://a\r\nX: y/" };
	struct endpoints_service service;

	(void)state;
	for (size_t i = 0; i < BASE_N(bad); i++)
		assert_int_equal(endpoints_iam("aws", bad[i], &plain, &service), -EINVAL);
}

static void
test_iam_by_fips_and_dual_stack_where_there_is_one(void **state)
{
	static const struct {
		const char *partition;
		struct endpoints_wish wish;
		const char *host; /* NULL: none */
	} rows[] = {
		{ "aws", { .fips = true }, "iam-fips.amazonaws.com" },
		{ "aws", { .dual_stack = true }, "iam.global.api.aws" },
		{ "aws", { .fips = true, .dual_stack = true },
		    "iam-fips.global.api.aws" },
		{ "aws-us-gov", { .fips = true }, "iam.us-gov.amazonaws.com" },
		{ "aws-us-gov", { .dual_stack = true }, "iam.us-gov.api.aws" },
		{ "aws-us-gov", { .fips = true, .dual_stack = true },
		    "iam.us-gov.api.aws" },
		{ "aws-cn", { .fips = true }, NULL },
		{ "aws-cn", { .dual_stack = true },
		    "iam.global.api.amazonwebservices.com.cn" },
		{ "aws-cn", { .fips = true, .dual_stack = true }, NULL },
		{ "aws-iso", { .dual_stack = true }, NULL },
	};
	struct endpoints_service service;

	(void)state;
	for (size_t i = 0; i < BASE_N(rows); i++) {
		int r = endpoints_iam(rows[i].partition, NULL, &rows[i].wish, &service);

		assert_int_equal(r, rows[i].host != NULL ? 0 : -ENOTSUP);
		if (r == 0)
			assert_string_equal(service.host, rows[i].host);
	}
}

static void
test_regional_services_are_signed_for_their_region(void **state)
{
	static const struct {
		const char *name, *partition, *region;
		struct endpoints_wish wish;
		const char *host;
	} rows[] = {
		{ "sts", "aws", "eu-central-1", { 0 }, "sts.eu-central-1.amazonaws.com" },
		{ "ec2", "aws", "us-east-1", { .fips = true },
		    "ec2-fips.us-east-1.amazonaws.com" },
		{ "ec2", "aws", "us-east-1", { .dual_stack = true },
		    "ec2.us-east-1.api.aws" },
		{ "sts", "aws-cn", "cn-north-1", { 0 },
		    "sts.cn-north-1.amazonaws.com.cn" },
		{ "sts", "aws-us-gov", "us-gov-west-1", { .fips = true },
		    "sts.us-gov-west-1.amazonaws.com" },
		{ "ec2", "aws-iso", "us-iso-east-1", { .dual_stack = true },
		    "ec2.us-iso-east-1.api.aws.ic.gov" },
	};
	struct endpoints_service service;

	(void)state;
	for (size_t i = 0; i < BASE_N(rows); i++) {
		assert_int_equal(endpoints_regional(rows[i].name, rows[i].partition,
				     rows[i].region, NULL, &rows[i].wish, &service),
		    0);
		assert_string_equal(service.host, rows[i].host);
		assert_string_equal(service.region, rows[i].region);
	}
	assert_int_equal(
	    endpoints_regional("sts", "aws", "evil.example/", NULL, &plain, &service),
	    -EINVAL);
	assert_int_equal(
	    endpoints_regional("sts", "aws", "", NULL, &plain, &service), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_partition_follows_from_the_region),
		cmocka_unit_test(test_partition_of_an_unknown_region_is_the_hint_or_aws),
		cmocka_unit_test(test_iam_has_its_host_and_signing_region_per_partition),
		cmocka_unit_test(
		    test_override_replaces_the_host_and_keeps_the_signing_region),
		cmocka_unit_test(test_iam_by_fips_and_dual_stack_where_there_is_one),
		cmocka_unit_test(test_regional_services_are_signed_for_their_region),
		cmocka_unit_test(test_override_that_is_more_than_a_host_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
