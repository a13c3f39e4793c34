/* SPDX-License-Identifier: Apache-2.0 */
/* test_world_ids.c - uids by tag, and roles: daemon/world_ids.c, daemon/mapping.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/people_fixture.h"

static const char config_tagged[] =
    "[principals]\nusers = path:/people/*\nroles = path:/automation/*\n"
    "[accounts]\nuid_tag = uid\nshared = web ops\n[login]\nallow = tag:login\n";

static struct directory_principal *
add(struct people_fixture *f, const char *name, const char *id, int64_t created_s,
    const char *uid)
{
	struct directory_principal *who = people_fixture_add(f, name, id, created_s);

	assert_int_equal(directory_add_tag(who, "login", ""), 0);
	if (uid != NULL)
		assert_int_equal(directory_add_tag(who, "UID", uid), 0);
	return who;
}

static const struct world_account *
account(const struct people_fixture *f, const char *name)
{
	const struct world_account *found = world_account_by_name(f->world, name);

	if (found == NULL)
		fail_msg("there is no account %s", name);
	return found;
}

static void
check_refused(const struct people_fixture *f, const char *id, enum verdict_reason reason)
{
	const struct world_person *person = people_fixture_person(f, id);

	if (person->claim != WORLD_CLAIM_REFUSED ||
	    person->services[LOGIN].verdict != VERDICT_DENY ||
	    person->services[LOGIN].reason != reason || person->account != SIZE_MAX)
		fail_msg("%s: claim %d, reason %d", id, (int)person->claim,
		    (int)person->services[LOGIN].reason);
}

static void
test_a_tag_gives_the_uid_of_somebody_new(void **state)
{
	struct people_fixture *f = *state;

	people_fixture_config(f, config_tagged);
	add(f, "alice", "AIDA1", 1, "1879100000");
	add(f, "bob", "AIDA2", 2, NULL);
	people_fixture_finish(f);
	assert_int_equal(account(f, "alice")->uid, 1879100000u);
	assert_int_equal(account(f, "alice")->gid, 1879100000u);
	assert_int_equal(account(f, "alice")->uid_from, WORLD_UID_FROM_TAG);
	assert_int_equal(account(f, "bob")->uid_from, WORLD_UID_FROM_HASH);
	/* and keeps it, whatever the tag says later: files do not change hands */
	people_fixture_empty(f);
	add(f, "alice", "AIDA1", 1, "1879100001");
	add(f, "bob", "AIDA2", 2, "1879100002");
	people_fixture_finish(f);
	assert_int_equal(account(f, "alice")->uid, 1879100000u);
	assert_int_equal(account(f, "alice")->uid_from, WORLD_UID_FROM_LEDGER);
	assert_int_equal(account(f, "bob")->uid, idmap_hash("iam-user", "AIDA2"));
	/* gone is gone: nobody gets the number again */
	people_fixture_empty(f);
	add(f, "carol", "AIDA3", 3, "1879100000");
	people_fixture_finish(f);
	check_refused(f, "AIDA3", REASON_ID_COLLISION);
	assert_string_equal(people_fixture_person(f, "AIDA3")->services[SUDO].rule,
	    "the tag uid is \"1879100000\"");
}

static void
test_numbers_that_are_none_or_not_ours_map_to_nobody(void **state)
{
	static const char *const bad[] = { "", " ", "0", "999", "1000", "61184", "65534",
		"65535", "2147483647", "2147483648", "4294967295", "4294967296", "-1",
		"1e9", "0x70010000", " 1879100000", "1879100000 ", "01879100000",
		"+1879100000", "1879100000x", "1879048191", "2147352576", "1879048192",
		"1879113727", "1879052288", "1879052289", "root", "\xd9\xa1" };
	struct people_fixture *f = *state;

	people_fixture_config(f, config_tagged);
	for (size_t i = 0; i < BASE_N(bad); i++) {
		people_fixture_empty(f);
		add(f, "alice", "AIDA1", 1, bad[i]);
		people_fixture_finish(f);
		assert_int_equal(f->world->n_accounts, 0);
		check_refused(f, "AIDA1", REASON_BAD_UID);
	}
	assert_null(idmap_entry_at(f->ids, 0));
	people_fixture_empty(f);
	assert_int_equal(
	    directory_add_tag(add(f, "alice", "AIDA1", 1, "1879100000"), "uid", "1"), 0);
	people_fixture_finish(f);
	check_refused(f, "AIDA1", REASON_DUPLICATE_TAG);
}

static void
test_a_number_is_free_when_nobody_has_or_would_get_it(void **state)
{
	struct people_fixture *f = *state;
	struct directory_principal *who;
	char number[16], text[64];
	uint32_t unused;

	people_fixture_config(f, config_tagged);
	/* somebody who was never here yet, out of scope or not, or a group, or a listed name */
	(void)snprintf(
	    number, sizeof(number), "%u", idmap_hash("iam-user", "AIDAVICTIM"));
	add(f, "alice", "AIDA1", 9, number);
	(void)people_fixture_add(f, "victim", "AIDAVICTIM", 99);
	people_fixture_finish(f);
	check_refused(f, "AIDA1", REASON_ID_COLLISION);
	people_fixture_empty(f);
	add(f, "alice", "AIDA1", 9, number);
	assert_int_equal(directory_add_principal(f->directory, PRINCIPAL_IAM_USER,
			     "AIDAVICTIM", "victim", "/", "arn:v", 1, &who),
	    0);
	people_fixture_finish(f);
	check_refused(f, "AIDA1", REASON_ID_COLLISION);
	people_fixture_empty(f);
	(void)snprintf(number, sizeof(number), "%u", idmap_hash("group", "AGPA1"));
	add(f, "alice", "AIDA1", 9, number);
	assert_int_equal(directory_add_group(f->directory, "Admins", "AGPA1", "/"), 0);
	people_fixture_finish(f);
	check_refused(f, "AIDA1", REASON_ID_COLLISION);
	people_fixture_empty(f);
	(void)snprintf(number, sizeof(number), "%u", idmap_hash("shared", "web"));
	add(f, "alice", "AIDA1", 9, number);
	people_fixture_finish(f);
	check_refused(f, "AIDA1", REASON_ID_COLLISION);
	/* whichever of them it is */
	people_fixture_empty(f);
	(void)snprintf(number, sizeof(number), "%u", idmap_hash("iam-user", "AIDA0"));
	add(f, "alice", "AIDA1", 1, number);
	(void)people_fixture_add(f, "victim", "AIDA0", 99);
	people_fixture_finish(f);
	check_refused(f, "AIDA1", REASON_ID_COLLISION);
	people_fixture_empty(f);
	(void)snprintf(number, sizeof(number), "%u", idmap_hash("group", "AGPA2"));
	add(f, "alice", "AIDA1", 9, number);
	assert_int_equal(directory_add_group(f->directory, "A", "AGPA1", "/"), 0);
	assert_int_equal(directory_add_group(f->directory, "B", "AGPA2", "/"), 0);
	people_fixture_finish(f);
	check_refused(f, "AIDA1", REASON_ID_COLLISION);
	people_fixture_empty(f);
	(void)snprintf(number, sizeof(number), "%u", idmap_hash("shared", "ops"));
	add(f, "alice", "AIDA1", 9, number);
	people_fixture_finish(f);
	check_refused(f, "AIDA1", REASON_ID_COLLISION);
	/* one's own hash is one's own */
	people_fixture_empty(f);
	(void)snprintf(number, sizeof(number), "%u", idmap_hash("iam-user", "AIDA1"));
	add(f, "alice", "AIDA1", 9, number);
	assert_int_equal(directory_add_group(f->directory, "NoId", NULL, NULL), 0);
	people_fixture_finish(f);
	assert_int_equal(account(f, "alice")->uid, idmap_hash("iam-user", "AIDA1"));
	/* local ones */
	people_fixture_empty(f);
	add(f, "bob", "AIDA2", 9, "1879100000");
	people_fixture_local(f, "x:x:1879100000:1::/:/x\n", "");
	people_fixture_finish(f);
	check_refused(f, "AIDA2", REASON_ID_COLLISION);
	assert_false(idmap_find(f->ids, "iam-user", "AIDA2", &unused));
	people_fixture_local(f, "", "x:x:1879100000:\n");
	people_fixture_build(f);
	check_refused(f, "AIDA2", REASON_ID_COLLISION);
	(void)snprintf(text, sizeof(text), "x:x:5:\n");
	people_fixture_local(f, "", text);
	people_fixture_build(f);
	assert_int_equal(account(f, "bob")->uid, 1879100000u);
}

static void
test_of_two_who_claim_a_number_the_older_has_it(void **state)
{
	struct people_fixture *f = *state;
	struct directory_principal *who;

	people_fixture_config(f, config_tagged);
	add(f, "late", "AIDA1", 9, "1879100000");
	add(f, "early", "AIDA2", 1, "1879100000");
	people_fixture_finish(f);
	assert_int_equal(account(f, "early")->uid, 1879100000u);
	check_refused(f, "AIDA1", REASON_ID_COLLISION);
	people_fixture_empty(f);
	add(f, "late", "AIDA9", 9, "1879100009");
	add(f, "early", "AIDA10", 1, "1879100008");
	people_fixture_finish(f);
	assert_int_equal(account(f, "late")->uid, 1879100009u);
	people_fixture_empty(f);
	add(f, "late", "AIDA8", 9, "1879100007");
	add(f, "early", "AIDA7", 1, "1879100007");
	people_fixture_finish(f);
	check_refused(f, "AIDA8", REASON_ID_COLLISION);
	/* also while the older may not log in: a claim is not about access */
	people_fixture_empty(f);
	add(f, "late", "AIDA3", 9, "1879100001");
	who = people_fixture_add(f, "early", "AIDA4", 1);
	assert_int_equal(directory_add_tag(who, "uid", "1879100001"), 0);
	people_fixture_finish(f);
	check_refused(f, "AIDA3", REASON_ID_COLLISION);
	people_fixture_empty(f);
	add(f, "late", "AIDA6", 9, "1879100003");
	who = people_fixture_add(f, "early", "AIDA5", 1);
	assert_int_equal(directory_add_tag(who, "uid", "1879100003"), 0);
	people_fixture_finish(f);
	check_refused(f, "AIDA6", REASON_ID_COLLISION);
	/* a stranger's tag claims nothing, nor does one that is no number, or two */
	people_fixture_empty(f);
	add(f, "late", "AIDA3", 9, "1879100001");
	assert_int_equal(directory_add_principal(f->directory, PRINCIPAL_IAM_USER,
			     "AIDAX", "mallory", "/", "arn:m", 1, &who),
	    0);
	assert_int_equal(directory_add_tag(who, "uid", "1879100001"), 0);
	who = people_fixture_add(f, "e", "AIDA5", 1);
	assert_int_equal(directory_add_tag(who, "uid", "01879100001"), 0);
	who = people_fixture_add(f, "g", "AIDA6", 1);
	assert_int_equal(directory_add_tag(who, "uid", "1879100001"), 0);
	assert_int_equal(directory_add_tag(who, "Uid", "1879100001"), 0);
	people_fixture_finish(f);
	assert_int_equal(account(f, "late")->uid, 1879100001u);
}

static void
test_a_shared_name_has_the_id_of_its_name_whatever_its_people_are_tagged(void **state)
{
	struct people_fixture *f = *state;
	struct directory_principal *who;

	people_fixture_config(f, config_tagged);
	who = add(f, "alice", "AIDA1", 1, "1879100000");
	assert_int_equal(directory_add_tag(who, "SSMSessionRunAs", "web"), 0);
	people_fixture_finish(f);
	assert_int_equal(account(f, "web")->uid, idmap_hash("shared", "web"));
}

static struct directory_principal *
add_role(struct people_fixture *f, const char *name, const char *path, const char *runas)
{
	struct directory_principal *who;
	char arn[100];

	(void)snprintf(
	    arn, sizeof(arn), "arn:aws:iam::111122223333:role%s%s", path, name);
	assert_int_equal(directory_add_principal(f->directory, PRINCIPAL_ROLE, name, name,
			     path, arn, 1, &who),
	    0);
	assert_int_equal(directory_add_tag(who, "login", ""), 0);
	if (runas != NULL)
		assert_int_equal(directory_add_tag(who, "SSMSessionRunAs", runas), 0);
	return who;
}

static void
test_an_account_of_a_role_is_shared_by_nature(void **state)
{
	struct people_fixture *f = *state;
	const struct world_person *role;

	people_fixture_config(f, config_tagged);
	add_role(f, "AROA1", "/automation/ci/", "ci");
	add_role(f, "AROA2", "/automation/", NULL); /* a role's name is no account */
	add_role(f, "AROA3", "/", "ci2");
	add_role(f, "AROA4", "/people/", "ci4"); /* the scope of users is not theirs */
	add_role(f, "AROA5", "/automation/", "cd");
	add(f, "amy", "AIDA1", 5, NULL);
	people_fixture_finish(f);
	assert_int_equal(f->world->n_people, 4);
	assert_int_equal(f->world->n_accounts, 3);
	assert_int_equal(account(f, "ci")->flags, USER_NAME | USER_SHARED | USER_RUNAS);
	assert_int_equal(account(f, "ci")->uid, idmap_hash("role", "AROA1"));
	assert_string_equal(account(f, "ci")->gecos, "AROA1");
	role = world_person_by_id(f->world, PRINCIPAL_ROLE, "AROA1");
	assert_non_null(role);
	assert_int_equal(role->claim, WORLD_CLAIM_OWNER);
	role = world_person_by_id(f->world, PRINCIPAL_ROLE, "AROA2");
	assert_int_equal(role->services[LOGIN].reason, REASON_NO_ACCOUNT);
	assert_null(world_person_by_id(f->world, PRINCIPAL_ROLE, "AROA3"));
	/* gone: the id keeps the name, as everybody's */
	people_fixture_empty(f);
	people_fixture_finish(f);
	assert_int_equal(account(f, "ci")->flags, USER_RETIRED);
}

#define WITH_FIXTURE(test)               \
	cmocka_unit_test_setup_teardown( \
	    test, people_fixture_set_up, people_fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_a_tag_gives_the_uid_of_somebody_new),
		WITH_FIXTURE(test_numbers_that_are_none_or_not_ours_map_to_nobody),
		WITH_FIXTURE(test_a_number_is_free_when_nobody_has_or_would_get_it),
		WITH_FIXTURE(test_of_two_who_claim_a_number_the_older_has_it),
		WITH_FIXTURE(
		    test_a_shared_name_has_the_id_of_its_name_whatever_its_people_are_tagged),
		WITH_FIXTURE(test_an_account_of_a_role_is_shared_by_nature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
