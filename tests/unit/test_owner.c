/* SPDX-License-Identifier: Apache-2.0 */
/* test_owner.c - warden/owner.c: whose ARN it is, and whose account */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/world_fixture.h"
#include "warden/owner.h"

#define ALICE (IDS_FIRST + 2000)
#define DEPLOY (IDS_FIRST + 2001)
#define USER "arn:aws:iam::111122223333:user/people/"
#define ROLE "arn:aws:iam::111122223333:role/app/Deployer"
#define SESSION "arn:aws:sts::111122223333:assumed-role/Deployer/"

static void
test_an_assumed_role_is_the_role_of_that_name_and_account(void **state)
{
	static const char *const others[] = {
		"arn:aws:sts::111122223333:assumed-role/Deployer/",
		"arn:aws:sts::111122223333:assumed-role/Deployer",
		"arn:aws:sts::111122223333:assumed-role/Deploye/x",
		"arn:aws:sts::111122223333:assumed-role/Deployers/x",
		"arn:aws:sts::111122223333:assumed-role/app/Deployer/x",
		"arn:aws:sts::111122223334:assumed-role/Deployer/x",
		"arn:aws:sts::11112222333:assumed-role/Deployer/x",
		"arn:aws:sts:::assumed-role/Deployer/x",
		"arn:aws-cn:sts::111122223333:assumed-role/Deployer/x",
		"arn:aws:iam::111122223333:assumed-role/Deployer/x",
		"arn:aws:sts::111122223333:federated-user/Deployer/x",
		"arn:aws:iam::111122223333:root",
		ROLE,
		"arn:",
		"arn::sts::111122223333:assumed-role/Deployer/x",
		"",
	};
	(void)state;

	assert_string_equal(owner_is_role(SESSION "i-0123", ROLE), "i-0123");
	assert_string_equal(
	    owner_is_role(SESSION "a@b.c", "arn:aws:iam::111122223333:role/Deployer"),
	    "a@b.c");
	for (size_t i = 0; i < BASE_N(others); i++)
		assert_null(owner_is_role(others[i], ROLE));
	assert_null(owner_is_role(SESSION "x", USER "Deployer"));
	assert_null(owner_is_role(SESSION "x", "arn:aws:iam::111122223333:Deployer"));
}

struct bench {
	struct world_fixture fixture;
	struct directory *directory;
	struct config config;
	struct publish_bytes bytes;
	struct published keys;
};

static void
add(struct bench *bench, enum principal_kind kind, const char *id, const char *name,
    const char *arn)
{
	struct directory_principal *who;

	assert_int_equal(
	    directory_add_principal(bench->directory, kind, id, name, "/", arn, 1, &who),
	    0);
}

static int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	struct world_person *bob;

	assert_non_null(bench);
	assert_int_equal(directory_new(&bench->directory), 0);
	add(bench, PRINCIPAL_IAM_USER, "AIDAALICE", "alice", USER "alice");
	add(bench, PRINCIPAL_IAM_USER, "AIDABOB", "bob", USER "bob");
	add(bench, PRINCIPAL_ROLE, "AROADEPLOYER", "Deployer", ROLE);
	assert_int_equal(directory_finish(bench->directory), 0);
	world_fixture_init(&bench->fixture);
	(void)world_fixture_account(&bench->fixture, "alice", ALICE);
	(void)world_fixture_account(&bench->fixture, "deploy", DEPLOY);
	(void)world_fixture_person(&bench->fixture,
	    directory_principal_by_id(bench->directory, PRINCIPAL_IAM_USER, "AIDAALICE"),
	    0);
	(void)world_fixture_person(&bench->fixture,
	    directory_principal_by_id(bench->directory, PRINCIPAL_ROLE, "AROADEPLOYER"),
	    1);
	bob = world_fixture_person(&bench->fixture,
	    directory_principal_by_id(bench->directory, PRINCIPAL_IAM_USER, "AIDABOB"),
	    1);
	bob->services[0].verdict = VERDICT_DENY;
	assert_int_equal(publish_encode_keys(&bench->fixture.world, NULL, &bench->config,
			     &bench->fixture.facts, 7, &bench->bytes),
	    0);
	assert_int_equal(published_view(bench->bytes.bytes, bench->bytes.size,
			     PUBLISHED_MAGIC_KEYS, &bench->keys),
	    0);
	*state = bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;

	world_fixture_done(&bench->fixture);
	directory_unref(bench->directory);
	free(bench->bytes.bytes);
	free(bench);
	return 0;
}

static void
test_owner_and_account_are_held_against_each_other(void **state)
{
	static const struct {
		const char *arn, *account;
		enum owner_answer answer;
		const char *id, *claimed;
	} rows[] = {
		{ USER "alice", "alice", OWNER_MAPS, "AIDAALICE", "" },
		{ USER "alice", "deploy", OWNER_OTHER, "AIDAALICE", "" },
		{ USER "alice", "ec2-user", OWNER_OTHER, "AIDAALICE", "" },
		{ USER "alice", "1000", OWNER_OTHER, "AIDAALICE", "" },
		{ USER "Alice", "alice", OWNER_UNKNOWN, "", "" },
		{ USER "bob", "deploy", OWNER_DENIED, "AIDABOB", "" },
		{ SESSION "alice", "deploy", OWNER_MAPS, "AROADEPLOYER", "alice" },
		{ SESSION "alice", "alice", OWNER_OTHER, "AROADEPLOYER", "alice" },
		{ ROLE, "deploy", OWNER_UNKNOWN, "", "" },
		{ "arn:aws:sts::111122223333:assumed-role/JustInTime/alice", "alice",
		    OWNER_UNKNOWN, "", "" },
		{ "arn:aws:iam::111122223333:root", "alice", OWNER_UNKNOWN, "", "" },
		{ "", "", OWNER_UNKNOWN, "", "" },
	};
	const struct bench *bench = *state;
	struct owner owner;

	for (size_t i = 0; i < BASE_N(rows); i++) {
		owner_resolve(NULL, &bench->keys, rows[i].arn, rows[i].account, &owner);
		assert_int_equal(owner.answer, rows[i].answer);
		assert_string_equal(owner.id, rows[i].id);
		assert_string_equal(owner.claimed, rows[i].claimed);
	}
	owner_resolve(NULL, NULL, USER "alice", "alice", &owner);
	assert_int_equal(owner.answer, OWNER_UNKNOWN);
	assert_string_equal(owner.arn, USER "alice");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_an_assumed_role_is_the_role_of_that_name_and_account),
		cmocka_unit_test_setup_teardown(
		    test_owner_and_account_are_held_against_each_other, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
