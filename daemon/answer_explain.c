/* SPDX-License-Identifier: Apache-2.0 */
/* answer_explain.c - EXPLAIN: whom the question is about, and the whole answer's frame */
#include <json-c/json.h>
#include <string.h>

#include "common/text.h"
#include "daemon/answer.h"
#include "daemon/explain.h"

enum {
	EXPLAIN_ALLOWED = 0,
	EXPLAIN_DENIED = 1,
	EXPLAIN_NOT_KNOWABLE = 2,
	EXPLAIN_NOBODY = 3,
};

/* An OS account, an IAM name, an ARN or a unique id: tried in this order. */
static const struct world_person *
explain_find(const struct world *world, const char *query)
{
	const struct world_person *found = NULL;

	for (size_t i = 0; i < world->n_people; i++)
		if (world_has_claim(&world->people[i]) &&
		    strcmp(world->people[i].mapping.name, query) == 0)
			return &world->people[i];
	for (size_t i = 0; found == NULL && i < world->n_people; i++)
		if (strcmp(world->people[i].principal->name, query) == 0)
			found = &world->people[i];
	for (size_t i = 0; found == NULL && i < world->n_people; i++)
		if (strcmp(world->people[i].principal->arn, query) == 0 ||
		    strcmp(world->people[i].principal->id, query) == 0)
			found = &world->people[i];
	return found;
}

/* Somebody whom IAM lists and [principals] leaves out: the likeliest question of all. */
static const struct directory_principal *
explain_find_outside(const struct daemon *d, const char *query)
{
	for (size_t i = 0; i < d->directory->n_principals; i++) {
		const struct directory_principal *who = &d->directory->principals[i];

		if (strcmp(who->name, query) == 0 || strcmp(who->arn, query) == 0 ||
		    strcmp(who->id, query) == 0)
			return who;
	}
	return NULL;
}

static int
explain_exit(enum verdict verdict)
{
	return verdict == VERDICT_ALLOW  ? EXPLAIN_ALLOWED
	       : verdict == VERDICT_DENY ? EXPLAIN_DENIED
					 : EXPLAIN_NOT_KNOWABLE;
}

/* The person's own verdict, held against the age of what it rests on. */
static void
explain_person(struct daemon *d, const struct world_person *person, struct json_object *o)
{
	const struct world_account *account = NULL;
	struct world_verdict verdict = person->services[SNAPSHOT_SERVICE_LOGIN];
	enum freshness state = daemon_state(d, d->config->grace_s);
	struct json_object *people = json_object_new_array();

	if (person->account < d->world->n_accounts)
		account = &d->world->accounts[person->account];
	if (state == FRESHNESS_EXPIRED) {
		verdict.verdict = VERDICT_UNKNOWN;
		verdict.reason = REASON_DATA_EXPIRED;
	}
	json_object_object_add(
	    o, "verdict", json_object_new_string(verdict_name(verdict.verdict)));
	json_object_object_add(
	    o, "reason", json_object_new_string(verdict_reason_name(verdict.reason)));
	json_object_object_add(
	    o, "exit", json_object_new_int(explain_exit(verdict.verdict)));
	json_object_object_add(
	    o, "account", account != NULL ? explain_account(d, account) : NULL);
	json_object_array_add(people, explain_one(d, person));
	json_object_object_add(o, "people", people);
	json_object_object_add(o, "hints", explain_hints(d, person, &verdict));
}

static void
explain_nobody(struct daemon *d, const char *query, struct json_object *o)
{
	const struct directory_principal *who =
	    d->directory != NULL ? explain_find_outside(d, query) : NULL;
	const struct world_account *account =
	    d->world != NULL ? world_account_by_name(d->world, query) : NULL;
	enum verdict_reason reason = d->world == NULL  ? REASON_NO_DATA
				     : account != NULL ? REASON_WITHDRAWN
				     : who != NULL     ? REASON_OUT_OF_SCOPE
						       : REASON_NONE;
	bool is_known = account != NULL || who != NULL;
	enum verdict verdict = d->world == NULL ? VERDICT_UNKNOWN
			       : is_known       ? VERDICT_DENY
						: VERDICT_NO_USER;

	json_object_object_add(
	    o, "verdict", json_object_new_string(verdict_name(verdict)));
	json_object_object_add(
	    o, "reason", json_object_new_string(verdict_reason_name(reason)));
	json_object_object_add(o, "exit",
	    json_object_new_int(
		verdict == VERDICT_NO_USER ? EXPLAIN_NOBODY : explain_exit(verdict)));
	json_object_object_add(
	    o, "account", account != NULL ? explain_account(d, account) : NULL);
	json_object_object_add(o, "people", json_object_new_array());
	json_object_object_add(o, "hints", explain_hints_nobody(d, query, who));
}

/* Others than root ask about the account they are, and no other. */
static bool
explain_may_ask(const struct daemon *d, const struct answer_request *request,
    const struct world_person *person, const char *query)
{
	const struct world_account *account = NULL;

	if (request->uid == 0)
		return true;
	if (d->world == NULL)
		return false;
	if (person != NULL && person->account < d->world->n_accounts)
		account = &d->world->accounts[person->account];
	if (person == NULL)
		account = world_account_by_name(d->world, query);
	return account != NULL && account->uid == request->uid;
}

void
answer_explain(
    struct daemon *d, const struct answer_request *request, struct wire_packet *reply)
{
	const struct world_person *person = NULL;
	struct json_object *o;
	char query[600];
	int64_t age = daemon_age_ms(d);
	int r;

	if (wire_get_text(
		request->bytes, request->len, WIRE_T_QUERY, query, sizeof(query)) != 0) {
		answer_fail(request, WIRE_BADREQUEST, "a user is needed", reply);
		return;
	}
	if (d->world != NULL)
		person = explain_find(d->world, query);
	if (!explain_may_ask(d, request, person, query)) {
		answer_fail(
		    request, WIRE_DENIED, "only root may ask about somebody else", reply);
		return;
	}
	o = json_object_new_object();
	json_object_object_add(o, "v", json_object_new_int(1));
	json_object_object_add(o, "query", json_object_new_string(query));
	if (person != NULL)
		explain_person(d, person, o);
	else
		explain_nobody(d, query, o);
	json_object_object_add(o, "state",
	    json_object_new_string(freshness_name(daemon_state(d, d->config->grace_s))));
	json_object_object_add(o, "age_s",
	    age != FRESHNESS_AGE_UNKNOWN ? json_object_new_int64(age / 1000) : NULL);
	answer_start(request, WIRE_OK, reply);
	r = wire_put_text(reply, WIRE_T_JSON,
	    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
	if (r != 0)
		answer_fail(
		    request, WIRE_FAILED, "the answer does not fit a packet", reply);
}
