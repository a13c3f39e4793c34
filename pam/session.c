/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.c - see session.h
 */
#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "common/keysfile.h"
#include "common/paths.h"
#include "common/process.h"
#include "common/text.h"
#include "pam/ask.h"
#include "pam/authinfo.h"
#include "pam/cert.h"
#include "pam/register.h"
#include "pam/report.h"
#include "pam/session.h"
#include "pam/state.h"
#include "pam/tunnel.h"

/* Who the accepted key belongs to; texts lie in @file or in the reply. */
struct person {
	struct keysfile_person of_file;
	struct keysfile_key key;
	bool is_found;
	char fingerprint[51];
};

static uint64_t
method_fact(const struct call *call, const struct authinfo *info, struct cert *ret_cert)
{
	const char *why;

	switch (info->kind) {
	case AUTHINFO_NONE:
		return FACT_KEY_NONE;
	case AUTHINFO_KEY:
		return 0; /* the daemon or the key file says whose it is */
	case AUTHINFO_CERT:
		why = cert_read(info, ret_cert);
		if (why == NULL)
			return FACT_KEY_CERT; /* likewise */
		pam_syslog(
		    call->pamh, LOG_NOTICE, "the certificate is not accepted: %s", why);
		return FACT_KEY_UNUSABLE;
	case AUTHINFO_UNUSABLE:
	default:
		return FACT_KEY_UNUSABLE;
	}
}

/* Without the daemon: whose key is it, and is that person allowed on this account? */
static uint32_t
key_fact(const struct call *call, const struct authinfo *info, const struct cert *cert,
    const struct published *file, struct person *ret_person)
{
	struct keysfile_claim claim;
	struct clock_now now;
	int r;

	if (file == NULL)
		return FACT_UNREADABLE;
	clock_read(&now);
	if (info->kind == AUTHINFO_CERT)
		r = cert_find(cert, call, file, &claim, &ret_person->of_file);
	else
		r = keysfile_find(file, call->user, info->key.blob, info->key.blob_len,
		    now.wall_ms, call->service_bit, &claim, &ret_person->of_file,
		    &ret_person->key);
	if (r == PUBLISHED_E_NOTFOUND)
		return FACT_KEY_UNKNOWN;
	if (r != 0)
		return FACT_UNREADABLE;
	/* the same name with another uid is another account: two generations met */
	if (claim.uid != call->uid)
		return FACT_KEY_UNKNOWN;
	ret_person->is_found = true;
	if (info->kind == AUTHINFO_KEY)
		record_fingerprint(ret_person->key.sha256, ret_person->fingerprint);
	if ((claim.known_mask & call->service_bit) == 0)
		return FACT_KEY_NOT_KNOWABLE;
	return (claim.allow_mask & call->service_bit) != 0 ? FACT_KEY_ALLOWED
							   : FACT_KEY_NOT_ALLOWED;
}

static const char *
text_or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static void
fill_person(struct record *record, const struct authinfo *info, const struct cert *cert,
    const struct person *person, const struct ask_reply *reply)
{
	record->via = info->method;
	if (info->kind == AUTHINFO_KEY && person->is_found)
		record->via = keysfile_via_name(person->key.source);
	if (info->kind == AUTHINFO_KEY)
		record->key.type = info->key.type;
	if (info->kind == AUTHINFO_CERT) {
		record->via = "cert";
		record->key.type = info->cert_type;
	}
	if (cert->blob_len > 0) {
		record->key.cert_id = cert->key_id;
		record->key.cert_serial = cert->serial;
	}
	if (person->is_found) {
		record->person.kind = keysfile_kind_name(person->of_file.kind);
		record->person.id = person->of_file.unique_id;
		record->person.arn = person->of_file.arn;
		record->person.name = person->of_file.name;
		record->person.verified = "yes";
		if (info->kind == AUTHINFO_KEY) {
			record->key.fingerprint = person->fingerprint;
			record->key.source = keysfile_source_name(person->key.source);
		}
	} else if (reply->person_id[0] != '\0') {
		record->person.kind = text_or_null(reply->person_kind);
		record->person.id = reply->person_id;
		record->person.arn = text_or_null(reply->person_arn);
		record->person.name = text_or_null(reply->person_name);
		record->key.fingerprint = text_or_null(reply->fingerprint);
		if (reply->via[0] != '\0')
			record->via = reply->via;
	}
}

static int64_t
audit_session(void)
{
	uint32_t session;

	return process_audit_session(&session) == 0 ? (int64_t)session : RECORD_NONE;
}

static void
remember(struct call *call, const struct record *record, bool is_wedged)
{
	struct state *state = state_get(call->pamh);

	if (state == NULL)
		state = state_put(call->pamh, call->user, true, true);
	if (state == NULL) {
		pam_syslog(
		    call->pamh, LOG_WARNING, "no memory: the end will not be recorded");
		return;
	}
	state->is_open = true;
	if (is_wedged)
		state->wedged_mono_ms = clock_mono_ms();
	state->uid = call->uid;
	state->opened_mono_ms = clock_mono_ms();
	state->session = record->session;
	(void)snprintf(state->person_id, sizeof(state->person_id), "%s",
	    record->person.id != NULL ? record->person.id : "");
	(void)snprintf(state->person_name, sizeof(state->person_name), "%s",
	    record->person.name != NULL ? record->person.name : "");
}

/* What is refused whatever it says is not asked: it would record an allow that is none. */
static bool
may_daemon_decide(uint64_t facts)
{
	return decide(DECIDE_OPEN, facts | FACT_DAEMON_ALLOW, REASON_NONE).verdict ==
	       VERDICT_ALLOW;
}

/* Of an account that others share, the account's verdict is not everybody's. */
static bool
has_lost_share(const struct call *call, const struct record *record)
{
	_cleanup_published_ struct published *file = NULL;
	uint32_t allow_mask = 0, known_mask = call->service_bit;
	int r;

	if ((call->facts & FACT_SHARED) == 0 || record->person.id == NULL)
		return false;
	if (published_open(paths_keys, PUBLISHED_MAGIC_KEYS, &file) != 0) {
		file = NULL;
		return false;
	}
	r = keysfile_standing(file, call->user, record->person.id,
	    record->via != NULL ? record->via : "", &allow_mask, &known_mask);
	return (r == 0 || r == PUBLISHED_E_NOTFOUND) &&
	       (known_mask & call->service_bit) != 0 &&
	       (allow_mask & call->service_bit) == 0;
}

/*
 * Was what just let them in replaced meanwhile by something that does not? Asked once the
 * session file is written: the warden, which looks at these files after each publication,
 * sees whoever is let in by the older one.
 */
static bool
was_withdrawn(const struct call *call, const struct record *record)
{
	struct call again = *call;
	enum verdict verdict;

	again.facts = FACT_SSHD;
	call_identify(&again);
	if (again.generation != call->generation) {
		verdict = decide(DECIDE_OPEN, again.facts | FACT_KEY_ALLOWED, REASON_NONE)
			      .verdict;
		if (verdict == VERDICT_DENY || verdict == VERDICT_NO_USER)
			return true;
	}
	return has_lost_share(call, record);
}

static void
forget(const struct call *call)
{
	struct state *state = state_get(call->pamh);

	if (state == NULL)
		return;
	state->is_open = false;
	register_close(state);
}

/* sshd, and the name is ours: the person behind the accepted key decides. */
static enum verdict
open_ssh(struct call *call, bool is_wedged)
{
	_cleanup_published_ struct published *file = NULL;
	_cleanup_cert_ struct cert cert = { .blob = NULL };
	struct person person = { .is_found = false };
	int64_t session = audit_session();
	struct decision decision;
	struct ask_reply reply = ASK_NOT_ASKED;
	struct authinfo info;
	struct record record;

	/* read once, here: ~/.pam_environment can forge it for modules behind pam_env */
	authinfo_parse(pam_getenv(call->pamh, "SSH_AUTH_INFO_0"), &info);
	call->facts |= method_fact(call, &info, &cert);
	if (!tunnel_find(pam_getenv(call->pamh, "SSH_CONNECTION"), call->tunnel))
		call->tunnel[0] = '\0';
	if (is_wedged)
		reply = (struct ask_reply)ASK_WEDGED;
	else if (may_daemon_decide(call->facts))
		ask_session(call, &info, &cert, session, &reply);
	if (reply.facts == 0 &&
	    (info.kind == AUTHINFO_KEY || (call->facts & FACT_KEY_CERT) != 0)) {
		if (published_open(paths_keys, PUBLISHED_MAGIC_KEYS, &file) != 0)
			file = NULL;
		call->facts |= key_fact(call, &info, &cert, file, &person);
	}
	decision = decide(DECIDE_OPEN, call->facts | reply.facts, reply.reason);

	report_start(call, RECORD_SESSION, &record);
	record.session = session;
	fill_person(&record, &info, &cert, &person, &reply);
	report_finish(call, &record, decision, &reply);
	if (decision.verdict == VERDICT_ALLOW) {
		remember(call, &record, reply.is_wedged);
		register_open(call, &record);
		if (was_withdrawn(call, &record)) {
			forget(call);
			decision = decide(DECIDE_OPEN,
			    call->facts | reply.facts | FACT_WITHDRAWN, reply.reason);
			report_finish(call, &record, decision, &reply);
		}
	}
	return decision.verdict;
}

/* sudo and su open their session as somebody else by design: that is only written down. */
static void
log_switch(const struct call *call, const struct state *state)
{
	char from[65], to[65];

	if (state == NULL || !state->is_ours)
		return;
	text_escape(state->user, strlen(state->user), from, sizeof(from));
	text_escape(call->user, strlen(call->user), to, sizeof(to));
	pam_syslog(call->pamh, LOG_INFO, "session of '%s' opened by '%s'", to, from);
}

enum verdict
session_open(struct call *call)
{
	static const struct ask_reply not_asked = ASK_NOT_ASKED;
	const struct state *state = state_get(call->pamh);
	struct decision decision;
	struct record record;

	if (state != NULL && call->user != NULL && strcmp(state->user, call->user) != 0)
		call->facts |= FACT_CHANGED;
	call_identify(call);
	/* the name may have been another: nobody of ours comes in behind a failure */
	if (state == NULL && state_has_forgotten() &&
	    (call->facts & (FACT_OURS | FACT_RETIRED)) != 0)
		call->facts |= FACT_CHANGED;
	if (state != NULL && (call->facts & FACT_CHANGED) == 0 && !state->is_allowed)
		call->facts |= FACT_REFUSED;
	if (state != NULL && (call->facts & FACT_CHANGED) == 0 && state->is_open)
		call->facts |= FACT_OPENED;

	decision = decide(DECIDE_OPEN, call->facts, REASON_NONE);
	if ((call->facts & FACT_SWITCH) != 0) {
		if ((call->facts & FACT_CHANGED) != 0)
			log_switch(call, state);
		return decision.verdict;
	}
	if ((call->facts & FACT_OURS) != 0 && (call->facts & FACT_SSHD) != 0 &&
	    (call->facts & (FACT_CHANGED | FACT_REFUSED | FACT_OPENED | FACT_CLOSED)) ==
		0)
		return open_ssh(call, state_is_wedged(state));
	/* a session that cron or login opens was recorded in its account stage */
	if ((decision.verdict != VERDICT_NOT_OURS && decision.verdict != VERDICT_ALLOW) ||
	    call->is_debug) {
		report_start(call, RECORD_SESSION, &record);
		report_finish(call, &record, decision, &not_asked);
	}
	return decision.verdict;
}

enum verdict
session_close(struct call *call)
{
	struct state *state = state_get(call->pamh);
	struct decision decision;
	struct ask_reply reply = ASK_WEDGED;
	struct record record;
	int64_t duration_ms;

	if (state == NULL || !state->is_open)
		return decide(DECIDE_CLOSE, 0, REASON_NONE).verdict;
	state->is_open = false;
	register_close(state);
	duration_ms = clock_mono_ms() - state->opened_mono_ms;
	call->facts |= FACT_OURS;
	call->uid = state->uid;
	if (!state_is_wedged(state))
		ask_close(call, state, duration_ms, &reply);
	decision = decide(DECIDE_CLOSE, call->facts, REASON_NONE);

	report_start(call, RECORD_CLOSE, &record);
	record.account = state->user;
	record.session = state->session;
	record.duration_s = duration_ms / 1000;
	record.person.id = state->person_id[0] != '\0' ? state->person_id : NULL;
	record.person.name = state->person_name[0] != '\0' ? state->person_name : NULL;
	report_finish(call, &record, decision, &reply);
	return decision.verdict;
}
