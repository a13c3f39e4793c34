/* SPDX-License-Identifier: Apache-2.0 */
/* test_world_claims.c - who owns a name or an id, and who keeps it: daemon/world_*.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/people_fixture.h"

static void
test_dave_appears_and_nobody_else_changes(void **state)
{
	struct people_fixture *f = *state;
	uint32_t alice;

	people_fixture_usual(f, false);
	people_fixture_finish(f);
	alice = world_account_by_name(f->world, "alice")->uid;
	assert_null(world_account_by_name(f->world, "dave"));
	assert_int_equal(
	    world_account_by_name(f->world, "alice")->uid_from, WORLD_UID_FROM_HASH);
	people_fixture_empty(f);
	people_fixture_usual(f, true);
	people_fixture_finish(f);
	assert_int_equal(world_account_by_name(f->world, "alice")->uid, alice);
	assert_int_equal(
	    world_account_by_name(f->world, "alice")->uid_from, WORLD_UID_FROM_LEDGER);
	assert_int_equal(world_account_by_name(f->world, "dave")->allow_mask, 3);
	assert_int_equal(people_fixture_group(f, "HostAdmins")->n_members, 2);
}

static void
test_a_withdrawn_person_keeps_the_id_and_loses_the_rest(void **state)
{
	struct people_fixture *f = *state;
	const struct world_account *alice;
	struct directory_principal *who;
	uint32_t uid;

	people_fixture_usual(f, false);
	people_fixture_finish(f);
	uid = world_account_by_name(f->world, "alice")->uid;
	people_fixture_empty(f);
	people_fixture_usual(f, false);
	who = &f->directory->principals[0];
	assert_int_equal(directory_add_tag(who, "Suspended", ""), 0);
	people_fixture_finish(f);
	alice = world_account_by_name(f->world, "alice");
	assert_non_null(alice);
	assert_int_equal(alice->uid, uid);
	assert_int_equal(alice->flags, USER_RETIRED);
	assert_int_equal(alice->allow_mask, 0);
	assert_int_equal(alice->known_mask, 3);
	assert_int_equal(alice->n_gids, 0);
	assert_int_equal(alice->n_people, 0);
	assert_int_equal(people_fixture_person(f, "AIDAALICE")->services[LOGIN].reason,
	    REASON_RULE_DENIES);
	assert_string_equal(people_fixture_person(f, "AIDAALICE")->services[SUDO].rule,
	    "[login] deny #1: tag:suspended");
	assert_null(people_fixture_group(f, "HostAdmins"));
	/* gone altogether: the same */
	people_fixture_empty(f);
	assert_int_equal(directory_finish(f->directory), 0);
	people_fixture_build(f);
	assert_int_equal(f->world->n_people, 0);
	assert_int_equal(f->world->n_accounts, 2);
	assert_int_equal(world_account_by_name(f->world, "alice")->uid, uid);
	assert_string_equal(
	    world_account_by_name(f->world, "deploy")->gecos, "AIDACAROL");
	/* … and back: alive again, under the same id */
	people_fixture_empty(f);
	people_fixture_usual(f, false);
	people_fixture_finish(f);
	assert_int_equal(world_account_by_name(f->world, "alice")->uid, uid);
	assert_int_equal(world_account_by_name(f->world, "alice")->flags, USER_NAME);
}

static void
test_a_recreated_name_gets_a_new_id_and_hides_the_retired_one(void **state)
{
	struct people_fixture *f = *state;
	struct directory_principal *who;

	people_fixture_usual(f, false);
	people_fixture_finish(f);
	people_fixture_empty(f);
	who = people_fixture_add(f, "alice", "AIDANEWALICE", 50);
	assert_int_equal(directory_add_tag(who, "platform", "acme"), 0);
	people_fixture_finish(f);
	assert_int_equal(world_account_by_name(f->world, "alice")->uid,
	    idmap_hash("iam-user", "AIDANEWALICE"));
	assert_int_equal(f->world->n_accounts, 2); /* alice, and deploy retired */
	people_fixture_empty(f);
	assert_int_equal(directory_finish(f->directory), 0);
	people_fixture_build(f);
	assert_int_equal(f->world->n_accounts, 2); /* one alice only */
	/* a local account of the name beats both */
	people_fixture_local(f, "alice:x:1000:1000::/:/bin/sh\n", "x:x:1:\n");
	people_fixture_build(f);
	assert_null(world_account_by_name(f->world, "alice"));
}

static void
test_the_older_claim_wins_in_whatever_order_iam_lists(void **state)
{
	static const struct {
		const char *name, *id;
		int64_t created_s;
	} people[] = {
		{ "one", "AIDA4", 10 },
		{ "two", "AIDA3", 5 },   /* the oldest with AIDA2; its id is larger */
		{ "three", "AIDA2", 5 }, /* the owner */
		{ "four", "AIDA1", INT64_MAX },
	};
	static const size_t order[][4] = { { 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 1, 3, 0, 2 },
		{ 2, 0, 3, 1 } };
	struct people_fixture *f = *state;

	for (size_t o = 0; o < BASE_N(order); o++) {
		people_fixture_empty(f);
		for (size_t i = 0; i < 4; i++) {
			size_t k = order[o][i];
			struct directory_principal *who = people_fixture_add(
			    f, people[k].name, people[k].id, people[k].created_s);

			assert_int_equal(
			    directory_add_tag(who, "SSMSessionRunAs", "deploy"), 0);
			assert_int_equal(directory_add_tag(who, "platform", "acme"), 0);
		}
		people_fixture_finish(f);
		assert_int_equal(f->world->n_accounts, 1);
		assert_string_equal(f->world->accounts[0].gecos, "AIDA2");
		assert_int_equal(
		    people_fixture_person(f, "AIDA2")->claim, WORLD_CLAIM_OWNER);
		for (size_t i = 0; i < 4; i++) {
			const struct world_person *p =
			    people_fixture_person(f, people[i].id);

			if (strcmp(people[i].id, "AIDA2") == 0)
				continue;
			assert_int_equal(p->claim, WORLD_CLAIM_REFUSED);
			assert_int_equal(p->services[LOGIN].verdict, VERDICT_DENY);
			assert_int_equal(p->services[LOGIN].reason, REASON_NAME_CLAIMED);
			assert_int_equal(p->services[SUDO].reason, REASON_NAME_CLAIMED);
			assert_true(p->account == SIZE_MAX);
		}
	}
}

/* A claim is about the name, not about access: else denying the owner would hand it over. */
static void
test_a_denied_owner_still_owns_the_name(void **state)
{
	struct people_fixture *f = *state;
	struct directory_principal *who = people_fixture_add(f, "deploy", "AIDA1", 1);

	who = people_fixture_add(f, "x", "AIDA2", 2);
	assert_int_equal(directory_add_tag(who, "SSMSessionRunAs", "deploy"), 0);
	assert_int_equal(directory_add_tag(who, "platform", "acme"), 0);
	people_fixture_finish(f);
	assert_int_equal(f->world->n_accounts, 0);
	assert_int_equal(people_fixture_person(f, "AIDA2")->services[LOGIN].reason,
	    REASON_NAME_CLAIMED);
}

/* Both unique ids hash to 1997221304 (computed with Python). */
static void
test_the_older_of_two_colliding_ids_wins_on_every_host(void **state)
{
	struct people_fixture *f = *state;

	for (int swap = 0; swap < 2; swap++) {
		struct directory_principal *who;

		people_fixture_empty(f);
		idmap_free(f->ids);
		f->ids = NULL;
		assert_int_equal(idmap_new(&f->ids), 0);
		who = people_fixture_add(f, swap ? "late" : "early",
		    swap ? "AIDACOLLIDE008285" : "AIDACOLLIDE011018", swap ? 9 : 1);
		assert_int_equal(directory_add_tag(who, "platform", "acme"), 0);
		who = people_fixture_add(f, swap ? "early" : "late",
		    swap ? "AIDACOLLIDE011018" : "AIDACOLLIDE008285", swap ? 1 : 9);
		assert_int_equal(directory_add_tag(who, "platform", "acme"), 0);
		people_fixture_finish(f);
		assert_int_equal(f->world->n_accounts, 1);
		assert_string_equal(f->world->accounts[0].name, "early");
		assert_int_equal(people_fixture_person(f, "AIDACOLLIDE008285")->claim,
		    WORLD_CLAIM_REFUSED);
		assert_int_equal(
		    people_fixture_person(f, "AIDACOLLIDE008285")->services[LOGIN].reason,
		    REASON_ID_COLLISION);
		assert_int_equal(people_fixture_person(f, "AIDACOLLIDE008285")
				     ->services[LOGIN]
				     .verdict,
		    VERDICT_DENY);
	}
}

/* Likewise, where the older one's account comes later in the alphabet. */
static void
test_age_decides_and_not_the_alphabet(void **state)
{
	struct people_fixture *f = *state;
	struct directory_principal *who;

	who = people_fixture_add(f, "zoe", "AIDACOLLIDE011018", 1);
	assert_int_equal(directory_add_tag(who, "platform", "acme"), 0);
	who = people_fixture_add(f, "ann", "AIDACOLLIDE008285", 9);
	assert_int_equal(directory_add_tag(who, "platform", "acme"), 0);
	people_fixture_finish(f);
	assert_int_equal(f->world->n_accounts, 1);
	assert_string_equal(f->world->accounts[0].name, "zoe");
}

/* Both hash to 1925825514, and the next to 1886944768 (computed with idmap_hash). */
static void
test_shared_names_have_their_ids_before_people_and_by_name(void **state)
{
	static const struct {
		const char *person, *shared;
	} table[] = { { "ann", "team18544" }, { "zoe", "team18544" } };
	struct people_fixture *f = *state;
	struct directory_principal *who;

	people_fixture_config(f, "[principals]\nusers = path:/people/*\n"
				 "[accounts]\nshared = team27535 team04987 team18544\n"
				 "[login]\nallow = tag:SSMSessionRunAs\n");
	who = people_fixture_add(f, "a", "AIDAA", 1);
	assert_int_equal(directory_add_tag(who, "SSMSessionRunAs", "team27535"), 0);
	who = people_fixture_add(f, "b", "AIDAB", 9);
	assert_int_equal(directory_add_tag(who, "SSMSessionRunAs", "team04987"), 0);
	people_fixture_finish(f);
	assert_int_equal(f->world->n_accounts, 1);
	assert_string_equal(f->world->accounts[0].name, "team04987");
	assert_int_equal(people_fixture_person(f, "AIDAA")->services[LOGIN].reason,
	    REASON_ID_COLLISION);

	for (size_t i = 0; i < BASE_N(table); i++) {
		people_fixture_empty(f);
		idmap_free(f->ids);
		f->ids = NULL;
		assert_int_equal(idmap_new(&f->ids), 0);
		who = people_fixture_add(f, "x", "AIDACOLLIDE030629", 1);
		assert_int_equal(
		    directory_add_tag(who, "SSMSessionRunAs", table[i].person), 0);
		who = people_fixture_add(f, "y", "AIDAY", 9);
		assert_int_equal(
		    directory_add_tag(who, "SSMSessionRunAs", table[i].shared), 0);
		people_fixture_finish(f);
		assert_int_equal(f->world->n_accounts, 1);
		assert_string_equal(f->world->accounts[0].name, table[i].shared);
	}
}

static void
test_an_id_that_a_local_user_or_group_has_is_refused(void **state)
{
	struct people_fixture *f = *state;
	char text[100];

	people_fixture_usual(f, false);
	assert_int_equal(directory_finish(f->directory), 0);
	for (int is_group = 0; is_group < 2; is_group++) {
		(void)snprintf(text, sizeof(text),
		    is_group ? "g:x:%u:\n" : "u:x:%u:1::/:/x\n",
		    idmap_hash("iam-user", "AIDAALICE"));
		people_fixture_local(f, is_group ? "" : text, is_group ? text : "");
		people_fixture_build(f);
		assert_null(world_account_by_name(f->world, "alice"));
		assert_int_equal(
		    people_fixture_person(f, "AIDAALICE")->services[LOGIN].reason,
		    REASON_ID_COLLISION);
		assert_non_null(world_account_by_name(f->world, "deploy"));
	}
}

static void
test_a_group_whose_number_is_local_is_left_out(void **state)
{
	struct people_fixture *f = *state;
	char text[100];

	people_fixture_usual(f, false);
	(void)snprintf(text, sizeof(text), "other:x:%u:\n", idmap_hash("group", "AGPA1"));
	people_fixture_local(f, "", text);
	people_fixture_finish(f);
	assert_null(people_fixture_group(f, "HostAdmins"));
	assert_int_equal(world_account_by_name(f->world, "alice")->n_gids, 2);
}

static void
test_people_out_of_scope_or_without_an_account_are_left_out(void **state)
{
	struct people_fixture *f = *state;
	struct directory_principal *who;

	assert_int_equal(directory_add_principal(f->directory, PRINCIPAL_IAM_USER,
			     "AIDAX", "mallory", "/", "arn:m", 1, &who),
	    0);
	assert_int_equal(directory_add_membership(who, "HostAdmins"), 0);
	who = people_fixture_add(f, "root", "AIDAROOT", 1);
	assert_int_equal(directory_add_membership(who, "HostAdmins"), 0);
	who = people_fixture_add(f, "eve", "AIDAEVE", 1);
	assert_int_equal(directory_add_membership(who, "HostAdmins"), 0);
	assert_int_equal(directory_add_tag(who, "SSMSessionRunAs", "x;touch /tmp/p"), 0);
	people_fixture_finish(f);
	assert_int_equal(f->world->n_people, 2);
	assert_int_equal(f->world->n_accounts, 0);
	assert_null(world_person_by_id(f->world, PRINCIPAL_IAM_USER, "AIDAX"));
	assert_int_equal(people_fixture_person(f, "AIDAROOT")->services[LOGIN].reason,
	    REASON_RESERVED_NAME);
	assert_int_equal(people_fixture_person(f, "AIDAROOT")->claim, WORLD_CLAIM_NONE);
	assert_string_equal(people_fixture_person(f, "AIDAROOT")->services[LOGIN].rule,
	    "the IAM name is \"root\"; the tag SSMSessionRunAs can name another account");
	assert_int_equal(
	    people_fixture_person(f, "AIDAEVE")->services[SUDO].reason, REASON_BAD_NAME);
	assert_string_equal(people_fixture_person(f, "AIDAEVE")->services[LOGIN].rule,
	    "the tag SSMSessionRunAs is \"x;touch /tmp/p\"");
	assert_null(idmap_entry_at(f->ids, 0)); /* nobody was given an id */
}

#define WITH_FIXTURE(test)               \
	cmocka_unit_test_setup_teardown( \
	    test, people_fixture_set_up, people_fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_dave_appears_and_nobody_else_changes),
		WITH_FIXTURE(test_a_withdrawn_person_keeps_the_id_and_loses_the_rest),
		WITH_FIXTURE(
		    test_a_recreated_name_gets_a_new_id_and_hides_the_retired_one),
		WITH_FIXTURE(test_the_older_claim_wins_in_whatever_order_iam_lists),
		WITH_FIXTURE(test_a_denied_owner_still_owns_the_name),
		WITH_FIXTURE(test_the_older_of_two_colliding_ids_wins_on_every_host),
		WITH_FIXTURE(test_age_decides_and_not_the_alphabet),
		WITH_FIXTURE(test_shared_names_have_their_ids_before_people_and_by_name),
		WITH_FIXTURE(test_an_id_that_a_local_user_or_group_has_is_refused),
		WITH_FIXTURE(test_a_group_whose_number_is_local_is_left_out),
		WITH_FIXTURE(test_people_out_of_scope_or_without_an_account_are_left_out),
	};

	return cmocka_run_group_tests_name("world_claims", tests, NULL, NULL);
}
