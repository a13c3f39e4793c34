/* SPDX-License-Identifier: Apache-2.0 */
/* answer.c - dispatch, and what the verbs share; contract in answer.h */
#include <string.h>

#include "daemon/answer.h"
#include "daemon/refresh.h"
#include "daemon/verdicts.h"

void
answer_start(const struct answer_request *request, enum wire_status status,
    struct wire_packet *reply)
{
	wire_start(reply, request->header.op, 0, request->header.request_id, status);
}

void
answer_fail(const struct answer_request *request, enum wire_status status,
    const char *message, struct wire_packet *reply)
{
	answer_start(request, status, reply);
	if (message[0] != '\0')
		(void)wire_put_text(reply, WIRE_T_MESSAGE, message);
}

bool
answer_is_sudo(const char *service)
{
	return strcmp(service, "sudo") == 0 || strcmp(service, "sudo-i") == 0;
}

void
answer_fill_person(const struct daemon *d, const char *id, struct record *record)
{
	record->person.id = id;
	for (size_t i = 0; i < d->world->n_people; i++)
		if (strcmp(d->world->people[i].principal->id, id) == 0)
			verdicts_fill_person(record, &d->world->people[i]);
}

bool
answer_is_shared(const struct answer_subject *subject)
{
	return subject->account != NULL && (subject->account->flags & USER_SHARED) != 0;
}

int64_t
daemon_age_ms(const struct daemon *d)
{
	struct clock_now now;

	if (d->directory == NULL || d->world == NULL)
		return FRESHNESS_AGE_UNKNOWN;
	clock_read(&now);
	return freshness_age_ms(
	    d->directory->verified_wall_ms, d->directory->verified_boot_ms, &now);
}

enum freshness
daemon_state(const struct daemon *d, uint32_t grace_s)
{
	if (d->directory == NULL || d->world == NULL)
		return FRESHNESS_EMPTY;
	return freshness_state(daemon_age_ms(d), d->effective_fresh_s, grace_s);
}

static void
answer_take_service(
    const struct daemon *d, struct answer_subject *subject, size_t service)
{
	struct world_verdict verdict;

	world_account_verdict(d->world, subject->account, service, &verdict);
	subject->verdict = verdict.verdict;
	subject->reason = verdict.reason;
	subject->rule = verdict.rule;
}

void
answer_decide(const struct daemon *d, const char *name, const char *service,
    bool holds_sudo, struct answer_subject *ret_subject)
{
	bool is_sudo = answer_is_sudo(service);
	uint32_t grace_s = is_sudo ? d->config->sudo_grace_s : d->config->grace_s;
	struct answer_subject subject = { .verdict = VERDICT_UNKNOWN,
		.reason = REASON_NO_DATA };

	subject.age_ms = daemon_age_ms(d);
	subject.state = daemon_state(d, grace_s);
	if (d->world != NULL)
		subject.account = world_account_by_name(d->world, name);
	if (subject.account != NULL && subject.account->n_people == 1 &&
	    (subject.account->flags & USER_SHARED) == 0)
		subject.person = &d->world->people[subject.account->people[0]];
	if (subject.state == FRESHNESS_EXPIRED)
		subject.reason = is_sudo ? REASON_SUDO_EXPIRED : REASON_DATA_EXPIRED;
	if (subject.state == FRESHNESS_FRESH || subject.state == FRESHNESS_STALE) {
		/* the name was ours for the caller a moment ago, so it was withdrawn */
		subject.verdict = VERDICT_DENY;
		subject.reason = REASON_WITHDRAWN;
		if (subject.account != NULL)
			answer_take_service(
			    d, &subject, world_service(d->world, service));
		if (subject.verdict == VERDICT_ALLOW &&
		    (holds_sudo || (is_sudo && answer_is_shared(&subject)))) {
			answer_take_service(d, &subject, SNAPSHOT_SERVICE_SUDO);
			if (holds_sudo && subject.verdict == VERDICT_DENY)
				subject.reason = REASON_SUDO_WITHDRAWN;
		}
	}
	*ret_subject = subject;
}

static int
answer_refresh(struct daemon *d, const struct answer_request *request,
    struct wire_packet *reply, bool may_park, uint64_t *ret_cookie)
{
	uint32_t accept = 0;

	if (!may_park) {
		answer_fail(request, WIRE_FAILED,
		    "still under way when the time was over", reply);
		return 0;
	}
	(void)wire_get_u32(request->bytes, request->len, WIRE_T_ACCEPT, &accept);
	*ret_cookie = refresh_request(d, accept == 1);
	return ANSWER_PARK_REFRESH;
}

/* Who may ask what (formats: the table of verbs). */
static bool
answer_may_ask(const struct daemon *d, const struct answer_request *request)
{
	switch (request->header.op) {
	case WIRE_STATUS:
	case WIRE_EXPLAIN: /* answers others about themselves only */
		return true;
	case WIRE_KEYS:
		return request->uid == 0 ||
		       (d->keys_uid != UINT32_MAX && request->uid == d->keys_uid);
	default:
		return request->uid == 0;
	}
}

static bool
answer_needs_world(uint8_t op)
{
	return op == WIRE_KEYS || op == WIRE_ACCOUNT || op == WIRE_SESSION;
}

int
answer(struct daemon *d, const struct answer_request *request, bool may_park,
    struct wire_packet *reply, uint64_t *ret_cookie)
{
	if (!answer_may_ask(d, request)) {
		answer_fail(request, WIRE_DENIED, "only root may ask this", reply);
		return 0;
	}
	/* no answer is better than "nobody knows": the files may still know */
	if (d->world == NULL && answer_needs_world(request->header.op)) {
		answer_fail(request, WIRE_FAILED, "nothing is verified yet", reply);
		return 0;
	}
	switch (request->header.op) {
	case WIRE_STATUS:
		answer_status(d, request, reply);
		return 0;
	case WIRE_KEYS:
		return answer_keys(d, request, may_park, reply, ret_cookie);
	case WIRE_ACCOUNT:
		answer_account(d, request, reply);
		return 0;
	case WIRE_SESSION:
		return answer_session(d, request, may_park, reply, ret_cookie);
	case WIRE_EXPLAIN:
		answer_explain(d, request, reply);
		return 0;
	case WIRE_PUBLISH:
		answer_publish(d, request, reply);
		return 0;
	case WIRE_REFRESH:
		return answer_refresh(d, request, reply, may_park, ret_cookie);
	default:
		answer_start(request, WIRE_BADOP, reply);
		return 0;
	}
}
