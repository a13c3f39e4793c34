/* SPDX-License-Identifier: Apache-2.0 */
/* keyflight.c - asking IAM for keys; contract in keyflight.h */
#include <stdlib.h>
#include <string.h>

#include "daemon/apply.h"
#include "daemon/keyflight.h"
#include "daemon/log.h"
#include "daemon/refresh.h"
#include "daemon/state.h"

#define KEYFLIGHT_LOGIN_MS 5000  /* the flight may outlive the login that started it */
#define KEYFLIGHT_WAIT_MS 1500   /* a second login waits with the first this long, */
#define KEYFLIGHT_AGAIN_MS 30000 /* and nobody waits for the same person until then */
#define KEYFLIGHT_RECENT 64

/* The last login flights, oldest overwritten first; main thread only. */
static struct {
	char unique_id[129];
	uint64_t cookie;
	int64_t started_mono_ms; /* 0: landed, or never used */
} recent[KEYFLIGHT_RECENT];
static size_t recent_next;

/* Who logged in lately, for the order of fetching ahead. */
static struct {
	char unique_id[129];
	int64_t mono_ms; /* 0: free */
} seen[KEYFLIGHT_RECENT];

/* With a file or a publisher's blob the keys come with the people. */
static bool
keyflight_has_iam(const struct daemon *d)
{
	return d->net != NULL && d->config->source == CONFIG_SOURCE_IAM;
}

static int
keyflight_add(
    const struct daemon *d, struct net_job *job, const struct world_person *person)
{
	const struct keystore_person *known =
	    keystore_find(d->keys, person->principal->id);
	int r;

	r = net_job_add_person(job, person->principal->id, person->principal->name);
	for (size_t i = 0; r == 0 && known != NULL && i < known->n_keys; i++)
		r = net_job_add_known(job, known->keys[i].key_id);
	return r;
}

static bool
keyflight_wants(const struct daemon *d, const struct world_person *person)
{
	/* a publisher asks for those whom others let in */
	return world_has_claim(person) && person->principal->kind == PRINCIPAL_IAM_USER &&
	       (d->publisher != NULL ||
		   person->services[SNAPSHOT_SERVICE_LOGIN].verdict == VERDICT_ALLOW);
}

void
keyflight_seen(const char *unique_id)
{
	size_t oldest = 0;

	for (size_t i = 0; i < KEYFLIGHT_RECENT; i++) {
		if (strcmp(seen[i].unique_id, unique_id) == 0) {
			seen[i].mono_ms = clock_mono_ms();
			return;
		}
		if (seen[i].mono_ms < seen[oldest].mono_ms)
			oldest = i;
	}
	(void)snprintf(
	    seen[oldest].unique_id, sizeof(seen[oldest].unique_id), "%s", unique_id);
	seen[oldest].mono_ms = clock_mono_ms();
}

static bool
keyflight_is_active(const char *unique_id)
{
	for (size_t i = 0; i < KEYFLIGHT_RECENT; i++)
		if (strcmp(seen[i].unique_id, unique_id) == 0)
			return true;
	return false;
}

struct candidate {
	const struct world_person *person;
	bool is_active;
	int64_t checked_wall_ms; /* 0: never */
};

static int
keyflight_by_need(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->is_active != y->is_active)
		return x->is_active ? -1 : 1;
	if (x->checked_wall_ms != y->checked_wall_ms)
		return x->checked_wall_ms < y->checked_wall_ms ? -1 : 1;
	return strcmp(x->person->principal->id, y->person->principal->id);
}

static size_t
keyflight_candidates(
    const struct daemon *d, bool only_old, struct candidate *ret_candidates)
{
	const struct keystore_person *known;
	size_t n = 0;

	for (size_t i = 0; i < d->world->n_people; i++) {
		const struct world_person *person = &d->world->people[i];

		if (only_old ? !keyflight_is_due(d, person) : !keyflight_wants(d, person))
			continue;
		known = keystore_find(d->keys, person->principal->id);
		ret_candidates[n++] = (struct candidate){
			.person = person,
			.is_active = keyflight_is_active(person->principal->id),
			.checked_wall_ms = known != NULL ? known->checked_wall_ms : 0,
		};
	}
	qsort(ret_candidates, n, sizeof(*ret_candidates), keyflight_by_need);
	return n;
}

int
keyflight_ahead(struct daemon *d, uint64_t cookie, int64_t deadline_mono_ms,
    double budget, bool only_old)
{
	_cleanup_free_ struct candidate *candidates = NULL;
	struct net_job *job;
	size_t n;
	int r = 0;

	if (!keyflight_has_iam(d) || !d->config->keys_iam || d->world == NULL)
		return -EALREADY;
	candidates = calloc(d->world->n_people + 1, sizeof(*candidates));
	job = net_job_new(NET_KEYS, NET_BACKGROUND, cookie, deadline_mono_ms);
	if (job == NULL || candidates == NULL) {
		net_job_free(job);
		return -ENOMEM;
	}
	n = keyflight_candidates(d, only_old, candidates);
	for (size_t i = 0; r == 0 && i < n; i++) {
		/* the list, and for somebody new most likely a key's body */
		budget -= candidates[i].checked_wall_ms == 0 ? 2 : 1;
		if (budget < 0)
			break;
		r = keyflight_add(d, job, candidates[i].person);
	}
	if (r == 0 && job->n_people == 0)
		r = -EALREADY;
	if (r == 0)
		r = net_submit(d->net, &job);
	if (job != NULL)
		net_job_free(job);
	return r;
}

/* Under way since when? 0: not asked for within KEYFLIGHT_AGAIN_MS. */
static int64_t
keyflight_since(const char *unique_id, int64_t now, uint64_t *ret_cookie)
{
	for (size_t i = 0; i < KEYFLIGHT_RECENT; i++) {
		if (recent[i].started_mono_ms == 0 ||
		    now - recent[i].started_mono_ms > KEYFLIGHT_AGAIN_MS ||
		    strcmp(recent[i].unique_id, unique_id) != 0)
			continue;
		*ret_cookie = recent[i].cookie;
		return recent[i].started_mono_ms;
	}
	return 0;
}

static void
keyflight_remember(const char *unique_id, uint64_t cookie, int64_t now)
{
	(void)snprintf(
	    recent[recent_next].unique_id, sizeof(recent[0].unique_id), "%s", unique_id);
	recent[recent_next].cookie = cookie;
	recent[recent_next].started_mono_ms = now;
	recent_next = (recent_next + 1) % KEYFLIGHT_RECENT;
}

static void
keyflight_landed(uint64_t cookie)
{
	for (size_t i = 0; i < KEYFLIGHT_RECENT; i++)
		if (recent[i].cookie == cookie)
			recent[i].started_mono_ms = 0;
}

int
keyflight_person(struct daemon *d, const struct world_person *person, uint64_t *cookie)
{
	int64_t now = clock_mono_ms(), since;
	struct net_job *job;
	int r;

	if (!keyflight_has_iam(d))
		return -EAGAIN;
	since = keyflight_since(person->principal->id, now, cookie);
	if (since != 0)
		return now - since < KEYFLIGHT_WAIT_MS ? 0 : -EAGAIN;
	job = net_job_new(
	    NET_KEYS, NET_LOGIN, *cookie, clock_mono_ms() + KEYFLIGHT_LOGIN_MS);
	if (job == NULL)
		return -ENOMEM;
	r = keyflight_add(d, job, person);
	if (r == 0)
		r = net_submit(d->net, &job);
	if (r == 0)
		keyflight_remember(person->principal->id, *cookie, now);
	if (job != NULL)
		net_job_free(job);
	return r;
}

bool
keyflight_is_due(const struct daemon *d, const struct world_person *person)
{
	const struct keystore_person *known;
	struct clock_now now;

	if (!keyflight_has_iam(d) || !d->config->keys_iam || !keyflight_wants(d, person))
		return false;
	known = keystore_find(d->keys, person->principal->id);
	if (known == NULL || known->checked_wall_ms == 0)
		return true;
	clock_read(&now);
	return freshness_age_ms(known->checked_wall_ms, known->checked_boot_ms, &now) >
	       (int64_t)d->effective_fresh_s * 1000;
}

/* Keys that came without a body are those we had: taken from the store by their id. */
static int
keyflight_store(
    struct daemon *d, const struct net_keys *got, const struct net_result *result)
{
	const struct keystore_person *known = keystore_find(d->keys, got->unique_id);
	_cleanup_free_ struct directory_key *keys = NULL;
	size_t n = 0;

	keys = calloc(got->n_keys + 1, sizeof(*keys));
	if (keys == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < got->n_keys; i++) {
		keys[n] = got->keys[i];
		for (size_t j = 0;
		     keys[n].blob == NULL && known != NULL && j < known->n_keys; j++)
			if (strcmp(known->keys[j].key_id, got->keys[i].key_id) == 0)
				keys[n] = known->keys[j];
		n += keys[n].blob != NULL ? 1 : 0;
	}
	return keystore_set(
	    d->keys, got->unique_id, keys, n, result->wall_ms, result->boot_ms);
}

bool
keyflight_result(struct daemon *d, const struct net_result *result)
{
	bool changed = false;
	int r;

	if (result->error.code[0] == '\0')
		keyflight_landed(result->cookie);
	for (size_t i = 0; i < result->n_keys; i++) {
		const struct net_keys *got = &result->keys[i];

		if (got->r == -ENOENT)
			keystore_forget(d->keys, got->unique_id);
		else if (got->r != 0)
			continue;
		r = got->r == 0 ? keyflight_store(d, got, result) : 0;
		if (r != 0)
			log_error(r, "keys of a person could not be kept");
		changed = true;
	}
	if (changed) {
		state_save_keys(d);
		(void)apply_publish(d);
	}
	return changed;
}
