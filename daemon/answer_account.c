/* SPDX-License-Identifier: Apache-2.0 */
/* answer_account.c - PAM's account stage, as far as it is about somebody of ours */
#include <string.h>

#include "common/bytes.h"
#include "common/text.h"
#include "daemon/answer.h"
#include "daemon/refresh.h"
#include "daemon/verdicts.h"

struct account_facts {
	char name[TEXT_OS_NAME_MAX + 1];
	char service[64], rhost[256], tty[64], ruser[64];
	char person_id[129]; /* in whose session a sudo or su runs; "" when not known */
	uint32_t pid, session;
	bool holds_sudo;
};

static int
account_read(const struct answer_request *request, struct account_facts *facts)
{
	const uint8_t *groups;
	size_t len;

	memset(facts, 0, sizeof(*facts));
	if (wire_get_text(request->bytes, request->len, WIRE_T_NAME, facts->name,
		sizeof(facts->name)) != 0 ||
	    wire_get_text(request->bytes, request->len, WIRE_T_SERVICE, facts->service,
		sizeof(facts->service)) != 0)
		return -EINVAL;
	(void)wire_get_text(request->bytes, request->len, WIRE_T_RHOST, facts->rhost,
	    sizeof(facts->rhost));
	(void)wire_get_text(
	    request->bytes, request->len, WIRE_T_TTY, facts->tty, sizeof(facts->tty));
	(void)wire_get_text(request->bytes, request->len, WIRE_T_RUSER, facts->ruser,
	    sizeof(facts->ruser));
	(void)wire_get_text(request->bytes, request->len, WIRE_T_PERSON_ID,
	    facts->person_id, sizeof(facts->person_id));
	(void)wire_get_u32(request->bytes, request->len, WIRE_T_PID, &facts->pid);
	facts->session = UINT32_MAX;
	(void)wire_get_u32(request->bytes, request->len, WIRE_T_SESSION, &facts->session);
	if (wire_get(request->bytes, request->len, WIRE_T_GROUPS, &groups, &len) == 0)
		for (; len >= 4; groups += 4, len -= 4)
			facts->holds_sudo =
			    facts->holds_sudo || bytes_get_u32(groups) == IDS_GROUP_SUDO;
	return 0;
}

static enum record_event
account_event(const char *service)
{
	if (answer_is_sudo(service))
		return RECORD_SUDO;
	return strcmp(service, "su") == 0 || strcmp(service, "su-l") == 0 ? RECORD_SU
									  : RECORD_LOGIN;
}

/*
 * Whom the record names. Which of the account's keys signs is certain in open_session only,
 * so a login is its owner's, unverified. A sudo or su is theirs in whose session it runs; on
 * a shared account that is attribution: people who share a uid can act as one another.
 */
static void
account_fill_person(const struct daemon *d, const struct account_facts *facts,
    const struct answer_subject *subject, struct record *record)
{
	if (facts->person_id[0] != '\0') {
		answer_fill_person(d, facts->person_id, record);
		record->person.verified = answer_is_shared(subject) ? "claimed" : "yes";
		return;
	}
	if (subject->person == NULL || answer_is_shared(subject) ||
	    record->event == RECORD_SU)
		return;
	verdicts_fill_person(record, subject->person);
	record->person.verified = "unknown";
}

static void
account_record(struct daemon *d, const struct account_facts *facts,
    const struct answer_subject *subject)
{
	struct record record;

	record_init(&record, account_event(facts->service));
	record.verdict = subject->verdict;
	record.reason = subject->reason;
	record.rule = subject->rule;
	record.account = facts->name;
	if (subject->account != NULL)
		record.uid = subject->account->uid;
	account_fill_person(d, facts, subject, &record);
	if (facts->session != UINT32_MAX)
		record.session = facts->session;
	record.service = facts->service;
	record.rhost = facts->rhost[0] != '\0' ? facts->rhost : NULL;
	record.tty = facts->tty[0] != '\0' ? facts->tty : NULL;
	record.ruser = facts->ruser[0] != '\0' ? facts->ruser : NULL;
	record.pid = facts->pid != 0 ? (int64_t)facts->pid : RECORD_NONE;
	record.generation = (int64_t)d->generation;
	if (subject->age_ms != FRESHNESS_AGE_UNKNOWN)
		record.age_s = subject->age_ms / 1000;
	record.state = freshness_name(subject->state);
	audit_write(d->audit, &record);
}

void
answer_account(
    struct daemon *d, const struct answer_request *request, struct wire_packet *reply)
{
	struct account_facts facts;
	struct answer_subject subject;

	if (account_read(request, &facts) != 0) {
		answer_fail(
		    request, WIRE_BADREQUEST, "name and service are needed", reply);
		return;
	}
	answer_decide(d, facts.name, facts.service, facts.holds_sudo, &subject);
	account_record(d, &facts, &subject);
	/* a listing older than fresh is asked for again; nobody waits for it here */
	if (subject.state == FRESHNESS_STALE)
		refresh_stale(d);
	answer_start(request, WIRE_OK, reply);
	(void)wire_put_u32(reply, WIRE_T_VERDICT, subject.verdict);
	(void)wire_put_u32(reply, WIRE_T_REASON, subject.reason);
	(void)wire_put_i64(reply, WIRE_T_AGE_MS, subject.age_ms);
	(void)wire_put_u32(reply, WIRE_T_STATE, subject.state);
	/* for the person; the rule that decided is in the record, for those who may know it */
	if (subject.verdict != VERDICT_ALLOW)
		(void)wire_put_text(
		    reply, WIRE_T_MESSAGE, verdict_reason_text(subject.reason));
}
