/* SPDX-License-Identifier: Apache-2.0 */
/* test_world.c - verdicts, accounts and groups of daemon/world*.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/directory_json.h"
#include "tests/support/people_fixture.h"

#ifndef TEST_SRCDIR
#define TEST_SRCDIR "."
#endif

static bool
holds(const struct world_account *account, uint32_t gid)
{
	for (size_t i = 0; i < account->n_gids; i++)
		if (account->gids[i] == gid)
			return true;
	return false;
}

static void
test_first_login_people_are_decided_as_the_issue_says(void **state)
{
	struct people_fixture *f = *state;
	const struct world_account *alice;
	const struct world_account *deploy;
	const struct world_verdict *bob;

	people_fixture_usual(f, false);
	people_fixture_finish(f);
	assert_int_equal(f->world->n_people, 3);
	assert_int_equal(f->world->n_accounts, 2);

	alice = world_account_by_name(f->world, "alice");
	assert_non_null(alice);
	assert_int_equal(alice->uid, idmap_hash("iam-user", "AIDAALICE"));
	assert_int_equal(alice->flags, USER_NAME);
	assert_string_equal(alice->gecos, "AIDAALICE");
	assert_string_equal(alice->home, "/home/alice");
	assert_string_equal(alice->shell, "/bin/bash");
	assert_int_equal(alice->allow_mask, 3);
	assert_int_equal(alice->known_mask, 3);
	assert_ptr_equal(
	    &f->world->people[alice->people[0]], people_fixture_person(f, "AIDAALICE"));
	assert_ptr_equal(
	    &f->world->accounts[people_fixture_person(f, "AIDAALICE")->account], alice);
	assert_string_equal(people_fixture_person(f, "AIDAALICE")->services[LOGIN].rule,
	    "[login] allow #1: group:HostAdmins");
	assert_string_equal(people_fixture_person(f, "AIDAALICE")->services[SUDO].rule,
	    "[sudo] allow #1: group:HostAdmins & match:platform");

	assert_null(world_account_by_name(f->world, "bob"));
	bob = people_fixture_person(f, "AIDABOB")->services;
	assert_int_equal(bob[LOGIN].verdict, VERDICT_DENY);
	assert_int_equal(bob[LOGIN].reason, REASON_NO_RULE);
	assert_string_equal(bob[LOGIN].rule,
	    "[login] allow #1: group:HostAdmins (the person is not in HostAdmins); "
	    "allow #2: match:platform (the person's platform is \"ot\"her\", the "
	    "instance's \"acme\")");
	assert_int_equal(bob[SUDO].verdict, VERDICT_DENY);
	assert_true(people_fixture_person(f, "AIDABOB")->account == SIZE_MAX);

	assert_null(world_account_by_name(f->world, "carol"));
	deploy = world_account_by_name(f->world, "deploy");
	assert_non_null(deploy);
	assert_int_equal(deploy->flags, USER_NAME | USER_RUNAS);
	assert_int_equal(deploy->allow_mask, 1u << LOGIN);
	assert_int_equal(deploy->known_mask, 3);
	assert_string_equal(deploy->gecos, "AIDACAROL");
	assert_int_equal(
	    people_fixture_person(f, "AIDACAROL")->services[SUDO].reason, REASON_NO_RULE);
	assert_string_equal(people_fixture_person(f, "AIDACAROL")->services[SUDO].rule,
	    "[sudo] allow #1: group:HostAdmins & match:platform: group:HostAdmins (the "
	    "person is not in HostAdmins)");
}

static void
test_groups_are_those_of_people_here_and_never_the_systems(void **state)
{
	struct people_fixture *f = *state;
	const struct world_account *alice;
	const struct world_group *admins;

	people_fixture_usual(f, false);
	people_fixture_finish(f);
	alice = world_account_by_name(f->world, "alice");
	assert_int_equal(f->world->n_groups, 3);
	assert_null(people_fixture_group(f, "docker"));
	assert_null(people_fixture_group(f, "bad,group"));
	assert_null(people_fixture_group(f, "Outsiders")); /* bob is not here */
	admins = people_fixture_group(f, "HostAdmins");
	assert_non_null(admins);
	assert_int_equal(admins->gid, idmap_hash("group", "AGPA1"));
	assert_int_equal(admins->n_members, 1);
	assert_ptr_equal(&f->world->accounts[admins->members[0]], alice);
	assert_int_equal(people_fixture_group(f, "iamlogin-users")->gid, IDS_GROUP_USERS);
	assert_int_equal(people_fixture_group(f, "iamlogin-users")->n_members, 2);
	assert_int_equal(people_fixture_group(f, "iamlogin-sudo")->gid, IDS_GROUP_SUDO);
	assert_int_equal(people_fixture_group(f, "iamlogin-sudo")->n_members, 1);
	assert_int_equal(alice->n_gids, 3);
	assert_true(alice->gids[0] < alice->gids[1] && alice->gids[1] < alice->gids[2]);
	assert_true(holds(alice, IDS_GROUP_SUDO) && holds(alice, admins->gid));
	assert_false(holds(world_account_by_name(f->world, "deploy"), IDS_GROUP_SUDO));
}

static void
test_local_reserved_and_account_names_are_no_groups(void **state)
{
	struct people_fixture *f = *state;
	struct directory_principal *who = people_fixture_add(f, "alice", "AIDAALICE", 1);

	assert_int_equal(directory_add_tag(who, "platform", "acme"), 0);
	assert_int_equal(directory_add_membership(who, "alice"), 0);
	assert_int_equal(directory_add_membership(who, "ops"), 0);
	assert_int_equal(directory_add_membership(who, "localgroup"), 0);
	assert_int_equal(directory_add_membership(who, "localuser"), 0);
	assert_int_equal(directory_add_membership(who, "iamlogin-sudo"), 0);
	assert_int_equal(directory_add_membership(who, "fine"), 0);
	people_fixture_config(f,
	    "[principals]\nusers = path:/people/*\n[accounts]\nreserved = ops\n"
	    "[login]\nallow = match:platform\n");
	people_fixture_local(
	    f, "localuser:x:1000:1000::/:/bin/sh\n", "localgroup:x:1001:\n");
	people_fixture_finish(f);
	assert_int_equal(f->world->n_groups, 3);
	assert_int_equal(
	    people_fixture_group(f, "fine")->gid, idmap_hash("group", "name:fine"));
	assert_int_equal(people_fixture_group(f, "iamlogin-sudo")->n_members, 0);
}

static void
test_unknown_instance_tags_allow_nobody_and_say_so(void **state)
{
	struct people_fixture *f = *state;
	const struct world_person *p;
	const struct world_account *deploy;

	people_fixture_usual(f, false);
	people_fixture_finish(f);
	f->instance->tags_state = INSTANCE_TAGS_UNKNOWN;
	f->instance->tags_hint = "turn on instance tags in IMDS";
	people_fixture_build(f);
	p = people_fixture_person(f, "AIDACAROL");
	assert_int_equal(p->services[LOGIN].verdict, VERDICT_UNKNOWN);
	assert_int_equal(p->services[LOGIN].reason, REASON_NOT_KNOWABLE);
	assert_string_equal(p->services[LOGIN].rule,
	    "[login] allow #2: match:platform (turn on instance tags in IMDS)");
	assert_int_equal(p->services[SUDO].verdict, VERDICT_DENY); /* not in the group */
	deploy = world_account_by_name(f->world, "deploy");
	assert_int_equal(deploy->flags, USER_RETIRED);
	assert_int_equal(deploy->allow_mask, 0);
	assert_int_equal(deploy->known_mask, 1u << SUDO);
	/* alice's login does not need the tags; her sudo does */
	p = people_fixture_person(f, "AIDAALICE");
	assert_int_equal(p->services[LOGIN].verdict, VERDICT_ALLOW);
	assert_int_equal(p->services[SUDO].verdict, VERDICT_UNKNOWN);
	assert_int_equal(
	    world_account_by_name(f->world, "alice")->known_mask, 1u << LOGIN);
	assert_int_equal(people_fixture_group(f, "iamlogin-sudo")->n_members, 0);
}

static void
test_sudo_is_never_better_than_login(void **state)
{
	struct people_fixture *f = *state;

	people_fixture_config(f,
	    "[principals]\nusers = path:/people/*\n[login]\nallow = user:alice\n"
	    "deny = instance:locked\n[sudo]\nallow = path:/people/*\n");
	people_fixture_usual(f, false);
	people_fixture_finish(f);
	assert_int_equal(
	    people_fixture_person(f, "AIDAALICE")->services[SUDO].verdict, VERDICT_ALLOW);
	assert_int_equal(
	    people_fixture_person(f, "AIDABOB")->services[SUDO].verdict, VERDICT_DENY);
	f->instance->tags_state = INSTANCE_TAGS_UNKNOWN;
	people_fixture_build(f);
	assert_int_equal(people_fixture_person(f, "AIDAALICE")->services[LOGIN].verdict,
	    VERDICT_UNKNOWN);
	assert_int_equal(people_fixture_person(f, "AIDAALICE")->services[SUDO].verdict,
	    VERDICT_UNKNOWN);
}

static void
test_visible_all_resolves_the_denied_without_letting_them_in(void **state)
{
	struct people_fixture *f = *state;
	const struct world_account *bob;

	people_fixture_config(f,
	    "[principals]\nusers = path:/people/*\n[accounts]\nvisible = all\n"
	    "[login]\nallow = group:HostAdmins\n");
	people_fixture_usual(f, false);
	people_fixture_finish(f);
	bob = world_account_by_name(f->world, "bob");
	assert_non_null(bob);
	assert_int_equal(bob->flags, USER_NAME);
	assert_int_equal(bob->allow_mask, 0);
	assert_int_equal(bob->known_mask, 3);
	assert_int_equal(f->world->n_accounts, 3);
	/* never authorized, so nothing of him stays */
	people_fixture_config(f, people_fixture_config_usual);
	people_fixture_build(f);
	assert_null(world_account_by_name(f->world, "bob"));
}

/* Four rules of 190 bytes each, and what is false in each of them. */
static void
test_a_sentence_has_447_bytes_at_most(void **state)
{
	struct people_fixture *f = *state;
	char text[1200];
	size_t n;

	n = (size_t)snprintf(
	    text, sizeof(text), "[principals]\nusers = path:/*\n[login]\n");
	for (int i = 0; i < 4; i++)
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n, "allow = tag:k%d=%0180d\n", i, i);
	people_fixture_config(f, text);
	(void)people_fixture_add(f, "alice", "AIDAALICE", 1);
	people_fixture_finish(f);
	assert_int_equal(
	    strlen(people_fixture_person(f, "AIDAALICE")->services[LOGIN].rule), 447);
}

static void
test_no_rules_allow_nobody(void **state)
{
	struct people_fixture *f = *state;

	people_fixture_config(f, "[principals]\nusers = path:/people/*\n");
	people_fixture_usual(f, false);
	people_fixture_finish(f);
	assert_int_equal(f->world->n_accounts, 0);
	assert_string_equal(people_fixture_person(f, "AIDAALICE")->services[LOGIN].rule,
	    "[login] has no allow rule");
}

static void
test_the_sample_directory_reads_as_its_people(void **state)
{
	struct people_fixture *f = *state;
	const char *top = getenv("srcdir");
	_cleanup_fclose_ FILE *stream = NULL;
	static char bytes[65536];
	char path[400];
	char error[256];
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/tests/data/directory.json",
	    top != NULL ? top : TEST_SRCDIR);
	stream = fopen(path, "r");
	assert_non_null(stream);
	len = fread(bytes, 1, sizeof(bytes), stream);
	directory_unref(f->directory);
	f->directory = NULL;
	if (directory_json_parse(bytes, len, &f->directory, error) != 0)
		fail_msg("%s", error);
	people_fixture_build(f);
	assert_string_equal(f->directory->account, "111122223333");
	assert_int_equal(f->world->n_people, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(f->world->people[i].principal->n_keys, 1);
	assert_int_equal(f->world->n_accounts, 2);
	assert_int_equal(world_account_by_name(f->world, "alice")->allow_mask, 3);
	assert_int_equal(world_account_by_name(f->world, "deploy")->allow_mask, 1);
}

/* The limit is generous for slow machines and sanitizers; anything quadratic exceeds it. */
static void
test_five_thousand_people_are_built_again_the_same(void **state)
{
	struct people_fixture *f = *state;
	char text[32];
	char id[32];

	for (int i = 0; i < 5000; i++) {
		struct directory_principal *who;

		(void)snprintf(text, sizeof(text), "user%d", i);
		(void)snprintf(id, sizeof(id), "AIDA%d", (i * 7919) % 5000);
		who = people_fixture_add(f, text, id, i % 17);
		assert_int_equal(directory_add_tag(who, "platform", "acme"), 0);
		for (int g = 0; g < 10; g++) {
			(void)snprintf(text, sizeof(text), "group%d", (i + g * 31) % 300);
			assert_int_equal(directory_add_membership(who, text), 0);
		}
	}
	assert_int_equal(directory_finish(f->directory), 0);
	for (int round = 0; round < 2; round++) {
		people_fixture_build(f);
		assert_true(f->world->n_accounts >= 4900);
		assert_int_equal(f->world->n_groups, 302);
	}
}

#define WITH_FIXTURE(test)               \
	cmocka_unit_test_setup_teardown( \
	    test, people_fixture_set_up, people_fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_first_login_people_are_decided_as_the_issue_says),
		WITH_FIXTURE(test_groups_are_those_of_people_here_and_never_the_systems),
		WITH_FIXTURE(test_local_reserved_and_account_names_are_no_groups),
		WITH_FIXTURE(test_unknown_instance_tags_allow_nobody_and_say_so),
		WITH_FIXTURE(test_sudo_is_never_better_than_login),
		WITH_FIXTURE(
		    test_visible_all_resolves_the_denied_without_letting_them_in),
		WITH_FIXTURE(test_a_sentence_has_447_bytes_at_most),
		WITH_FIXTURE(test_no_rules_allow_nobody),
		WITH_FIXTURE(test_the_sample_directory_reads_as_its_people),
		WITH_FIXTURE(test_five_thousand_people_are_built_again_the_same),
	};

	return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}
