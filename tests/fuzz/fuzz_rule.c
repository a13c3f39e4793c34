/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_rule.c - one rule's text: parsed, parsed again from its own text, evaluated
 *
 * A rule that was accepted must mean the same when its kept text is read again: that is what
 * explain and the records show.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int condition)
{
	if (!condition)
		abort();
}

static int
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
eval(const struct rules_rule *rule)
{
	static char name[] = "alice", path[] = "/people/", empty[] = "";
	static char key[] = "platform", value[] = "a:b c";
	struct directory_tag tags[] = { { key, value }, { name, empty } };
	const char *groups[] = { name };
	struct directory_principal who = {
		.kind = PRINCIPAL_IAM_USER,
		.name = name,
		.path = path,
		.tags = tags,
		.n_tags = 2,
		.groups = groups,
		.n_groups = 1,
	};
	struct instance instance = {
		.tags_state = INSTANCE_TAGS_KNOWN, .tags = tags, .n_tags = 1
	};
	const struct rules_term *term;
	const char *why;
	enum rules_value known =
	    rules_eval_rule(rule, &who, &instance, NULL, &term, &why);
	enum rules_value unknown = rules_eval_rule(rule, &who, NULL, NULL, &term, &why);

	/* Knowing less never turns a false rule true, nor a true one false. */
	check(known == unknown || unknown == RULES_UNKNOWN);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules_rule rule;
	struct rules_rule again;
	char error[200] = "";
	char *text = malloc(size + 1);

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (rules_parse(text, &rule, error) == 0) {
		check(rule.n_terms >= 1 && rule.n_terms <= RULES_TERMS_MAX);
		check(rules_parse(rule.text, &again, error) == 0);
		check(again.n_terms == rule.n_terms);
		for (size_t i = 0; i < rule.n_terms; i++)
			check(again.terms[i].kind == rule.terms[i].kind &&
			      same(again.terms[i].key, rule.terms[i].key) &&
			      same(again.terms[i].value, rule.terms[i].value));
		eval(&rule);
		rules_rule_done(&again);
		rules_rule_done(&rule);
	} else {
		check(error[0] != '\0' && memchr(error, '\0', sizeof(error)) != NULL);
	}
	free(text);
	return 0;
}
