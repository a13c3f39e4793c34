/* SPDX-License-Identifier: Apache-2.0 */
/* test_world_former.c - whose id keeps its name, and which name: daemon/world_accounts.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/people_fixture.h"

/* Somebody who was here once, under this name. */
static uint32_t
former(struct people_fixture *f, const char *kind, const char *id, const char *name,
    int64_t since_ms)
{
	uint32_t uid;

	assert_int_equal(idmap_assign(f->ids, kind, id, since_ms, &uid), 0);
	assert_int_equal(
	    idmap_authorized(f->ids, kind, id, name, "/home/former", "/bin/sh"), 0);
	return uid;
}

static void
start_over(struct people_fixture *f)
{
	idmap_free(f->ids);
	f->ids = NULL;
	assert_int_equal(idmap_new(&f->ids), 0);
}

static const struct world_account *
account(const struct people_fixture *f, const char *name)
{
	const struct world_account *found = world_account_by_name(f->world, name);

	if (found == NULL)
		fail_msg("there is no account %s", name);
	return found;
}

/* In every order of their ids: the ledger lists by id, and not by time. */
static void
test_of_several_former_owners_the_last_keeps_the_name(void **state)
{
	static const int64_t since[][3] = { { 5, 7, 9 }, { 5, 9, 7 }, { 7, 5, 9 },
		{ 7, 9, 5 }, { 9, 5, 7 }, { 9, 7, 5 } };
	static const char *const ids[] = { "AIDA1", "AIDA2", "AIDA3" };
	struct people_fixture *f = *state;

	for (size_t i = 0; i < BASE_N(since); i++) {
		uint32_t newest = 0;

		start_over(f);
		people_fixture_empty(f);
		(void)former(f, "iam-user", "AIDAZ", "zed", 1);
		for (size_t p = 0; p < 3; p++) {
			uint32_t uid = former(f, "iam-user", ids[p], "jo", since[i][p]);

			if (since[i][p] == 9)
				newest = uid;
		}
		(void)former(f, "iam-user", "AIDAA", "ann", 20);
		(void)former(f, "iam-user", "AIDAK", "kim", 0);
		people_fixture_finish(f);
		assert_int_equal(f->world->n_accounts, 4);
		assert_int_equal(account(f, "jo")->uid, newest);
		assert_int_equal(account(f, "jo")->flags, USER_RETIRED);
		assert_string_equal(account(f, "jo")->home, "/home/former");
		(void)account(f, "ann");
		(void)account(f, "kim");
		(void)account(f, "zed");
	}
}

/* Two hosts agree. */
static void
test_of_former_owners_of_one_moment_the_smallest_id_keeps_the_name(void **state)
{
	static const char *const ids[] = { "AIDA1", "AIDA2", "AIDA3", "AIDA4", "AIDA5" };
	struct people_fixture *f = *state;
	uint32_t least = UINT32_MAX;

	for (size_t i = 0; i < BASE_N(ids); i++) {
		uint32_t uid = former(f, "iam-user", ids[i], "jo", 5);

		least = uid < least ? uid : least;
	}
	people_fixture_finish(f);
	assert_int_equal(f->world->n_accounts, 1);
	assert_int_equal(account(f, "jo")->uid, least);
}

static void
test_a_local_user_group_or_number_beats_a_former_owner(void **state)
{
	struct people_fixture *f = *state;
	char text[100];
	uint32_t uid = former(f, "iam-user", "AIDA1", "jo", 5);

	people_fixture_local(f, "jo:x:1000:1000::/:/bin/sh\n", "");
	people_fixture_finish(f);
	assert_int_equal(f->world->n_accounts, 0);
	people_fixture_local(f, "", "jo:x:1000:\n");
	people_fixture_build(f);
	assert_int_equal(f->world->n_accounts, 0);
	(void)snprintf(text, sizeof(text), "other:x:%u:1::/:/bin/sh\n", uid);
	people_fixture_local(f, text, "");
	people_fixture_build(f);
	assert_int_equal(f->world->n_accounts, 0);
	people_fixture_local(f, "", "");
	people_fixture_build(f);
	assert_int_equal(f->world->n_accounts, 1);
}

/* A ledger of a later version may have kinds that this one does not. */
static void
test_a_former_owner_of_a_kind_that_nobody_here_has(void **state)
{
	struct people_fixture *f = *state;

	(void)former(f, "person", "AIDA1", "jo", 5);
	(void)people_fixture_add(f, "kim", "AIDA2", 5);
	people_fixture_finish(f);
	assert_int_equal(account(f, "jo")->flags, USER_RETIRED);
	assert_int_equal(account(f, "jo")->known_mask, 3);
}

static const char config_roles[] =
    "[principals]\nroles = path:/bots/*\nusers = path:/people/*\n"
    "[login]\nallow = instance:open\n[login:cron]\ndeny = instance:closed\n";

static void
test_what_is_not_knowable_of_a_former_owner_is_no_refusal(void **state)
{
	struct people_fixture *f = *state;
	struct directory_principal *who;
	uint32_t uid;

	people_fixture_config(f, config_roles);
	assert_int_equal(
	    directory_add_principal(f->directory, PRINCIPAL_ROLE, "AROA1", "bot",
		"/bots/", "arn:aws:iam::111122223333:role/bots/bot", 1, &who),
	    0);
	assert_int_equal(directory_add_tag(who, "SSMSessionRunAs", "bot"), 0);
	(void)people_fixture_add(f, "jo", "AIDA1", 2);
	assert_int_equal(instance_add_tag(f->instance, "open", ""), 0);
	people_fixture_finish(f);
	uid = account(f, "bot")->uid;
	assert_int_equal(account(f, "bot")->allow_mask, 1 | 4);
	f->instance->tags_state = INSTANCE_TAGS_UNKNOWN;
	people_fixture_build(f);
	for (int i = 0; i < 2; i++) {
		const struct world_account *it = account(f, i == 0 ? "bot" : "jo");

		assert_int_equal(it->flags, USER_RETIRED);
		assert_int_equal(it->allow_mask, 0);
		/* [sudo] has no rule: that is known; [login] and cron are not */
		assert_int_equal(it->known_mask, 2);
	}
	assert_int_equal(account(f, "bot")->uid, uid);
}

static void
test_a_home_is_as_the_template_says(void **state)
{
	static const struct {
		const char *template, *home;
	} table[] = {
		{ "/home/%u", "/home/jo" },
		{ "/home/%u/x", "/home/jo/x" },
		{ "/shared", "/shared" },
	};
	struct people_fixture *f = *state;
	char text[300];

	(void)people_fixture_add(f, "jo", "AIDA1", 2);
	assert_int_equal(directory_finish(f->directory), 0);
	for (size_t i = 0; i < BASE_N(table); i++) {
		(void)snprintf(text, sizeof(text),
		    "[principals]\nusers = path:/people/*\n[accounts]\nhome = %s\n"
		    "[login]\nallow = path:/people/*\n",
		    table[i].template);
		people_fixture_config(f, text);
		people_fixture_build(f);
		assert_string_equal(account(f, "jo")->home, table[i].home);
	}
}

#define WITH_FIXTURE(test)               \
	cmocka_unit_test_setup_teardown( \
	    test, people_fixture_set_up, people_fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_of_several_former_owners_the_last_keeps_the_name),
		WITH_FIXTURE(
		    test_of_former_owners_of_one_moment_the_smallest_id_keeps_the_name),
		WITH_FIXTURE(test_a_local_user_group_or_number_beats_a_former_owner),
		WITH_FIXTURE(test_a_former_owner_of_a_kind_that_nobody_here_has),
		WITH_FIXTURE(test_what_is_not_knowable_of_a_former_owner_is_no_refusal),
		WITH_FIXTURE(test_a_home_is_as_the_template_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
