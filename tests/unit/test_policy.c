/* SPDX-License-Identifier: Apache-2.0 */
/* test_policy.c - the policy to paste */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <string.h>

#include "daemon/policy.h"
#include "tests/support/config_fixture.h"

#define PEOPLE(resources)                                                               \
	"{\"Sid\":\"People\",\"Effect\":\"Allow\",\"Action\":[\"iam:GetUser\","         \
	"\"iam:ListGroupsForUser\",\"iam:ListSSHPublicKeys\",\"iam:GetSSHPublicKey\"]," \
	"\"Resource\":[" resources "]}"
#define ALL(sid, action)                                                  \
	"{\"Sid\":\"" sid "\",\"Effect\":\"Allow\",\"Action\":[\"" action \
	"\"],\"Resource\":[\"*\"]}"
#define DOCUMENT(statements) "{\"Version\":\"2012-10-17\",\"Statement\":[" statements "]}"

static void
expect(const char *text, const struct instance *instance, const char *wanted)
{
	_cleanup_config_ struct config *config = config_fixture_good(text);
	struct json_object *policy = policy_json(config, instance);

	assert_string_equal(json_object_to_json_string_ext(policy,
				JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
	    wanted);
	json_object_put(policy);
}

static void
test_scoped_is_as_narrow_as_the_scope(void **state)
{
	static struct instance instance = { .account = "111122223333",
		.partition = "aws-cn" };

	(void)state;
	expect("[principals]\nusers = path:/people/* group:Admins user:bob\n", &instance,
	    "{\"instance\":" DOCUMENT(ALL("Directory",
		"iam:ListUsers") ","
				 "{\"Sid\":\"Groups\",\"Effect\":\"Allow\",\"Action\":[\"iam:GetGroup\"],"
				 "\"Resource\":[\"arn:aws-cn:iam::111122223333:group/Admins\","
				 "\"arn:aws-cn:iam::111122223333:group/*/Admins\"]}," PEOPLE(
				     "\"arn:aws-cn:iam::111122223333:user/people/*\","
				     "\"arn:aws-cn:iam::111122223333:user/*\","
				     "\"arn:aws-cn:iam::111122223333:user/bob\","
				     "\"arn:aws-cn:iam::111122223333:user/*/bob\"")) "}");
}

static void
test_a_host_of_a_fleet_reads_its_view_and_nothing_else(void **state)
{
	(void)state;
	expect("[source]\nkind = s3\nbucket = acme-{region}-x\nview = prod\npublic_key = "
	       "/k\n[principals]\nusers = path:/people/*\n",
	    NULL,
	    "{\"instance\":" DOCUMENT(
		"{\"Sid\":\"Directory\",\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\"],"
		"\"Resource\":[\"arn:aws:s3:::acme-*-x/prod/*\"]}") "}");
}

static void
test_nobody_in_scope_needs_nothing(void **state)
{
	(void)state;
	expect("", NULL, "{\"instance\":" DOCUMENT("") "}");
}

static void
test_details_and_tags_from_ec2(void **state)
{
	(void)state;
	expect("[source]\ndirectory = details\n[principals]\nusers = path:/p/*\n"
	       "[keys]\niam = no\n[login]\nallow = match:platform\n",
	    NULL,
	    "{\"instance\":" DOCUMENT(
		ALL("Directory", "iam:GetAccountAuthorizationDetails") "," ALL(
		    "InstanceTags", "ec2:DescribeTags")) "}");
}

static void
test_role_in_another_account_has_a_policy_of_its_own(void **state)
{
	static struct instance instance = {
		.account = "999999999999", .partition = "aws", .has_imds_tags = true
	};

	(void)state;
	expect("[aws]\nrole_arn = arn:aws:iam::111122223333:role/R\n"
	       "[principals]\nusers = path:/p/*\n[login]\nallow = match:platform\n",
	    &instance,
	    "{\"assumed\":" DOCUMENT(ALL("Directory", "iam:ListUsers") "," PEOPLE("\"arn:aws:iam::111122223333:user/p/*\"")) ",\"instance\":" DOCUMENT(
		"{\"Sid\":\"Directory\",\"Effect\":\"Allow\",\"Action\":["
		"\"sts:AssumeRole\"],\"Resource\":["
		"\"arn:aws:iam::111122223333:role/R\"]}") "}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scoped_is_as_narrow_as_the_scope),
		cmocka_unit_test(test_a_host_of_a_fleet_reads_its_view_and_nothing_else),
		cmocka_unit_test(test_nobody_in_scope_needs_nothing),
		cmocka_unit_test(test_details_and_tags_from_ec2),
		cmocka_unit_test(test_role_in_another_account_has_a_policy_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
