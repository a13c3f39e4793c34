/* SPDX-License-Identifier: Apache-2.0 */
/* credentials.c - the instance role's credentials; contract in credentials.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "common/clock.h"
#include "daemon/credentials.h"
#include "daemon/dice.h"
#include "daemon/failure.h"

#define REFUSED_MS 15000 /* so long refused credentials are not offered again */
#define FETCH_MS 6000
#define AHEAD_S 900 /* EC2 has new ones at least 5 minutes ahead; SDKs ask 15 ahead */
#define AHEAD_JITTER_S 300
#define AGAIN_MIN_MS (60 * 1000) /* after a failure, and when what came is about to end */
#define AGAIN_JITTER_MS (60 * 1000)

struct waiter {
	struct waiter *next;
	credentials_fn fn;
	void *context;
};

struct credentials {
	struct imds *imds;
	struct imds_credentials *current;
	int64_t renew_mono_ms; /* not before; means nothing without current */
	bool is_refused;       /* by a service: current are dead */
	int64_t refused_mono_ms;
	bool is_fetching;
	char role[65]; /* of the fetch under way */
	int64_t deadline_mono_ms;
	struct waiter *waiters;
	struct net_error error; /* of the last fetch */
};

int
credentials_new(struct imds *imds, struct credentials **ret_credentials)
{
	struct credentials *credentials = calloc(1, sizeof(*credentials));

	if (credentials == NULL)
		return -ENOMEM;
	credentials->imds = imds;
	*ret_credentials = credentials;
	return 0;
}

void
credentials_free(struct credentials *credentials)
{
	if (credentials == NULL)
		return;
	imds_credentials_free(credentials->current);
	free(credentials);
}

const struct imds_credentials *
credentials_current(const struct credentials *credentials)
{
	return credentials->current;
}

static void
plan_renewal(struct credentials *credentials, int64_t in_s)
{
	int64_t now = clock_mono_ms();

	if (in_s * 1000 < AGAIN_MIN_MS)
		credentials->renew_mono_ms =
		    now + AGAIN_MIN_MS + dice_below(AGAIN_JITTER_MS);
	else
		credentials->renew_mono_ms = now + in_s * 1000;
}

/* The fetch is over: everybody who waits gets what there is. */
static void
fetched(struct credentials *credentials)
{
	struct waiter *waiters = credentials->waiters;

	credentials->is_fetching = false;
	credentials->waiters = NULL;
	while (waiters != NULL) {
		struct waiter *waiter = waiters;

		waiters = waiter->next;
		if (credentials->current != NULL && !credentials->is_refused)
			waiter->fn(waiter->context, credentials->current, NULL);
		else
			waiter->fn(waiter->context, NULL, &credentials->error);
		free(waiter);
	}
}

static void
fetch_failed(struct credentials *credentials)
{
	plan_renewal(credentials, 0);
	fetched(credentials);
}

static void
explain_missing(struct credentials *credentials, const struct imds_reply *reply)
{
	if (reply->r == -ENOENT)
		failure_set(&credentials->error, "imds:credentials", "no-role",
		    "no IAM role is attached to this instance");
	else
		credentials->error = *reply->error;
	fetch_failed(credentials);
}

static void
install(struct credentials *credentials, struct imds_credentials *fresh)
{
	struct clock_now now;

	clock_read(&now);
	/* a refusal may have been the service's own trouble: after a while they are tried again */
	if (credentials->is_refused && credentials->current != NULL &&
	    clock_mono_ms() - credentials->refused_mono_ms < REFUSED_MS &&
	    strcmp(credentials->current->access_key_id, fresh->access_key_id) == 0) {
		imds_credentials_free(fresh);
		failure_set(&credentials->error, "imds:credentials", "ExpiredToken",
		    "IMDS still serves the credentials that AWS refuses");
		fetch_failed(credentials);
		return;
	}
	memcpy(fresh->role, credentials->role, sizeof(fresh->role));
	imds_credentials_free(credentials->current);
	credentials->current = fresh;
	credentials->is_refused = false;
	plan_renewal(credentials,
	    fresh->expires_s - now.wall_ms / 1000 - AHEAD_S - dice_below(AHEAD_JITTER_S));
	fetched(credentials);
}

static void
on_document(void *context, const struct imds_reply *reply)
{
	struct credentials *credentials = context;
	struct imds_credentials *fresh;
	char code[64];
	int r;

	if (reply->r != 0) {
		explain_missing(credentials, reply);
		return;
	}
	fresh = calloc(1, sizeof(*fresh));
	r = fresh == NULL ? -ENOMEM
			  : imds_parse_credentials(reply->body, reply->len, fresh, code);
	if (r == 0) {
		install(credentials, fresh);
		return;
	}
	imds_credentials_free(fresh);
	if (r == IMDS_PARSE_E_REFUSED)
		failure_set(&credentials->error, "imds:credentials", code,
		    "EC2 cannot assume the role: see its trust policy");
	else if (r == IMDS_PARSE_E_GARBAGE)
		failure_set(&credentials->error, "imds:credentials", "garbage",
		    "not a credentials document");
	else
		failure_http(&credentials->error, "imds:credentials", r);
	fetch_failed(credentials);
}

static void
on_role(void *context, const struct imds_reply *reply)
{
	struct credentials *credentials = context;
	char path[128];

	if (reply->r != 0) {
		explain_missing(credentials, reply);
		return;
	}
	if (imds_parse_role(reply->body, reply->len, credentials->role) != 0) {
		failure_set(
		    &credentials->error, "imds:role", "garbage", "not a role name");
		fetch_failed(credentials);
		return;
	}
	(void)snprintf(path, sizeof(path), "meta-data/iam/security-credentials/%s",
	    credentials->role);
	imds_get(credentials->imds, path, "imds:credentials",
	    credentials->deadline_mono_ms, on_document, credentials);
}

static void
fetch(struct credentials *credentials)
{
	if (credentials->is_fetching)
		return;
	credentials->is_fetching = true;
	credentials->deadline_mono_ms = clock_mono_ms() + FETCH_MS;
	imds_get(credentials->imds, "meta-data/iam/security-credentials/", "imds:role",
	    credentials->deadline_mono_ms, on_role, credentials);
}

void
credentials_get(struct credentials *credentials, credentials_fn fn, void *context)
{
	bool has = credentials->current != NULL && !credentials->is_refused;
	bool is_due = !has || clock_mono_ms() >= credentials->renew_mono_ms;
	struct waiter *waiter;
	struct net_error error;
	struct clock_now now;

	clock_read(&now);
	/* Still good and just due: nobody waits, the next one gets the new ones. */
	if (has &&
	    (!is_due || credentials->current->expires_s > now.wall_ms / 1000 + 60)) {
		fn(context, credentials->current, NULL);
		if (is_due)
			fetch(credentials);
		return;
	}
	waiter = malloc(sizeof(*waiter));
	if (waiter == NULL) {
		failure_http(&error, "imds:credentials", -ENOMEM);
		fn(context, NULL, &error);
		return;
	}
	*waiter =
	    (struct waiter){ .next = credentials->waiters, .fn = fn, .context = context };
	credentials->waiters = waiter;
	fetch(credentials);
}

void
credentials_refused(struct credentials *credentials, const char *access_key_id)
{
	if (credentials->current != NULL &&
	    strcmp(credentials->current->access_key_id, access_key_id) == 0) {
		credentials->is_refused = true;
		credentials->refused_mono_ms = clock_mono_ms();
	}
}
