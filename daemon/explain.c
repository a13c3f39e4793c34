/* SPDX-License-Identifier: Apache-2.0 */
/* explain.c - account, person, rules and terms as JSON; contract in explain.h */
#include <json-c/json.h>
#include <string.h>

#include "common/keysfile.h"
#include "common/record.h"
#include "common/text.h"
#include "daemon/digest.h"
#include "daemon/explain.h"
#include "daemon/person_keys.h"

static void
add_text(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(
	    o, name, text != NULL ? json_object_new_string(text) : NULL);
}

static const char *
value_name(enum rules_value value)
{
	return value == RULES_TRUE ? "true" : value == RULES_FALSE ? "false" : "unknown";
}

static const char *
claim_name(enum world_claim claim)
{
	return claim == WORLD_CLAIM_OWNER     ? "owner"
	       : claim == WORLD_CLAIM_SHARED  ? "shared"
	       : claim == WORLD_CLAIM_REFUSED ? "refused"
					      : "none";
}

static const char *
uid_from_name(enum world_uid_from from)
{
	switch (from) {
	case WORLD_UID_FROM_LEDGER:
		return "ledger";
	case WORLD_UID_FROM_TAG:
		return "tag";
	case WORLD_UID_FROM_LOCAL:
		return "local";
	case WORLD_UID_FROM_HASH:
		break;
	}
	return "hash";
}

struct json_object *
explain_account(const struct daemon *d, const struct world_account *account)
{
	struct json_object *o = json_object_new_object(),
			   *groups = json_object_new_array();

	add_text(o, "name", account->name);
	json_object_object_add(o, "uid", json_object_new_int64(account->uid));
	add_text(o, "uid_from", uid_from_name(account->uid_from));
	json_object_object_add(o, "gid", json_object_new_int64(account->gid));
	add_text(o, "home", account->home);
	add_text(o, "shell", account->shell);
	for (size_t i = 0; i < d->world->n_groups; i++)
		for (size_t j = 0; j < account->n_gids; j++)
			if (account->gids[j] == d->world->groups[i].gid)
				json_object_array_add(groups,
				    json_object_new_string(d->world->groups[i].name));
	json_object_object_add(o, "groups", groups);
	json_object_object_add(
	    o, "shared", json_object_new_boolean((account->flags & USER_SHARED) != 0));
	json_object_object_add(
	    o, "local", json_object_new_boolean((account->flags & USER_LOCAL) != 0));
	json_object_object_add(
	    o, "visible", json_object_new_boolean((account->flags & USER_NAME) != 0));
	return o;
}

static struct json_object *
explain_keys(const struct daemon *d, const struct world_person *person)
{
	struct person_keys cursor = PERSON_KEYS_FIRST;
	struct person_key key;
	struct json_object *keys = json_object_new_array(), *o;
	struct clock_now now;
	uint8_t digest[DIGEST_SIZE];
	char fingerprint[51];

	clock_read(&now);
	while (person_keys_next(&cursor, d->config, d->keys, person->principal, &key)) {
		int64_t age = daemon_age_ms(d);

		if (digest_sha256(key.blob, key.blob_len, digest) != 0)
			continue;
		if (key.checked_wall_ms != 0)
			age = freshness_age_ms(
			    key.checked_wall_ms, key.checked_boot_ms, &now);
		record_fingerprint(digest, fingerprint);
		o = json_object_new_object();
		add_text(o, "type", key.type);
		add_text(o, "fingerprint", fingerprint);
		add_text(o, "source", keysfile_source_name((uint8_t)key.source));
		add_text(o, "status", "Active");
		json_object_object_add(o, "checked_age_s",
		    age != FRESHNESS_AGE_UNKNOWN ? json_object_new_int64(age / 1000)
						 : NULL);
		json_object_array_add(keys, o);
	}
	return keys;
}

static void
explain_memberships(const struct directory_principal *who, char *ret, size_t ret_size)
{
	size_t len;

	(void)snprintf(
	    ret, ret_size, "%s", who->n_groups > 0 ? "the person is in" : "in no group");
	for (size_t i = 0; i < who->n_groups; i++) {
		len = strlen(ret);
		(void)snprintf(
		    ret + len, ret_size - len, "%s %s", i > 0 ? "," : "", who->groups[i]);
	}
}

/* What a term was held against: the person's tag, or the instance's. */
static void
explain_term_why(const struct daemon *d, const struct directory_principal *who,
    const struct rules_term *term, const char *unknown, char *ret, size_t ret_size)
{
	const char *mine = NULL, *its = NULL;
	char a[128] = "absent", b[128] = "absent";

	ret[0] = '\0';
	if (unknown != NULL) {
		(void)snprintf(ret, ret_size, "%s", unknown);
		return;
	}
	if (term->kind == RULES_TAG || term->kind == RULES_MATCH)
		mine = rules_tag(who->tags, who->n_tags, term->key);
	if (term->kind == RULES_INSTANCE || term->kind == RULES_MATCH)
		its = rules_tag(d->instance->tags, d->instance->n_tags, term->key);
	if (mine != NULL)
		text_escape(mine, strlen(mine), a, sizeof(a));
	if (its != NULL)
		text_escape(its, strlen(its), b, sizeof(b));
	if (term->kind == RULES_MATCH)
		(void)snprintf(ret, ret_size,
		    "the person's tag is %s%s%s, the instance's is %s%s%s",
		    mine ? "\"" : "", a, mine ? "\"" : "", its ? "\"" : "", b,
		    its ? "\"" : "");
	else if (term->kind == RULES_TAG)
		(void)snprintf(ret, ret_size, "the person's tag is %s%s%s",
		    mine ? "\"" : "", a, mine ? "\"" : "");
	else if (term->kind == RULES_INSTANCE)
		(void)snprintf(ret, ret_size, "the instance's tag is %s%s%s",
		    its ? "\"" : "", b, its ? "\"" : "");
	else if (term->kind == RULES_PATH)
		(void)snprintf(ret, ret_size, "the person's path is %s", who->path);
	else if (term->kind == RULES_USER)
		(void)snprintf(ret, ret_size, "the person is the %s %s",
		    directory_kind_name(who->kind), who->name);
	else if (term->kind == RULES_GROUP)
		explain_memberships(who, ret, ret_size);
}

static struct json_object *
explain_rule(const struct daemon *d, const struct directory_principal *who,
    const struct rules_rule *rule, const char *section, const char *kind, size_t number)
{
	struct json_object *o = json_object_new_object(),
			   *terms = json_object_new_array();
	struct json_object *t;
	char line[128], why[512];
	const struct rules_term *term = NULL;
	const char *unknown = NULL;

	(void)snprintf(line, sizeof(line), "[%s] %s #%zu", section, kind, number);
	add_text(o, "line", line);
	add_text(o, "text", rule->text);
	add_text(o, "value",
	    value_name(rules_eval_rule(rule, who, d->instance, NULL, &term, &unknown)));
	for (size_t i = 0; i < rule->n_terms; i++) {
		enum rules_value value;

		unknown = NULL;
		value =
		    rules_eval_term(&rule->terms[i], who, d->instance, NULL, &unknown);
		explain_term_why(d, who, &rule->terms[i],
		    value == RULES_UNKNOWN ? unknown : NULL, why, sizeof(why));
		t = json_object_new_object();
		add_text(t, "text", rule->terms[i].text);
		add_text(t, "value", value_name(value));
		add_text(t, "why", why[0] != '\0' ? why : NULL);
		json_object_array_add(terms, t);
	}
	json_object_object_add(o, "terms", terms);
	return o;
}

static void
add_section(const struct daemon *d, const struct directory_principal *who,
    const struct rules_set *set, struct json_object *rules)
{
	for (size_t i = 0; i < set->n_deny; i++)
		json_object_array_add(rules,
		    explain_rule(d, who, &set->deny[i], set->section, "deny", i + 1));
	for (size_t i = 0; i < set->n_allow; i++)
		json_object_array_add(rules,
		    explain_rule(d, who, &set->allow[i], set->section, "allow", i + 1));
}

/* [sudo] shows its own lines, a service's section stands behind [login]. */
static struct json_object *
explain_service(const struct daemon *d, const struct world_person *person, size_t service)
{
	const struct config *config = d->config;
	struct json_object *o = json_object_new_object(),
			   *rules = json_object_new_array();

	add_text(o, "verdict", verdict_name(person->services[service].verdict));
	add_text(o, "reason", verdict_reason_name(person->services[service].reason));
	if (service == SNAPSHOT_SERVICE_SUDO)
		add_section(d, person->principal, &config->sudo, rules);
	else
		add_section(d, person->principal, &config->login, rules);
	if (service >= CONFIG_SERVICE_FIRST)
		add_section(d, person->principal,
		    &config->services[service - CONFIG_SERVICE_FIRST], rules);
	json_object_object_add(o, "rules", rules);
	return o;
}

static void
add_lines(const struct rules_set *set, const char *kind, const struct rules_rule *rules,
    size_t n, struct json_object *lines)
{
	char line[RULES_LINE_MAX + 64];

	for (size_t i = 0; i < n; i++) {
		(void)snprintf(line, sizeof(line), "[%s] %s #%zu: %s", set->section, kind,
		    i + 1, rules[i].text);
		json_object_array_add(lines, json_object_new_string(line));
	}
}

struct json_object *
explain_rules(const struct daemon *d)
{
	struct json_object *lines = json_object_new_array();
	const struct config *config = d->config;

	add_lines(
	    &config->login, "deny", config->login.deny, config->login.n_deny, lines);
	add_lines(
	    &config->login, "allow", config->login.allow, config->login.n_allow, lines);
	for (size_t i = 0; i < config->n_services; i++) {
		const struct rules_set *set = &config->services[i];

		add_lines(set, "deny", set->deny, set->n_deny, lines);
		add_lines(set, "allow", set->allow, set->n_allow, lines);
	}
	add_lines(&config->sudo, "deny", config->sudo.deny, config->sudo.n_deny, lines);
	add_lines(
	    &config->sudo, "allow", config->sudo.allow, config->sudo.n_allow, lines);
	return lines;
}

struct json_object *
explain_one(const struct daemon *d, const struct world_person *person)
{
	struct json_object *o = json_object_new_object(),
			   *services = json_object_new_object();

	add_text(o, "arn", person->principal->arn);
	add_text(o, "id", person->principal->id);
	add_text(o, "kind", directory_kind_name(person->principal->kind));
	add_text(o, "name", person->principal->name);
	add_text(o, "mapping", mapping_name(person->mapping.by));
	add_text(o, "claim", claim_name(person->claim));
	json_object_object_add(o, "keys", explain_keys(d, person));
	/* by PAM service: without a section of its own each is decided by [login], as sshd is */
	json_object_object_add(
	    services, "sshd", explain_service(d, person, SNAPSHOT_SERVICE_LOGIN));
	json_object_object_add(
	    services, "sudo", explain_service(d, person, SNAPSHOT_SERVICE_SUDO));
	/* [login:sshd] takes the place of the first */
	for (size_t s = CONFIG_SERVICE_FIRST; s < d->world->n_services; s++)
		json_object_object_add(
		    services, d->world->services[s], explain_service(d, person, s));
	json_object_object_add(o, "services", services);
	return o;
}
