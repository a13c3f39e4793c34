/* SPDX-License-Identifier: Apache-2.0 */
/* test_world_shared.c - accounts of several people, and services: daemon/world_*.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/people_fixture.h"

#define CRON 2

static const char config_shared[] =
    "[principals]\nusers = path:/people/*\n"
    "[accounts]\nshared = web ops\n"
    "[login]\nallow = tag:login\nallow = instance:open\ndeny = tag:suspended\n"
    "[sudo]\nallow = tag:sudo\n"
    "[keys]\ninstance_connect = no\n"
    "[login:cron]\ndeny = tag:no-cron\n"
    "[login:at]\nallow = tag:at\n";

static struct directory_principal *
add(struct people_fixture *f, const char *id, int64_t created_s, const char *tags)
{
	struct directory_principal *who = people_fixture_add(f, id, id, created_s);
	char copy[200];
	char *rest = copy;
	char *tag;

	(void)snprintf(copy, sizeof(copy), "%s", tags);
	while ((tag = strsep(&rest, " ")) != NULL) {
		char *value = strchr(tag, '=');

		if (value != NULL)
			*value++ = '\0';
		assert_int_equal(
		    directory_add_tag(who, tag, value != NULL ? value : ""), 0);
	}
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

static enum verdict
verdict_of(const struct people_fixture *f, const char *name, size_t service)
{
	struct world_verdict verdict;

	world_account_verdict(f->world, account(f, name), service, &verdict);
	return verdict.verdict;
}

static void
test_everybody_with_a_claim_stands_behind_a_listed_name(void **state)
{
	struct people_fixture *f = *state;
	const struct world_account *web;
	uint32_t uid;

	people_fixture_config(f, config_shared);
	add(f, "AIDA3", 3, "SSMSessionRunAs=web login");
	add(f, "AIDA1", 9, "SSMSessionRunAs=web login suspended");
	add(f, "AIDA2", 1, "SSMSessionRunAs=web login");
	add(f, "AIDA4", 4, "SSMSessionRunAs=jo login");
	add(f, "AIDA5", 5, "SSMSessionRunAs=jo login");
	people_fixture_finish(f);
	assert_int_equal(f->world->n_accounts, 2);

	web = account(f, "web");
	assert_int_equal(web->flags, USER_NAME | USER_SHARED | USER_RUNAS);
	assert_int_equal(web->n_people, 3);
	assert_string_equal(f->world->people[web->people[0]].principal->id, "AIDA2");
	assert_string_equal(f->world->people[web->people[1]].principal->id, "AIDA3");
	assert_string_equal(f->world->people[web->people[2]].principal->id, "AIDA1");
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(
		    f->world->people[web->people[i]].claim, WORLD_CLAIM_SHARED);
		assert_ptr_equal(
		    &f->world->accounts[f->world->people[web->people[i]].account], web);
	}
	/* each with an own verdict */
	assert_int_equal(
	    people_fixture_person(f, "AIDA1")->services[LOGIN].verdict, VERDICT_DENY);
	assert_int_equal(
	    people_fixture_person(f, "AIDA3")->services[LOGIN].verdict, VERDICT_ALLOW);
	/* … while a name that is not listed is the older's alone */
	assert_int_equal(account(f, "jo")->n_people, 1);
	assert_int_equal(account(f, "jo")->flags, USER_NAME | USER_RUNAS);
	assert_int_equal(people_fixture_person(f, "AIDA5")->claim, WORLD_CLAIM_REFUSED);

	/* The name is hashed: whoever comes and goes, the files stay whose they are. */
	uid = web->uid;
	assert_int_equal(uid, idmap_hash("shared", "web"));
	assert_string_equal(web->gecos, "shared");
	people_fixture_empty(f);
	add(f, "AIDA9", 9, "SSMSessionRunAs=web login");
	people_fixture_finish(f);
	assert_int_equal(account(f, "web")->uid, uid);
	assert_int_equal(account(f, "web")->n_people, 1);
	assert_int_equal(account(f, "web")->flags, USER_NAME | USER_SHARED | USER_RUNAS);
	/* nobody left: the id keeps its name */
	people_fixture_empty(f);
	people_fixture_finish(f);
	assert_int_equal(account(f, "web")->uid, uid);
	assert_int_equal(account(f, "web")->flags, USER_RETIRED);
	assert_int_equal(account(f, "web")->known_mask, 0xf);
	assert_int_equal(verdict_of(f, "web", LOGIN), VERDICT_DENY);
}

static void
test_one_of_several_by_the_tag_wants_a_home(void **state)
{
	struct people_fixture *f = *state;

	people_fixture_config(f, config_shared);
	(void)add(f, "web", 1, "login");
	(void)add(f, "AIDA2", 2, "SSMSessionRunAs=web login");
	people_fixture_local(f, "root:x:0:0::/:/x\n", "");
	people_fixture_finish(f);
	assert_int_equal(account(f, "web")->n_people, 2);
	assert_int_equal(account(f, "web")->flags, USER_NAME | USER_SHARED | USER_RUNAS);
}

static void
test_login_asks_for_anybody_and_sudo_for_everybody(void **state)
{
	static const struct {
		const char *first, *second;
		enum verdict login, sudo, cron, at;
	} table[] = {
		{ "login sudo", "login sudo", VERDICT_ALLOW, VERDICT_ALLOW, VERDICT_ALLOW,
		    VERDICT_DENY },
		{ "login sudo", "login", VERDICT_ALLOW, VERDICT_DENY, VERDICT_ALLOW,
		    VERDICT_DENY },
		{ "login", "login sudo at", VERDICT_ALLOW, VERDICT_DENY, VERDICT_ALLOW,
		    VERDICT_ALLOW },
		/* who may not log in shares nothing */
		{ "login sudo no-cron", "suspended", VERDICT_ALLOW, VERDICT_ALLOW,
		    VERDICT_DENY, VERDICT_DENY },
		{ "suspended sudo", "login sudo", VERDICT_ALLOW, VERDICT_ALLOW,
		    VERDICT_ALLOW, VERDICT_DENY },
		/* whose login is not knowable may be in from before: sudo is not certain */
		{ "login sudo", "sudo", VERDICT_ALLOW, VERDICT_UNKNOWN, VERDICT_ALLOW,
		    VERDICT_DENY },
		{ "sudo", "login sudo", VERDICT_ALLOW, VERDICT_UNKNOWN, VERDICT_ALLOW,
		    VERDICT_DENY },
		{ "login sudo", "unknown", VERDICT_ALLOW, VERDICT_DENY, VERDICT_ALLOW,
		    VERDICT_DENY },
	};
	struct people_fixture *f = *state;
	char tags[100];

	people_fixture_config(f, config_shared);
	f->instance->tags_state = INSTANCE_TAGS_UNKNOWN;
	for (size_t i = 0; i < BASE_N(table); i++) {
		people_fixture_empty(f);
		(void)snprintf(
		    tags, sizeof(tags), "SSMSessionRunAs=web %s", table[i].first);
		add(f, "AIDA1", 1, tags);
		(void)snprintf(
		    tags, sizeof(tags), "SSMSessionRunAs=web %s", table[i].second);
		add(f, "AIDA2", 2, tags);
		people_fixture_finish(f);
		assert_int_equal(verdict_of(f, "web", LOGIN), table[i].login);
		assert_int_equal(verdict_of(f, "web", SUDO), table[i].sudo);
		assert_int_equal(verdict_of(f, "web", CRON), table[i].cron);
		assert_int_equal(verdict_of(f, "web", CRON + 1), table[i].at);
		assert_int_equal((account(f, "web")->allow_mask >> SUDO) & 1,
		    table[i].sudo == VERDICT_ALLOW);
		assert_int_equal((account(f, "web")->known_mask >> SUDO) & 1,
		    table[i].sudo != VERDICT_UNKNOWN);
		if (table[i].sudo == VERDICT_ALLOW)
			assert_int_equal(
			    people_fixture_group(f, "iamlogin-sudo")->n_members, 1);
	}
}

static void
test_nobody_knowable_behind_a_shared_name_is_not_knowable(void **state)
{
	struct people_fixture *f = *state;
	struct world_verdict verdict;

	people_fixture_config(f, config_shared);
	add(f, "AIDA1", 1, "SSMSessionRunAs=web login");
	people_fixture_finish(f);
	people_fixture_empty(f);
	add(f, "AIDA1", 1, "SSMSessionRunAs=web");
	add(f, "AIDA2", 1, "SSMSessionRunAs=web suspended");
	f->instance->tags_state = INSTANCE_TAGS_UNKNOWN;
	people_fixture_finish(f);
	/* invisible, but what cannot be known is not published as a refusal */
	assert_int_equal(account(f, "web")->flags, USER_RETIRED);
	assert_int_equal(account(f, "web")->allow_mask, 0);
	/* [sudo] and [login:at] are false whatever [login] is */
	assert_int_equal(account(f, "web")->known_mask, 1 << SUDO | 2 << CRON);

	people_fixture_config(f, "[principals]\nusers = path:/people/*\n"
				 "[accounts]\nshared = web\nvisible = all\n"
				 "[login]\nallow = instance:open\n");
	people_fixture_build(f);
	assert_int_equal(account(f, "web")->flags, USER_NAME | USER_SHARED | USER_RUNAS);
	world_account_verdict(f->world, account(f, "web"), LOGIN, &verdict);
	assert_int_equal(verdict.verdict, VERDICT_UNKNOWN);
	assert_int_equal(verdict.reason, REASON_NOT_KNOWABLE);
}

static void
test_a_listed_local_account_is_data_for_pam_alone(void **state)
{
	struct people_fixture *f = *state;
	const struct world_account *ec2;

	people_fixture_local(f,
	    "root:x:0:0::/root:/bin/sh\nec2-user:x:1000:1001:Default:/home/ec2-user:/bin/zsh\n"
	    "other:x:1002:1002::/home/other:/bin/sh\n",
	    "ec2-user:x:1001:\n");
	people_fixture_config(f,
	    "[principals]\nusers = path:/people/*\n"
	    "[accounts]\nshared = ec2-user\n"
	    "[login]\nallow = tag:login\n[sudo]\nallow = tag:login\n");
	people_fixture_finish(f);
	/* PAM has to know it also while nobody may use it */
	assert_int_equal(f->world->n_accounts, 1);
	ec2 = account(f, "ec2-user");
	assert_int_equal(ec2->flags, USER_LOCAL | USER_SHARED);
	assert_int_equal(ec2->n_people, 0);
	assert_int_equal(verdict_of(f, "ec2-user", LOGIN), VERDICT_DENY);
	assert_int_equal(people_fixture_group(f, "iamlogin-users")->n_members, 1);

	people_fixture_empty(f);
	add(f, "AIDA1", 1, "SSMSessionRunAs=ec2-user login");
	add(f, "AIDA2", 2, "SSMSessionRunAs=other login");
	people_fixture_finish(f);
	assert_int_equal(f->world->n_accounts, 1);
	ec2 = account(f, "ec2-user");
	assert_int_equal(ec2->flags, USER_LOCAL | USER_NAME | USER_SHARED | USER_RUNAS);
	assert_int_equal(ec2->uid, 1000);
	assert_int_equal(ec2->gid, 1001);
	assert_string_equal(ec2->home, "/home/ec2-user");
	assert_string_equal(ec2->shell, "/bin/zsh");
	assert_int_equal(ec2->n_people, 1);
	assert_int_equal(ec2->n_gids, 2);
	assert_int_equal(verdict_of(f, "ec2-user", LOGIN), VERDICT_ALLOW);
	/* not listed: local names win, as ever */
	assert_int_equal(
	    people_fixture_person(f, "AIDA2")->services[LOGIN].reason, REASON_LOCAL_NAME);
	/* … with visible = all it has a name here only when somebody may stand behind it */
	people_fixture_config(f,
	    "[principals]\nusers = path:/people/*\n"
	    "[accounts]\nshared = ec2-user\nvisible = all\n[login]\nallow = tag:x\n");
	people_fixture_build(f);
	assert_int_equal(account(f, "ec2-user")->flags,
	    USER_LOCAL | USER_NAME | USER_SHARED | USER_RUNAS);
	people_fixture_empty(f);
	people_fixture_finish(f);
	assert_int_equal(account(f, "ec2-user")->flags, USER_LOCAL | USER_SHARED);
	/* it has its id from /etc/passwd, and leaves nothing behind in the ledger */
	assert_null(idmap_entry_at(f->ids, 0));
}

/* Guests as well: sudo for everybody who may come, or for nobody. */
static void
test_guests_share_sudo_as_its_people_do(void **state)
{
	static const struct {
		const char *tags[3];
		enum verdict login, sudo;
	} table[] = {
		{ { "suspended", "suspended", "suspended" }, VERDICT_DENY, VERDICT_DENY },
		{ { "login sudo", "suspended", "login sudo" }, VERDICT_ALLOW,
		    VERDICT_ALLOW },
		{ { "login sudo", "login sudo", "login" }, VERDICT_ALLOW, VERDICT_DENY },
		{ { "login", "login sudo", "login sudo" }, VERDICT_ALLOW, VERDICT_DENY },
		{ { "login sudo", "sudo", "login sudo" }, VERDICT_ALLOW,
		    VERDICT_UNKNOWN },
		{ { "sudo", "login sudo", "login" }, VERDICT_ALLOW, VERDICT_DENY },
		{ { "sudo", "login", "login sudo" }, VERDICT_ALLOW, VERDICT_DENY },
		{ { "sudo", "suspended", "sudo" }, VERDICT_UNKNOWN, VERDICT_UNKNOWN },
		{ { "suspended sudo", "login", "suspended" }, VERDICT_ALLOW,
		    VERDICT_DENY },
		{ { "suspended sudo", "login sudo", "x" }, VERDICT_ALLOW, VERDICT_DENY },
	};
	struct people_fixture *f = *state;

	people_fixture_config(f,
	    "[principals]\nusers = path:/people/*\n[accounts]\nshared = web\n"
	    "[login]\nallow = tag:login\nallow = instance:open\ndeny = tag:suspended\n"
	    "[sudo]\nallow = tag:sudo\n[keys]\ninstance_connect = yes\n");
	people_fixture_local(f, "web:x:1000:1000::/:/bin/sh\n", "");
	f->instance->tags_state = INSTANCE_TAGS_UNKNOWN;
	for (size_t i = 0; i < BASE_N(table); i++) {
		people_fixture_empty(f);
		for (size_t p = 0; p < 3; p++) {
			char id[8];

			(void)snprintf(id, sizeof(id), "aida%zu", p);
			add(f, id, 1, table[i].tags[p]);
		}
		people_fixture_finish(f);
		if (verdict_of(f, "web", LOGIN) != table[i].login ||
		    verdict_of(f, "web", SUDO) != table[i].sudo)
			fail_msg("%zu: login %d, sudo %d", i,
			    (int)verdict_of(f, "web", LOGIN),
			    (int)verdict_of(f, "web", SUDO));
	}
}

static void
test_every_listed_local_account_is_there_once_in_order(void **state)
{
	static const char *const names[] = { "amy", "ec2-user", "mid", "ubuntu", "zed" };
	static const size_t people[] = { 1, 0, 1, 1, 1 };
	static const uint32_t uids[] = { 0, 1000, 0, 1001, 1002 };
	struct people_fixture *f = *state;

	people_fixture_local(f,
	    "zed:x:1002:1002::/:/bin/sh\nec2-user:x:1000:1000::/:/bin/sh\n"
	    "ubuntu:x:1001:1001::/:/bin/sh\n",
	    "");
	people_fixture_config(f, "[principals]\nusers = path:/people/*\n"
				 "[accounts]\nshared = zed none ubuntu ec2-user zed\n"
				 "[login]\nallow = tag:login\n");
	add(f, "AIDA1", 1, "SSMSessionRunAs=zed login");
	add(f, "AIDA2", 2, "SSMSessionRunAs=mid login");
	add(f, "AIDA3", 3, "SSMSessionRunAs=ubuntu login");
	add(f, "AIDA4", 4, "SSMSessionRunAs=amy login");
	people_fixture_finish(f);
	assert_int_equal(f->world->n_accounts, BASE_N(names));
	for (size_t i = 0; i < BASE_N(names); i++) {
		assert_string_equal(f->world->accounts[i].name, names[i]);
		assert_int_equal(f->world->accounts[i].n_people, people[i]);
		if (uids[i] != 0)
			assert_int_equal(f->world->accounts[i].uid, uids[i]);
		assert_int_equal(
		    (f->world->accounts[i].flags & USER_LOCAL) != 0, uids[i] != 0);
	}
}

/* Listing a name opens it, but never root's number, nor one that would pass for ours. */
static void
test_local_accounts_that_are_never_a_target(void **state)
{
	static const struct {
		const char *name;
		uint32_t uid;
		bool is_target;
	} table[] = {
		{ "toor", 0, false },
		{ "low", 1, true },
		{ "below", IDS_FIRST - 1, true },
		{ "first", IDS_FIRST, false },
		{ "last", IDS_LAST, false },
		{ "above", IDS_LAST + 1, true },
	};
	struct people_fixture *f = *state;
	char text[200];

	for (size_t i = 0; i < BASE_N(table); i++) {
		(void)snprintf(text, sizeof(text),
		    "[principals]\nusers = path:/people/*\n[accounts]\nshared = %s\n"
		    "[login]\nallow = tag:login\n",
		    table[i].name);
		people_fixture_config(f, text);
		(void)snprintf(text, sizeof(text), "%s:x:%u:9::/:/bin/sh\n",
		    table[i].name, table[i].uid);
		people_fixture_local(f, text, "");
		people_fixture_empty(f);
		(void)snprintf(
		    text, sizeof(text), "SSMSessionRunAs=%s login", table[i].name);
		add(f, "AIDA1", 1, text);
		people_fixture_finish(f);
		if ((f->world->n_accounts == 1) != table[i].is_target)
			fail_msg("%s: %zu accounts", table[i].name, f->world->n_accounts);
		if (!table[i].is_target)
			assert_int_not_equal(
			    people_fixture_person(f, "AIDA1")->mapping.reason,
			    REASON_NONE);
	}
}

static void
test_who_shares_an_account_shares_the_groups_that_all_have(void **state)
{
	struct people_fixture *f = *state;
	struct directory_principal *who;

	people_fixture_config(f, config_shared);
	who = add(f, "AIDA1", 1, "SSMSessionRunAs=web login");
	assert_int_equal(directory_add_membership(who, "Both"), 0);
	assert_int_equal(directory_add_membership(who, "First"), 0);
	who = add(f, "AIDA2", 2, "SSMSessionRunAs=web login");
	assert_int_equal(directory_add_membership(who, "Both"), 0);
	assert_int_equal(directory_add_membership(who, "Second"), 0);
	people_fixture_finish(f);
	assert_non_null(people_fixture_group(f, "Both"));
	assert_null(people_fixture_group(f, "First"));
	assert_null(people_fixture_group(f, "Second"));
	assert_int_equal(account(f, "web")->n_gids, 2);
}

/* A key of Instance Connect opens it for all of them, whatever account is their own. */
static void
test_with_instance_connect_whoever_may_log_in_may_be_a_guest(void **state)
{
	struct people_fixture *f = *state;
	struct directory_principal *who;

	people_fixture_config(f,
	    "[principals]\nusers = path:/people/*\n"
	    "[accounts]\nshared = web ops\n"
	    "[login]\nallow = tag:login\n[sudo]\nallow = tag:sudo\n");
	who = add(f, "AIDA1", 1, "SSMSessionRunAs=web login sudo");
	assert_int_equal(directory_add_membership(who, "Both"), 0);
	who = add(f, "AIDA2", 2, "SSMSessionRunAs=jo sudo");
	people_fixture_finish(f);
	assert_int_equal(verdict_of(f, "web", SUDO), VERDICT_ALLOW);
	assert_non_null(people_fixture_group(f, "Both"));

	people_fixture_empty(f);
	who = add(f, "AIDA1", 1, "SSMSessionRunAs=web login sudo");
	assert_int_equal(directory_add_membership(who, "Both"), 0);
	(void)add(f, "AIDA2", 2, "SSMSessionRunAs=jo login");
	people_fixture_finish(f);
	/* the guest may not use sudo, and is not in the group: then nobody on it is */
	assert_int_equal(verdict_of(f, "web", SUDO), VERDICT_DENY);
	assert_int_equal(verdict_of(f, "web", LOGIN), VERDICT_ALLOW);
	assert_int_equal(account(f, "web")->n_people, 1);
	assert_null(people_fixture_group(f, "Both"));

	people_fixture_empty(f);
	(void)add(f, "AIDA1", 1, "SSMSessionRunAs=web sudo");
	(void)add(f, "AIDA2", 2, "SSMSessionRunAs=jo login");
	people_fixture_finish(f);
	/* whose own it is may not log in; a guest may */
	assert_int_equal(verdict_of(f, "web", LOGIN), VERDICT_ALLOW);
	assert_int_equal(
	    people_fixture_person(f, "AIDA1")->services[LOGIN].verdict, VERDICT_DENY);
}

/* The ids of colliding unique ids are computed with Python: see test_world_claims.c. */
static void
test_an_id_that_is_taken_refuses_all_who_share_the_name(void **state)
{
	struct people_fixture *f = *state;
	char text[100];

	people_fixture_config(f, config_shared);
	(void)snprintf(
	    text, sizeof(text), "u:x:%u:1::/:/x\n", idmap_hash("shared", "web"));
	people_fixture_local(f, text, "");
	add(f, "AIDA1", 1, "SSMSessionRunAs=web login");
	add(f, "AIDA2", 2, "SSMSessionRunAs=web login");
	people_fixture_finish(f);
	assert_int_equal(f->world->n_accounts, 0);
	for (int i = 1; i <= 2; i++) {
		char id[8];
		const struct world_person *person;

		(void)snprintf(id, sizeof(id), "AIDA%d", i);
		person = people_fixture_person(f, id);
		assert_int_equal(person->claim, WORLD_CLAIM_REFUSED);
		assert_true(person->account == SIZE_MAX);
		for (size_t s = 0; s < f->world->n_services; s++) {
			assert_int_equal(person->services[s].verdict, VERDICT_DENY);
			assert_int_equal(person->services[s].reason, REASON_ID_COLLISION);
		}
	}
}

static void
test_a_section_of_a_service_refines_login(void **state)
{
	struct people_fixture *f = *state;
	const struct world_person *who;

	people_fixture_config(f, config_shared);
	add(f, "AIDA1", 1, "SSMSessionRunAs=jo login no-cron");
	add(f, "AIDA2", 1, "SSMSessionRunAs=amy login at");
	add(f, "AIDA3", 1, "SSMSessionRunAs=bob at");
	people_fixture_finish(f);
	assert_int_equal(f->world->n_services, 4);
	assert_string_equal(f->world->services[CRON], "cron");
	assert_string_equal(f->world->services[CRON + 1], "at");

	who = people_fixture_person(f, "AIDA1");
	assert_int_equal(who->services[LOGIN].verdict, VERDICT_ALLOW);
	assert_int_equal(who->services[CRON].verdict, VERDICT_DENY);
	assert_int_equal(who->services[CRON].reason, REASON_RULE_DENIES);
	assert_string_equal(
	    who->services[CRON].rule, "[login:cron] deny #1: tag:no-cron");
	assert_int_equal(who->services[CRON + 1].verdict, VERDICT_DENY);
	assert_int_equal(who->services[CRON + 1].reason, REASON_NO_RULE);
	assert_int_equal(account(f, "jo")->allow_mask, 1);

	/* a section that only denies leaves the rest to [login] */
	who = people_fixture_person(f, "AIDA2");
	assert_int_equal(who->services[CRON].verdict, VERDICT_ALLOW);
	assert_string_equal(who->services[CRON].rule, "[login] allow #1: tag:login");
	assert_int_equal(who->services[CRON + 1].verdict, VERDICT_ALLOW);
	assert_string_equal(who->services[CRON + 1].rule, "[login:at] allow #1: tag:at");
	assert_int_equal(account(f, "amy")->allow_mask, 1 | 1 << CRON | 2 << CRON);

	/* and no section lets in whom [login] does not */
	who = people_fixture_person(f, "AIDA3");
	assert_int_equal(who->services[CRON + 1].verdict, VERDICT_DENY);
	assert_int_equal(who->services[CRON + 1].reason, REASON_NO_RULE);
	assert_null(world_account_by_name(f->world, "bob"));
}

#define WITH_FIXTURE(test)               \
	cmocka_unit_test_setup_teardown( \
	    test, people_fixture_set_up, people_fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_everybody_with_a_claim_stands_behind_a_listed_name),
		WITH_FIXTURE(test_one_of_several_by_the_tag_wants_a_home),
		WITH_FIXTURE(test_login_asks_for_anybody_and_sudo_for_everybody),
		WITH_FIXTURE(test_nobody_knowable_behind_a_shared_name_is_not_knowable),
		WITH_FIXTURE(test_a_listed_local_account_is_data_for_pam_alone),
		WITH_FIXTURE(test_guests_share_sudo_as_its_people_do),
		WITH_FIXTURE(test_every_listed_local_account_is_there_once_in_order),
		WITH_FIXTURE(test_local_accounts_that_are_never_a_target),
		WITH_FIXTURE(test_who_shares_an_account_shares_the_groups_that_all_have),
		WITH_FIXTURE(
		    test_with_instance_connect_whoever_may_log_in_may_be_a_guest),
		WITH_FIXTURE(test_an_id_that_is_taken_refuses_all_who_share_the_name),
		WITH_FIXTURE(test_a_section_of_a_service_refines_login),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
