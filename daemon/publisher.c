/* SPDX-License-Identifier: Apache-2.0 */
/* publisher.c - when what is published; contract in publisher.h */
#include <string.h>

#include "common/clock.h"
#include "common/text.h"
#include "daemon/log.h"
#include "daemon/publisher_parts.h"
#include "daemon/refresh.h"
#include "daemon/statefile.h"

#define TICK_MS 5000
#define JOB_MS 60000
#define AGAIN_MS 15000 /* after a failure of S3 or KMS */

static void publisher_consider(struct daemon *d);

static int
read_pem(const char *key, const char *path, bool is_private, struct p256 **ret_key)
{
	char *pem = NULL;
	size_t len = 0;
	int r = statefile_trusted(path, P256_PEM_MAX, &pem, &len);

	if (r == 0)
		r = is_private ? p256_private(pem, len, ret_key)
			       : p256_public(pem, len, ret_key);
	if (pem != NULL)
		explicit_bzero(pem, len);
	free(pem);
	if (r == 0)
		return 0;
	log_line(LOG_CRIT, "[publish] %s = %s: %s", key, path,
	    r == -EPERM         ? "not a regular file of root that only root may write"
	    : r == P256_E_CURVE ? "a key, but not an ECDSA key on P-256"
	    : r > 0             ? "not the PEM of such a key"
				: strerror(-r));
	return -EINVAL;
}

static int
read_keys(struct daemon *d)
{
	const struct config_publish *config = &d->config->publish;
	struct publisher *publisher = d->publisher;
	int r = 0;

	if (config->key_file != NULL) {
		r = read_pem("key_file", config->key_file, true, &publisher->private_key);
		/* the private key knows its public one */
		return r != 0 ? r
			      : read_pem("key_file", config->key_file, true,
				    &publisher->public_key);
	}
	return read_pem("public_key", config->public_key, false, &publisher->public_key);
}

static int
make_views(struct daemon *d)
{
	const struct config_publish *config = &d->config->publish;
	struct publisher *publisher = d->publisher;

	publisher->n_views = config->n_views > 0 ? config->n_views : 1;
	publisher->views = calloc(publisher->n_views, sizeof(*publisher->views));
	if (publisher->views == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < publisher->n_views; i++) {
		struct publisher_view *view = &publisher->views[i];

		view->name = config->n_views > 0 ? config->views[i].name : "default";
		view->rule = config->n_views > 0 ? &config->views[i].rule : NULL;
		view->is_urgent = true;
		for (size_t j = 0; j < config->attributes.n; j++)
			(void)snprintf(view->head.attributes[view->head.n_attributes++],
			    sizeof(view->head.attributes[0]), "%s",
			    config->attributes.items[j]);
	}
	return 0;
}

static int
on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	struct daemon *d = arg;

	(void)usec;
	publisher_consider(d);
	if (sd_event_source_set_time(
		source, ((uint64_t)clock_mono_ms() + TICK_MS) * 1000) < 0 ||
	    sd_event_source_set_enabled(source, SD_EVENT_ONESHOT) < 0)
		log_line(LOG_ERR, "the publisher's timer could not be set");
	return 0;
}

int
publisher_start(struct daemon *d)
{
	int r;

	d->publisher = calloc(1, sizeof(*d->publisher));
	if (d->publisher == NULL)
		return -ENOMEM;
	d->publisher->flying = SIZE_MAX;
	r = read_keys(d);
	if (r == 0)
		r = make_views(d);
	if (r == 0)
		r = publisher_load(d);
	if (r == 0)
		r = sd_event_add_time(d->event, &d->publisher->timer, CLOCK_MONOTONIC,
		    ((uint64_t)clock_mono_ms() + TICK_MS) * 1000, 100000, on_timer, d);
	return r < 0 ? r : 0;
}

void
publisher_stop(struct daemon *d)
{
	struct publisher *publisher = d->publisher;

	if (publisher == NULL)
		return;
	sd_event_source_unref(publisher->timer);
	for (size_t i = 0; i < publisher->n_views; i++) {
		directory_unref(publisher->views[i].published);
		directory_unref(publisher->views[i].news);
	}
	free(publisher->views);
	buf_done(&publisher->bytes);
	p256_free(publisher->public_key);
	p256_free(publisher->private_key);
	free(publisher);
	d->publisher = NULL;
}

void
publisher_changed(struct daemon *d)
{
	for (size_t i = 0; d->publisher != NULL && i < d->publisher->n_views; i++)
		d->publisher->views[i].is_dirty = true;
}

/* What hosts are told of the last failure; "": there is none. */
static void
last_error(const struct daemon *d, const struct publisher_view *view,
    char ret[MANIFEST_ERROR_SIZE], int64_t *ret_s)
{
	struct refresh_facts facts;
	char text[MANIFEST_ERROR_SIZE + 80] = "";

	refresh_facts_read(d, &facts);
	*ret_s = facts.failure.wall_ms / 1000;
	ret[0] = '\0';
	if (facts.failure.wall_ms != 0)
		(void)snprintf(text, sizeof(text), "%s: %s", facts.failure.error.action,
		    facts.failure.error.what);
	for (size_t i = 0; text[0] == '\0' && i < NET_REGIONS_MAX; i++) {
		if (view->errors[i].code[0] == '\0')
			continue;
		(void)snprintf(text, sizeof(text), "%s: %s", view->errors[i].action,
		    view->errors[i].what);
		*ret_s = d->directory->verified_wall_ms / 1000;
	}
	text_escape(text, strlen(text), ret, MANIFEST_ERROR_SIZE);
}

static void
fill_head(const struct daemon *d, struct publisher_view *view)
{
	const char *owner = d->config->publish.owner;
	struct blob_head *head = &view->head;

	(void)snprintf(head->account, sizeof(head->account), "%s",
	    d->directory->account[0] != '\0' ? d->directory->account
					     : d->instance->account);
	(void)snprintf(head->owner, sizeof(head->owner), "%s",
	    owner != NULL ? owner : head->account);
	(void)snprintf(head->view, sizeof(head->view), "%s", view->name);
	(void)snprintf(head->partition, sizeof(head->partition), "%s",
	    d->instance->partition[0] != '\0' ? d->instance->partition : "aws");
}

/* The blob of what the view shows now into bytes and hash. */
static int
make_blob(struct daemon *d, struct publisher_view *view)
{
	struct publisher *publisher = d->publisher;
	uint8_t digest[DIGEST_SIZE];
	int r;

	directory_unref(view->news);
	view->news = NULL;
	fill_head(d, view);
	r = publisher_project(d, view, false, &view->news);
	buf_done(&publisher->bytes);
	if (r == 0)
		r = blob_write(&view->head, view->news, &publisher->bytes);
	if (r == 0)
		r = digest_sha256(publisher->bytes.bytes, publisher->bytes.len, digest);
	if (r == 0)
		digest_hex(digest, publisher->hash);
	return r;
}

static int
fill_job(struct daemon *d, const struct publisher_view *view, struct net_publish *job)
{
	const struct config_publish *config = &d->config->publish;
	struct publisher *publisher = d->publisher;
	struct manifest *manifest = &job->manifest;

	(void)snprintf(manifest->owner, sizeof(manifest->owner), "%s", view->head.owner);
	(void)snprintf(manifest->view, sizeof(manifest->view), "%s", view->name);
	(void)snprintf(manifest->blob, sizeof(manifest->blob), "%s", publisher->hash);
	(void)snprintf(manifest->key_id, sizeof(manifest->key_id), "%s",
	    p256_id(publisher->public_key));
	last_error(d, view, manifest->error, &manifest->error_s);
	if (manifest->error[0] == '\0')
		manifest->error_s = 0;
	manifest->serial = view->serial;
	manifest->issued_s = d->directory->verified_wall_ms / 1000;
	manifest->not_after_s = manifest->issued_s + config->valid_s;
	manifest->blob_size = publisher->bytes.len;
	manifest->revoked = calloc(publisher->n_revoked + 1, sizeof(*manifest->revoked));
	job->blob = malloc(publisher->bytes.len + 1);
	if (manifest->revoked == NULL || job->blob == NULL)
		return -ENOMEM;
	memcpy(manifest->revoked, publisher->revoked,
	    publisher->n_revoked * sizeof(*manifest->revoked));
	manifest->n_revoked = publisher->n_revoked;
	memcpy(job->blob, publisher->bytes.bytes, publisher->bytes.len);
	job->blob_len = publisher->bytes.len;
	job->public_key = publisher->public_key;
	job->private_key = publisher->private_key;
	job->n_regions = config->regions.n > 0 ? config->regions.n : 1;
	for (size_t i = 0; i < config->regions.n; i++)
		(void)snprintf(job->regions[i], sizeof(job->regions[i]), "%s",
		    config->regions.items[i]);
	return 0;
}

static int
submit(struct daemon *d, struct publisher_view *view)
{
	struct net_job *job =
	    net_job_new(NET_PUBLISH, NET_BACKGROUND, 0, clock_mono_ms() + JOB_MS);
	int r = -ENOMEM;

	if (job != NULL)
		job->publish = calloc(1, sizeof(*job->publish));
	if (job != NULL && job->publish != NULL)
		r = fill_job(d, view, job->publish);
	if (r == 0) {
		(void)snprintf(
		    view->error, sizeof(view->error), "%s", job->publish->manifest.error);
		view->issued_s = job->publish->manifest.issued_s;
		r = net_submit(d->net, &job);
	}
	if (job != NULL)
		net_job_free(job);
	return r;
}

/* Revocations whose time is over are no longer news to anybody. */
static bool
drop_past(struct publisher *publisher)
{
	struct clock_now now;
	size_t kept = 0;
	bool is_changed;

	clock_read(&now);
	for (size_t i = 0; i < publisher->n_revoked; i++)
		if (publisher->revoked[i].until_s == 0 ||
		    publisher->revoked[i].until_s > now.wall_ms / 1000)
			publisher->revoked[kept++] = publisher->revoked[i];
	is_changed = kept != publisher->n_revoked;
	publisher->n_revoked = kept;
	return is_changed;
}

/* Has IAM been listed since, and is it time to say so? */
static bool
is_beat(const struct daemon *d, const struct publisher_view *view)
{
	return d->directory->verified_wall_ms / 1000 > view->issued_s &&
	       clock_mono_ms() - view->done_mono_ms >=
		   (int64_t)d->config->publish.heartbeat_s * 1000;
}

static bool
is_over(const struct daemon *d, const struct publisher_hold *hold)
{
	return hold->since_mono_ms != 0 && clock_mono_ms() - hold->since_mono_ms >=
					       (int64_t)d->config->publish.hold_s * 1000;
}

/* One view onto its way, if there is a reason; true when it is. */
static bool
publish_view(struct daemon *d, struct publisher_view *view)
{
	char error[MANIFEST_ERROR_SIZE];
	bool is_reason;
	int64_t at_s;
	int r;

	last_error(d, view, error, &at_s);
	is_reason =
	    view->is_urgent || is_beat(d, view) || strcmp(error, view->error) != 0;
	if (!is_reason && !view->is_dirty && !is_over(d, &view->hold))
		return false;
	r = make_blob(d, view);
	view->is_dirty = false;
	if (r == 0 && !is_reason && strcmp(d->publisher->hash, view->blob) == 0)
		return false;
	if (r == 0)
		r = submit(d, view);
	if (r != 0) {
		view->is_dirty = true;
		log_error(r, "view %s could not be published", view->name);
		return false;
	}
	view->is_urgent = false;
	return true;
}

static void
publisher_consider(struct daemon *d)
{
	struct publisher *publisher = d->publisher;

	if (publisher->flying != SIZE_MAX || d->world == NULL || d->instance == NULL)
		return;
	if (drop_past(publisher)) {
		for (size_t i = 0; i < publisher->n_views; i++)
			publisher->views[i].is_urgent = true;
		publisher_save(d);
	}
	for (size_t i = 0; i < publisher->n_views; i++) {
		struct publisher_view *view = &publisher->views[i];

		if (view->has_failed && clock_mono_ms() - view->done_mono_ms < AGAIN_MS)
			continue;
		if (publish_view(d, view)) {
			publisher->flying = i;
			return;
		}
	}
}

static void
note_errors(
    struct daemon *d, struct publisher_view *view, const struct net_result *result)
{
	size_t n = d->config->publish.regions.n > 0 ? d->config->publish.regions.n : 1;

	for (size_t i = 0; i < n; i++) {
		struct net_error error = result->published != NULL
					     ? result->published->errors[i]
					     : result->error;

		if (result->r != 0 && error.code[0] == '\0')
			error = result->error;
		if (error.code[0] != '\0' &&
		    strcmp(error.code, view->errors[i].code) != 0)
			log_line(LOG_WARNING, "view %s, %s: %s: %s (%s)", view->name,
			    d->config->publish.regions.n > 0
				? d->config->publish.regions.items[i]
				: d->instance->region,
			    error.action, error.what, error.code);
		view->errors[i] = error;
	}
}

void
publisher_result(struct daemon *d, const struct net_result *result)
{
	struct publisher *publisher = d->publisher;
	struct publisher_view *view;

	if (result->what != NET_PUBLISH || publisher == NULL ||
	    publisher->flying == SIZE_MAX)
		return;
	view = &publisher->views[publisher->flying];
	publisher->flying = SIZE_MAX;
	view->done_mono_ms = clock_mono_ms();
	note_errors(d, view, result);
	if (result->r == 0) {
		view->serial = result->published->serial;
		if (strcmp(view->blob, publisher->hash) != 0) {
			log_line(LOG_NOTICE,
			    "view %s: serial %llu, blob %.16s, %zu people", view->name,
			    (unsigned long long)view->serial, publisher->hash,
			    view->news->n_principals);
			publisher_save_view(d, view);
		}
		directory_unref(view->published);
		view->published = base_take_ptr(&view->news);
		memcpy(view->blob, publisher->hash, sizeof(view->blob));
		publisher_save(d);
	}
	view->has_failed = false;
	for (size_t i = 0; i < NET_REGIONS_MAX; i++)
		view->has_failed = view->has_failed || view->errors[i].code[0] != '\0';
	view->is_urgent = view->is_urgent || view->has_failed;
	publisher_consider(d);
}
