/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.c - see report.h
 */
#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "common/paths.h"
#include "common/sessionfile.h"
#include "common/spool.h"
#include "common/text.h"
#include "pam/report.h"

#define SHOWN_SIZE 65

static const char *
text_or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

void
report_start(const struct call *call, enum record_event event, struct record *ret_record)
{
	record_init(ret_record, event);
	ret_record->account = call->user;
	if ((call->facts & (FACT_OURS | FACT_RETIRED)) != 0)
		ret_record->uid = call->uid;
	ret_record->service = text_or_null(call->service);
	ret_record->rhost = text_or_null(call->rhost);
	ret_record->tty = text_or_null(call->tty);
	ret_record->ruser = text_or_null(call->ruser);
	ret_record->tunnel = text_or_null(call->tunnel);
	ret_record->pid = getpid();
	ret_record->writer = "pam";
	if ((call->facts & FACT_DATA) != 0) {
		ret_record->generation = (int64_t)call->generation;
		ret_record->state = freshness_name(call->state);
		if (call->age_ms != FRESHNESS_AGE_UNKNOWN)
			ret_record->age_s = call->age_ms / 1000;
	}
}

void
report_behind(const struct call *call, struct record *record)
{
	const struct sessionfile *behind = call->behind;

	if (behind == NULL)
		return;
	record->session = behind->session;
	if (behind->id[0] == '\0')
		return;
	record->person.kind = text_or_null(behind->kind);
	record->person.id = behind->id;
	record->person.arn = text_or_null(behind->arn);
	record->person.name = text_or_null(behind->name);
	record->person.verified = (call->facts & FACT_SHARED) != 0 ? "claimed" : "yes";
}

static int
level_of(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_ALLOW:
		return LOG_INFO;
	case VERDICT_UNKNOWN:
		return LOG_WARNING;
	default:
		return LOG_NOTICE;
	}
}

/* Did the daemon come to the same verdict? Then it has written the record. */
static bool
is_taken(const struct ask_reply *reply, enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_ALLOW:
		return reply->facts == FACT_DAEMON_ALLOW;
	case VERDICT_DENY:
		return reply->facts == FACT_DAEMON_DENY;
	case VERDICT_UNKNOWN:
		return reply->facts == FACT_DAEMON_UNKNOWN;
	default:
		return false;
	}
}

/* What strangers chose goes through text_escape(): no byte of theirs can end the line. */
static void
log_decision(
    const struct call *call, const struct record *record, const struct ask_reply *reply)
{
	char account[SHOWN_SIZE], rhost[SHOWN_SIZE], person[SHOWN_SIZE], age[32] = "";
	const char *user = record->account != NULL ? record->account : "";
	const char *name = record->person.name != NULL ? record->person.name : "";
	const char *sep = reply->silence[0] != '\0' ? ", daemon " : "";

	text_escape(user, strlen(user), account, sizeof(account));
	text_escape(name, strlen(name), person, sizeof(person));
	text_escape(call->rhost, strlen(call->rhost), rhost, sizeof(rhost));
	if (record->age_s != RECORD_NONE)
		(void)snprintf(age, sizeof(age), ", %llds old", (long long)record->age_s);
	pam_syslog(call->pamh, level_of(record->verdict),
	    "%s '%s': %s (%s%s%s%s)%s%s%s%s", record_event_name(record->event), account,
	    verdict_name(record->verdict), verdict_reason_name(record->reason), age, sep,
	    reply->silence, person[0] != '\0' ? " person=" : "", person,
	    rhost[0] != '\0' ? " rhost=" : "", rhost);
}

static void
spool(const struct call *call, struct record *record)
{
	int r;

	if (!call->is_root)
		return;
	r = spool_write(record);
	if (r != 0)
		pam_syslog(call->pamh, LOG_WARNING,
		    "the record is in this log only, the spool did not take it (%d)", r);
}

void
report_finish(const struct call *call, struct record *record, struct decision decision,
    const struct ask_reply *reply)
{
	record->verdict = decision.verdict;
	record->reason = decision.reason;
	if (reply->facts != 0 && reply->age_ms != FRESHNESS_AGE_UNKNOWN)
		record->age_s = reply->age_ms / 1000;
	log_decision(call, record, reply);
	/* not of names that nobody has: a stranger could fill the spool with them */
	if (!is_taken(reply, decision.verdict) && decision.verdict != VERDICT_NOT_OURS &&
	    decision.verdict != VERDICT_NO_USER)
		spool(call, record);
}
