/* SPDX-License-Identifier: Apache-2.0 */
/* fleet.c - a published directory comes into force; contract in fleet.h */
#include <json-c/json.h>
#include <string.h>

#include "common/clock.h"
#include "daemon/boot.h"
#include "daemon/dice.h"
#include "daemon/failure.h"
#include "daemon/fleet_parts.h"
#include "daemon/json_time.h"
#include "daemon/log.h"
#include "daemon/refresh.h"
#include "daemon/refresh_file.h"

#define FLEET_INSTANCE_MS 200000 /* the instance's tags may change */

void
fleet_stamp(const struct manifest *manifest, struct clock_now *ret_stamp)
{
	struct clock_now now;
	int64_t age_ms;

	clock_read(&now);
	age_ms = now.wall_ms - manifest->issued_s * 1000;
	/* issued a moment ahead of our clock: no younger than now */
	if (age_ms < 0)
		age_ms = 0;
	ret_stamp->wall_ms = now.wall_ms - age_ms;
	ret_stamp->boot_ms = now.boot_ms - age_ms;
}

/* The first tag of a rule that the publisher keeps to itself; NULL without. */
static const char *
fleet_hidden_tag(const struct rules_rule *rules, size_t n, const struct blob_head *head)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < rules[i].n_terms; j++) {
			const struct rules_term *term = &rules[i].terms[j];

			if ((term->kind == RULES_TAG || term->kind == RULES_MATCH) &&
			    !blob_head_has(head, term->key))
				return term->key;
		}
	return NULL;
}

/*
 * A tag that is not published looks like one that is absent: an allow line over it lets
 * nobody in, which is said; a deny line over it would keep nobody out, which is refused.
 */
static int
fleet_check_set(const struct rules_set *set, const struct blob_head *head,
    const struct blob_head *before, struct net_error *ret_error)
{
	const char *tag = fleet_hidden_tag(set->deny, set->n_deny, head);

	if (tag != NULL) {
		failure_set(ret_error, "fleet:blob", "attributes",
		    "[%s] deny looks at tag %.80s, which the publisher leaves out: "
		    "[publish] attributes",
		    set->section, tag);
		return -EBADMSG;
	}
	tag = fleet_hidden_tag(set->allow, set->n_allow, head);
	if (tag != NULL && (before->view[0] == '\0' || blob_head_has(before, tag)))
		log_line(LOG_WARNING,
		    "[%s] allow looks at tag %.80s, which the publisher leaves out: that "
		    "line lets nobody in",
		    set->section, tag);
	return 0;
}

static int
fleet_check_tags(const struct config *config, const struct blob_head *head,
    const struct blob_head *before, struct net_error *ret_error)
{
	int r = fleet_check_set(&config->login, head, before, ret_error);

	if (r == 0)
		r = fleet_check_set(&config->sudo, head, before, ret_error);
	for (size_t i = 0; r == 0 && i < config->n_services; i++)
		r = fleet_check_set(&config->services[i], head, before, ret_error);
	return r;
}

int
fleet_directory(struct daemon *d, const struct manifest *manifest, const char *blob,
    size_t blob_len, struct directory **ret_directory, struct net_error *ret_error)
{
	_cleanup_directory_ struct directory *directory = NULL;
	struct blob_filter filter = { .manifest = manifest,
		.no_iam_keys = !d->config->keys_iam,
		.no_tag_keys = !d->config->keys_tags };
	char why[BLOB_WHY_SIZE] = "out of memory";
	struct clock_now stamp;
	struct blob_head head;
	int r;

	clock_read(&stamp);
	filter.now_s = stamp.wall_ms / 1000;
	r = blob_read(blob, blob_len, &filter, &head, &directory, why);
	if (r != 0) {
		failure_set(ret_error, "fleet:blob", "syntax", "%.190s", why);
		return r > 0 ? -EBADMSG : r;
	}
	if (strcmp(head.owner, manifest->owner) != 0 ||
	    strcmp(head.view, manifest->view) != 0) {
		failure_set(ret_error, "fleet:blob", "mismatch",
		    "the blob is of %s, view %s", head.owner, head.view);
		return -EBADMSG;
	}
	r = fleet_check_tags(d->config, &head, &d->fleet->head, ret_error);
	if (r != 0)
		return r;
	fleet_stamp(manifest, &stamp);
	directory->verified_wall_ms = stamp.wall_ms;
	directory->verified_boot_ms = stamp.boot_ms;
	d->fleet->head = head;
	*ret_directory = base_take_ptr(&directory);
	return 0;
}

void
fleet_believe(
    struct fleet *fleet, struct manifest *manifest, const char *bytes, size_t len)
{
	manifest_free(fleet->manifest);
	fleet->manifest = manifest;
	if (digest_sha256(bytes, len, fleet->digest) != 0)
		memset(fleet->digest, 0, sizeof(fleet->digest));
}

void
fleet_job(struct daemon *d, struct net_job **job)
{
	struct fleet *fleet = d->fleet;
	const char *owner = d->config->fleet.owner;
	struct net_fleet_ask *ask = calloc(1, sizeof(*ask));
	int64_t now = clock_mono_ms();

	if (ask == NULL) {
		net_job_free(base_take_ptr(job));
		return;
	}
	(*job)->what = NET_FLEET;
	(*job)->fleet = ask;
	fleet->asks_instance = d->instance == NULL || fleet->instance_mono_ms == 0 ||
			       now - fleet->instance_mono_ms >= FLEET_INSTANCE_MS;
	ask->wants_instance = fleet->asks_instance;
	if (owner == NULL && d->instance != NULL && !ask->wants_instance)
		owner = d->instance->account;
	(void)snprintf(ask->owner, sizeof(ask->owner), "%s", owner != NULL ? owner : "");
	ask->keys = (const struct p256 *const *)fleet->keys;
	ask->n_keys = fleet->n_keys;
	if (fleet->manifest != NULL) {
		ask->serial = fleet->manifest->serial;
		memcpy(ask->digest, fleet->digest, sizeof(ask->digest));
		memcpy(ask->etag, fleet->etag, sizeof(ask->etag));
		memcpy(ask->blob, fleet->kept_blob, sizeof(ask->blob));
	}
}

int64_t
fleet_next_ms(struct daemon *d, bool has_failed, uint32_t *ret_interval_s)
{
	struct fleet *fleet = d->fleet;

	*ret_interval_s = d->config->fleet.poll_s;
	if (!fleet->has_phase && d->instance != NULL) {
		fleet_pace_phase(&fleet->pace, d->instance->id, dice_below(UINT32_MAX));
		fleet->has_phase = true;
	}
	return fleet_pace_next_ms(&fleet->pace, has_failed, dice_below(UINT32_MAX));
}

/* What IMDS says, without anything new from S3: the same people, decided again. */
static void
fleet_take_instance(struct daemon *d, struct net_result *result)
{
	struct apply_held held = { .is_held = false };
	int r;

	if (result->instance == NULL || apply_lost_tags(d, result))
		return;
	if (d->instance != NULL && d->world != NULL &&
	    instance_same(d->instance, result->instance))
		return;
	boot_confirm(d, result->instance);
	if (d->directory == NULL)
		return;
	r = apply_directory(d, directory_ref(d->directory),
	    base_take_ptr(&result->instance), true, &held);
	if (r < 0)
		log_error(r, "what IMDS says could not be taken over");
}

static bool
fleet_is_heartbeat(const struct daemon *d, const struct manifest *news)
{
	const struct manifest *last = d->fleet->manifest;

	return last != NULL && d->directory != NULL && d->world != NULL &&
	       strcmp(last->blob, news->blob) == 0 &&
	       last->n_revoked == news->n_revoked &&
	       (last->n_revoked == 0 ||
		   memcmp(last->revoked, news->revoked,
		       last->n_revoked * sizeof(*last->revoked)) == 0);
}

static void
fleet_in_force(struct daemon *d, struct net_fleet *got)
{
	fleet_keep(d, got);
	memcpy(d->fleet->etag, got->etag, sizeof(d->fleet->etag));
	fleet_believe(d->fleet, base_take_ptr(&got->manifest), got->bytes, got->len);
}

/* The same people, a younger manifest. */
static void
fleet_beat(struct daemon *d, struct net_result *result)
{
	struct clock_now stamp;

	fleet_stamp(result->fleet->manifest, &stamp);
	fleet_in_force(d, result->fleet);
	fleet_take_instance(d, result);
	refresh_verified(d, result->cookie, &stamp);
}

static void
fleet_take(struct daemon *d, struct net_result *result)
{
	struct net_fleet *got = result->fleet;
	struct net_error error = { .action = "fleet:blob", .code = "local" };
	_cleanup_free_ char *kept = NULL;
	struct directory *directory = NULL;
	struct instance *instance = NULL;
	const struct directory *news;
	size_t kept_len = 0;
	int r = 0;

	if (got->blob == NULL)
		r = fleet_kept_blob(got->manifest, &kept, &kept_len);
	if (r != 0)
		d->fleet->kept_blob[0] = '\0'; /* the next poll fetches it */
	if (r != 0)
		failure_set(
		    &error, "fleet:blob", "local", "the kept blob: %s", strerror(-r));
	else
		r = fleet_directory(d, got->manifest,
		    got->blob != NULL ? got->blob : kept,
		    got->blob != NULL ? got->blob_len : kept_len, &directory, &error);
	if (r != 0) {
		fleet_take_instance(d, result);
		refresh_failed(d, result->cookie, &error);
		return;
	}
	if (result->instance != NULL && !apply_lost_tags(d, result))
		instance = base_take_ptr(&result->instance);
	news = directory;
	refresh_listed(d, result->cookie, directory, instance);
	/* what is held or refused has to come again before it counts */
	if (d->directory == news)
		fleet_in_force(d, got);
	else
		d->fleet->etag[0] = '\0';
}

void
fleet_result(struct daemon *d, struct net_result *result)
{
	struct fleet *fleet = d->fleet;

	if (result->instance != NULL)
		fleet->instance_mono_ms = clock_mono_ms();
	if (result->r != 0) {
		fleet_take_instance(d, result);
		refresh_failed(d, result->cookie, &result->error);
	} else if (result->fleet->is_unchanged) {
		fleet_take_instance(d, result);
		refresh_verified(d, result->cookie, NULL);
	} else if (fleet_is_heartbeat(d, result->fleet->manifest)) {
		fleet_beat(d, result);
	} else {
		fleet_take(d, result);
	}
}

struct json_object *
fleet_json(const struct daemon *d)
{
	const struct fleet *fleet = d->fleet;
	struct json_object *o, *error = NULL;
	char time[JSON_TIME_SIZE];

	if (fleet == NULL || fleet->manifest == NULL)
		return NULL;
	o = json_object_new_object();
	json_object_object_add(
	    o, "bucket", json_object_new_string(d->config->fleet.bucket));
	json_object_object_add(
	    o, "owner", json_object_new_string(fleet->manifest->owner));
	json_object_object_add(o, "view", json_object_new_string(fleet->manifest->view));
	json_object_object_add(
	    o, "serial", json_object_new_int64((int64_t)fleet->manifest->serial));
	json_time(fleet->manifest->issued_s * 1000, time);
	json_object_object_add(o, "issued", json_object_new_string(time));
	json_time(fleet->manifest->not_after_s * 1000, time);
	json_object_object_add(o, "not_after", json_object_new_string(time));
	json_object_object_add(o, "blob", json_object_new_string(fleet->manifest->blob));
	json_object_object_add(o, "key", json_object_new_string(fleet->manifest->key_id));
	json_object_object_add(
	    o, "revoked", json_object_new_int64((int64_t)fleet->manifest->n_revoked));
	if (fleet->manifest->error_s != 0) {
		error = json_object_new_object();
		json_time(fleet->manifest->error_s * 1000, time);
		json_object_object_add(error, "time", json_object_new_string(time));
		json_object_object_add(
		    error, "what", json_object_new_string(fleet->manifest->error));
	}
	json_object_object_add(o, "publisher_error", error);
	return o;
}
