/* SPDX-License-Identifier: Apache-2.0 */
/* test_config_fleet.c - the keys of a directory over S3: daemon/config_fleet.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/config_fixture.h"

#define S3 "[source]\nkind = s3\nbucket = acme-{region}\npublic_key = /etc/one.pub\n"

static void
test_a_host_of_a_fleet(void **state)
{
	_cleanup_config_ struct config *c = config_fixture_good(
	    S3 "public_key = /etc/two.pub\nview = prod-eu\nowner = o-abcdefghij\n"
	       "bucket_owner = 111122223333\npoll = 90s\n[aws]\ns3_style = virtual\n");
	(void)state;

	assert_int_equal(c->source, CONFIG_SOURCE_S3);
	assert_string_equal(c->fleet.bucket, "acme-{region}");
	assert_int_equal(c->fleet.n_public_keys, 2);
	assert_string_equal(c->fleet.view, "prod-eu");
	assert_string_equal(c->fleet.owner, "o-abcdefghij");
	assert_int_equal(c->fleet.poll_s, 90);
	assert_int_equal(c->aws.s3_style, CONFIG_S3_VIRTUAL);
}

#define PUBLISH "[publish]\nbucket = acme-{region}\nkey_file = /etc/fleet.key\n"

static void
test_a_publisher(void **state)
{
	_cleanup_config_ struct config *c = config_fixture_good(
	    PUBLISH "regions = eu-west-1 us-east-1\nattributes = team platform\n"
		    "view prod = tag:env=prod & path:/people/*\nview all = path:/*\n"
		    "heartbeat = 2m\nhold = 30m\nvalid = 1d\n");
	(void)state;

	assert_int_equal(c->publish.regions.n, 2);
	assert_int_equal(c->publish.attributes.n, 2);
	assert_int_equal(c->publish.n_views, 2);
	assert_string_equal(c->publish.views[0].name, "prod");
	assert_int_equal(c->publish.views[0].rule.n_terms, 2);
	assert_int_equal(c->publish.heartbeat_s, 120);
	assert_int_equal(c->publish.hold_s, 1800);
}

static void
test_what_is_wrong_is_named(void **state)
{
	static const struct config_fixture_refusal table[] = {
		{ "[source]\nkind = s3", "f.conf: [source] kind = s3 needs bucket" },
		{ "[source]\nkind = s3\nbucket = abc",
		    "f.conf: [source] kind = s3 needs" },
		{ "[source]\nbucket = abc",
		    "f.conf: [source] bucket and public_key need" },
		{ "[source]\nbucket = Abc",
		    "f.conf:2: [source] bucket: a bucket's name" },
		{ "[source]\nbucket = a{region}b{region}",
		    "f.conf:2: [source] bucket: a " },
		{ "[source]\nbucket = ab", "f.conf:2: [source] bucket: a bucket's name" },
		{ "[source]\nview = A", "f.conf:2: [source] view: 1 to 32 of a-z" },
		{ "[source]\nowner = acme", "f.conf:2: [source] owner: an account (12" },
		{ "[source]\npublic_key = one.pub", "f.conf:2: [source] public_key: " },
		{ S3 "public_key = /b\npublic_key = /c",
		    "f.conf:6: [source] public_key: two" },
		{ "[source]\npoll = 1s", "f.conf:2: [source] poll: 10 s to 3600 s" },
		{ "[publish]\nkey_file = /k", "f.conf: [publish] needs a bucket" },
		{ "[publish]\nbucket = abc",
		    "f.conf: [publish] needs key_file or kms_key" },
		{ "[publish]\nbucket = abc\nkms_key = alias/x",
		    "f.conf: [publish] kms_key needs public_key" },
		{ "[publish]\nbucket = abc\nkey_file = /k\nregions = eu-west-1 us-east-1",
		    "f.conf: [publish] bucket needs {region}" },
		{ S3 PUBLISH, "f.conf: [publish] needs [source] kind = iam" },
		{ PUBLISH "view a = match:platform", "f.conf:4: [publish] view: match:" },
		{ PUBLISH "view a = path:/*\nview a = path:/*",
		    "f.conf:5: [publish] view: " },
		{ PUBLISH "view A = path:/*", "f.conf:4: [publish] view: 1 to 32" },
		{ "[aws]\ns3_style = dns", "f.conf:2: [aws] s3_style: auto, path or" },
		{ "[aws]\ns3_endpoint = http://s3.example.com",
		    "f.conf:2: [aws] s3_endpoint" },
		{ "[aws]\nfips = yes\ns3_endpoint = https://x.example.com",
		    "f.conf: [aws] fips or dual_stack = yes" },
	};
	(void)state;

	config_fixture_refusals(table, BASE_N(table));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_host_of_a_fleet),
		cmocka_unit_test(test_a_publisher),
		cmocka_unit_test(test_what_is_wrong_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
