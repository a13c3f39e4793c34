/* SPDX-License-Identifier: Apache-2.0 */
/* explain_hints.c - what would change the answer, in sentences; contract in explain.h */
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "daemon/explain.h"
#include "daemon/person_keys.h"
#include "daemon/refresh.h"

static void hint(struct json_object *hints, const char *format, ...) BASE_PRINTF(2, 3);

static void
hint(struct json_object *hints, const char *format, ...)
{
	char text[600];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	json_object_array_add(hints, json_object_new_string(text));
}

/* How the world came to be as it is: what IAM refuses, and since when nothing arrives. */
static void
hint_source(const struct daemon *d, struct json_object *hints)
{
	struct refresh_facts facts;

	refresh_facts_read(d, &facts);
	if (facts.failure.wall_ms != 0)
		hint(hints, "the directory cannot be refreshed: %s: %s (%s)",
		    facts.failure.error.action, facts.failure.error.what,
		    facts.failure.error.code);
	for (size_t i = 0; i < BASE_N(facts.missing) && facts.missing[i][0] != '\0'; i++)
		hint(hints,
		    "the permission %s is missing; 'iamlogin status --policy' prints the "
		    "policy to paste",
		    facts.missing[i]);
	if (facts.held.is_held)
		hint(hints,
		    "a listing with %zu instead of %zu people is held: 'iamlogin refresh --accept'",
		    facts.held.new_people, facts.held.old_people);
}

/* Nobody reads the same name out of a tag and out of IAM: say which it was. */
static void
hint_name(const struct daemon *d, const struct world_person *person, bool is_local,
    struct json_object *hints)
{
	const struct directory_principal *who = person->principal;
	const char *tag = d->config->accounts.runas_tag;
	const char *value = rules_tag(who->tags, who->n_tags, tag);
	char shown[160];

	if (value == NULL)
		value = who->name;
	text_escape(value, strlen(value), shown, sizeof(shown));
	hint(hints, "'%s' is %s: a tag %s=NAME with another name would give an account%s",
	    shown, is_local ? "a local name on this instance" : "a reserved name", tag,
	    is_local ? ", or the name under [accounts] shared" : "");
}

static void
hint_mapping(
    const struct daemon *d, const struct world_person *person, struct json_object *hints)
{
	const struct directory_principal *who = person->principal;
	const char *tag = d->config->accounts.runas_tag;
	const char *value = rules_tag(who->tags, who->n_tags, tag);
	char shown[160];

	switch (person->mapping.reason) {
	case REASON_NO_ACCOUNT:
		hint(hints, "a tag %s=NAME on %s would give an account", tag, who->arn);
		break;
	case REASON_BAD_NAME:
		if (value == NULL) {
			hint(hints,
			    "the IAM name is no OS name: a tag %s=NAME on %s would give an "
			    "account",
			    tag, who->arn);
			break;
		}
		text_escape(value, strlen(value), shown, sizeof(shown));
		hint(hints,
		    "the tag %s is \"%s\", which is no OS name ([a-z_][a-z0-9_.-]{0,31})",
		    tag, shown);
		break;
	case REASON_DUPLICATE_TAG:
		hint(hints, "the tag %s is there twice: remove one", tag);
		break;
	case REASON_RESERVED_NAME:
	case REASON_LOCAL_NAME:
		hint_name(d, person, person->mapping.reason == REASON_LOCAL_NAME, hints);
		break;
	default:
		break;
	}
}

static void
hint_claim(
    const struct daemon *d, const struct world_person *person, struct json_object *hints)
{
	const struct world *world = d->world;

	if (person->claim != WORLD_CLAIM_REFUSED)
		return;
	switch (person->services[SNAPSHOT_SERVICE_LOGIN].reason) {
	case REASON_NAME_CLAIMED:
		for (size_t i = 0; i < world->n_people; i++)
			if (world_has_claim(&world->people[i]) &&
			    strcmp(world->people[i].mapping.name, person->mapping.name) ==
				0)
				hint(hints,
				    "the account '%s' is that of the older %s: list it under "
				    "[accounts] shared, or give a tag %s with another name",
				    person->mapping.name, world->people[i].principal->arn,
				    d->config->accounts.runas_tag);
		break;
	case REASON_BAD_UID:
		hint(hints,
		    "the tag %s takes a decimal number from %u to %u that is nobody's",
		    d->config->accounts.uid_tag, IDS_FIRST, IDS_LAST);
		break;
	case REASON_DUPLICATE_TAG:
		hint(hints, "the tag %s is there twice: remove one",
		    d->config->accounts.uid_tag);
		break;
	default:
		hint(hints, "the uid belongs to somebody else, or to a local account");
		break;
	}
}

void
explain_hints_add(const struct daemon *d, const struct world_person *person,
    const struct world_verdict *verdict, struct json_object *hints)
{
	struct person_keys cursor = PERSON_KEYS_FIRST;
	struct person_key key;

	hint_mapping(d, person, hints);
	hint_claim(d, person, hints);
	if (verdict->rule != NULL)
		hint(hints, "%s", verdict->rule);
	if (person->by_way)
		hint(hints, "the way in decides when the session opens (via:, caller:)");
	if (verdict->verdict == VERDICT_DENY && verdict->reason == REASON_NO_RULE &&
	    d->config->login.n_allow == 0)
		hint(hints, "[login] has no allow rule: nobody may log in");
	if (verdict->verdict == VERDICT_ALLOW &&
	    !person_keys_next(&cursor, d->config, d->keys, person->principal, &key))
		hint(hints, "no usable public key: %sa tag iamlogin:key-1",
		    person->principal->kind == PRINCIPAL_IAM_USER
			? "'aws iam upload-ssh-public-key' (RSA), or "
			: "");
}

struct json_object *
explain_hints_new(const struct daemon *d)
{
	struct json_object *hints = json_object_new_array();
	enum freshness state = daemon_state(d, d->config->grace_s);

	if (state == FRESHNESS_STALE)
		hint(hints, "the answer rests on data that is older than fresh");
	if (state == FRESHNESS_EXPIRED)
		hint(hints,
		    "the last verified data is older than [cache] grace: 'iamlogin "
		    "refresh', 'iamlogin status'");
	hint_source(d, hints);
	return hints;
}

struct json_object *
explain_hints_nobody(
    const struct daemon *d, const char *query, const struct directory_principal *outside)
{
	struct json_object *hints = json_object_new_array();

	if (d->world == NULL)
		hint(hints, "nothing is verified on this instance yet");
	else if (outside != NULL)
		hint(hints, "%s is not among [principals] %s", outside->arn,
		    outside->kind == PRINCIPAL_ROLE ? "roles" : "users");
	else if (local_has_user(d->local, query))
		hint(hints, "a local account: iamlogin has no say in it");
	else
		hint(hints,
		    "nobody among [principals] has this name, or a tag %s with it%s",
		    d->config->accounts.runas_tag,
		    d->config->source == CONFIG_SOURCE_IAM ? "; directory = scoped lists "
							     "nobody else"
							   : "");
	if (d->config->users.n_terms + d->config->roles.n_terms == 0)
		hint(hints, "[principals] users is empty: nobody is in scope");
	hint_source(d, hints);
	return hints;
}
