/* SPDX-License-Identifier: Apache-2.0 */
/* test_rules.c - the grammar and the truth tables of daemon/rules*.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/rules.h"

struct fixture {
	struct directory *directory;
	struct directory_principal *who;
	struct instance *known;
	struct instance *unknown;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(directory_new(&f->directory), 0);
	assert_int_equal(
	    directory_add_principal(f->directory, PRINCIPAL_IAM_USER, "AIDA1", "alice",
		"/people/eng/", "arn:aws:iam::111122223333:user/a", 1, &f->who),
	    0);
	assert_int_equal(directory_add_tag(f->who, "platform", "acme:beta two"), 0);
	assert_int_equal(directory_add_tag(f->who, "Team", "pay ments"), 0);
	assert_int_equal(directory_add_tag(f->who, "empty", ""), 0);
	assert_int_equal(directory_add_tag(f->who, "twice", "a"), 0);
	assert_int_equal(directory_add_tag(f->who, "TWICE", "a"), 0);
	assert_int_equal(directory_add_tag(f->who, "short", "pa"), 0);
	assert_int_equal(directory_add_tag(f->who, "gaps", ": a::b :"), 0);
	assert_int_equal(directory_add_tag(f->who, "gap", ":: b"), 0);
	assert_int_equal(directory_add_membership(f->who, "HostAdmins"), 0);
	assert_int_equal(directory_add_membership(f->who, "Second"), 0);
	assert_int_equal(instance_new(&f->known), 0);
	f->known->tags_state = INSTANCE_TAGS_KNOWN;
	assert_int_equal(instance_add_tag(f->known, "Platform", "other beta"), 0);
	assert_int_equal(instance_add_tag(f->known, "env", "dev"), 0);
	assert_int_equal(instance_add_tag(f->known, "team", "pay"), 0);
	assert_int_equal(instance_add_tag(f->known, "dup", "x"), 0);
	assert_int_equal(instance_add_tag(f->known, "Dup", "y"), 0);
	assert_int_equal(instance_add_tag(f->known, "empty", ""), 0);
	assert_int_equal(instance_add_tag(f->known, "short", "pay"), 0);
	assert_int_equal(instance_add_tag(f->known, "gaps", ":c::d"), 0);
	assert_int_equal(instance_add_tag(f->known, "gap", "b"), 0);
	assert_int_equal(instance_new(&f->unknown), 0);
	f->unknown->tags_hint = "switch the tags on";
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	directory_unref(f->directory);
	instance_free(f->known);
	instance_free(f->unknown);
	free(f);
	return 0;
}

static void
test_terms_have_three_values(void **state)
{
	static const struct {
		const char *text;
		enum rules_value known;
		enum rules_value unknown;
	} table[] = {
		{ "group:HostAdmins", RULES_TRUE, RULES_TRUE },
		{ "group:hostadmins", RULES_FALSE, RULES_FALSE },
		{ "group:Host", RULES_FALSE, RULES_FALSE },
		{ "user:alice", RULES_TRUE, RULES_TRUE },
		{ "user:Alice", RULES_FALSE, RULES_FALSE },
		{ "path:/people/eng/", RULES_TRUE, RULES_TRUE },
		{ "path:/people/", RULES_FALSE, RULES_FALSE },
		{ "path:/people/*", RULES_TRUE, RULES_TRUE },
		{ "path:/people/eng/*", RULES_TRUE, RULES_TRUE },
		{ "path:/*", RULES_TRUE, RULES_TRUE },
		{ "path:/peop/*", RULES_FALSE, RULES_FALSE },
		{ "path:/people/eng/x/*", RULES_FALSE, RULES_FALSE },
		{ "tag:PLATFORM", RULES_TRUE, RULES_TRUE },
		{ "tag:absent", RULES_FALSE, RULES_FALSE },
		{ "tag:platform=acme", RULES_FALSE, RULES_FALSE },
		{ "tag:platform=acme:beta", RULES_FALSE, RULES_FALSE },
		{ "tag:\"platform=acme:beta two\"", RULES_TRUE, RULES_TRUE },
		{ "tag:\"team=pay ments\"", RULES_TRUE, RULES_TRUE },
		{ "tag:\"team=Pay ments\"", RULES_FALSE, RULES_FALSE },
		{ "tag:empty", RULES_TRUE, RULES_TRUE },
		{ "tag:empty=", RULES_TRUE, RULES_TRUE },
		{ "tag:team=", RULES_FALSE, RULES_FALSE },
		{ "tag:absent=", RULES_FALSE, RULES_FALSE },
		{ "tag:twice", RULES_UNKNOWN, RULES_UNKNOWN },
		{ "tag:twice=a", RULES_UNKNOWN, RULES_UNKNOWN },
		{ "instance:env=dev", RULES_TRUE, RULES_UNKNOWN },
		{ "instance:ENV", RULES_TRUE, RULES_UNKNOWN },
		{ "instance:env=Dev", RULES_FALSE, RULES_UNKNOWN },
		{ "instance:absent", RULES_FALSE, RULES_UNKNOWN },
		{ "instance:dup=x", RULES_UNKNOWN, RULES_UNKNOWN },
		{ "match:platform", RULES_TRUE, RULES_UNKNOWN },
		{ "match:team", RULES_TRUE, RULES_UNKNOWN },
		{ "match:env", RULES_FALSE, RULES_FALSE },
		{ "match:empty", RULES_FALSE, RULES_UNKNOWN },
		{ "match:short", RULES_FALSE, RULES_UNKNOWN },
		{ "match:gaps", RULES_FALSE, RULES_UNKNOWN },
		{ "match:gap", RULES_TRUE, RULES_UNKNOWN },
		{ "group:Second", RULES_TRUE, RULES_TRUE },
		{ "match:twice", RULES_UNKNOWN, RULES_UNKNOWN },
		{ "match:absent", RULES_FALSE, RULES_FALSE },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < BASE_N(table); i++) {
		struct rules_rule rule;
		char error[200];
		const char *why = NULL;

		if (rules_parse(table[i].text, &rule, error) != 0)
			fail_msg("%s: %s", table[i].text, error);
		if (rules_eval_term(&rule.terms[0], f->who, f->known, NULL, &why) !=
		    table[i].known)
			fail_msg("%s: with known tags", table[i].text);
		if (rules_eval_term(&rule.terms[0], f->who, f->unknown, NULL, NULL) !=
			table[i].unknown ||
		    rules_eval_term(&rule.terms[0], f->who, NULL, NULL, NULL) !=
			table[i].unknown)
			fail_msg("%s: with unknown tags", table[i].text);
		assert_true((why != NULL) == (table[i].known == RULES_UNKNOWN));
		rules_rule_done(&rule);
	}
}

static void
test_ways_in_are_unknown_until_somebody_takes_one(void **state)
{
	static const struct {
		const char *text, *via, *caller;
		enum rules_value value;
	} table[] = {
		{ "via:eic", "eic", NULL, RULES_TRUE },
		{ "via:eic", "iam-key", NULL, RULES_FALSE },
		{ "via:eic", "", NULL, RULES_FALSE },
		{ "via:password", "password", NULL, RULES_TRUE },
		{ "via:cert", "cert", NULL, RULES_TRUE },
		{ "via:cert", "publickey", NULL, RULES_FALSE },
		{ "caller:arn:a", "eic", "arn:a", RULES_TRUE },
		{ "caller:arn:a", "eic", "arn:ab", RULES_FALSE },
		{ "caller:arn:a*", "eic", "arn:ab", RULES_TRUE },
		{ "caller:arn:a*", "eic", "arn:a", RULES_TRUE },
		{ "caller:arn:a*", "eic", "arn:A", RULES_FALSE },
		{ "caller:arn:ab*", "eic", "arn:a", RULES_FALSE },
		/* a way without a caller is not somebody's */
		{ "caller:arn:*", "iam-key", NULL, RULES_FALSE },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < BASE_N(table); i++) {
		const struct rules_access access = { table[i].via, table[i].caller };
		struct rules_rule rule;
		char error[200];
		const char *why = NULL;

		if (rules_parse(table[i].text, &rule, error) != 0)
			fail_msg("%s: %s", table[i].text, error);
		assert_true(rules_is_about_access(&rule.terms[0]));
		assert_int_equal(
		    rules_eval_term(&rule.terms[0], f->who, f->known, NULL, &why),
		    RULES_UNKNOWN);
		assert_string_equal(why, "it depends on how the person comes in");
		if (rules_eval_term(&rule.terms[0], f->who, f->unknown, &access, NULL) !=
		    table[i].value)
			fail_msg("%s: by %s", table[i].text, table[i].via);
		rules_rule_done(&rule);
	}
	assert_string_equal(rules_way(0), "iam-key");
	assert_string_equal(rules_way(8), "hostbased");
	assert_null(rules_way(9));
}

/* A kind of a later version would be one: it says nothing, and so lets nobody in. */
static void
test_a_term_of_no_known_kind_is_unknown(void **state)
{
	struct fixture *f = *state;
	static char all[] = "*";
	char *none = strdup("");
	struct rules_term term = { .kind = (enum rules_kind)99, .key = NULL };
	struct rules_rule rule = { .n_terms = 0 };
	const struct rules_term *ret_term;
	struct rules_term empty = { .kind = RULES_PATH, .key = none };
	const char *why;

	/* nor does a path of nothing; an asterisk alone is everything; neither can be written */
	assert_int_equal(
	    rules_eval_term(&empty, f->who, f->known, NULL, NULL), RULES_FALSE);
	free(none);
	empty.key = all;
	assert_int_equal(
	    rules_eval_term(&empty, f->who, f->known, NULL, NULL), RULES_TRUE);
	assert_int_equal(
	    rules_eval_term(&term, f->who, f->known, NULL, NULL), RULES_UNKNOWN);
	assert_int_equal(rules_eval_rule(&rule, f->who, f->known, NULL, &ret_term, &why),
	    RULES_UNKNOWN);
}

static void
test_a_tag_is_found_whatever_the_case_of_its_key(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(
	    rules_tag(f->who->tags, f->who->n_tags, "PLATFORM"), "acme:beta two");
	assert_string_equal(rules_tag(f->who->tags, f->who->n_tags, "short"), "pa");
	assert_string_equal(rules_tag(f->who->tags, f->who->n_tags, "twice"), "a");
	assert_null(rules_tag(f->who->tags, f->who->n_tags, "absent"));
	assert_null(rules_tag(NULL, 0, "absent"));
}

static void
test_an_unknown_term_says_what_would_make_it_known(void **state)
{
	struct fixture *f = *state;
	struct rules_rule rule;
	char error[200];
	const char *why = NULL;

	assert_int_equal(rules_parse("match:platform", &rule, error), 0);
	(void)rules_eval_term(&rule.terms[0], f->who, f->unknown, NULL, &why);
	assert_string_equal(why, "switch the tags on");
	rules_rule_done(&rule);
	assert_int_equal(rules_parse("tag:twice", &rule, error), 0);
	(void)rules_eval_term(&rule.terms[0], f->who, f->known, NULL, &why);
	assert_string_equal(why, "the tag is there twice");
	rules_rule_done(&rule);
}

static void
test_a_user_term_names_iam_users_only(void **state)
{
	struct fixture *f = *state;
	struct directory_principal role = *f->who;
	struct rules_rule rule;
	char error[200];

	role.kind = PRINCIPAL_ROLE;
	assert_int_equal(rules_parse("user:alice", &rule, error), 0);
	assert_int_equal(
	    rules_eval_term(&rule.terms[0], &role, f->known, NULL, NULL), RULES_FALSE);
	rules_rule_done(&rule);
}

/* T, F and U in every pairing, as terms of one rule. */
static void
test_and_is_false_before_unknown_before_true(void **state)
{
	static const char *const text[] = { "tag:absent", "tag:twice", "user:alice" };
	static const enum rules_value want[3][3] = {
		{ RULES_FALSE, RULES_FALSE, RULES_FALSE },
		{ RULES_FALSE, RULES_UNKNOWN, RULES_UNKNOWN },
		{ RULES_FALSE, RULES_UNKNOWN, RULES_TRUE },
	};
	struct fixture *f = *state;

	for (size_t a = 0; a < 3; a++) {
		for (size_t b = 0; b < 3; b++) {
			const struct rules_term *term = NULL;
			const char *why = "left over";
			struct rules_rule rule;
			char line[100];
			char error[200];

			(void)snprintf(line, sizeof(line), "%s & %s", text[a], text[b]);
			assert_int_equal(rules_parse(line, &rule, error), 0);
			assert_int_equal(rule.n_terms, 2);
			assert_int_equal(
			    rules_eval_rule(&rule, f->who, f->known, NULL, &term, &why),
			    want[a][b]);
			assert_true((term == NULL) == (want[a][b] == RULES_TRUE));
			assert_true((why != NULL) == (want[a][b] == RULES_UNKNOWN));
			rules_rule_done(&rule);
		}
	}
}

/* Lists: 0 none, 1 false, 2 unknown, 3 true, 4 false then true, 5 unknown then true. */
static size_t
make_list(struct rules_rule rules[2], int shape)
{
	static const char *const text[6][2] = {
		{ NULL, NULL },
		{ "tag:absent", NULL },
		{ "tag:twice", NULL },
		{ "user:alice", NULL },
		{ "tag:absent", "user:alice" },
		{ "tag:twice", "user:alice" },
	};
	char error[200];
	size_t n = 0;

	for (; n < 2 && text[shape][n] != NULL; n++)
		assert_int_equal(rules_parse(text[shape][n], &rules[n], error), 0);
	return n;
}

static void
test_a_section_denies_first_and_never_allows_the_unknown(void **state)
{
	struct fixture *f = *state;

	for (int d = 0; d < 6; d++) {
		for (int a = 0; a < 6; a++) {
			struct rules_rule allow[2];
			struct rules_rule deny[2];
			struct rules_set set = {
				.section = NULL, .allow = allow, .deny = deny
			};
			struct rules_outcome got;

			set.n_allow = make_list(allow, a);
			set.n_deny = make_list(deny, d);
			rules_eval(&set, f->who, f->known, NULL, &got);
			if (d >= 3) {
				assert_int_equal(got.value, RULES_FALSE);
				assert_int_equal(got.reason, REASON_RULE_DENIES);
				assert_true(got.is_deny);
				assert_int_equal(got.number, d == 3 ? 1 : 2);
			} else if (d == 2) {
				assert_int_equal(got.value, RULES_UNKNOWN);
				assert_int_equal(got.reason, REASON_NOT_KNOWABLE);
				assert_true(got.is_deny);
				assert_non_null(got.why);
			} else if (a >= 3) {
				assert_int_equal(got.value, RULES_TRUE);
				assert_int_equal(got.reason, REASON_RULE_ALLOWS);
				assert_int_equal(got.number, a == 3 ? 1 : 2);
				assert_ptr_equal(got.rule, &allow[got.number - 1]);
			} else if (a == 2) {
				assert_int_equal(got.value, RULES_UNKNOWN);
				assert_int_equal(got.reason, REASON_NOT_KNOWABLE);
				assert_false(got.is_deny);
				assert_ptr_equal(got.term, &allow[0].terms[0]);
			} else {
				assert_int_equal(got.value, RULES_FALSE);
				assert_int_equal(got.reason, REASON_NO_RULE);
				assert_null(got.rule);
				assert_true((got.term != NULL) == (a == 1));
			}
			for (size_t i = 0; i < set.n_allow; i++)
				rules_rule_done(&allow[i]);
			for (size_t i = 0; i < set.n_deny; i++)
				rules_rule_done(&deny[i]);
		}
	}
}

static void
test_bad_rules_are_refused_with_their_position(void **state)
{
	static const struct {
		const char *text;
		const char *error; /* a part of it */
	} table[] = {
		{ "", "byte 1: an empty rule" },
		{ "  \t ", "an empty rule" },
		{ "alice", "byte 1: expected a term" },
		{ "Group:x", "byte 1: expected a term" },
		{ "grup:x", "byte 1: unknown term grup:" },
		{ "via:ssh", "byte 5: via: takes iam-key, tag-key, file-key, eic" },
		{ "via:eic=x", "byte 5: via: takes" },
		/* what the chained command prints is for accounts that no rule is about */
		{ "via:chain-key", "byte 5: via: takes" },
		{ "tag:\"a\x01\"", "byte 7: a control byte" },
		{ "tag:\"a\x7f\"", "byte 7: a control byte" },
		{ "tag:a\x7f", "byte 6: a control byte" },
		{ "tag:\"a\\", "byte 7: only" },
		{ "group:a b", "byte 9: expected &" },
		{ "path:/a?/", "a path is" },
		{ "path:/a*/", "a path is" },
		{ "via:", "byte 5: nothing after the colon" },
		{ "group:a & caller:x", "byte 18: caller: takes an ARN" },
		{ "caller:arn:", "byte 8: caller: takes an ARN" },
		{ "caller:arn:a*b", "byte 8: caller: takes an ARN" },
		{ "caller:arn:a?", "byte 8: caller: takes an ARN" },
		{ "caller:\"arn:a b\"", "byte 8: caller: takes an ARN" },
		{ "caller:arn:\xc3\xa4", "byte 8: caller: takes an ARN" },
		{ "group:", "byte 7: nothing after the colon" },
		{ "group:\"\"", "byte 7: nothing after the colon" },
		{ "group: a", "byte 7: nothing after the colon" },
		{ "group:a group:b", "byte 9: expected &" },
		{ "group:a &", "byte 10: expected a term" },
		{ "group:a & & group:b", "byte 11: expected a term" },
		{ "& group:a", "byte 1: expected a term" },
		{ "group:a;b", "byte 8: ; stands only inside quotes" },
		{ "tag:a\\b", "byte 6: \\ stands only inside quotes" },
		{ "tag:a\"b\"", "byte 6: \" stands only inside quotes" },
		{ "tag:\"a=b", "byte 5: the quote is not closed" },
		{ "tag:\"a=b\\\"", "byte 5: the quote is not closed" },
		{ "tag:\"a\\nb\"", "byte 7: only" },
		{ "tag:\"a\"b", "byte 8: text after the closing quote" },
		{ "tag:=x", "byte 5: a tag key stands before" },
		{ "match:a=b", "byte 7: match: takes a tag key" },
		{ "group:Host*", "byte 7: no IAM name" },
		{ "group:/x/", "byte 7: no IAM name" },
		{ "user:\"a b\"", "byte 6: no IAM name" },
		{ "path:people", "byte 6: a path is" },
		{ "path:/people", "byte 6: a path is" },
		{ "path:/people*", "byte 6: a path is" },
		{ "path:/a//b/", "byte 6: a path is" },
		{ "path:/a/*/b/", "byte 6: a path is" },
		{ "path:*", "byte 6: a path is" },
		{ "tag:a=\x01", "byte 7: a control byte" },
		{ ":x", "byte 1: expected a term" },
		{ "a:x", "byte 1: unknown term a:" },
		{ "a{:x", "byte 1: expected a term" },
		{ "path:\"/a\" group:b", "byte 6: a path is" },
		{ "group:\"a\" group:b", "byte 11: expected &" },
		{ "zz:x", "byte 1: unknown term zz:" },
		{ "group:*x", "byte 7: no IAM name" },
		{ "group:a/", "byte 7: no IAM name" },
		{ "group:a{", "byte 7: no IAM name" },
		{ "group:a[", "byte 7: no IAM name" },
		{ "user:a:", "byte 6: no IAM name" },
		{ "path:\"/a b/\"", "byte 6: a path is" },
		{ "path:/\xc3\xa4/", "byte 6: a path is" },
		{ "path://", "byte 6: a path is" },
		{ "path://*", "byte 6: a path is" },
		{ "path:a/", "byte 6: a path is" },
		{ "caller:arn:\"", "byte 12: \" stands only" },
		{ "caller:arn:*b", "byte 8: caller: takes" },
		{ "tag:\"a\\ ", "byte 7: only" },
		{ "an-odd-one:x", "byte 1: expected a term" },
		{ "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz:x",
		    "unknown term abcdefghijklmnopqrstuvwxyzabcdefghijklmn: (" },
		{ "tag:\xff", "byte 5: not UTF-8" },
	};
	(void)state;

	for (size_t i = 0; i < BASE_N(table); i++) {
		struct rules_rule rule = { .n_terms = 99 };
		char error[200] = "";

		if (rules_parse(table[i].text, &rule, error) != -EINVAL)
			fail_msg("'%s' was accepted", table[i].text);
		if (strstr(error, table[i].error) == NULL)
			fail_msg("'%s': got '%s'", table[i].text, error);
		assert_int_equal(rule.n_terms, 99);
	}
}

static void
test_every_byte_that_a_name_a_path_or_an_arn_may_have_is_taken(void **state)
{
	static const char *const table[] = {
		"group:azAZ09_+=,.@-",
		"user:0",
		"user:9",
		"user:z",
		"user:Z",
		"path:/",
		"path:/*",
		"path:/!~/",
		"path:/a/b/*",
		"via:iam-key",
		"via:tag-key",
		"via:file-key",
		"via:eic",
		"via:cert",
		"via:password",
		"via:keyboard-interactive",
		"via:gssapi-with-mic",
		"via:hostbased",
		"caller:arn:!~",
		"caller:arn:*",
	};
	(void)state;

	for (size_t i = 0; i < BASE_N(table); i++) {
		struct rules_rule rule;
		char error[200];

		if (rules_parse(table[i], &rule, error) != 0)
			fail_msg("%s: %s", table[i], error);
		assert_string_equal(rule.terms[0].text, table[i]);
		rules_rule_done(&rule);
		assert_null(rule.text);
		assert_null(rule.terms[0].text);
		assert_int_equal(rule.n_terms, 0);
	}
}

static void
test_a_name_has_as_many_bytes_as_iam_gives_it(void **state)
{
	struct rules_rule rule;
	char text[200];
	char error[200];
	(void)state;

	(void)snprintf(text, sizeof(text), "group:%0128d", 0);
	assert_int_equal(rules_parse(text, &rule, error), 0);
	rules_rule_done(&rule);
	(void)snprintf(text, sizeof(text), "group:%0129d", 0);
	assert_int_equal(rules_parse(text, &rule, error), -EINVAL);
}

static void
test_limits_of_terms_and_bytes_are_exact(void **state)
{
	char text[400] = "user:a";
	char error[200];
	struct rules_rule rule;
	(void)state;

	for (int i = 1; i < RULES_TERMS_MAX; i++)
		strcat(text, "&user:a");
	assert_int_equal(rules_parse(text, &rule, error), 0);
	assert_int_equal(rule.n_terms, RULES_TERMS_MAX);
	rules_rule_done(&rule);
	strcat(text, "&user:a");
	assert_int_equal(rules_parse(text, &rule, error), -EINVAL);
	assert_non_null(strstr(error, "more than 16 terms"));

	memset(text, 'a', sizeof(text));
	memcpy(text, "tag:", 4);
	text[RULES_LINE_MAX] = '\0';
	assert_int_equal(rules_parse(text, &rule, error), 0);
	rules_rule_done(&rule);
	text[RULES_LINE_MAX] = 'a';
	text[RULES_LINE_MAX + 1] = '\0';
	assert_int_equal(rules_parse(text, &rule, error), -EINVAL);
	assert_non_null(strstr(error, "at most 198 bytes"));
}

static void
test_quotes_and_escapes_are_undone_and_the_text_kept(void **state)
{
	struct rules_rule rule;
	char error[200];
	(void)state;

	assert_int_equal(
	    rules_parse(" \ttag:\"k=a\\\"b\\\\c;&d\"&instance:x=y=z \t", &rule, error),
	    0);
	assert_int_equal(rule.n_terms, 2);
	assert_string_equal(rule.text, "tag:\"k=a\\\"b\\\\c;&d\"&instance:x=y=z");
	assert_string_equal(rule.terms[0].key, "k");
	assert_string_equal(rule.terms[0].value, "a\"b\\c;&d");
	assert_string_equal(rule.terms[1].text, "instance:x=y=z");
	assert_string_equal(rule.terms[1].value, "y=z");
	rules_rule_done(&rule);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terms_have_three_values),
		cmocka_unit_test(test_an_unknown_term_says_what_would_make_it_known),
		cmocka_unit_test(test_ways_in_are_unknown_until_somebody_takes_one),
		cmocka_unit_test(test_a_term_of_no_known_kind_is_unknown),
		cmocka_unit_test(test_a_tag_is_found_whatever_the_case_of_its_key),
		cmocka_unit_test(test_a_user_term_names_iam_users_only),
		cmocka_unit_test(test_and_is_false_before_unknown_before_true),
		cmocka_unit_test(
		    test_a_section_denies_first_and_never_allows_the_unknown),
		cmocka_unit_test(test_bad_rules_are_refused_with_their_position),
		cmocka_unit_test(
		    test_every_byte_that_a_name_a_path_or_an_arn_may_have_is_taken),
		cmocka_unit_test(test_a_name_has_as_many_bytes_as_iam_gives_it),
		cmocka_unit_test(test_limits_of_terms_and_bytes_are_exact),
		cmocka_unit_test(test_quotes_and_escapes_are_undone_and_the_text_kept),
	};

	return cmocka_run_group_tests_name("rules", tests, set_up, tear_down);
}
