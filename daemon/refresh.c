/* SPDX-License-Identifier: Apache-2.0 */
/* refresh.c - scheduling and results of listings; contract in refresh.h */
#include <string.h>

#include "daemon/boot.h"
#include "daemon/eicflight.h"
#include "daemon/fleet.h"
#include "daemon/keyflight.h"
#include "daemon/log.h"
#include "daemon/publisher.h"
#include "daemon/refresh.h"
#include "daemon/refresh_file.h"
#include "daemon/refresh_pace.h"
#include "daemon/refresh_rings.h"
#include "daemon/server.h"

#define REFRESH_KEYS_MS 30000
#define REFRESH_LINES_PER_HOUR 12.0
#define REFRESH_LINES_DEEP 12.0
#define REFRESH_NONE UINT64_MAX

struct refresh {
	sd_event_source *timer;
	sd_event_source *results;
	sd_event_source *keys_timer;
	int64_t started_mono_ms; /* of the one under way */
	struct refresh_pace pace;
	uint64_t next_cookie;
	uint64_t flying;  /* cookie of the listing under way, or REFRESH_NONE */
	uint64_t keys_of; /* the listing whose keys are under way, or REFRESH_NONE */
	uint64_t keys_cookie;
	uint64_t again; /* promised to whoever asked meanwhile, or REFRESH_NONE */
	bool accept;
	unsigned failures_in_row;
	struct refresh_rings rings;
	struct bucket lines; /* of log about failures: an outage must not fill a disk */
	struct apply_held held;
	struct refresh_facts facts;
};

static void refresh_run(struct daemon *d, uint64_t cookie);

bool
refresh_breaker_is_open(const struct daemon *d)
{
	return d->refresh->failures_in_row >= REFRESH_BREAKER;
}

void
refresh_facts_read(const struct daemon *d, struct refresh_facts *ret_facts)
{
	*ret_facts = d->refresh->facts;
	ret_facts->held = d->refresh->held;
	ret_facts->rings = d->refresh->rings.n_heard;
	ret_facts->rings_refused = d->refresh->rings.n_refused;
}

static void
refresh_schedule(struct daemon *d, int64_t after_ms)
{
	uint64_t at = (uint64_t)(clock_mono_ms() + after_ms) * 1000;

	if (sd_event_source_set_time(d->refresh->timer, at) < 0 ||
	    sd_event_source_set_enabled(d->refresh->timer, SD_EVENT_ONESHOT) < 0)
		log_line(LOG_ERR, "the refresh timer could not be set");
}

static void
refresh_note_time(struct refresh *refresh)
{
	int64_t ms = clock_mono_ms() - refresh->started_mono_ms;

	refresh->facts.last_ms = ms > 0 ? (uint64_t)ms : 0;
	refresh->facts.total_ms += refresh->facts.last_ms;
	refresh->facts.n_timed++;
	if (refresh->facts.last_ms > refresh->facts.longest_ms)
		refresh->facts.longest_ms = refresh->facts.last_ms;
}

/* The end of a refresh, keys included: whoever waits is told, the next one is planned. */
static void
refresh_done(struct daemon *d, uint64_t cookie, enum refresh_outcome outcome)
{
	struct refresh *refresh = d->refresh;
	uint64_t again = refresh->again;
	int64_t after_ms;

	refresh_note_time(refresh);
	server_refreshed(d, cookie, outcome, &refresh->facts.failure.error);
	if (again != REFRESH_NONE) {
		refresh->again = REFRESH_NONE;
		refresh_run(d, again);
		return;
	}
	after_ms = outcome == REFRESH_FAILED
		       ? refresh_pace_retry_ms(&refresh->pace, refresh->failures_in_row)
		       : refresh_pace_interval_ms(&refresh->pace);
	refresh->facts.interval_s =
	    (uint32_t)(refresh_pace_interval_ms(&refresh->pace) / 1000);
	if (d->fleet != NULL)
		after_ms = fleet_next_ms(
		    d, outcome == REFRESH_FAILED, &refresh->facts.interval_s);
	if (outcome == REFRESH_HELD && after_ms > 60000)
		after_ms = 60000; /* the second listing that confirms */
	refresh_schedule(d, after_ms);
}

/* A missing permission is kept until a listing succeeds: status and doctor name it. */
static void
refresh_note_missing(struct refresh *refresh, const struct net_error *error)
{
	size_t n = BASE_N(refresh->facts.missing);

	if (!error->denied)
		return;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(refresh->facts.missing[i], error->action) == 0)
			return;
		if (refresh->facts.missing[i][0] == '\0') {
			memcpy(refresh->facts.missing[i], error->action,
			    sizeof(error->action));
			return;
		}
	}
}

void
refresh_failed(struct daemon *d, uint64_t cookie, const struct net_error *error)
{
	struct refresh *refresh = d->refresh;
	struct clock_now now;
	bool is_news = strcmp(refresh->facts.failure.error.code, error->code) != 0 ||
		       strcmp(refresh->facts.failure.error.action, error->action) != 0;

	clock_read(&now);
	if (is_news && bucket_take(&refresh->lines, clock_mono_ms()))
		log_line(LOG_WARNING,
		    "refresh failed: %s: %s (%s): last known good stays", error->action,
		    error->what, error->code);
	refresh->facts.failure.wall_ms = now.wall_ms;
	refresh->facts.failure.error = *error;
	refresh->facts.failures++;
	refresh->failures_in_row++;
	refresh_note_missing(refresh, error);
	refresh_done(d, cookie, REFRESH_FAILED);
}

static void
refresh_succeeded(struct daemon *d)
{
	struct refresh *refresh = d->refresh;

	if (refresh->facts.failure.wall_ms != 0)
		log_line(LOG_NOTICE, "refresh works again after %u failures",
		    refresh->failures_in_row);
	memset(&refresh->facts.failure, 0, sizeof(refresh->facts.failure));
	memset(refresh->facts.missing, 0, sizeof(refresh->facts.missing));
	refresh->failures_in_row = 0;
	refresh->facts.refreshes++;
}

static int
refresh_keys_ahead(struct daemon *d, uint64_t cookie, bool is_between)
{
	struct net_stats stats;

	if (d->net == NULL)
		return -EALREADY;
	net_stats_read(d->net, &stats);
	return keyflight_ahead(d, cookie, clock_mono_ms() + REFRESH_KEYS_MS,
	    refresh_pace_keys_budget(stats.background_tokens, is_between), is_between);
}

/* Between two listings what the bucket has above its half goes into old keys. */
static int
refresh_on_keys_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	struct daemon *d = arg;
	struct refresh *refresh = d->refresh;
	uint64_t next_ms = (uint64_t)d->config->fresh_s * 1000 / 3 + 1000;

	(void)usec;
	if (refresh->flying == REFRESH_NONE && refresh->keys_of == REFRESH_NONE &&
	    refresh->failures_in_row == 0 && d->world != NULL)
		(void)refresh_keys_ahead(d, refresh->next_cookie++, true);
	if (sd_event_source_set_time(
		source, ((uint64_t)clock_mono_ms() + next_ms) * 1000) < 0 ||
	    sd_event_source_set_enabled(source, SD_EVENT_ONESHOT) < 0)
		log_line(LOG_ERR, "the timer for keys could not be set");
	return 0;
}

/* A complete listing arrived: guards, world, files; then the keys of those let in. */
void
refresh_listed(struct daemon *d, uint64_t cookie, struct directory *directory,
    struct instance *instance)
{
	struct refresh *refresh = d->refresh;
	bool accept = refresh->accept;
	struct net_error error = { .action = "publish", .code = "local" };
	int r;

	refresh->accept = false;
	r = apply_directory(d, directory, instance, accept, &refresh->held);
	if (r == APPLY_E_HELD) {
		refresh_done(d, cookie, REFRESH_HELD);
		return;
	}
	if (r != 0) {
		(void)snprintf(error.what, sizeof(error.what), "%s",
		    r == APPLY_E_ACCOUNT
			? "this instance is in another account than [aws] account"
			: strerror(-r));
		refresh_failed(d, cookie, &error);
		return;
	}
	refresh_succeeded(d);
	if (d->net != NULL)
		net_set_people(d->net, d->world->n_people);
	refresh->keys_cookie = refresh->next_cookie++;
	/* hosts live by a publisher's listings: keys come from what these leave */
	r = refresh_keys_ahead(d, refresh->keys_cookie, d->publisher != NULL);
	if (r == 0)
		refresh->keys_of = cookie;
	else
		refresh_done(d, cookie, REFRESH_DONE);
}

/* The source is what it was: nothing is decided anew, only younger. */
void
refresh_verified(struct daemon *d, uint64_t cookie, const struct clock_now *now)
{
	struct refresh *refresh = d->refresh;

	refresh->accept = false;
	if (now != NULL)
		apply_verified(d, now->wall_ms, now->boot_ms);
	refresh_succeeded(d);
	refresh_done(d, cookie, REFRESH_DONE);
}

static void
refresh_directory_result(struct daemon *d, struct net_result *result)
{
	struct refresh *refresh = d->refresh;
	struct net_stats stats;

	if (result->cookie != refresh->flying)
		return;
	refresh->flying = REFRESH_NONE;
	if (d->fleet != NULL) {
		fleet_result(d, result);
		return;
	}
	if (result->r != 0) {
		if (result->instance != NULL)
			boot_confirm(d, result->instance);
		refresh_failed(d, result->cookie, &result->error);
		return;
	}
	if (apply_lost_tags(d, result)) {
		refresh_failed(d, result->cookie, &result->tags_error);
		return;
	}
	net_stats_read(d->net, &stats);
	refresh_pace_listed(&refresh->pace, result->n_requests, stats.background_tokens,
	    result->directory->n_principals);
	apply_fresh(d, refresh_pace_fresh_s(&refresh->pace));
	refresh_listed(d, result->cookie, base_take_ptr(&result->directory),
	    base_take_ptr(&result->instance));
	refresh_note_missing(refresh, &result->tags_error);
}

static void
refresh_keys_result(struct daemon *d, struct net_result *result)
{
	struct refresh *refresh = d->refresh;
	uint64_t listing = refresh->keys_of;

	(void)keyflight_result(d, result);
	if (result->error.code[0] != '\0') {
		refresh_note_missing(refresh, &result->error);
		if (strcmp(result->error.code, "bucket") != 0) {
			refresh->failures_in_row += listing == REFRESH_NONE ? 1 : 0;
			if (bucket_take(&refresh->lines, clock_mono_ms()))
				log_line(LOG_WARNING, "keys: %s: %s (%s)",
				    result->error.action, result->error.what,
				    result->error.code);
		}
	}
	server_keys_arrived(d, result->cookie);
	if (listing == REFRESH_NONE || result->cookie != refresh->keys_cookie)
		return;
	refresh->keys_of = REFRESH_NONE;
	if (d->publisher == NULL)
		refresh_pace_keys(&refresh->pace, result->n_requests);
	refresh_done(d, listing, REFRESH_DONE);
}

static int
refresh_on_results(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct daemon *d = arg;
	struct net_result *result;
	uint64_t count;

	(void)source;
	(void)events;
	(void)!read(fd, &count, sizeof(count)); /* net_take() says what there is */
	while ((result = net_take(d->net)) != NULL) {
		publisher_result(d, result);
		if (result->what == NET_DIRECTORY || result->what == NET_FLEET)
			refresh_directory_result(d, result);
		else if (result->what == NET_INSTANCE && result->r == 0)
			boot_confirm(d, result->instance);
		else if (result->what == NET_KEYS)
			refresh_keys_result(d, result);
		else if (result->what == NET_EIC)
			eicflight_result(d, result);
		net_result_free(result);
	}
	return 0;
}

static void
refresh_run(struct daemon *d, uint64_t cookie)
{
	struct refresh *refresh = d->refresh;
	static const struct net_error busy = { "queue", "busy", "queue is full", 0, 0 };
	struct net_job *job;

	refresh->started_mono_ms = clock_mono_ms();
	if (d->config->source == CONFIG_SOURCE_FILE) {
		refresh_file_run(d, cookie);
		return;
	}
	job = net_job_new(NET_DIRECTORY, NET_BACKGROUND, cookie,
	    clock_mono_ms() + refresh_pace_deadline_ms(&refresh->pace));
	if (job != NULL)
		job->is_careful = refresh->failures_in_row >= REFRESH_BREAKER;
	if (job != NULL && d->fleet != NULL)
		fleet_job(d, &job);
	if (job != NULL && net_submit(d->net, &job) == 0) {
		refresh->flying = cookie;
		return;
	}
	net_job_free(job);
	refresh_failed(d, cookie, &busy);
}

uint64_t
refresh_request(struct daemon *d, bool accept)
{
	struct refresh *refresh = d->refresh;

	refresh->accept = refresh->accept || accept;
	if (refresh->again != REFRESH_NONE)
		return refresh->again;
	refresh->again = refresh->next_cookie++;
	/* from the loop, so that the caller can park before it is answered */
	if (refresh->flying == REFRESH_NONE && refresh->keys_of == REFRESH_NONE)
		refresh_schedule(d, 0);
	return refresh->again;
}

static int
refresh_on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	struct daemon *d = arg;
	struct refresh *refresh = d->refresh;
	uint64_t cookie = refresh->again;

	(void)source;
	(void)usec;
	if (refresh->flying != REFRESH_NONE || refresh->keys_of != REFRESH_NONE)
		return 0;
	refresh->again = REFRESH_NONE;
	refresh_run(d, cookie != REFRESH_NONE ? cookie : refresh->next_cookie++);
	return 0;
}

void
refresh_ring(struct daemon *d)
{
	if (refresh_rings_doorbell(&d->refresh->rings, clock_mono_ms()))
		(void)refresh_request(d, false);
}

void
refresh_stale(struct daemon *d)
{
	struct refresh *refresh = d->refresh;

	/* what fails is tried again by itself, what is under way comes */
	if (refresh->failures_in_row == 0 && refresh->flying == REFRESH_NONE &&
	    refresh->keys_of == REFRESH_NONE &&
	    refresh_rings_stale(&refresh->rings, clock_mono_ms()))
		(void)refresh_request(d, false);
}

int
refresh_keys(struct daemon *d, const struct world_person *person, uint64_t *ret_cookie)
{
	uint64_t cookie = d->refresh->next_cookie++;
	int r = keyflight_person(d, person, &cookie); /* may name an earlier one */

	if (r == 0)
		*ret_cookie = cookie;
	return r;
}

int
refresh_start(struct daemon *d)
{
	struct refresh *refresh = calloc(1, sizeof(*refresh));
	int r;

	if (refresh == NULL)
		return -ENOMEM;
	d->refresh = refresh;
	refresh->flying = refresh->keys_of = refresh->again = REFRESH_NONE;
	refresh->next_cookie = 1;
	refresh_rings_init(&refresh->rings, clock_mono_ms());
	bucket_init(
	    &refresh->lines, REFRESH_LINES_PER_HOUR, REFRESH_LINES_DEEP, clock_mono_ms());
	refresh_pace_init(&refresh->pace, d->config->fresh_s);
	d->effective_fresh_s = d->config->fresh_s;
	r = sd_event_add_time(d->event, &refresh->timer, CLOCK_MONOTONIC,
	    (uint64_t)clock_mono_ms() * 1000, 1000, refresh_on_timer, d);
	if (r >= 0 && d->net != NULL && d->config->keys_iam)
		r = sd_event_add_time(d->event, &refresh->keys_timer, CLOCK_MONOTONIC,
		    ((uint64_t)clock_mono_ms() + d->config->fresh_s * 1000ull / 3) * 1000,
		    1000000, refresh_on_keys_timer, d);
	if (r >= 0 && d->net != NULL)
		r = sd_event_add_io(d->event, &refresh->results, net_fd(d->net), EPOLLIN,
		    refresh_on_results, d);
	return r < 0 ? r : 0;
}

void
refresh_stop(struct daemon *d)
{
	if (d->refresh == NULL)
		return;
	sd_event_source_unref(d->refresh->timer);
	sd_event_source_unref(d->refresh->results);
	sd_event_source_unref(d->refresh->keys_timer);
	free(d->refresh);
	d->refresh = NULL;
}
