/* SPDX-License-Identifier: Apache-2.0 */
/* answer_session.c - PAM's open_session and close_session: who it was, by the accepted key */
#include <string.h>

#include "common/keysfile.h"
#include "common/text.h"
#include "daemon/answer.h"
#include "daemon/certificate.h"
#include "daemon/digest.h"
#include "daemon/eic_seen.h"
#include "daemon/eicflight.h"
#include "daemon/person_keys.h"
#include "daemon/verdicts.h"

enum {
	SESSION_OPEN = 1,
	SESSION_CLOSE = 2,
};

struct session_facts {
	char name[TEXT_OS_NAME_MAX + 1];
	char service[64], rhost[256], tty[64], method[64];
	char tunnel[97];
	const uint8_t *blob;
	size_t blob_len;
	char person_id[129]; /* of a close: who opened it; "" when not known */
	uint32_t event, pid, session;
	int64_t duration_ms;
	char key_type[SSHKEY_TYPE_SIZE];
	struct certificate cert; /* with is_cert; then the method is CERTIFICATE_WAY */
	bool is_cert;
	char *rule; /* owned; what decided, when the way in had to be looked at */
};

static int
session_read(const struct answer_request *request, struct session_facts *facts)
{
	const uint8_t *bytes = request->bytes;
	size_t len = request->len;

	memset(facts, 0, sizeof(*facts));
	facts->duration_ms = -1;
	facts->session = UINT32_MAX;
	if (wire_get_text(bytes, len, WIRE_T_NAME, facts->name, sizeof(facts->name)) !=
		0 ||
	    wire_get_u32(bytes, len, WIRE_T_EVENT, &facts->event) != 0 ||
	    (facts->event != SESSION_OPEN && facts->event != SESSION_CLOSE))
		return -EINVAL;
	(void)wire_get_text(
	    bytes, len, WIRE_T_SERVICE, facts->service, sizeof(facts->service));
	(void)wire_get_text(bytes, len, WIRE_T_RHOST, facts->rhost, sizeof(facts->rhost));
	(void)wire_get_text(bytes, len, WIRE_T_TTY, facts->tty, sizeof(facts->tty));
	(void)wire_get_text(
	    bytes, len, WIRE_T_METHOD, facts->method, sizeof(facts->method));
	(void)wire_get_text(
	    bytes, len, WIRE_T_TUNNEL, facts->tunnel, sizeof(facts->tunnel));
	(void)wire_get_text(
	    bytes, len, WIRE_T_KEY_TYPE, facts->key_type, sizeof(facts->key_type));
	(void)wire_get_text(
	    bytes, len, WIRE_T_PERSON_ID, facts->person_id, sizeof(facts->person_id));
	(void)wire_get(bytes, len, WIRE_T_KEY_BLOB, &facts->blob, &facts->blob_len);
	facts->is_cert =
	    facts->blob_len > 0 && certificate_read(facts->key_type, facts->blob,
				       facts->blob_len, &facts->cert) == 0;
	if (facts->is_cert)
		memcpy(facts->method, CERTIFICATE_WAY, sizeof(CERTIFICATE_WAY));
	(void)wire_get_u32(bytes, len, WIRE_T_PID, &facts->pid);
	(void)wire_get_u32(bytes, len, WIRE_T_SESSION, &facts->session);
	(void)wire_get_i64(bytes, len, WIRE_T_DURATION_MS, &facts->duration_ms);
	return 0;
}

/* The way in: what the key came from, else sshd's method; "" is one that no rule names. */
static void
session_access(const struct session_facts *facts, const struct person_key *key,
    struct rules_access *ret_access)
{
	*ret_access = (struct rules_access){
		.via =
		    key != NULL ? keysfile_via_name((uint8_t)key->source) : facts->method,
	};
}

/*
 * Whose key is it, of all who have a claim on the account? Where several have it, one who
 * may come in with it is preferred.
 */
static const struct world_person *
session_owner(const struct daemon *d, const struct session_facts *facts,
    const struct world_account *account, struct person_key *ret_key)
{
	size_t service = world_service(d->world, facts->service);
	const struct world_person *owner = NULL;
	struct person_keys cursor;
	struct rules_access access;
	struct person_key key;

	for (size_t i = 0; i < account->n_people; i++) {
		const struct world_person *person = &d->world->people[account->people[i]];
		bool may;

		if (!person_keys_find(d->config, d->keys, person->principal, facts->blob,
			facts->blob_len, &cursor, &key))
			continue;
		session_access(facts, &key, &access);
		may = world_access(d->world, person, service, &access, NULL, NULL) ==
		      VERDICT_ALLOW;
		if (owner != NULL && !may)
			continue;
		owner = person;
		*ret_key = key;
		if (may)
			break;
	}
	return owner;
}

/* Not a key that lasts: did Instance Connect show it for this account, and who sent it? */
static const struct world_person *
session_eic_owner(
    const struct daemon *d, const struct session_facts *facts, struct person_key *ret_key)
{
	int64_t max_age_ms = facts->event == SESSION_OPEN ? EIC_SEEN_OPEN_MS : INT64_MAX;
	const struct eic_seen *seen =
	    eic_seen_find(facts->name, facts->blob, facts->blob_len, max_age_ms);
	struct caller caller;

	if (seen == NULL || caller_resolve(d->world, seen->caller, &caller) != 0)
		return NULL;
	*ret_key = (struct person_key){
		.key_id = seen->request,
		.type = seen->type,
		.blob = seen->blob,
		.blob_len = seen->blob_len,
		.source = KEYSFILE_SOURCE_EIC,
		.caller = seen->caller,
		.request = seen->request[0] != '\0' ? seen->request : NULL,
	};
	memcpy(ret_key->claimed, caller.session, sizeof(ret_key->claimed));
	return caller.person;
}

/* What the rules say of this person, this way; @facts keeps the rule's text. */
static void
session_judge(const struct daemon *d, struct session_facts *facts,
    const struct world_person *person, const struct person_key *key,
    struct answer_subject *subject)
{
	struct rules_access access;
	struct eic_binding binding;

	if (key != NULL && key->caller != NULL) {
		eic_bind(d, facts->name, key->caller, facts->service, &binding);
		subject->verdict = binding.verdict;
		subject->reason = binding.reason;
		facts->rule = binding.rule;
	} else {
		session_access(facts, key, &access);
		subject->verdict = world_access(d->world, person,
		    world_service(d->world, facts->service), &access, &subject->reason,
		    &facts->rule);
	}
	subject->rule = facts->rule;
	if (key != NULL && subject->verdict == VERDICT_DENY)
		subject->reason = REASON_KEY_NOT_ALLOWED;
}

static void
session_refuse(struct answer_subject *subject, enum verdict_reason reason)
{
	subject->verdict = VERDICT_DENY;
	subject->reason = reason;
	subject->rule = NULL;
}

static const struct world_person *
session_decide_cert(
    const struct daemon *d, struct session_facts *facts, struct answer_subject *subject)
{
	const struct world_person *owner;

	if (subject->account == NULL)
		return NULL;
	owner = certificate_owner(d->world, subject->account, &facts->cert);
	if (subject->verdict != VERDICT_ALLOW)
		return owner;
	if (owner == NULL) {
		session_refuse(subject, REASON_KEY_UNKNOWN);
		return NULL;
	}
	subject->verdict = certificate_judge(d->world, subject->account, owner,
	    world_service(d->world, facts->service), &subject->reason, &facts->rule);
	subject->rule = facts->rule;
	return owner;
}

/*
 * The account may be used; now the person and the way in. Without a key in the request the
 * session was not opened by one: that is for accounts of one person only.
 */
static bool
session_decide(const struct daemon *d, struct session_facts *facts,
    struct answer_subject *subject, struct person_key *ret_key)
{
	const struct world_person *owner = NULL;
	bool may;

	answer_decide(d, facts->name, facts->service, false, subject);
	may = subject->verdict == VERDICT_ALLOW;
	if (facts->blob_len == 0) {
		if (may && subject->person == NULL)
			session_refuse(subject, REASON_METHOD);
		else if (may)
			session_judge(d, facts, subject->person, NULL, subject);
		return false;
	}
	if (facts->is_cert) {
		*ret_key = (struct person_key){ .key_id = NULL };
		owner = session_decide_cert(d, facts, subject);
		if (owner != NULL)
			subject->person = owner;
		return owner != NULL;
	}
	if (subject->account != NULL)
		owner = session_owner(d, facts, subject->account, ret_key);
	if (subject->account != NULL && owner == NULL)
		owner = session_eic_owner(d, facts, ret_key);
	if (may && owner == NULL)
		session_refuse(subject, REASON_KEY_UNKNOWN);
	else if (may)
		session_judge(d, facts, owner, ret_key, subject);
	if (owner != NULL)
		subject->person = owner;
	return owner != NULL;
}

static bool
session_fingerprint(const struct session_facts *facts, char ret[51])
{
	uint8_t digest[DIGEST_SIZE];

	if (facts->is_cert) {
		memcpy(ret, facts->cert.fingerprint, sizeof(facts->cert.fingerprint));
		return true;
	}
	if (facts->blob_len == 0 ||
	    digest_sha256(facts->blob, facts->blob_len, digest) != 0)
		return false;
	record_fingerprint(digest, ret);
	return true;
}

static void
session_record(struct daemon *d, const struct session_facts *facts,
    const struct answer_subject *subject, const struct person_key *key)
{
	struct record record;
	char fingerprint[51];

	record_init(
	    &record, facts->event == SESSION_CLOSE ? RECORD_CLOSE : RECORD_SESSION);
	record.verdict = subject->verdict;
	record.reason = subject->reason;
	record.rule = subject->rule;
	record.account = facts->name;
	if (subject->account != NULL)
		record.uid = subject->account->uid;
	if (session_fingerprint(facts, fingerprint)) {
		record.key.fingerprint = fingerprint;
		record.key.type = facts->key_type[0] != '\0' ? facts->key_type : NULL;
	}
	record.via = facts->method[0] != '\0' ? facts->method : NULL;
	if (facts->is_cert) {
		record.key.cert_id = facts->cert.key_id;
		record.key.cert_serial = facts->cert.serial;
		record.key.cert_ca = facts->cert.ca;
	} else if (key != NULL) {
		record.key.source = keysfile_source_name((uint8_t)key->source);
		record.via = keysfile_via_name((uint8_t)key->source);
		record.key.request = key->request;
	}
	if (facts->event == SESSION_CLOSE && facts->person_id[0] != '\0') {
		/* PAM keeps whose key opened it */
		answer_fill_person(d, facts->person_id, &record);
		record.person.verified = "yes";
	} else if (subject->person != NULL && (key != NULL || facts->blob_len == 0)) {
		verdicts_fill_person(&record, subject->person);
		record.person.verified = key != NULL ? "yes" : "unknown";
		if (key != NULL && key->claimed[0] != '\0')
			record.person.claimed = key->claimed;
	}
	record.service = facts->service[0] != '\0' ? facts->service : NULL;
	record.rhost = facts->rhost[0] != '\0' ? facts->rhost : NULL;
	record.tty = facts->tty[0] != '\0' ? facts->tty : NULL;
	record.tunnel = facts->tunnel[0] != '\0' ? facts->tunnel : NULL;
	record.session =
	    facts->session != UINT32_MAX ? (int64_t)facts->session : RECORD_NONE;
	record.pid = facts->pid != 0 ? (int64_t)facts->pid : RECORD_NONE;
	record.duration_s =
	    facts->duration_ms >= 0 ? facts->duration_ms / 1000 : RECORD_NONE;
	record.generation = (int64_t)d->generation;
	if (subject->age_ms != FRESHNESS_AGE_UNKNOWN)
		record.age_s = subject->age_ms / 1000;
	record.state = freshness_name(subject->state);
	audit_write(d->audit, &record);
}

/*
 * A daemon that was started between the key's lookup and now has forgotten what Instance
 * Connect showed: it is looked up once more. Keys are remembered in memory alone.
 */
static bool
session_look(struct daemon *d, const struct answer_request *request,
    const struct session_facts *facts, const struct answer_subject *subject,
    uint64_t *ret_cookie)
{
	return facts->event == SESSION_OPEN && !request->is_after_eic &&
	       subject->reason == REASON_KEY_UNKNOWN && !facts->is_cert &&
	       facts->blob_len > 0 && strcmp(facts->service, ANSWER_SSHD) == 0 &&
	       clock_mono_ms() - d->started_mono_ms < EIC_SEEN_OPEN_MS &&
	       eicflight_start(d, facts->name, ret_cookie) == 0;
}

int
answer_session(struct daemon *d, const struct answer_request *request, bool may_park,
    struct wire_packet *reply, uint64_t *ret_cookie)
{
	struct session_facts facts;
	struct answer_subject subject;
	struct person_key key;
	char fingerprint[51];
	bool is_theirs;

	if (session_read(request, &facts) != 0) {
		answer_fail(request, WIRE_BADREQUEST, "name and event are needed", reply);
		return 0;
	}
	is_theirs = session_decide(d, &facts, &subject, &key);
	if (may_park && session_look(d, request, &facts, &subject, ret_cookie)) {
		free(facts.rule);
		return ANSWER_PARK_EIC;
	}
	if (facts.event == SESSION_CLOSE) { /* the end of a session is no decision */
		subject.verdict = VERDICT_ALLOW;
		subject.reason = REASON_CLOSED;
		subject.rule = NULL;
	}
	session_record(d, &facts, &subject, is_theirs ? &key : NULL);
	answer_start(request, WIRE_OK, reply);
	(void)wire_put_u32(reply, WIRE_T_VERDICT, subject.verdict);
	(void)wire_put_u32(reply, WIRE_T_REASON, subject.reason);
	(void)wire_put_i64(reply, WIRE_T_AGE_MS, subject.age_ms);
	(void)wire_put_u32(reply, WIRE_T_STATE, subject.state);
	if (is_theirs) {
		(void)wire_put_text(
		    reply, WIRE_T_PERSON_ID, subject.person->principal->id);
		(void)wire_put_text(
		    reply, WIRE_T_PERSON_ARN, subject.person->principal->arn);
		(void)wire_put_text(
		    reply, WIRE_T_PERSON_NAME, subject.person->principal->name);
		(void)wire_put_text(reply, WIRE_T_PERSON_KIND,
		    directory_kind_name(subject.person->principal->kind));
		(void)wire_put_text(reply, WIRE_T_VIA,
		    facts.is_cert ? facts.method
				  : keysfile_via_name((uint8_t)key.source));
		if (session_fingerprint(&facts, fingerprint))
			(void)wire_put_text(reply, WIRE_T_FINGERPRINT, fingerprint);
	}
	free(facts.rule);
	return 0;
}
