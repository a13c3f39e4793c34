/* SPDX-License-Identifier: Apache-2.0 */
/* test_caller.c - who is behind an ARN: daemon/caller.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/caller.h"
#include "tests/support/people_fixture.h"

#define HERE "123456789012"
#define USER "arn:aws:iam::" HERE ":user/"
#define ROLE "arn:aws:sts::" HERE ":assumed-role/"

/* alice, a user below /people/, and two roles; the second is of another account. */
static struct world_person people[3];
static struct directory_principal principals[3] = {
	{ .kind = PRINCIPAL_IAM_USER, .name = "alice", .arn = USER "people/alice" },
	{ .kind = PRINCIPAL_ROLE,
	    .name = "Deploy",
	    .arn = "arn:aws:iam::" HERE ":role/automation/Deploy" },
	{ .kind = PRINCIPAL_ROLE,
	    .name = "Other",
	    .arn = "arn:aws:iam::999999999999:role/Other" },
};
static struct instance instance = { .account = HERE, .partition = "aws" };
static struct world world = { .instance = &instance, .people = people, .n_people = 3 };

static int
resolve(const char *arn, struct caller *caller)
{
	memset(caller, 0, sizeof(*caller));
	for (size_t i = 0; i < 3; i++)
		people[i].principal = &principals[i];
	return caller_resolve(&world, arn, caller);
}

static void
test_a_user_is_the_one_of_that_whole_arn(void **state)
{
	struct caller caller;

	(void)state;
	assert_int_equal(resolve(USER "people/alice", &caller), 0);
	assert_ptr_equal(caller.person, &people[0]);
	assert_string_equal(caller.session, "");
	assert_int_equal(resolve(USER "alice", &caller), CALLER_E_NOBODY);
	assert_int_equal(resolve(USER "people/Alice", &caller), CALLER_E_NOBODY);
	assert_int_equal(resolve(USER "people/alice ", &caller), CALLER_E_NOBODY);
	assert_null(caller.person);
}

static void
test_a_session_names_its_role_and_claims_the_rest(void **state)
{
	struct caller caller;

	(void)state;
	assert_int_equal(resolve(ROLE "Deploy/alice", &caller), 0);
	assert_ptr_equal(caller.person, &people[1]);
	assert_string_equal(caller.session, "alice");
	assert_int_equal(resolve(ROLE "alice/alice", &caller), CALLER_E_NOBODY);
	assert_int_equal(resolve(ROLE "automation/Deploy/alice", &caller), CALLER_E_ARN);
	assert_int_equal(resolve(ROLE "deploy/alice", &caller), CALLER_E_NOBODY);
	/* a role of another account that the directory knows is not this account's */
	assert_int_equal(resolve(ROLE "Other/alice", &caller), CALLER_E_NOBODY);
}

static void
test_another_account_or_partition_is_nobody(void **state)
{
	struct caller caller;

	(void)state;
	assert_int_equal(resolve("arn:aws:iam::999999999999:user/people/alice", &caller),
	    CALLER_E_ACCOUNT);
	assert_int_equal(
	    resolve("arn:aws:sts::999999999999:assumed-role/Other/s", &caller),
	    CALLER_E_ACCOUNT);
	assert_int_equal(resolve("arn:aws-cn:iam::" HERE ":user/people/alice", &caller),
	    CALLER_E_ACCOUNT);
	world.instance = NULL;
	assert_int_equal(resolve(USER "people/alice", &caller), CALLER_E_ACCOUNT);
	world.instance = &instance;
}

static void
test_what_is_no_user_and_no_session_is_nobody(void **state)
{
	static const char *const texts[] = { "", "alice", "arn",
		"arn:", "arn:aws:iam::", "arn:aws:iam::" HERE, "arn:aws:iam::" HERE ":",
		"arn:aws:iam::" HERE ":root",
		"arn:aws:iam::" HERE ":role/automation/Deploy",
		"arn:aws:iam:eu-central-1:" HERE ":user/people/alice",
		"ARN:aws:iam::" HERE ":user/people/alice",
		"arn:aws:sts::" HERE ":user/people/alice",
		"arn:aws:sts::" HERE ":federated-user/alice", ROLE "Deploy",
		ROLE "Deploy/", ROLE "/alice", ROLE "Deploy/a/b", ROLE "Deploy/a b",
		"arn:aws:iam::" HERE ":assumed-role/Deploy/alice",
		ROLE
		"Deploy/"
		"12345678901234567890123456789012345678901234567890123456789012345" };
	struct caller caller;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (resolve(texts[i], &caller) != CALLER_E_ARN || caller.person != NULL)
			fail_msg("\"%s\" is somebody", texts[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_user_is_the_one_of_that_whole_arn),
		cmocka_unit_test(test_a_session_names_its_role_and_claims_the_rest),
		cmocka_unit_test(test_another_account_or_partition_is_nobody),
		cmocka_unit_test(test_what_is_no_user_and_no_session_is_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
