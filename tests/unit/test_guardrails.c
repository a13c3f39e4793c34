/* SPDX-License-Identifier: Apache-2.0 */
/* test_guardrails.c - exactly what a configuration trusts is protected: cli/guardrails.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "cli/guardrails.h"
#include "cli/output.h"

#define ADMINS "arn:*:iam::*:role/admins/*"

static const char config[] = "[principals]\n"
			     "users = path:/people/* group:HostAdmins\n"
			     "[accounts]\n"
			     "runas_tag = Login\n"
			     "[login]\n"
			     "allow = match:platform & tag:team=payments ; why\n"
			     "allow = instance:env=dev\n"
			     ";allow = tag:never\n"
			     "deny = tag:\"on leave\"\n"
			     "[sudo]\n"
			     "allow = group:Root & match:Platform\n";

/* The statement of that name, wherever it is. */
static struct json_object *
statement(struct json_object *policies, const char *sid)
{
	for (size_t i = 0; i < output_length(policies); i++) {
		struct json_object *all =
		    output_array(json_object_array_get_idx(policies, i), "Statement");

		for (size_t j = 0; j < output_length(all); j++) {
			struct json_object *one = json_object_array_get_idx(all, j);

			if (strcmp(output_string(one, "Sid"), sid) == 0)
				return one;
		}
	}
	return NULL;
}

static const char *
text(struct json_object *object)
{
	return json_object_to_json_string_ext(
	    object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

static struct json_object *
keys_of(struct json_object *one)
{
	return output_field(output_field(output_field(one, "Condition"),
				"ForAnyValue:StringEqualsIgnoreCase"),
	    "aws:TagKeys");
}

static void
test_each_thing_that_is_trusted(void **state)
{
	struct json_object *policies = guardrails_policies(config, ADMINS);
	(void)state;

	assert_string_equal(text(keys_of(statement(policies, "TagsDecide"))),
	    "[\"platform\",\"team\",\"on leave\",\"Login\",\"iamlogin:key-1\","
	    "\"iamlogin:key-2\",\"iamlogin:key-3\",\"iamlogin:key-4\",\"iamlogin:key-5\"]");
	assert_string_equal(text(keys_of(statement(policies, "InstanceTagsDecide"))),
	    "[\"platform\",\"env\"]");
	assert_string_equal(
	    text(output_field(statement(policies, "PeopleArePutInScope"), "Resource")),
	    "[\"arn:*:iam::*:user/people/*\"]");
	assert_string_equal(
	    text(output_field(statement(policies, "GroupsDecide"), "Resource")),
	    "[\"arn:*:iam::*:group/HostAdmins\",\"arn:*:iam::*:group/*/HostAdmins\","
	    "\"arn:*:iam::*:group/Root\",\"arn:*:iam::*:group/*/Root\"]");
	assert_string_equal(
	    text(output_field(statement(policies, "KeysAreTheirOwners"), "NotResource")),
	    "[\"arn:*:iam::*:user/${aws:username}\",\"arn:*:iam::*:user/*/${aws:username}\"]");
	assert_non_null(statement(policies, "SessionDocumentsDecide"));
	assert_non_null(statement(policies, "SessionsDoNotChooseTheAccount"));
	assert_null(statement(policies, "RolesArePutInScope"));
	json_object_put(policies);
}

static void
test_nothing_more_than_what_is_trusted(void **state)
{
	struct json_object *policies = guardrails_policies(
	    "[keys]\ntags = no\n[principals]\nroles = path:/hosts/*\n", ADMINS);
	(void)state;

	assert_string_equal(
	    text(keys_of(statement(policies, "TagsDecide"))), "[\"SSMSessionRunAs\"]");
	assert_null(statement(policies, "InstanceTagsDecide"));
	assert_null(statement(policies, "PeopleArePutInScope"));
	assert_null(statement(policies, "GroupsDecide"));
	assert_string_equal(
	    text(output_field(statement(policies, "RolesArePutInScope"), "Resource")),
	    "[\"arn:*:iam::*:role/hosts/*\"]");
	json_object_put(policies);
}

static void
test_each_policy_fits_and_spares_the_admins(void **state)
{
	char many[8192] = "[login]\n";
	struct json_object *policies;
	(void)state;

	for (int i = 0; i < 150; i++)
		(void)snprintf(many + strlen(many), sizeof(many) - strlen(many),
		    "allow = group:a-group-with-a-long-name-%d\n", i);
	policies = guardrails_policies(many, ADMINS);
	assert_true(output_length(policies) > 1);
	for (size_t i = 0; i < output_length(policies); i++) {
		struct json_object *one = json_object_array_get_idx(policies, i);

		assert_true(strlen(json_object_to_json_string_ext(
				one, JSON_C_TO_STRING_PLAIN)) <= GUARDRAILS_POLICY_MAX);
		assert_non_null(strstr(text(one), "ArnNotLike"));
	}
	json_object_put(policies);
}

static void
test_a_person_may_have_no_keys_but_their_own(void **state)
{
	struct json_object *callers = json_object_new_array();
	(void)state;

	json_object_array_add(callers, guardrails_callers(config));
	/* with a star before the variable and no slash, alice would have malice's */
	assert_string_equal(text(output_field(statement(callers, "OwnKeys"), "Resource")),
	    "[\"arn:*:iam::*:user/${aws:username}\",\"arn:*:iam::*:user/*/${aws:username}\"]");
	json_object_put(callers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_thing_that_is_trusted),
		cmocka_unit_test(test_nothing_more_than_what_is_trusted),
		cmocka_unit_test(test_each_policy_fits_and_spares_the_admins),
		cmocka_unit_test(test_a_person_may_have_no_keys_but_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
