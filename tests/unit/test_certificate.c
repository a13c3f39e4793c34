/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_certificate.c - whom a certificate's principals name: daemon/certificate.c, and
 * common/principal.c, which reads the same out of the published files
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/principal.h"
#include "daemon/access.h"
#include "daemon/certificate.h"
#include "daemon/publish.h"
#include "keys/principals.h"
#include "tests/support/people_fixture.h"

/*
 * ann  -> ann            bea -> carl, by tag        carl -> nobody's name: bea has it
 * d@x  -> dan, by tag    eve -> ops                 fay  -> ops
 * gus  -> gus, whom no rule allows                  AIDAANN, an IAM name that is ann's id
 */
static const char rules[] =
    "[principals]\nusers = path:/people/*\nroles = path:/roles/*\n"
    "[accounts]\nshared = ops\n"
    "[keys]\ninstance_connect = no\ntrusted_user_ca_keys = /etc/ca.pub\n"
    "[login]\ndeny = user:gus\n";

struct bench {
	struct people_fixture *people;
	struct publish_bytes bytes[2];
	struct published keys, snapshot;
};

static struct bench bench;

static void
add(const char *name, const char *id, const char *runas)
{
	struct directory_principal *who =
	    people_fixture_add(bench.people, name, id, 1 + id[4]);

	if (runas != NULL)
		assert_int_equal(directory_add_tag(who, "SSMSessionRunAs", runas), 0);
}

static void
build(struct people_fixture *f, const char *login)
{
	const struct publish_facts facts = { .fresh_s = 1, .grace_s = 1 };
	struct directory_principal *role;
	char text[600];

	bench.people = f;
	people_fixture_empty(f);
	(void)snprintf(text, sizeof(text), "%s%s", rules, login);
	people_fixture_config(f, text);
	add("ann", "AIDAANN", NULL);
	add("bea", "AIDABEA", "carl");
	add("carl", "AIDACARL", NULL);
	add("d@x", "AIDADAN", "dan");
	add("eve", "AIDAEVE", "ops");
	add("fay", "AIDAFAY", "ops");
	add("gus", "AIDAGUS", NULL);
	add("AIDAZED", "AIDAHAL", "hal");
	add("ida", "AIDAZED", NULL);
	assert_int_equal(
	    directory_add_principal(f->directory, PRINCIPAL_ROLE, "AROAJOB", "ann",
		"/roles/", "arn:aws:iam::123456789012:role/roles/ann", 1, &role),
	    0);
	assert_int_equal(directory_add_tag(role, "SSMSessionRunAs", "job"), 0);
	people_fixture_finish(f);
	free(bench.bytes[0].bytes);
	free(bench.bytes[1].bytes);
	assert_int_equal(
	    publish_encode_keys(f->world, NULL, f->config, &facts, 1, &bench.bytes[0]),
	    0);
	assert_int_equal(
	    publish_encode_snapshot(f->world, &facts, 1, &bench.bytes[1]), 0);
	assert_int_equal(published_view(bench.bytes[0].bytes, bench.bytes[0].size,
			     PUBLISHED_MAGIC_KEYS, &bench.keys),
	    0);
	assert_int_equal(published_view(bench.bytes[1].bytes, bench.bytes[1].size,
			     PUBLISHED_MAGIC_SNAPSHOT, &bench.snapshot),
	    0);
}

static int
tear_down(void **state)
{
	free(bench.bytes[0].bytes);
	free(bench.bytes[1].bytes);
	memset(&bench, 0, sizeof(bench));
	return people_fixture_tear_down(state);
}

/* "a,b" as the principals of a certificate. */
static void
certify(const char *principals, struct certificate *ret)
{
	static uint8_t bytes[2048];
	size_t len, at = 0;

	memset(ret, 0, sizeof(*ret));
	for (; *principals != '\0'; principals += len + (principals[len] == ',')) {
		len = strcspn(principals, ",");
		bytes[at] = bytes[at + 1] = bytes[at + 2] = 0;
		bytes[at + 3] = (uint8_t)len;
		memcpy(bytes + at + 4, principals, len);
		at += 4 + len;
		ret->fields.n_principals++;
	}
	ret->fields.principals = bytes;
	ret->fields.principals_len = at;
}

static const char *
in_files(const char *principal)
{
	struct keysfile_person who;
	uint32_t person;

	if (principal_find(
		&bench.keys, &bench.snapshot, principal, strlen(principal), &person) != 0)
		return "-";
	assert_int_equal(keysfile_person_at(&bench.keys, person, &who), 0);
	return who.unique_id;
}

static const char *
owner(const char *account, const char *principals)
{
	const struct world_account *of =
	    world_account_by_name(bench.people->world, account);
	const struct world_person *who;
	struct certificate certificate;

	assert_non_null(of);
	certify(principals, &certificate);
	who = certificate_owner(bench.people->world, of, &certificate);
	return who != NULL ? who->principal->id : "-";
}

static void
test_a_principal_names_one_person_or_nobody(void **state)
{
	static const struct {
		const char *principal, *id;
	} table[] = {
		{ "ann", "AIDAANN" }, /* a role's name is no principal */
		{ "AIDAANN", "AIDAANN" },
		{ "arn:aws:iam::111122223333:user/people/ann/AIDAANN", "AIDAANN" },
		{ "arn:aws:iam::123456789012:role/roles/ann", "AROAJOB" },
		{ "AROAJOB", "AROAJOB" },
		{ "job", "-" },  /* a role's account is shared by whoever assumes it */
		{ "carl", "-" }, /* bea's account, and somebody else's IAM name */
		{ "bea", "AIDABEA" },
		{ "AIDACARL", "AIDACARL" },
		{ "dan", "AIDADAN" },
		{ "d@x", "AIDADAN" },
		{ "ops", "-" },
		{ "eve", "AIDAEVE" },
		{ "AIDAZED", "-" }, /* one's id is the other's name */
		{ "hal", "AIDAHAL" },
		{ "ida", "AIDAZED" },
		{ "ANN", "-" },
		{ "an", "-" },
		{ "annn", "-" },
		{ "ann ", "-" },
		{ " ann", "-" },
		{ "ann*", "-" },
		{ "", "-" },
		{ "root", "-" },
	};

	build(*state, "allow = path:/people/*\nallow = path:/roles/*\n");
	for (size_t i = 0; i < BASE_N(table); i++)
		if (strcmp(in_files(table[i].principal), table[i].id) != 0)
			fail_msg("\"%s\" is %s", table[i].principal,
			    in_files(table[i].principal));
}

static void
test_the_daemon_and_the_files_mean_the_same_person(void **state)
{
	static const char *const principals[] = {
		"ann",
		"AIDAANN",
		"job",
		"AROAJOB",
		"carl",
		"bea",
		"AIDACARL",
		"dan",
		"d@x",
		"ops",
		"eve",
		"AIDAEVE",
		"AIDAZED",
		"hal",
		"ida",
		"gus",
		"ANN",
		"root",
		"",
	};
	const struct world *world;
	size_t n = 0;

	build(*state, "allow = path:/people/*\nallow = path:/roles/*\n");
	world = bench.people->world;
	for (size_t i = 0; i < BASE_N(principals); i++) {
		for (size_t a = 0; a < world->n_accounts; a++) {
			const char *id = owner(world->accounts[a].name, principals[i]);

			if (strcmp(id, "-") == 0)
				continue;
			assert_string_equal(id, in_files(principals[i]));
			n++;
		}
	}
	assert_true(n > 15);
}

static void
test_only_whom_the_account_is_for_and_guests_own_it(void **state)
{
	build(*state, "allow = path:/people/*\nallow = path:/roles/*\n");
	assert_string_equal(owner("ann", "ann"), "AIDAANN");
	assert_string_equal(owner("ann", "nobody,bea,ann,root"), "AIDAANN");
	assert_string_equal(owner("ann", "bea"), "-");
	assert_string_equal(owner("carl", "carl"), "-");
	assert_string_equal(owner("carl", "bea"), "AIDABEA");
	assert_string_equal(owner("ops", "eve"), "AIDAEVE");
	assert_string_equal(owner("ops", "ops"), "-");
	assert_string_equal(owner("ops", "ann"), "AIDAANN"); /* a guest */
	assert_string_equal(owner("ops", "eve,AIDAEVE"), "AIDAEVE");
	assert_string_equal(owner("ops", "eve,fay"), "-"); /* which of them? */
	assert_string_equal(owner("ops", "eve,ann"), "-");
	assert_string_equal(owner("job", "ann"), "-"); /* not listed: no guests */
	assert_string_equal(owner("job", "AROAJOB"), "AROAJOB");
}

static enum verdict
judge(const char *account, const char *principal, enum verdict_reason *ret_reason)
{
	const struct world *world = bench.people->world;
	const struct world_account *of = world_account_by_name(world, account);
	struct certificate certificate;
	const struct world_person *who;
	enum verdict verdict;
	char *rule = NULL;

	certify(principal, &certificate);
	who = certificate_owner(world, of, &certificate);
	assert_non_null(who);
	verdict = certificate_judge(
	    world, of, who, world_service(world, "sshd"), ret_reason, &rule);
	free(rule);
	return verdict;
}

static void
test_shared_accounts_want_a_rule_that_says_so(void **state)
{
	enum verdict_reason reason;

	build(*state, "allow = path:/people/*\n");
	assert_int_equal(judge("ann", "ann", &reason), VERDICT_ALLOW);
	assert_int_equal(judge("ops", "eve", &reason), VERDICT_DENY);
	assert_int_equal(reason, REASON_METHOD);
	build(*state, "allow = path:/people/*\nallow = user:eve & via:cert\n");
	assert_int_equal(judge("ops", "eve", &reason), VERDICT_ALLOW);
	assert_int_equal(judge("ops", "fay", &reason), VERDICT_DENY);
	assert_int_equal(reason, REASON_METHOD);
	assert_int_equal(judge("ops", "ann", &reason), VERDICT_DENY);
	build(*state, "allow = path:/people/* & via:cert\n");
	assert_int_equal(judge("ops", "ann", &reason), VERDICT_ALLOW);
	build(*state, "allow = path:/people/*\nallow = user:eve & via:eic\n");
	assert_int_equal(judge("ops", "eve", &reason), VERDICT_DENY);
	build(*state,
	    "allow = path:/people/*\n[login:sshd]\nallow = path:/people/* & via:cert\n");
	assert_int_equal(judge("ops", "eve", &reason), VERDICT_ALLOW);
	build(*state, "allow = path:/people/*\nallow = via:cert\ndeny = via:cert\n");
	assert_int_equal(judge("ann", "ann", &reason), VERDICT_DENY);
	assert_int_equal(reason, REASON_RULE_DENIES);
	assert_int_equal(judge("ops", "eve", &reason), VERDICT_DENY);
	assert_int_equal(reason, REASON_RULE_DENIES);
}

static void
expect_lines(const char *name, const char *principals, const char *lines)
{
	const struct world_account *of = world_account_by_name(bench.people->world, name);
	const struct account account = { .name = name,
		.uid = of->uid,
		.service_bit = 1,
		.is_shared = (of->flags & USER_SHARED) != 0 };
	static struct keys_answer answer;
	struct certificate certificate;

	if (principals != NULL)
		certify(principals, &certificate);
	keys_answer_start(&answer, NULL);
	assert_int_equal(principals_add(&answer, &bench.keys, &bench.snapshot, &account,
			     principals != NULL ? &certificate.fields : NULL),
	    0);
	answer.text[answer.len] = '\0';
	assert_string_equal(answer.text, lines);
}

static void
test_the_command_prints_what_names_the_accounts_people(void **state)
{
#define ARN(id) "arn:aws:iam::111122223333:user/people/" id "\n"
	build(*state, "allow = path:/people/*\nallow = path:/roles/*\n");
	expect_lines("ann", NULL, "ann\nAIDAANN\n" ARN("ann/AIDAANN"));
	expect_lines("carl", NULL, "bea\nAIDABEA\n" ARN("bea/AIDABEA"));
	expect_lines("dan", NULL, "dan\nd@x\nAIDADAN\n" ARN("d@x/AIDADAN"));
	expect_lines("ops", NULL,
	    "eve\nAIDAEVE\n" ARN("eve/AIDAEVE") "fay\nAIDAFAY\n" ARN("fay/AIDAFAY"));
	expect_lines("ann", "root,ann,bea,AIDAANN", "ann\nAIDAANN\n");
	expect_lines("ann", "", "");
	expect_lines("ops", "ann,ops,eve", "ann\neve\n");
	expect_lines("hal", "AIDAZED,hal", "hal\n");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, people_fixture_set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_a_principal_names_one_person_or_nobody),
		TEST(test_the_daemon_and_the_files_mean_the_same_person),
		TEST(test_only_whom_the_account_is_for_and_guests_own_it),
		TEST(test_shared_accounts_want_a_rule_that_says_so),
		TEST(test_the_command_prints_what_names_the_accounts_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
