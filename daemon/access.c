/* SPDX-License-Identifier: Apache-2.0 */
/* access.c - sections held together, and ways in tried; contract in access.h */
#include <string.h>

#include "daemon/access.h"

/* A caller that no pattern names: an ARN has no space. */
#define NOBODY "arn: nobody"

static const struct rules_set *
set_of(const struct config *config, size_t service)
{
	switch (service) {
	case SNAPSHOT_SERVICE_LOGIN:
		return &config->login;
	case SNAPSHOT_SERVICE_SUDO:
		return &config->sudo;
	default:
		return &config->services[service - CONFIG_SERVICE_FIRST];
	}
}

void
access_decide(const struct config *config, size_t service,
    const struct directory_principal *who, const struct instance *instance,
    const struct rules_access *access, struct access_outcome *ret_outcome)
{
	struct access_outcome login = { .set = &config->login };
	struct access_outcome own = { .set = set_of(config, service) };

	rules_eval(login.set, who, instance, access, &login.rules);
	if (service == SNAPSHOT_SERVICE_LOGIN || login.rules.value == RULES_FALSE) {
		*ret_outcome = login;
		return;
	}
	rules_eval(own.set, who, instance, access, &own.rules);
	/* of two that are not knowable [login]'s is named; what is surely false is false */
	if ((login.rules.value == RULES_UNKNOWN && own.rules.value != RULES_FALSE) ||
	    (service >= CONFIG_SERVICE_FIRST && own.set->n_allow == 0 &&
		own.rules.reason == REASON_NO_RULE))
		own = login;
	*ret_outcome = own;
}

static bool
has_way(const struct rules_rule *rule, const char *via)
{
	for (size_t i = 0; i < rule->n_terms; i++)
		if (rule->terms[i].kind == RULES_VIA &&
		    strcmp(rule->terms[i].key, via) == 0)
			return true;
	return false;
}

bool
access_names_way(const struct config *config, size_t service,
    const struct directory_principal *who, const struct instance *instance,
    const struct rules_access *access)
{
	const struct rules_set *sets[] = { &config->login, set_of(config, service) };
	const struct rules_term *term;
	const char *why;

	for (size_t i = 0; i < BASE_N(sets); i++)
		for (size_t n = 0; n < sets[i]->n_allow; n++)
			if (has_way(&sets[i]->allow[n], access->via) &&
			    rules_eval_rule(&sets[i]->allow[n], who, instance, access,
				&term, &why) == RULES_TRUE)
				return true;
	return false;
}

/* One evaluation after the other, the best so far. */
struct trial {
	const struct config *config;
	size_t service;
	const struct directory_principal *who;
	const struct instance *instance;
	bool any, varies;
	struct access_outcome best;
};

static void
try(struct trial *trial, const char *via, const char *caller)
{
	const struct rules_access access = { .via = via, .caller = caller };
	struct access_outcome outcome;

	access_decide(trial->config, trial->service, trial->who, trial->instance, &access,
	    &outcome);
	if (trial->any && outcome.rules.value != trial->best.rules.value)
		trial->varies = true;
	if (!trial->any || outcome.rules.value > trial->best.rules.value)
		trial->best = outcome;
	trial->any = true;
}

/*
 * Every caller that the patterns can tell apart is like one of these: somebody that none of
 * them names, each pattern's own text, and somebody who merely begins as it does.
 */
static void
try_callers_of(struct trial *trial, const struct rules_rule *rules, size_t n_rules)
{
	char caller[RULES_LINE_MAX + 2];

	for (size_t i = 0; i < n_rules; i++) {
		for (size_t j = 0; j < rules[i].n_terms; j++) {
			const char *key = rules[i].terms[j].key;
			size_t len = strcspn(key, "*");

			if (rules[i].terms[j].kind != RULES_CALLER)
				continue;
			(void)snprintf(caller, sizeof(caller), "%.*s", (int)len, key);
			try(trial, "eic", caller);
			(void)snprintf(caller, sizeof(caller), "%.*s ", (int)len, key);
			try(trial, "eic", caller);
		}
	}
}

static bool
speaks_of_access(const struct rules_rule *rules, size_t n_rules)
{
	for (size_t i = 0; i < n_rules; i++)
		for (size_t j = 0; j < rules[i].n_terms; j++)
			if (rules_is_about_access(&rules[i].terms[j]))
				return true;
	return false;
}

void
access_decide_any(const struct config *config, size_t service,
    const struct directory_principal *who, const struct instance *instance,
    struct access_outcome *ret_outcome, bool *ret_varies)
{
	const struct rules_set *sets[] = { &config->login, set_of(config, service) };
	struct trial trial = {
		.config = config, .service = service, .who = who, .instance = instance
	};
	bool speaks = false;
	const char *way;

	for (size_t i = 0; i < BASE_N(sets); i++)
		speaks = speaks || speaks_of_access(sets[i]->allow, sets[i]->n_allow) ||
			 speaks_of_access(sets[i]->deny, sets[i]->n_deny);
	if (speaks) {
		for (size_t i = 0; (way = rules_way(i)) != NULL; i++)
			try(&trial, way, strcmp(way, "eic") == 0 ? NOBODY : NULL);
		for (size_t i = 0; i < BASE_N(sets); i++) {
			try_callers_of(&trial, sets[i]->allow, sets[i]->n_allow);
			try_callers_of(&trial, sets[i]->deny, sets[i]->n_deny);
		}
	} else {
		access_decide(config, service, who, instance, NULL, &trial.best);
	}
	*ret_outcome = trial.best;
	if (ret_varies != NULL)
		*ret_varies = trial.varies;
}
