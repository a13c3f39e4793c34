/* SPDX-License-Identifier: Apache-2.0 */
/* credentials.c - keeping credentials at hand; contract in credentials.h */
#include <errno.h>
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
#define DOUBT_MS 10000

struct waiter {
	struct waiter *next;
	credentials_fn fn;
	void *context;
};

struct credentials {
	struct later *later;
	struct credentials_source source;
	struct imds_credentials *current;
	int64_t renew_mono_ms; /* not before; means nothing without current */
	bool is_refused;       /* by a service: current are dead */
	bool is_ending;
	int64_t refused_mono_ms, doubted_mono_ms;
	bool is_fetching;
	struct waiter *waiters;
	struct net_error error; /* of the last fetch */
};

static void fetch(struct credentials *credentials);

int
credentials_new(struct later *later, const struct credentials_source *source,
    struct credentials **ret_credentials)
{
	struct credentials *credentials = calloc(1, sizeof(*credentials));

	if (credentials == NULL) {
		free(source->context);
		return -ENOMEM;
	}
	credentials->later = later;
	credentials->source = *source;
	*ret_credentials = credentials;
	return 0;
}

void
credentials_free(struct credentials *credentials)
{
	if (credentials == NULL)
		return;
	imds_credentials_free(credentials->current);
	free(credentials->source.context);
	free(credentials);
}

void
credentials_end(struct credentials *credentials)
{
	credentials->is_ending = true;
	later_cancel(credentials->later, credentials);
}

const struct imds_credentials *
credentials_current(const struct credentials *credentials)
{
	return credentials->current;
}

static bool
has_usable(const struct credentials *credentials)
{
	return credentials->current != NULL && !credentials->is_refused;
}

static void
on_timer(void *context)
{
	fetch(context);
}

static void
plan_renewal(struct credentials *credentials, int64_t in_s)
{
	int64_t in_ms = in_s * 1000;

	if (!has_usable(credentials))
		in_ms = credentials->source.again_ms / 4 +
			dice_below(credentials->source.again_ms);
	else if (in_ms < AGAIN_MIN_MS)
		in_ms = AGAIN_MIN_MS + dice_below(AGAIN_JITTER_MS);
	credentials->renew_mono_ms = clock_mono_ms() + in_ms;
	later_cancel(credentials->later, credentials);
	if (!credentials
		 ->is_ending) /* without memory for the timer the next get fetches */
		(void)later_add(credentials->later, credentials->renew_mono_ms, on_timer,
		    credentials);
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
		if (has_usable(credentials))
			waiter->fn(waiter->context, credentials->current, NULL);
		else
			waiter->fn(waiter->context, NULL, &credentials->error);
		free(waiter);
	}
}

void
credentials_missing(struct credentials *credentials, const struct net_error *error)
{
	credentials->error = *error;
	plan_renewal(credentials, 0);
	fetched(credentials);
}

void
credentials_fresh(struct credentials *credentials, struct imds_credentials *fresh)
{
	struct net_error error;
	struct clock_now now;

	clock_read(&now);
	/* a refusal may have been the service's own trouble: after a while they are tried again */
	if (credentials->is_refused && credentials->current != NULL &&
	    clock_mono_ms() - credentials->refused_mono_ms < REFUSED_MS &&
	    strcmp(credentials->current->access_key_id, fresh->access_key_id) == 0) {
		imds_credentials_free(fresh);
		failure_set(&error, credentials->source.action, "ExpiredToken",
		    "the only credentials to be had are those that AWS refuses");
		credentials_missing(credentials, &error);
		return;
	}
	imds_credentials_free(credentials->current);
	credentials->current = fresh;
	credentials->is_refused = false;
	plan_renewal(credentials,
	    fresh->expires_s - now.wall_ms / 1000 - AHEAD_S - dice_below(AHEAD_JITTER_S));
	fetched(credentials);
}

static void
fetch(struct credentials *credentials)
{
	if (credentials->is_fetching)
		return;
	credentials->is_fetching = true;
	credentials->source.fetch(
	    credentials->source.context, credentials, clock_mono_ms() + FETCH_MS);
}

void
credentials_get(struct credentials *credentials, credentials_fn fn, void *context)
{
	bool has = has_usable(credentials);
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
		failure_http(&error, credentials->source.action, -ENOMEM);
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

bool
credentials_doubt(struct credentials *credentials)
{
	int64_t now = clock_mono_ms();

	if (credentials->is_ending || (credentials->doubted_mono_ms != 0 &&
					  now - credentials->doubted_mono_ms < DOUBT_MS))
		return false;
	credentials->doubted_mono_ms = now;
	fetch(credentials);
	return true;
}
