/* SPDX-License-Identifier: Apache-2.0 */
/* config_sets.c - values that are words of a few, rules, or tags; contract in config_sets.h */
#include <string.h>

#include "common/sshkey.h"
#include "common/text.h"
#include "daemon/config_sets.h"
#include "daemon/config_values.h"

/* A word this version knows, one that only a later version does, or a typing error. */
struct word {
	const char *name;
	int value; /* -1: not in this version */
};

static int
find_word(const struct word *words, size_t n_words, const char *value, int *ret_value,
    char *why)
{
	const char *known[8];
	char shown[80];
	char nearest[80];

	for (size_t i = 0; i < n_words; i++) {
		known[i] = words[i].name;
		if (strcmp(words[i].name, value) != 0)
			continue;
		if (words[i].value < 0)
			return config_value_why(why, "%s is not in this version", value);
		*ret_value = words[i].value;
		return 0;
	}
	text_escape(value, strlen(value), shown, sizeof(shown));
	config_value_nearest(value, known, n_words, nearest, sizeof(nearest));
	return config_value_why(why, "unknown value \"%s\"%s", shown, nearest);
}

int
config_set_kind(struct config *config, const char *value, char *why)
{
	static const struct word words[] = {
		{ "iam", CONFIG_SOURCE_IAM },
		{ "file", CONFIG_SOURCE_FILE },
		{ "s3", CONFIG_SOURCE_S3 },
	};
	int found;
	int r;

	r = find_word(words, BASE_N(words), value, &found, why);
	if (r == 0)
		config->source = (enum config_source)found;
	return r;
}

static int
set_choice(enum config_choice *choice, const char *value, char *why)
{
	static const struct word words[] = {
		{ "auto", CONFIG_AUTO },
		{ "yes", CONFIG_YES },
		{ "no", CONFIG_NO },
	};
	int found;
	int r;

	r = find_word(words, BASE_N(words), value, &found, why);
	if (r == 0)
		*choice = (enum config_choice)found;
	return r;
}

int
config_set_fips(struct config *config, const char *value, char *why)
{
	return set_choice(&config->aws.fips, value, why);
}

int
config_set_dual_stack(struct config *config, const char *value, char *why)
{
	return set_choice(&config->aws.dual_stack, value, why);
}

int
config_set_min_rsa_bits(struct config *config, const char *value, char *why)
{
	uint32_t bits;

	if (text_parse_u32(value, 16384, &bits) != 0 || bits < SSHKEY_RSA_BITS_MIN)
		return config_value_why(
		    why, "\"%s\" is not a number from 2048 to 16384", value);
	config->min_rsa_bits = bits;
	return 0;
}

int
config_set_directory(struct config *config, const char *value, char *why)
{
	static const struct word words[] = {
		{ "scoped", CONFIG_DIRECTORY_SCOPED },
		{ "details", CONFIG_DIRECTORY_DETAILS },
	};
	int found;
	int r;

	r = find_word(words, BASE_N(words), value, &found, why);
	if (r == 0)
		config->directory = (enum config_directory)found;
	return r;
}

int
config_set_visible(struct config *config, const char *value, char *why)
{
	static const struct word words[] = {
		{ "authorized", CONFIG_VISIBLE_AUTHORIZED },
		{ "all", CONFIG_VISIBLE_ALL },
	};
	int found;
	int r;

	r = find_word(words, BASE_N(words), value, &found, why);
	if (r == 0)
		config->accounts.visible = (enum config_visible)found;
	return r;
}

int
config_set_on_revoke(struct config *config, const char *value, char *why)
{
	static const struct word words[] = {
		{ "keep", ON_REVOKE_KEEP },
		{ "notify", ON_REVOKE_NOTIFY },
		{ "terminate", ON_REVOKE_TERMINATE },
	};
	int found;
	int r;

	r = find_word(words, BASE_N(words), value, &found, why);
	if (r == 0)
		config->on_revoke = (enum published_on_revoke)found;
	return r;
}

int
config_set_session_manager(struct config *config, const char *value, char *why)
{
	static const struct word words[] = {
		{ "audit", SESSION_MANAGER_AUDIT },
		{ "terminate", SESSION_MANAGER_TERMINATE },
	};
	int found;
	int r;

	r = find_word(words, BASE_N(words), value, &found, why);
	if (r == 0)
		config->session_manager = (enum published_session_manager)found;
	return r;
}

int
config_set_local(struct config *config, const char *value, char *why)
{
	static const struct word words[] = {
		{ "any", CONFIG_LOCAL_ANY },
		{ "listed", CONFIG_LOCAL_LISTED },
		{ "break_glass", CONFIG_LOCAL_BREAK_GLASS },
	};
	int found;
	int r;

	r = find_word(words, BASE_N(words), value, &found, why);
	if (r == 0)
		config->accounts.local = (enum config_local)found;
	return r;
}

/*
 * Names that several people may map to. A listed name opens what is closed otherwise, so the
 * list is the administrator's word against the reserved ones, but not for root.
 */
int
config_set_shared(struct config *config, const char *value, char *why)
{
	struct config_list *list = &config->accounts.shared;
	char shown[80];
	int r;

	r = config_value_list(value, list, why);
	for (size_t i = 0; r == 0 && i < list->n; i++) {
		size_t len = strlen(list->items[i]);

		text_escape(list->items[i], len, shown, sizeof(shown));
		if (!text_is_os_name(list->items[i], len))
			return config_value_why(why,
			    "\"%s\" is no account name that a tag could give; blanks "
			    "separate them",
			    shown);
		if (strcmp(list->items[i], "root") == 0 ||
		    strncmp(list->items[i], "iamlogin", strlen("iamlogin")) == 0)
			return config_value_why(why, "%s is never shared", shown);
	}
	return r;
}

int
config_set_tag(struct config *config, const char *value, char *why)
{
	_cleanup_free_ char *key = NULL;
	_cleanup_free_ char *text = NULL;
	const char *equals = strchr(value, '=');
	struct directory_tag *bigger;

	if (equals == NULL || equals == value)
		return config_value_why(why, "KEY=VALUE is expected");
	key = strndup(value, (size_t)(equals - value));
	text = strdup(equals + 1);
	if (key == NULL || text == NULL)
		return -ENOMEM;
	if (rules_tag(config->instance_tags, config->n_instance_tags, key) != NULL)
		return config_value_why(why, "this tag is there already");
	bigger = reallocarray(
	    config->instance_tags, config->n_instance_tags + 1, sizeof(*bigger));
	if (bigger == NULL)
		return -ENOMEM;
	config->instance_tags = bigger;
	bigger[config->n_instance_tags++] = (struct directory_tag){
		.key = base_take_ptr(&key),
		.value = base_take_ptr(&text),
	};
	return 0;
}

static int
parse_scope_term(const char *text, struct rules_term *ret_term, char *why)
{
	struct rules_rule rule;
	char error[200];
	char shown[80];
	int r;

	text_escape(text, strlen(text), shown, sizeof(shown));
	r = rules_parse(text, &rule, error);
	if (r == -EINVAL)
		return config_value_why(why, "%s: %s", shown, error);
	if (r != 0)
		return r;
	if (rule.n_terms != 1 ||
	    (rule.terms[0].kind != RULES_PATH && rule.terms[0].kind != RULES_GROUP &&
		rule.terms[0].kind != RULES_USER)) {
		rules_rule_done(&rule);
		return config_value_why(why,
		    "%s: only path:, group: and user: say who is in scope; tags decide in "
		    "[login]",
		    shown);
	}
	*ret_term = rule.terms[0];
	rule.n_terms = 0; /* the term has moved out */
	rules_rule_done(&rule);
	return 0;
}

static int
set_scope(struct config_scope *scope, const char *value, char *why)
{
	struct config_list words = { 0 };
	int r;

	r = config_value_list(value, &words, why);
	if (r != 0)
		return r;
	scope->terms = calloc(words.n + 1, sizeof(*scope->terms));
	if (scope->terms == NULL)
		r = -ENOMEM;
	for (size_t i = 0; r == 0 && i < words.n; i++) {
		r = parse_scope_term(words.items[i], &scope->terms[i], why);
		if (r == 0)
			scope->n_terms++;
	}
	config_value_list_done(&words);
	return r;
}

int
config_set_users(struct config *config, const char *value, char *why)
{
	return set_scope(&config->users, value, why);
}

int
config_set_roles(struct config *config, const char *value, char *why)
{
	int r = set_scope(&config->roles, value, why);

	for (size_t i = 0; r == 0 && i < config->roles.n_terms; i++)
		if (config->roles.terms[i].kind != RULES_PATH)
			r = config_value_why(why,
			    "%s: roles have no groups, and are in scope by their path only",
			    config->roles.terms[i].text);
	return r;
}

static int
add_rule(struct rules_rule **rules, size_t *n_rules, const char *value, char *why)
{
	struct rules_rule *bigger;
	struct rules_rule rule;
	char error[200];
	int r;

	if (*n_rules == RULES_MAX)
		return config_value_why(why, "more than %d of them", RULES_MAX);
	r = rules_parse(value, &rule, error);
	if (r == -EINVAL)
		return config_value_why(why, "%s", error);
	if (r != 0)
		return r;
	bigger = reallocarray(*rules, *n_rules + 1, sizeof(*bigger));
	if (bigger == NULL) {
		rules_rule_done(&rule);
		return -ENOMEM;
	}
	bigger[(*n_rules)++] = rule;
	*rules = bigger;
	return 0;
}

int
config_set_rule(struct rules_set *set, bool is_deny, const char *value, char *why)
{
	return is_deny ? add_rule(&set->deny, &set->n_deny, value, why)
		       : add_rule(&set->allow, &set->n_allow, value, why);
}

int
config_set_login_allow(struct config *config, const char *value, char *why)
{
	return config_set_rule(&config->login, false, value, why);
}

int
config_set_login_deny(struct config *config, const char *value, char *why)
{
	return config_set_rule(&config->login, true, value, why);
}

/* sudo's account stage is not told how the session came about, and groups are for all. */
static int
set_sudo(struct config *config, bool is_deny, const char *value, char *why)
{
	struct rules_set *set = &config->sudo;
	const struct rules_rule *rule;
	int r;

	r = config_set_rule(set, is_deny, value, why);
	if (r != 0)
		return r;
	rule = is_deny ? &set->deny[set->n_deny - 1] : &set->allow[set->n_allow - 1];
	for (size_t i = 0; i < rule->n_terms; i++)
		if (rules_is_about_access(&rule->terms[i]))
			return config_value_why(why,
			    "%s: how somebody came in is for [login] to judge",
			    rule->terms[i].text);
	return 0;
}

int
config_set_sudo_allow(struct config *config, const char *value, char *why)
{
	return set_sudo(config, false, value, why);
}

int
config_set_sudo_deny(struct config *config, const char *value, char *why)
{
	return set_sudo(config, true, value, why);
}
