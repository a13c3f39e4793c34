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

/* Whom the question is about: everybody behind an account, or one person. */
struct explain_subject {
	const struct world_account *account;      /* NULL: not published */
	const struct world_person *const *people; /* to free */
	size_t n;
	bool is_account; /* asked for by the account's name */
	bool is_shared;
};

static void
explain_subject_done(struct explain_subject *subject)
{
	free((void *)(uintptr_t)subject->people);
}

static bool
explain_is(const struct world_person *person, const char *query, int how)
{
	switch (how) {
	case 0:
		return world_has_claim(person) &&
		       strcmp(person->mapping.name, query) == 0;
	case 1:
		return strcmp(person->principal->name, query) == 0;
	default:
		return strcmp(person->principal->arn, query) == 0 ||
		       strcmp(person->principal->id, query) == 0;
	}
}

/* An OS account, an IAM name, an ARN or a unique id: tried in this order. */
static int
explain_find(
    const struct world *world, const char *query, struct explain_subject *ret_subject)
{
	struct explain_subject subject = { .account =
					       world_account_by_name(world, query) };
	const struct world_person **people = calloc(world->n_people + 1, sizeof(*people));

	if (people == NULL)
		return -ENOMEM;
	for (int how = 0; how < 3 && subject.n == 0; how++) {
		for (size_t i = 0; i < world->n_people; i++) {
			if (!explain_is(&world->people[i], query, how))
				continue;
			people[subject.n++] = &world->people[i];
			if (how > 0)
				break;
		}
		subject.is_account = how == 0 && subject.n > 0;
	}
	subject.people = people;
	if (subject.n > 0 && !subject.is_account)
		subject.account = people[0]->account < world->n_accounts
				      ? &world->accounts[people[0]->account]
				      : NULL;
	for (size_t i = 0; i < subject.n; i++)
		subject.is_shared = subject.is_shared ||
				    people[i]->claim == WORLD_CLAIM_SHARED ||
				    people[i]->principal->kind == PRINCIPAL_ROLE;
	if (subject.account != NULL && (subject.account->flags & USER_LOCAL) != 0)
		subject.is_account = subject.is_shared = true;
	*ret_subject = subject;
	return 0;
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

/* The best of those who are behind it; of one person, the person's own. */
static struct world_verdict
explain_best(const struct explain_subject *subject)
{
	struct world_verdict best = { VERDICT_DENY, REASON_NO_RULE, NULL };

	for (size_t i = 0; i < subject->n; i++) {
		const struct world_verdict *own =
		    &subject->people[i]->services[SNAPSHOT_SERVICE_LOGIN];

		if (i == 0 || own->verdict > best.verdict)
			best = *own;
	}
	return best;
}

static struct json_object *
explain_counts(const struct explain_subject *subject)
{
	struct json_object *o = json_object_new_object();
	int64_t n[VERDICT_N] = { 0 };

	for (size_t i = 0; i < subject->n; i++)
		n[subject->people[i]->services[SNAPSHOT_SERVICE_LOGIN].verdict]++;
	json_object_object_add(o, "people", json_object_new_int64((int64_t)subject->n));
	json_object_object_add(o, "allowed", json_object_new_int64(n[VERDICT_ALLOW]));
	json_object_object_add(o, "unknown", json_object_new_int64(n[VERDICT_UNKNOWN]));
	json_object_object_add(o, "denied", json_object_new_int64(n[VERDICT_DENY]));
	return o;
}

static void
explain_head(struct daemon *d, struct world_verdict *verdict,
    const struct world_account *account, struct json_object *o)
{
	if (daemon_state(d, d->config->grace_s) == FRESHNESS_EXPIRED) {
		verdict->verdict = VERDICT_UNKNOWN;
		verdict->reason = REASON_DATA_EXPIRED;
	}
	json_object_object_add(
	    o, "verdict", json_object_new_string(verdict_name(verdict->verdict)));
	json_object_object_add(
	    o, "reason", json_object_new_string(verdict_reason_name(verdict->reason)));
	json_object_object_add(
	    o, "exit", json_object_new_int(explain_exit(verdict->verdict)));
	json_object_object_add(
	    o, "account", account != NULL ? explain_account(d, account) : NULL);
}

/* The verdicts, held against the age of what they rest on; people only for root. */
static void
explain_people(struct daemon *d, const struct explain_subject *subject, bool is_root,
    struct json_object *o)
{
	struct world_verdict verdict = explain_best(subject);
	struct json_object *people = json_object_new_array();
	struct json_object *hints;

	explain_head(d, &verdict, subject->account, o);
	hints = explain_hints_new(d);
	if (subject->is_shared) {
		json_object_object_add(o, "counts", explain_counts(subject));
		json_object_object_add(o, "rules", explain_rules(d));
	}
	if (subject->is_shared && subject->n == 0)
		json_object_array_add(
		    hints, json_object_new_string(
			       "nobody among [principals] maps to this account"));
	for (size_t i = 0; i < subject->n && (is_root || !subject->is_shared); i++) {
		const struct world_person *person = subject->people[i];

		json_object_array_add(people, explain_one(d, person));
		explain_hints_add(
		    d, person, &person->services[SNAPSHOT_SERVICE_LOGIN], hints);
	}
	json_object_object_add(o, "people", people);
	json_object_object_add(o, "hints", hints);
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

/* Others than root ask about the account they are, and no other; a person is not a name. */
static bool
explain_may_ask(
    const struct answer_request *request, const struct explain_subject *subject)
{
	if (request->uid == 0)
		return true;
	return subject->account != NULL && subject->account->uid == request->uid &&
	       (subject->is_account || !subject->is_shared);
}

static void
explain_frame(struct daemon *d, const char *query, const struct explain_subject *subject,
    bool is_root, struct json_object *o)
{
	int64_t age = daemon_age_ms(d);

	json_object_object_add(o, "v", json_object_new_int(1));
	json_object_object_add(o, "query", json_object_new_string(query));
	if (subject->n > 0 || subject->is_shared)
		explain_people(d, subject, is_root, o);
	else
		explain_nobody(d, query, o);
	json_object_object_add(o, "state",
	    json_object_new_string(freshness_name(daemon_state(d, d->config->grace_s))));
	json_object_object_add(o, "age_s",
	    age != FRESHNESS_AGE_UNKNOWN ? json_object_new_int64(age / 1000) : NULL);
}

void
answer_explain(
    struct daemon *d, const struct answer_request *request, struct wire_packet *reply)
{
	_cleanup_(explain_subject_done) struct explain_subject subject = { 0 };
	struct json_object *o;
	char query[600];

	if (wire_get_text(
		request->bytes, request->len, WIRE_T_QUERY, query, sizeof(query)) != 0) {
		answer_fail(request, WIRE_BADREQUEST, "a user is needed", reply);
		return;
	}
	if (d->world != NULL && explain_find(d->world, query, &subject) != 0) {
		answer_fail(request, WIRE_FAILED, "out of memory", reply);
		return;
	}
	if (!explain_may_ask(request, &subject)) {
		answer_fail(
		    request, WIRE_DENIED, "only root may ask about somebody else", reply);
		return;
	}
	o = json_object_new_object();
	explain_frame(d, query, &subject, request->uid == 0, o);
	answer_start(request, WIRE_OK, reply);
	if (wire_put_text(reply, WIRE_T_JSON,
		json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN)) != 0)
		answer_fail(
		    request, WIRE_FAILED, "the answer does not fit a packet", reply);
	json_object_put(o);
}
