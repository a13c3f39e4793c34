/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world_verdict.c - a person's verdicts and the sentence that explains them; see world.h
 *
 *   [login] allow #1: group:HostAdmins
 *   [login] allow #2: match:platform (the person's platform is "other", the
 *       instance's "acme")
 *   [login] deny #1: tag:suspended
 *   [login] allow #1: group:HostAdmins (not in the group); allow #2: …
 *
 * The texts go to administrators' terminals and logs: what comes from IAM is escaped, what
 * comes from the configuration has been checked there.
 */
#include <stdarg.h>
#include <string.h>

#include "common/text.h"
#include "daemon/world_parts.h"

#define TEXT_SIZE 448 /* a record keeps 512 bytes of a rule */
#define NAMED_RULES 4 /* of those that failed */
#define VALUE_SIZE 72

struct text {
	char bytes[TEXT_SIZE];
	size_t len;
};

static void BASE_PRINTF(2, 3) append(struct text *text, const char *format, ...)
{
	size_t left = sizeof(text->bytes) - text->len;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text->bytes + text->len, left, format, args);
	va_end(args);
	text->len += (size_t)n < left ? (size_t)n : left - 1;
}

static void
quote(const char *value, char ret[VALUE_SIZE])
{
	text_escape(value, strlen(value), ret, VALUE_SIZE);
}

/* Why a term of tags is false: which side lacks what. */
static void
explain_tags(struct text *text, const struct rules_term *term,
    const struct directory_principal *who, const struct instance *instance)
{
	const char *theirs = rules_tag(who->tags, who->n_tags, term->key);
	const char *ours = rules_tag(instance->tags, instance->n_tags, term->key);
	char key[VALUE_SIZE];
	char value[VALUE_SIZE];
	char other[VALUE_SIZE];

	quote(term->key, key);
	if (term->kind != RULES_INSTANCE && theirs == NULL) {
		append(text, " (the person has no tag %s)", key);
		return;
	}
	if (term->kind != RULES_TAG && ours == NULL) {
		append(text, " (this instance has no tag %s)", key);
		return;
	}
	quote(theirs != NULL ? theirs : "", value);
	quote(ours != NULL ? ours : "", other);
	if (term->kind == RULES_TAG)
		append(text, " (the person's %s is \"%s\")", key, value);
	else if (term->kind == RULES_INSTANCE)
		append(text, " (this instance's %s is \"%s\")", key, other);
	else
		append(text, " (the person's %s is \"%s\", the instance's \"%s\")", key,
		    value, other);
}

/* Who, where and how: what rules are held against. */
struct scene {
	const struct directory_principal *who;
	const struct instance *instance;
	const struct rules_access *access; /* NULL: not known */
};

static void
explain_false(struct text *text, const struct rules_term *term, const struct scene *scene)
{
	char value[VALUE_SIZE];

	switch (term->kind) {
	case RULES_GROUP:
		append(text, " (the person is not in %s)", term->key);
		break;
	case RULES_USER:
		append(text, " (the person is another)");
		break;
	case RULES_PATH:
		quote(scene->who->path, value);
		append(text, " (the person's path is %s)", value);
		break;
	case RULES_TAG:
	case RULES_INSTANCE:
	case RULES_MATCH:
		explain_tags(text, term, scene->who, scene->instance);
		break;
	case RULES_VIA:
		quote(scene->access->via, value);
		append(text, " (the person came in by %s)", value);
		break;
	case RULES_CALLER:
	default:
		quote(scene->access->caller != NULL ? scene->access->caller : "", value);
		append(text, " (the caller is \"%s\")", value);
		break;
	}
}

/* Nothing let the person in: each rule with the first term that is false. */
static void
explain_no_rule(struct text *text, const struct rules_set *set, const struct scene *scene)
{
	const struct rules_term *term;
	const char *why;

	append(text, "[%s] ", set->section);
	if (set->n_allow == 0)
		append(text, "has no allow rule");
	for (size_t i = 0; i < set->n_allow; i++) {
		if (i == NAMED_RULES) {
			append(text, "; and %zu more", set->n_allow - i);
			break;
		}
		append(text, "%sallow #%zu: %s", i > 0 ? "; " : "", i + 1,
		    set->allow[i].text);
		if (rules_eval_rule(&set->allow[i], scene->who, scene->instance,
			scene->access, &term, &why) == RULES_FALSE) {
			if (set->allow[i].n_terms > 1)
				append(text, ": %s", term->text);
			explain_false(text, term, scene);
		}
	}
}

static void
explain_outcome(const struct access_outcome *decided, const struct scene *scene,
    struct text *ret_text)
{
	const struct rules_outcome *outcome = &decided->rules;
	struct text text = { .len = 0 };

	if (outcome->rule == NULL) {
		explain_no_rule(&text, decided->set, scene);
	} else {
		append(&text, "[%s] %s #%zu: %s", decided->set->section,
		    outcome->is_deny ? "deny" : "allow", outcome->number,
		    outcome->rule->text);
		if (outcome->value == RULES_UNKNOWN && outcome->rule->n_terms > 1)
			append(&text, ": %s", outcome->term->text);
		if (outcome->value == RULES_UNKNOWN)
			append(&text, " (%s)", outcome->why);
	}
	*ret_text = text;
}

/* A person who has no account: what in IAM would have to change. */
static void
explain_mapping(const struct world_making *making, const struct directory_principal *who,
    struct text *ret_text)
{
	const char *tag_name = making->config->accounts.runas_tag;
	const char *value = rules_tag(who->tags, who->n_tags, tag_name);
	struct text text = { .len = 0 };
	char shown[VALUE_SIZE];
	char key[VALUE_SIZE];

	quote(value != NULL ? value : who->name, shown);
	quote(tag_name, key);
	if (value != NULL)
		append(&text, "the tag %s is \"%s\"", key, shown);
	else
		append(&text,
		    "the IAM name is \"%s\"; the tag %s can name another account", shown,
		    key);
	*ret_text = text;
}

static enum verdict
verdict_of(enum rules_value value)
{
	if (value == RULES_TRUE)
		return VERDICT_ALLOW;
	return value == RULES_UNKNOWN ? VERDICT_UNKNOWN : VERDICT_DENY;
}

/* Every service denied for one reason; @rule may be NULL. */
static void
deny_all(const struct world *world, struct world_person *person,
    enum verdict_reason reason, const char *rule)
{
	person->by_way = false;
	for (size_t s = 0; s < world->n_services; s++)
		person->services[s] = (struct world_verdict){
			.verdict = VERDICT_DENY, .reason = reason, .rule = rule
		};
}

int
world_refuse_id(
    const struct world *world, struct world_person *person, enum verdict_reason reason)
{
	const struct directory_principal *who = person->principal;
	const char *key = world->config->accounts.uid_tag;
	const char *value = NULL, *rule = NULL;
	struct text text = { .len = 0 };
	char shown[VALUE_SIZE];

	if (key != NULL)
		value = rules_tag(who->tags, who->n_tags, key);
	if (value != NULL) {
		quote(value, shown);
		append(&text, "the tag %s is \"%s\"", key, shown);
		rule = pool_shared(world->pool, text.bytes);
	}
	person->claim = WORLD_CLAIM_REFUSED;
	deny_all(world, person, reason, rule);
	return value == NULL || rule != NULL ? 0 : -ENOMEM;
}

/* What the rules say of somebody who has an account, by the best way in. */
static int
eval(const struct world_making *making, struct world_person *person, size_t service)
{
	const struct scene scene = { .who = person->principal,
		.instance = making->world->instance };
	struct world_verdict *own = &person->services[service];
	struct access_outcome outcome;
	struct text text;
	bool varies;

	access_decide_any(
	    making->config, service, scene.who, scene.instance, &outcome, &varies);
	own->verdict = verdict_of(outcome.rules.value);
	own->reason = outcome.rules.reason;
	person->by_way = person->by_way || varies;
	explain_outcome(&outcome, &scene, &text);
	own->rule = pool_shared(making->world->pool, text.bytes);
	return own->rule != NULL ? 0 : -ENOMEM;
}

static void
eval_guest(const struct world_making *making, struct world_person *person)
{
	struct access_outcome outcome;

	access_decide_any(making->config, SNAPSHOT_SERVICE_LOGIN, person->principal,
	    making->world->instance, &outcome, NULL);
	person->guest_login = verdict_of(outcome.rules.value);
	access_decide_any(making->config, SNAPSHOT_SERVICE_SUDO, person->principal,
	    making->world->instance, &outcome, NULL);
	person->guest_sudo = verdict_of(outcome.rules.value);
}

int
world_verdicts(const struct world_making *making, struct world_person *person)
{
	const struct world *world = making->world;
	const char *rule = NULL;
	struct text text;
	int r = 0;

	eval_guest(making, person);
	if (person->mapping.reason != REASON_NONE) {
		explain_mapping(making, person->principal, &text);
		rule = pool_shared(world->pool, text.bytes);
		deny_all(world, person, person->mapping.reason, rule);
		return rule != NULL ? 0 : -ENOMEM;
	}
	if (person->claim == WORLD_CLAIM_REFUSED) {
		deny_all(world, person, REASON_NAME_CLAIMED, NULL);
		return 0;
	}
	for (size_t s = 0; r == 0 && s < world->n_services; s++)
		r = eval(making, person, s);
	return r;
}

/* The verdict does not hang on its text: without memory the record lacks a sentence. */
static void
tell(const struct world_verdict *own, enum verdict_reason *ret_reason, char **ret_rule)
{
	if (ret_reason != NULL)
		*ret_reason = own->reason;
	if (ret_rule != NULL)
		*ret_rule = own->rule != NULL ? strdup(own->rule) : NULL;
}

enum verdict
world_guest_access(const struct world *world, const struct world_person *person,
    size_t service, const struct rules_access *access, enum verdict_reason *ret_reason,
    char **ret_rule)
{
	const struct scene scene = { person->principal, world->instance, access };
	struct access_outcome outcome;
	struct world_verdict own;
	struct text text;

	access_decide(
	    world->config, service, scene.who, scene.instance, access, &outcome);
	explain_outcome(&outcome, &scene, &text);
	own.verdict = verdict_of(outcome.rules.value);
	own.reason = outcome.rules.reason;
	own.rule = text.bytes;
	tell(&own, ret_reason, ret_rule);
	return own.verdict;
}

enum verdict
world_access(const struct world *world, const struct world_person *person, size_t service,
    const struct rules_access *access, enum verdict_reason *ret_reason, char **ret_rule)
{
	/* whoever has no account has none by any way */
	if (person->by_way)
		return world_guest_access(
		    world, person, service, access, ret_reason, ret_rule);
	tell(&person->services[service], ret_reason, ret_rule);
	return person->services[service].verdict;
}
