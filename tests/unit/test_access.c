/* SPDX-License-Identifier: Apache-2.0 */
/* test_access.c - sections held together, and ways in: daemon/access.c and what uses it */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/keysfile.h"
#include "daemon/access.h"
#include "daemon/publish.h"
#include "tests/support/example_keys.h"
#include "tests/support/people_fixture.h"

#define OWN CONFIG_SERVICE_FIRST

static const char scope[] = "[principals]\nusers = path:/people/*\n";

static const struct directory_principal *
jo(struct people_fixture *f, const char *tag)
{
	struct directory_principal *who;

	people_fixture_empty(f);
	who = people_fixture_add(f, "jo", "AIDAJO", 1);
	assert_int_equal(directory_add_tag(who, tag, ""), 0);
	return who;
}

static void
configure(struct people_fixture *f, const char *rules)
{
	char text[900];

	(void)snprintf(text, sizeof(text), "%s%s", scope, rules);
	people_fixture_config(f, text);
}

/* fifteen terms more, the most that a line takes */
#define AND " & tag:cert"
#define SIXTEEN AND AND AND AND AND AND AND AND AND AND AND AND AND AND AND

static void
test_a_way_is_named_only_by_an_allow_that_is_true(void **state)
{
	static const struct {
		const char *login, *own;
		bool by_login, by_own;
	} table[] = {
		{ "allow = path:/people/*\n", "deny = tag:absent\n", false, false },
		{ "allow = path:/people/* & via:cert\n", "deny = tag:absent\n", true,
		    true },
		{ "allow = via:cert & path:/people/*\n", "allow = via:eic\n", true,
		    true },
		{ "allow = path:/people/*\nallow = via:cert\n", "allow = via:eic\n", true,
		    true },
		{ "allow = via:eic\n", "allow = path:/people/*\n", false, false },
		{ "allow = tag:cert\n", "allow = path:/people/*\n", false, false },
		{ "allow = user:eve & via:cert\n", "allow = via:eic\n", false, false },
		{ "allow = instance:x & via:cert\n", "allow = via:eic\n", false, false },
		{ "deny = via:cert\nallow = path:/people/*\n", "deny = via:cert\n", false,
		    false },
		{ "allow = tag:cert" SIXTEEN "\n", "allow = via:eic\n", false, false },
		{ "allow = path:/people/*\n", "allow = via:cert\n", false, true },
	};
	const struct rules_access by_cert = { .via = "cert", .caller = "arn:x" };
	struct people_fixture *f = *state;
	const struct directory_principal *who = jo(f, "cert");
	char text[400];

	f->instance->tags_state = INSTANCE_TAGS_UNKNOWN;
	for (size_t i = 0; i < BASE_N(table); i++) {
		(void)snprintf(text, sizeof(text), "[login]\n%s[login:own]\n%s",
		    table[i].login, table[i].own);
		configure(f, text);
		if (access_names_way(f->config, LOGIN, who, f->instance, &by_cert) !=
		    table[i].by_login)
			fail_msg("[login] of %zu", i);
		if (access_names_way(f->config, OWN, who, f->instance, &by_cert) !=
		    table[i].by_own)
			fail_msg("[login:own] of %zu", i);
	}
}

static void
test_no_section_is_better_than_login(void **state)
{
	/* [login], the section beside it, and what both make; T, U, F as in "U F" */
	static const char login[][40] = { "deny = path:/people/*\n",
		"allow = instance:x\n", "allow = path:/people/*\n" };
	static const struct {
		const char *own;
		const char *sudo, *service; /* for [login] false, unknown, true */
	} table[] = {
		{ "allow = path:/people/*\n", "FUT", "FUT" },
		{ "allow = instance:x\n", "FUU", "FUU" },
		{ "allow = tag:absent\n", "FFF", "FFF" },
		{ "deny = tag:absent\n", "FFF", "FUT" },
		{ "deny = instance:x\n", "FUU", "FUU" },
		{ "deny = path:/people/*\n", "FFF", "FFF" },
		{ "deny = tag:absent\nallow = path:/people/*\n", "FUT", "FUT" },
		{ "deny = tag:absent\nallow = tag:absent\n", "FFF", "FFF" },
	};
	static const char names[] = {
		[RULES_FALSE] = 'F', [RULES_UNKNOWN] = 'U', [RULES_TRUE] = 'T'
	};
	struct people_fixture *f = *state;
	const struct directory_principal *who = jo(f, "x");
	struct access_outcome got;
	char text[300];

	f->instance->tags_state = INSTANCE_TAGS_UNKNOWN;
	for (size_t i = 0; i < BASE_N(table); i++) {
		for (size_t l = 0; l < 3; l++) {
			(void)snprintf(text, sizeof(text),
			    "[login]\n%s[sudo]\n%s[login:own]\n%s", login[l],
			    table[i].own, table[i].own);
			configure(f, text);
			access_decide(f->config, SUDO, who, f->instance, NULL, &got);
			if (names[got.rules.value] != table[i].sudo[l])
				fail_msg("[sudo] %zu of login %zu", i, l);
			access_decide(f->config, OWN, who, f->instance, NULL, &got);
			if (names[got.rules.value] != table[i].service[l])
				fail_msg("[login:own] %zu of login %zu", i, l);
			if (l == 0)
				assert_ptr_equal(got.set, &f->config->login);
			access_decide(f->config, LOGIN, who, f->instance, NULL, &got);
			assert_int_equal(names[got.rules.value], "FUT"[l]);
			access_decide_any(f->config, OWN, who, f->instance, &got, NULL);
			assert_int_equal(names[got.rules.value], table[i].service[l]);
		}
	}
}

static void
test_a_way_in_is_enough_for_now_and_the_taken_one_decides(void **state)
{
	static const struct {
		const char *rules;
		const char
		    *any; /* login and [login:own]; lower case: another way differs */
		const char *via, *caller;
		const char *taken;
	} table[] = {
		{ "[login]\nallow = tag:x\n", "TT", "eic", "arn:a", "TT" },
		{ "[login]\nallow = via:eic\n", "tt", "eic", "arn:a", "TT" },
		{ "[login]\nallow = via:eic\n", "tt", "iam-key", NULL, "FF" },
		{ "[login]\nallow = via:eic\n", "tt", "", NULL, "FF" },
		{ "[login]\nallow = via:hostbased & tag:x\n", "tt", "hostbased", NULL,
		    "TT" },
		{ "[login]\nallow = via:eic & tag:absent\n", "FF", "eic", "arn:a", "FF" },
		{ "[login]\nallow = via:eic & instance:x\n", "uu", "eic", "arn:a", "UU" },
		{ "[login]\nallow = via:eic & instance:x\n", "uu", "tag-key", NULL,
		    "FF" },
		/* what is surely denied is denied by every way, what by one only by that one */
		{ "[login]\nallow = tag:x\ndeny = via:eic\n", "tt", "eic", "arn:a",
		    "FF" },
		{ "[login]\nallow = tag:x\ndeny = via:eic\n", "tt", "tag-key", NULL,
		    "TT" },
		{ "[login]\nallow = via:eic\ndeny = via:eic\n", "FF", "eic", "arn:a",
		    "FF" },
		/* the same way has to pass both sections */
		{ "[login]\nallow = via:eic\n[login:own]\nallow = via:iam-key\n", "tF",
		    "eic", "arn:a", "TF" },
		{ "[login]\nallow = tag:x\n[login:own]\ndeny = via:iam-key\n", "Tt",
		    "iam-key", NULL, "TF" },
		{ "[login]\nallow = via:iam-key\n[login:own]\ndeny = via:eic\n", "tt",
		    "iam-key", NULL, "TT" },
		/* the first rule and the first term are not all there is */
		{ "[login]\nallow = tag:absent\nallow = tag:x & via:eic\n", "tt", "eic",
		    "arn:a", "TT" },
		{ "[login]\nallow = tag:absent\nallow = tag:x & caller:arn:a\n", "tt",
		    "eic", "arn:a", "TT" },
		{ "[login]\nallow = tag:absent\nallow = tag:x & caller:arn:a\n", "tt",
		    "eic", "arn:b", "FF" },
		{ "[login]\nallow = tag:x\n[login:own]\nallow = caller:arn:a\n", "Tt",
		    "eic", "arn:a", "TT" },
		{ "[login]\nallow = tag:x\ndeny = caller:arn:a*\n", "tt", "eic", "arn:b",
		    "TT" },
		/* callers */
		{ "[login]\nallow = caller:arn:a\n", "tt", "eic", "arn:a", "TT" },
		{ "[login]\nallow = caller:arn:a\n", "tt", "eic", "arn:b", "FF" },
		{ "[login]\nallow = caller:arn:a\n", "tt", "iam-key", NULL, "FF" },
		{ "[login]\nallow = caller:arn:a*\ndeny = caller:arn:a\n", "tt", "eic",
		    "arn:ab", "TT" },
		{ "[login]\nallow = caller:arn:a*\ndeny = caller:arn:a\n", "tt", "eic",
		    "arn:a", "FF" },
		{ "[login]\nallow = caller:arn:a\ndeny = caller:arn:a*\n", "FF", "eic",
		    "arn:a", "FF" },
		{ "[login]\nallow = via:eic\ndeny = caller:arn:*\n", "FF", "eic", "arn:a",
		    "FF" },
		{ "[login]\nallow = tag:x\ndeny = caller:arn:*\n", "tt", "eic", "arn:a",
		    "FF" },
		{ "[login]\nallow = via:eic\ndeny = caller:arn:a*\n", "tt", "eic",
		    "arn:b", "TT" },
	};
	static const char names[2][3] = {
		{ [RULES_FALSE] = 'F', [RULES_UNKNOWN] = 'U', [RULES_TRUE] = 'T' },
		{ [RULES_FALSE] = 'f', [RULES_UNKNOWN] = 'u', [RULES_TRUE] = 't' }
	};
	static const char own[] = "[login:own]\ndeny = tag:absent\n";
	struct people_fixture *f = *state;
	const struct directory_principal *who = jo(f, "x");
	char text[300];

	f->instance->tags_state = INSTANCE_TAGS_UNKNOWN;
	for (size_t i = 0; i < BASE_N(table); i++) {
		const struct rules_access access = { table[i].via, table[i].caller };

		(void)snprintf(text, sizeof(text), "%s%s", table[i].rules,
		    strstr(table[i].rules, "login:own") != NULL ? "" : own);
		configure(f, text);
		for (size_t s = 0; s < 2; s++) {
			struct access_outcome got;
			bool varies;

			access_decide_any(f->config, s == 0 ? LOGIN : OWN, who,
			    f->instance, &got, &varies);
			if (names[varies][got.rules.value] != table[i].any[s])
				fail_msg("%zu, service %zu: any is %c", i, s,
				    names[varies][got.rules.value]);
			access_decide(f->config, s == 0 ? LOGIN : OWN, who, f->instance,
			    &access, &got);
			if (names[0][got.rules.value] != table[i].taken[s])
				fail_msg("%zu, service %zu: %s is %c", i, s, table[i].via,
				    names[0][got.rules.value]);
		}
	}
}

static enum verdict
by(const struct people_fixture *f, const char *via, enum verdict_reason *ret_reason,
    char **ret_rule)
{
	const struct rules_access access = { .via = via };

	return world_access(f->world, people_fixture_person(f, "AIDAJO"), LOGIN, &access,
	    ret_reason, ret_rule);
}

static void
test_the_world_knows_who_depends_on_the_way(void **state)
{
	struct people_fixture *f = *state;
	enum verdict_reason reason;
	char *rule;

	configure(f, "[login]\nallow = via:eic & tag:x\nallow = tag:y\n");
	(void)jo(f, "x");
	people_fixture_finish(f);
	assert_true(people_fixture_person(f, "AIDAJO")->by_way);
	assert_int_equal(f->world->accounts[0].flags, USER_NAME | USER_BY_WAY);
	assert_int_equal(f->world->accounts[0].allow_mask, 1);
	assert_int_equal(by(f, "eic", &reason, &rule), VERDICT_ALLOW);
	assert_int_equal(reason, REASON_RULE_ALLOWS);
	assert_string_equal(rule, "[login] allow #1: via:eic & tag:x");
	free(rule);
	assert_int_equal(by(f, "password", &reason, &rule), VERDICT_DENY);
	assert_int_equal(reason, REASON_NO_RULE);
	assert_string_equal(rule,
	    "[login] allow #1: via:eic & tag:x: via:eic (the person came in by password); "
	    "allow #2: tag:y (the person has no tag y)");
	free(rule);
	assert_int_equal(by(f, "iam-key", NULL, NULL), VERDICT_DENY);

	/* whom the rules of ways do not touch is as before */
	(void)jo(f, "y");
	people_fixture_finish(f);
	assert_false(people_fixture_person(f, "AIDAJO")->by_way);
	assert_int_equal(f->world->accounts[0].flags, USER_NAME);
	assert_int_equal(by(f, "password", &reason, &rule), VERDICT_ALLOW);
	assert_string_equal(rule, "[login] allow #2: tag:y");
	free(rule);
}

static void
test_a_caller_that_is_another_is_named(void **state)
{
	struct people_fixture *f = *state;
	struct rules_access access = { "eic", "arn:aws:sts::1:assumed-role/B/x" };
	const struct world_person *person;
	enum verdict_reason reason;
	char *rule;

	configure(f, "[login]\nallow = caller:arn:aws:sts::1:assumed-role/A/*\n");
	(void)jo(f, "x");
	people_fixture_finish(f);
	person = people_fixture_person(f, "AIDAJO");
	assert_int_equal(
	    world_access(f->world, person, LOGIN, &access, &reason, &rule), VERDICT_DENY);
	assert_string_equal(rule,
	    "[login] allow #1: caller:arn:aws:sts::1:assumed-role/A/* (the caller is "
	    "\"arn:aws:sts::1:assumed-role/B/x\")");
	free(rule);
	access.caller = NULL;
	assert_int_equal(
	    world_access(f->world, person, LOGIN, &access, &reason, &rule), VERDICT_DENY);
	assert_non_null(strstr(rule, "(the caller is \"\")"));
	free(rule);
	access.caller = "arn:aws:sts::1:assumed-role/A/x";
	assert_int_equal(
	    world_access(f->world, person, LOGIN, &access, NULL, NULL), VERDICT_ALLOW);
}

static void
test_a_guest_is_judged_whatever_account_is_theirs(void **state)
{
	struct people_fixture *f = *state;
	struct rules_access access = { .via = "eic" };
	const struct world_person *person;
	enum verdict_reason reason;
	char *rule;

	configure(f, "[login]\nallow = via:eic & tag:x\n");
	people_fixture_local(f, "jo:x:1000:1000::/:/bin/sh\n", "");
	(void)jo(f, "x");
	people_fixture_finish(f);
	person = people_fixture_person(f, "AIDAJO");
	assert_int_equal(person->services[LOGIN].reason, REASON_LOCAL_NAME);
	assert_int_equal(
	    world_guest_access(f->world, person, LOGIN, &access, &reason, &rule),
	    VERDICT_ALLOW);
	assert_int_equal(reason, REASON_RULE_ALLOWS);
	assert_string_equal(rule, "[login] allow #1: via:eic & tag:x");
	free(rule);
	access.via = "iam-key";
	assert_int_equal(
	    world_guest_access(f->world, person, LOGIN, &access, &reason, &rule),
	    VERDICT_DENY);
	assert_int_equal(reason, REASON_NO_RULE);
	free(rule);
	assert_int_equal(
	    world_access(f->world, person, LOGIN, &access, NULL, NULL), VERDICT_DENY);
}

/* The way is looked at after everything else: it makes no account. */
static void
test_nobody_without_an_account_comes_in_by_any_way(void **state)
{
	struct people_fixture *f = *state;
	struct directory_principal *who;
	enum verdict_reason reason;
	char text[100];
	char *rule;

	configure(f, "[login]\nallow = via:eic\n");
	(void)jo(f, "x");
	(void)snprintf(
	    text, sizeof(text), "u:x:%u:1::/:/x\n", idmap_hash("iam-user", "AIDAJO"));
	people_fixture_local(f, text, "");
	people_fixture_finish(f);
	assert_int_equal(by(f, "eic", &reason, &rule), VERDICT_DENY);
	assert_int_equal(reason, REASON_ID_COLLISION);
	assert_null(rule);

	people_fixture_local(f, "", "");
	people_fixture_empty(f);
	who = people_fixture_add(f, "jo", "AIDAOLD", 1);
	(void)who;
	who = people_fixture_add(f, "xx", "AIDAJO", 2);
	assert_int_equal(directory_add_tag(who, "SSMSessionRunAs", "jo"), 0);
	people_fixture_finish(f);
	assert_int_equal(by(f, "eic", &reason, NULL), VERDICT_DENY);
	assert_int_equal(reason, REASON_NAME_CLAIMED);
}

static void
test_the_text_says_what_a_term_was_held_against(void **state)
{
	static const struct {
		const char *rules, *text;
	} table[] = {
		{ "allow = path:/x/\n",
		    "[login] allow #1: path:/x/ (the person's path is /people/)" },
		{ "allow = group:G\n",
		    "[login] allow #1: group:G (the person is not in G)" },
		{ "allow = user:amy\n",
		    "[login] allow #1: user:amy (the person is another)" },
		{ "allow = tag:a\n",
		    "[login] allow #1: tag:a (the person has no tag a)" },
		{ "allow = tag:x=1\n",
		    "[login] allow #1: tag:x=1 (the person's x is \"\")" },
		{ "allow = instance:env\n",
		    "[login] allow #1: instance:env (this instance has no tag env)" },
		{ "allow = instance:platform=b\n",
		    "[login] allow #1: instance:platform=b (this instance's platform is "
		    "\"acme\")" },
		{ "allow = match:x\n",
		    "[login] allow #1: match:x (this instance has no tag x)" },
		{ "allow = tag:x & tag:b\n",
		    "[login] allow #1: tag:x & tag:b: tag:b (the person has no tag b)" },
		{ "allow = tag:a\nallow = tag:b\nallow = tag:c\nallow = tag:d\n"
		  "allow = tag:e\nallow = tag:f\n",
		    "[login] allow #1: tag:a (the person has no tag a); allow #2: tag:b (the "
		    "person has no tag b); allow #3: tag:c (the person has no tag c); allow "
		    "#4: tag:d (the person has no tag d); and 2 more" },
	};
	struct people_fixture *f = *state;
	char text[400];

	for (size_t i = 0; i < BASE_N(table); i++) {
		(void)snprintf(text, sizeof(text), "[login]\n%s", table[i].rules);
		configure(f, text);
		(void)jo(f, "x");
		people_fixture_finish(f);
		assert_string_equal(
		    people_fixture_person(f, "AIDAJO")->services[LOGIN].rule,
		    table[i].text);
	}
	f->instance->tags_state = INSTANCE_TAGS_UNKNOWN;
	configure(f, "[login]\nallow = tag:x & instance:env\n");
	people_fixture_build(f);
	assert_string_equal(people_fixture_person(f, "AIDAJO")->services[LOGIN].rule,
	    "[login] allow #1: tag:x & instance:env: instance:env (the tags of this "
	    "instance are not known)");
}

/* The files need not tell ways apart: a key that may not be used is not in them. */
static void
test_a_key_of_another_way_is_not_published(void **state)
{
	static const struct {
		const char *rule;
		uint32_t n_keys, allow;
	} table[] = {
		{ "[login]\nallow = via:tag-key\n", 1, 1 },
		{ "[login]\nallow = via:iam-key\n", 0, 1 },
		{ "[login]\nallow = tag:x\ndeny = via:tag-key\n", 0, 1 },
		{ "[login]\nallow = tag:x\n[login:sshd]\nallow = via:eic\n", 0, 1 + 4 },
		{ "[login]\nallow = tag:x\n[login:cron]\nallow = via:eic\n", 1, 1 + 4 },
		/* whoever may not log in at all keeps theirs: so it is known whose they are */
		{ "[accounts]\nvisible = all\n[login]\nallow = via:eic & tag:absent\n", 1,
		    0 },
	};
	struct people_fixture *f = *state;
	struct keystore *store = NULL;
	const struct publish_facts facts = { .fresh_s = 1 };

	assert_int_equal(keystore_new(&store), 0);
	for (size_t i = 0; i < BASE_N(table); i++) {
		struct directory_principal *who;
		struct publish_bytes bytes;
		struct published view;
		struct keysfile_claim claim;
		struct keysfile_person person;

		configure(f, table[i].rule);
		people_fixture_empty(f);
		who = people_fixture_add(f, "jo", "AIDAJO", 1);
		assert_int_equal(directory_add_tag(who, "x", ""), 0);
		assert_int_equal(
		    directory_add_tag(who, "iamlogin:key-1", KEY_ED25519), 0);
		people_fixture_finish(f);
		assert_int_equal(
		    publish_encode_keys(f->world, store, f->config, &facts, 1, &bytes),
		    0);
		assert_int_equal(
		    published_view(bytes.bytes, bytes.size, PUBLISHED_MAGIC_KEYS, &view),
		    0);
		assert_int_equal(keysfile_claim_by_account(&view, "jo", 0, &claim), 0);
		assert_int_equal(claim.allow_mask & ~2u, table[i].allow);
		assert_int_equal(keysfile_person_at(&view, claim.person, &person), 0);
		if (person.n_keys != table[i].n_keys)
			fail_msg("%s: %u keys", table[i].rule, person.n_keys);
		free(bytes.bytes);
	}
	keystore_free(store);
}

static void
test_a_service_is_found_by_its_name(void **state)
{
	struct people_fixture *f = *state;

	configure(f, "[login]\nallow = tag:x\n[login:cron]\ndeny = tag:y\n"
		     "[login:login]\ndeny = tag:z\n");
	people_fixture_finish(f);
	assert_int_equal(world_service(f->world, "sshd"), LOGIN);
	assert_int_equal(world_service(f->world, "sudo"), LOGIN);
	assert_int_equal(world_service(f->world, ""), LOGIN);
	assert_int_equal(world_service(f->world, "cron"), OWN);
	assert_int_equal(world_service(f->world, "login"), OWN + 1);
}

#define WITH_FIXTURE(test)               \
	cmocka_unit_test_setup_teardown( \
	    test, people_fixture_set_up, people_fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(test_a_way_is_named_only_by_an_allow_that_is_true),
		WITH_FIXTURE(test_no_section_is_better_than_login),
		WITH_FIXTURE(test_a_way_in_is_enough_for_now_and_the_taken_one_decides),
		WITH_FIXTURE(test_the_world_knows_who_depends_on_the_way),
		WITH_FIXTURE(test_a_caller_that_is_another_is_named),
		WITH_FIXTURE(test_a_guest_is_judged_whatever_account_is_theirs),
		WITH_FIXTURE(test_nobody_without_an_account_comes_in_by_any_way),
		WITH_FIXTURE(test_the_text_says_what_a_term_was_held_against),
		WITH_FIXTURE(test_a_key_of_another_way_is_not_published),
		WITH_FIXTURE(test_a_service_is_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
