/* SPDX-License-Identifier: Apache-2.0 */
/* eicflight.c - looking keys of Instance Connect up; contract in eicflight.h */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/keysfile.h"
#include "common/text.h"
#include "daemon/answer.h"
#include "daemon/bucket.h"
#include "daemon/digest.h"
#include "daemon/eic_seen.h"
#include "daemon/eicflight.h"
#include "daemon/log.h"
#include "daemon/server.h"
#include "daemon/verdicts.h"

#define EICFLIGHT_MS 1500       /* of the 2 s that sshd's helper waits */
#define EICFLIGHT_FAILURES 3    /* in a row: then logins do not wait, */
#define EICFLIGHT_REST_MS 30000 /* for this long */
#define EICFLIGHT_ACCOUNTS 64
#define EICFLIGHT_REFUSED 64 /* refusals that are not told twice */
#define EICFLIGHT_LOOKED 16
#define EICFLIGHT_LOOK_MS 5000 /* a key lives a minute: it is seen if it is used */
#define EICFLIGHT_LOOKS_PER_HOUR 360.0

static uint64_t cookies;
static unsigned failures;
static int64_t rest_until_mono_ms;

/* Digests of what was refused, oldest overwritten first. */
static uint8_t refused[EICFLIGHT_REFUSED][DIGEST_SIZE];
static size_t refused_next;

/*
 * Many logins of one account share two flights: whoever comes while one is under way waits for
 * the next, since IMDS may have been asked before their key was sent.
 */
static struct eicflight {
	char account[TEXT_OS_NAME_MAX + 1];
	uint64_t cookie;      /* under way; 0: a free place */
	uint64_t next;        /* starts behind it; 0: nobody waits */
	int64_t ends_mono_ms; /* at the latest */
} flights[EICFLIGHT_ACCOUNTS];

static int
submit(struct daemon *d, const char *account, uint64_t cookie)
{
	struct net_job *job =
	    net_job_new(NET_EIC, NET_LOGIN, cookie, clock_mono_ms() + EICFLIGHT_MS);
	int r;

	if (job == NULL)
		return -EAGAIN;
	(void)snprintf(job->account, sizeof(job->account), "%s", account);
	r = net_submit(d->net, &job);
	net_job_free(job);
	return r != 0 ? -EAGAIN : 0;
}

/* The account's flight, or a free place, or NULL. */
static struct eicflight *
find_flight(const char *account)
{
	int64_t now = clock_mono_ms();
	struct eicflight *place = NULL;

	for (size_t i = 0; i < EICFLIGHT_ACCOUNTS; i++) {
		if (now > flights[i].ends_mono_ms)
			flights[i].cookie = 0;
		if (flights[i].cookie != 0 && strcmp(flights[i].account, account) == 0)
			return &flights[i];
		if (flights[i].cookie == 0)
			place = &flights[i];
	}
	return place;
}

int
eicflight_start(struct daemon *d, const char *account, uint64_t *ret_cookie)
{
	struct eicflight *flight;

	if (d->net == NULL || !config_has_eic(d->config) ||
	    clock_mono_ms() < rest_until_mono_ms)
		return -EAGAIN;
	flight = find_flight(account);
	if (flight != NULL && flight->cookie != 0) {
		if (flight->next == 0)
			flight->next = ++cookies;
		*ret_cookie = flight->next;
		return 0;
	}
	if (submit(d, account, ++cookies) != 0)
		return -EAGAIN;
	if (flight != NULL) {
		(void)snprintf(flight->account, sizeof(flight->account), "%s", account);
		flight->cookie = cookies;
		flight->next = 0;
		flight->ends_mono_ms = clock_mono_ms() + 2 * EICFLIGHT_MS;
	}
	*ret_cookie = cookies;
	return 0;
}

/* The flight has landed: those who came meanwhile have their own now. */
static void
land(struct daemon *d, uint64_t cookie)
{
	for (size_t i = 0; i < EICFLIGHT_ACCOUNTS; i++) {
		struct eicflight *flight = &flights[i];
		uint64_t next = flight->next;

		if (flight->cookie != cookie)
			continue;
		flight->cookie = next;
		flight->next = 0;
		flight->ends_mono_ms = clock_mono_ms() + 2 * EICFLIGHT_MS;
		if (next != 0 && submit(d, flight->account, next) != 0) {
			flight->cookie = 0;
			server_eic_arrived(d, next);
		}
		return;
	}
}

/* Asked a moment ago? Else from now on. */
static bool
is_looked_at(const char *account, int64_t now_mono_ms)
{
	static struct {
		char name[TEXT_OS_NAME_MAX + 1];
		int64_t mono_ms;
	} looked[EICFLIGHT_LOOKED];
	static size_t next;

	for (size_t i = 0; i < EICFLIGHT_LOOKED; i++)
		if (strcmp(looked[i].name, account) == 0 &&
		    now_mono_ms - looked[i].mono_ms < EICFLIGHT_LOOK_MS)
			return true;
	(void)snprintf(looked[next].name, sizeof(looked[next].name), "%s", account);
	looked[next].mono_ms = now_mono_ms;
	next = (next + 1) % EICFLIGHT_LOOKED;
	return false;
}

void
eicflight_look(struct daemon *d, const char *account)
{
	static struct bucket looks;
	int64_t now = clock_mono_ms();
	uint64_t cookie;

	if (!text_is_os_name(account, strlen(account)))
		return;
	if (looks.depth == 0)
		bucket_init(&looks, EICFLIGHT_LOOKS_PER_HOUR, EICFLIGHT_LOOKED, now);
	if (is_looked_at(account, now) || !bucket_take(&looks, now))
		return;
	(void)eicflight_start(d, account, &cookie);
}

/* sshd asks twice a login, and a record stays for a minute: one line will do. */
static bool
is_told(const char *account, const struct eic_key *key, const char *why)
{
	uint8_t digest[DIGEST_SIZE];
	char text[2048];
	int n;

	n = snprintf(text, sizeof(text), "%s %s %s %lld %s", account, key->caller,
	    key->request, (long long)key->expires_s, why);
	if (n < 0 || digest_sha256(text, strlen(text), digest) != 0)
		return false;
	for (size_t i = 0; i < EICFLIGHT_REFUSED; i++)
		if (memcmp(refused[i], digest, DIGEST_SIZE) == 0)
			return true;
	memcpy(refused[refused_next], digest, DIGEST_SIZE);
	refused_next = (refused_next + 1) % EICFLIGHT_REFUSED;
	return false;
}

static void
record_refusal(struct daemon *d, const char *account, const struct eic_key *key,
    const struct eic_binding *binding, const char *why)
{
	struct record record;
	uint8_t digest[DIGEST_SIZE];
	char fingerprint[51];

	record_init(&record, RECORD_LOGIN);
	record.verdict = binding->verdict;
	record.reason = binding->reason;
	record.rule = binding->rule;
	record.message = why;
	record.account = account;
	record.service = "sshd";
	record.via = keysfile_via_name(KEYSFILE_SOURCE_EIC);
	record.key.source = keysfile_source_name(KEYSFILE_SOURCE_EIC);
	record.key.request = key->request[0] != '\0' ? key->request : NULL;
	if (key->flaw == 0 && digest_sha256(key->blob, key->blob_len, digest) == 0) {
		record_fingerprint(digest, fingerprint);
		record.key.fingerprint = fingerprint;
		record.key.type = key->type;
	}
	if (binding->caller.person != NULL) {
		verdicts_fill_person(&record, binding->caller.person);
		record.person.verified = "yes";
	} else if (key->caller[0] != '\0') {
		record.person.arn = key->caller;
		record.person.verified = key->flaw == 0 ? "yes" : "claimed";
	}
	if (binding->caller.session[0] != '\0')
		record.person.claimed = binding->caller.session;
	record.generation = (int64_t)d->generation;
	audit_write(d->audit, &record);
}

static void
refuse(struct daemon *d, const char *account, const struct eic_key *key,
    const struct eic_binding *binding, const char *why)
{
	if (is_told(account, key, why))
		return;
	/* both texts are printable ASCII: eic_blob.h */
	log_line(LOG_NOTICE, "instance-connect: no key for %s: %s; caller %s, request %s",
	    account, why, key->caller[0] != '\0' ? key->caller : "unknown",
	    key->request[0] != '\0' ? key->request : "unknown");
	record_refusal(d, account, key, binding, why);
}

static void
take(struct daemon *d, const char *account, const struct eic_key *key,
    const char *signer_why)
{
	struct eic_binding binding = { .verdict = VERDICT_DENY,
		.reason = REASON_KEY_UNKNOWN };
	char why[EIC_WHY_SIZE + 80];

	if (key->flaw != 0) {
		(void)snprintf(why, sizeof(why), "%s%s%s", eic_flaw_text(key->flaw),
		    key->flaw == EIC_E_SIGNER ? ": " : "",
		    key->flaw == EIC_E_SIGNER ? signer_why : "");
		refuse(d, account, key, &binding, why);
		return;
	}
	eic_bind(d, account, key->caller, ANSWER_SSHD, &binding);
	if (binding.verdict != VERDICT_ALLOW)
		refuse(d, account, key, &binding, binding.why);
	else if (eic_seen_add(account, key) != 0)
		log_line(LOG_ERR, "instance-connect: no memory for a key of %s", account);
	free(binding.rule);
}

/* Once when it begins, once when logins stop waiting for it. */
static void
note_failure(const struct net_error *error)
{
	failures++;
	if (failures >= EICFLIGHT_FAILURES)
		rest_until_mono_ms = clock_mono_ms() + EICFLIGHT_REST_MS;
	if (failures == 1 || failures == EICFLIGHT_FAILURES)
		log_line(LOG_WARNING, "instance-connect: %s: %s (%s)", error->action,
		    error->what, error->code);
}

void
eicflight_result(struct daemon *d, const struct net_result *result)
{
	if (result->r != 0) {
		note_failure(&result->error);
	} else {
		failures = 0;
		rest_until_mono_ms = 0;
		for (size_t i = 0; i < result->eic->n_keys; i++)
			take(d, result->account, &result->eic->keys[i],
			    result->eic->signer_why);
	}
	land(d, result->cookie);
	server_eic_arrived(d, result->cookie);
}
