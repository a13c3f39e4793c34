/* SPDX-License-Identifier: Apache-2.0 */
/* sessions_say.c - what is told of a session; contract in sessions_parts.h */
#include <string.h>

#include "common/clock.h"
#include "common/paths.h"
#include "common/process.h"
#include "warden/ending.h"
#include "warden/say.h"
#include "warden/sessions_parts.h"

static const char service[] = "session-manager";

static const char *
text_or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static void
start_record(
    const struct session *session, enum record_event event, struct record *ret_record)
{
	const struct owner *owner = &session->owner;

	record_init(ret_record, event);
	ret_record->service = service;
	ret_record->via = service;
	ret_record->rhost = session->id;
	if (session->worker > 0)
		ret_record->pid = session->worker;
	if (!session->has_file)
		return;
	ret_record->account = text_or_null(session->file.account);
	if (owner->uid != 0)
		ret_record->uid = owner->uid;
	ret_record->person.kind = owner->kind;
	ret_record->person.id = text_or_null(owner->id);
	ret_record->person.arn = text_or_null(owner->arn);
	ret_record->person.name = text_or_null(owner->name);
	ret_record->person.claimed = text_or_null(owner->claimed);
	if (owner->id[0] == '\0')
		ret_record->person.verified = "unknown";
	else
		ret_record->person.verified =
		    owner->claimed[0] != '\0' ? "claimed" : "yes";
}

/* The verdict of a start: what the files say about owner and account; and what it is. */
static const char *
judge(const struct session *session, struct record *record)
{
	static const struct {
		enum verdict verdict;
		enum verdict_reason reason;
	} answers[] = {
		[OWNER_UNKNOWN] = { VERDICT_UNKNOWN, REASON_OWNER_UNKNOWN },
		[OWNER_MAPS] = { VERDICT_ALLOW, REASON_RULE_ALLOWS },
		[OWNER_UNDECIDED] = { VERDICT_UNKNOWN, REASON_NOT_KNOWABLE },
		[OWNER_DENIED] = { VERDICT_DENY, REASON_WITHDRAWN },
		[OWNER_OTHER] = { VERDICT_DENY, REASON_OWNER_OTHER },
	};
	bool is_known = session->owner.answer != OWNER_UNKNOWN;

	record->verdict = answers[session->owner.answer].verdict;
	record->reason = answers[session->owner.answer].reason;
	if (session->file.is_port) {
		/* there is no account that it could be another's */
		record->verdict = is_known ? VERDICT_ALLOW : VERDICT_UNKNOWN;
		record->reason = is_known ? REASON_NONE : REASON_OWNER_UNKNOWN;
		return "ports only, no shell";
	}
	if (session->file.account[0] != '\0')
		return "a shell";
	record->verdict = VERDICT_UNKNOWN;
	record->reason = REASON_NO_ACCOUNT;
	return "no RunAs in the document, a shell of ssm-user";
}

void
sessions_say_start(const struct session *session, int64_t age_s)
{
	struct record record;
	char message[256];

	start_record(session, RECORD_SESSION, &record);
	record.age_s = age_s >= 0 ? age_s : RECORD_NONE;
	if (session->has_file) {
		const char *what = judge(session, &record);

		(void)snprintf(message, sizeof(message), "document %s: %s",
		    session->file.document, what);
	} else {
		record.verdict = VERDICT_UNKNOWN;
		record.reason = REASON_NOT_KNOWABLE;
		(void)snprintf(message, sizeof(message),
		    "the agent's file is not of a known shape: %s", session->why);
	}
	record.message = message;
	say_record(&record);
}

void
sessions_say_violation(const struct session *session, bool is_ended)
{
	struct record record;

	start_record(session, RECORD_VIOLATION, &record);
	record.reason =
	    session->owner.answer == OWNER_DENIED ? REASON_WITHDRAWN : REASON_OWNER_OTHER;
	record.message = is_ended ? "the session is ended"
				  : "the session goes on (session_manager = audit)";
	say_record(&record);
}

void
sessions_say_end(const struct session *session, int64_t now_wall_ms)
{
	struct record record;

	start_record(session, RECORD_CLOSE, &record);
	record.verdict = VERDICT_ALLOW;
	record.reason = REASON_CLOSED;
	if (now_wall_ms >= session->seen_wall_ms)
		record.duration_s = (now_wall_ms - session->seen_wall_ms) / 1000;
	say_record(&record);
}

/* A session without a worker yet has nothing that its file could hang on. */
static bool
describe(struct session *session)
{
	struct sessionfile *shown = &session->shown;
	uint64_t ticks;

	if (!ending_is_worker(session->worker, session->id) ||
	    sessionfile_here(shown) != 0 ||
	    process_start_time(session->worker, &ticks) != 0)
		return false;
	shown->session = SESSIONFILE_NO_SESSION;
	shown->pid = session->worker;
	shown->pid_start = (int64_t)ticks;
	shown->opened_wall_ms = session->seen_wall_ms;
	shown->uid = session->owner.uid;
	(void)snprintf(shown->service, sizeof(shown->service), "%s", service);
	(void)snprintf(shown->via, sizeof(shown->via), "%s",
	    session->file.is_port ? "port" : service);
	(void)snprintf(shown->rhost, sizeof(shown->rhost), "%s", session->id);
	(void)snprintf(shown->account, sizeof(shown->account), "%.32s",
	    session->file.account[0] != '\0' ? session->file.account
	    : session->file.is_port          ? "-"
					     : "ssm-user");
	if (session->owner.id[0] != '\0') {
		(void)snprintf(
		    shown->kind, sizeof(shown->kind), "%s", session->owner.kind);
		(void)snprintf(shown->id, sizeof(shown->id), "%s", session->owner.id);
		(void)snprintf(
		    shown->name, sizeof(shown->name), "%s", session->owner.name);
	}
	(void)snprintf(shown->arn, sizeof(shown->arn), "%s", session->owner.arn);
	return true;
}

void
sessions_show(struct session *session)
{
	int r;

	if (session->is_shown && session->shown.violation == session->is_violation &&
	    session->shown.mapped == session->was_mapped)
		return;
	if (!session->is_shown && (!session->has_file || !describe(session)))
		return;
	session->shown.violation = session->is_violation;
	session->shown.mapped = session->was_mapped;
	r = sessionfile_write(paths_sessions, &session->shown);
	session->is_shown = r == 0;
	if (r != 0 && r != -ENOENT)
		say_line(LOG_WARNING, "%s: the session of worker %d is not shown (%d)",
		    paths_sessions, (int)session->worker, r);
}
