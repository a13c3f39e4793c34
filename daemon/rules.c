/* SPDX-License-Identifier: Apache-2.0 */
/* rules.c - three-valued evaluation; contract in rules.h */
#include <string.h>

#include "common/text.h"
#include "daemon/rules.h"

static const char why_twice[] = "the tag is there twice";
static const char why_unknown[] = "the tags of this instance are not known";
static const char why_access[] = "it depends on how the person comes in";

/*
 * The keys' are keysfile_via_name()'s, "cert" is any SSH certificate, the others are sshd's names
 * of authentication methods. What [keys] chain prints is for accounts that no rule is about.
 */
static const char *const ways[] = { "iam-key", "tag-key", "file-key", "eic", "cert",
	"password", "keyboard-interactive", "gssapi-with-mic", "hostbased" };

const char *
rules_way(size_t n)
{
	return n < BASE_N(ways) ? ways[n] : NULL;
}

bool
rules_is_about_access(const struct rules_term *term)
{
	return term->kind == RULES_VIA || term->kind == RULES_CALLER;
}

const char *
rules_tag(const struct directory_tag *tags, size_t n_tags, const char *key)
{
	for (size_t i = 0; i < n_tags; i++)
		if (text_equal_fold(tags[i].key, key))
			return tags[i].value;
	return NULL;
}

/*
 * A tag's value. IAM compares keys ignoring case and admits no two of one key; a source
 * that shows two says nothing about which one is meant.
 */
static enum rules_value
find_tag(const struct directory_tag *tags, size_t n_tags, const char *key,
    const char **ret_value, const char **ret_why)
{
	const char *value = NULL;

	for (size_t i = 0; i < n_tags; i++) {
		if (!text_equal_fold(tags[i].key, key))
			continue;
		if (value != NULL) {
			*ret_why = why_twice;
			return RULES_UNKNOWN;
		}
		value = tags[i].value;
	}
	*ret_value = value;
	return value != NULL ? RULES_TRUE : RULES_FALSE;
}

static enum rules_value
find_instance_tag(const struct instance *instance, const char *key,
    const char **ret_value, const char **ret_why)
{
	if (instance == NULL || instance->tags_state != INSTANCE_TAGS_KNOWN) {
		*ret_why = instance != NULL && instance->tags_hint != NULL
			       ? instance->tags_hint
			       : why_unknown;
		return RULES_UNKNOWN;
	}
	return find_tag(instance->tags, instance->n_tags, key, ret_value, ret_why);
}

static size_t
word_length(const char *text)
{
	return strcspn(text, " :");
}

/* Have two multi-valued tags a value in common? Empty values are no values. */
static bool
share_value(const char *a, const char *b)
{
	for (; *a != '\0'; a += word_length(a) + (a[word_length(a)] != '\0')) {
		size_t len = word_length(a);

		if (len == 0)
			continue;
		for (const char *p = b; *p != '\0';) {
			size_t other = word_length(p);

			if (other == len && memcmp(a, p, len) == 0)
				return true;
			p += other + (p[other] != '\0');
		}
	}
	return false;
}

static bool
is_member(const struct directory_principal *who, const char *group)
{
	for (size_t i = 0; i < who->n_groups; i++)
		if (strcmp(who->groups[i], group) == 0)
			return true;
	return false;
}

/* Of a path or an ARN: @pattern itself, or what begins so where it ends in an asterisk. */
static bool
begins_as(const char *text, const char *pattern)
{
	size_t len = strlen(pattern);

	if (len > 0 && pattern[len - 1] == '*')
		return strncmp(text, pattern, len - 1) == 0;
	return strcmp(text, pattern) == 0;
}

static enum rules_value
truth(bool is_true)
{
	return is_true ? RULES_TRUE : RULES_FALSE;
}

static enum rules_value
eval_match(const char *key, const struct directory_principal *who,
    const struct instance *instance, const char **ret_why)
{
	const char *theirs = NULL;
	const char *ours = NULL;
	enum rules_value value;

	value = find_tag(who->tags, who->n_tags, key, &theirs, ret_why);
	if (value == RULES_TRUE)
		value = find_instance_tag(instance, key, &ours, ret_why);
	return value == RULES_TRUE ? truth(share_value(theirs, ours)) : value;
}

static enum rules_value
eval_access(const struct rules_term *term, const struct rules_access *access)
{
	if (access == NULL)
		return RULES_UNKNOWN;
	if (term->kind == RULES_VIA)
		return truth(strcmp(access->via, term->key) == 0);
	return truth(access->caller != NULL && begins_as(access->caller, term->key));
}

enum rules_value
rules_eval_term(const struct rules_term *term, const struct directory_principal *who,
    const struct instance *instance, const struct rules_access *access,
    const char **ret_why)
{
	enum rules_value value = RULES_UNKNOWN;
	const char *found = NULL;
	const char *why = why_access;

	switch (term->kind) {
	case RULES_GROUP:
		return truth(is_member(who, term->key));
	case RULES_USER:
		return truth(
		    who->kind == PRINCIPAL_IAM_USER && strcmp(who->name, term->key) == 0);
	case RULES_PATH:
		return truth(begins_as(who->path, term->key));
	case RULES_VIA:
	case RULES_CALLER:
		value = eval_access(term, access);
		break;
	case RULES_TAG:
		value = find_tag(who->tags, who->n_tags, term->key, &found, &why);
		break;
	case RULES_INSTANCE:
		value = find_instance_tag(instance, term->key, &found, &why);
		break;
	case RULES_MATCH:
		value = eval_match(term->key, who, instance, &why);
		break;
	}
	if (value == RULES_TRUE && term->value != NULL)
		value = truth(strcmp(found, term->value) == 0);
	if (value == RULES_UNKNOWN && ret_why != NULL)
		*ret_why = why;
	return value;
}

enum rules_value
rules_eval_rule(const struct rules_rule *rule, const struct directory_principal *who,
    const struct instance *instance, const struct rules_access *access,
    const struct rules_term **ret_term, const char **ret_why)
{
	const struct rules_term *unknown = NULL;
	const char *unknown_why = NULL;

	for (size_t i = 0; i < rule->n_terms; i++) {
		const char *why = NULL;
		enum rules_value value =
		    rules_eval_term(&rule->terms[i], who, instance, access, &why);

		if (value == RULES_FALSE) {
			*ret_term = &rule->terms[i];
			*ret_why = NULL;
			return RULES_FALSE;
		}
		if (value == RULES_UNKNOWN && unknown == NULL) {
			unknown = &rule->terms[i];
			unknown_why = why;
		}
	}
	*ret_term = unknown;
	*ret_why = unknown_why;
	/* A rule without terms cannot be parsed; if there were one, it would say nothing. */
	if (unknown != NULL || rule->n_terms == 0)
		return RULES_UNKNOWN;
	return RULES_TRUE;
}

/* The first true rule of a list, else the first unknown one, else FALSE. */
static enum rules_value
eval_list(const struct rules_rule *rules, size_t n_rules,
    const struct directory_principal *who, const struct instance *instance,
    const struct rules_access *access, struct rules_outcome *outcome)
{
	enum rules_value best = RULES_FALSE;

	for (size_t i = 0; i < n_rules && best != RULES_TRUE; i++) {
		const struct rules_term *term = NULL;
		const char *why = NULL;
		enum rules_value value =
		    rules_eval_rule(&rules[i], who, instance, access, &term, &why);

		if (value <= best)
			continue;
		best = value;
		outcome->rule = &rules[i];
		outcome->number = i + 1;
		outcome->term = term;
		outcome->why = why;
	}
	return best;
}

void
rules_eval(const struct rules_set *set, const struct directory_principal *who,
    const struct instance *instance, const struct rules_access *access,
    struct rules_outcome *ret_outcome)
{
	struct rules_outcome outcome = { .is_deny = true };
	enum rules_value denied;
	const char *why;

	denied = eval_list(set->deny, set->n_deny, who, instance, access, &outcome);
	if (denied != RULES_FALSE) {
		outcome.value = denied == RULES_TRUE ? RULES_FALSE : RULES_UNKNOWN;
		outcome.reason =
		    denied == RULES_TRUE ? REASON_RULE_DENIES : REASON_NOT_KNOWABLE;
		*ret_outcome = outcome;
		return;
	}

	outcome = (struct rules_outcome){ 0 };
	outcome.value =
	    eval_list(set->allow, set->n_allow, who, instance, access, &outcome);
	if (outcome.value == RULES_TRUE) {
		outcome.reason = REASON_RULE_ALLOWS;
	} else if (outcome.value == RULES_UNKNOWN) {
		outcome.reason = REASON_NOT_KNOWABLE;
	} else {
		outcome.reason = REASON_NO_RULE;
		/* With a single allow rule the term to mend is certain. */
		if (set->n_allow == 1)
			(void)rules_eval_rule(
			    &set->allow[0], who, instance, access, &outcome.term, &why);
	}
	*ret_outcome = outcome;
}
