/* SPDX-License-Identifier: Apache-2.0 */
/* answer_status.c - `iamlogin status --json`; the shape is published and only grows */
#include <json-c/json.h>
#include <string.h>

#include "daemon/answer.h"
#include "daemon/fleet.h"
#include "daemon/json_time.h"
#include "daemon/metrics.h"
#include "daemon/policy.h"
#include "daemon/publisher.h"
#include "daemon/refresh.h"
#include "daemon/server.h"

static void
status_add_text(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name,
	    text != NULL && text[0] != '\0' ? json_object_new_string(text) : NULL);
}

static void
status_add_int(struct json_object *o, const char *name, int64_t value)
{
	json_object_object_add(o, name, json_object_new_int64(value));
}

static void
status_add_net(const struct daemon *d, struct json_object *o)
{
	struct json_object *credentials;
	struct net_stats stats = { .requests = 0 };
	char until[JSON_TIME_SIZE];

	if (d->net != NULL)
		net_stats_read(d->net, &stats);
	if (stats.role[0] != '\0') {
		credentials = json_object_new_object();
		status_add_text(credentials, "role", stats.role);
		json_time(stats.credentials_until_s * 1000, until);
		status_add_text(credentials, "expires", until);
		if (stats.assumed_role[0] != '\0') {
			status_add_text(credentials, "assumed_role", stats.assumed_role);
			json_time(stats.assumed_until_s * 1000, until);
			status_add_text(credentials, "assumed_expires", until);
		}
		json_object_object_add(o, "credentials", credentials);
	} else {
		json_object_object_add(o, "credentials", NULL);
	}
	status_add_int(o, "clock_skew_s", stats.clock_skew_s);
	status_add_int(o, "thread_age_s",
	    d->net != NULL ? (clock_mono_ms() - stats.alive_mono_ms) / 1000 : 0);
}

/* A listing person by person, which the bucket may stretch to hours. */
static void
status_add_listing(const struct daemon *d, struct json_object *o)
{
	struct json_object *listing = NULL;
	struct net_stats stats = { .requests = 0 };

	if (d->net != NULL)
		net_stats_read(d->net, &stats);
	if (stats.listing_people > 0) {
		listing = json_object_new_object();
		status_add_int(listing, "people", (int64_t)stats.listing_people);
		status_add_int(listing, "done", (int64_t)stats.listing_done);
		status_add_int(listing, "left_s", stats.listing_left_s);
	}
	json_object_object_add(o, "listing", listing);
}

static void
status_add_failure(struct json_object *o, const struct refresh_facts *facts)
{
	struct json_object *last = NULL, *missing = json_object_new_array(), *held = NULL;
	char time[JSON_TIME_SIZE];

	if (facts->failure.wall_ms != 0) {
		last = json_object_new_object();
		json_time(facts->failure.wall_ms, time);
		status_add_text(last, "time", time);
		status_add_text(last, "what", facts->failure.error.what);
		status_add_text(last, "action", facts->failure.error.action);
		status_add_text(last, "code", facts->failure.error.code);
	}
	json_object_object_add(o, "last_error", last);
	for (size_t i = 0; i < BASE_N(facts->missing) && facts->missing[i][0] != '\0';
	     i++)
		json_object_array_add(missing, json_object_new_string(facts->missing[i]));
	json_object_object_add(o, "missing_permissions", missing);
	if (facts->held.is_held) {
		held = json_object_new_object();
		status_add_text(held, "reason", "shrank");
		status_add_int(held, "old", (int64_t)facts->held.old_people);
		status_add_int(held, "new", (int64_t)facts->held.new_people);
	}
	json_object_object_add(o, "held", held);
}

static void
status_add_counter(void *context, const char *name, const char *label, const char *value,
    double number, bool is_gauge)
{
	struct json_object *o = context, *table = NULL;
	struct json_object *n = json_object_new_int64((int64_t)number);

	(void)is_gauge;
	if (label == NULL) {
		json_object_object_add(o, name, n);
		return;
	}
	if (!json_object_object_get_ex(o, name, &table)) {
		table = json_object_new_object();
		json_object_object_add(o, name, table);
	}
	json_object_object_add(table, value, n);
}

static void
status_add_age(const struct daemon *d, struct json_object *o)
{
	int64_t age = daemon_age_ms(d);

	json_object_object_add(o, "age_s",
	    age != FRESHNESS_AGE_UNKNOWN ? json_object_new_int64(age / 1000) : NULL);
	status_add_int(o, "fresh_s", d->config->fresh_s);
	status_add_int(o, "effective_fresh_s", d->effective_fresh_s);
	status_add_int(o, "grace_s", d->config->grace_s);
}

void
answer_status(
    struct daemon *d, const struct answer_request *request, struct wire_packet *reply)
{
	struct json_object *o = json_object_new_object(), *counters;
	struct refresh_facts facts;
	int r;

	refresh_facts_read(d, &facts);
	status_add_int(o, "v", 1);
	status_add_text(o, "state", freshness_name(daemon_state(d, d->config->grace_s)));
	status_add_text(o, "source",
	    d->config->source == CONFIG_SOURCE_FILE ? "file"
	    : d->config->source == CONFIG_SOURCE_S3 ? "s3"
						    : "iam");
	status_add_int(o, "generation", (int64_t)d->generation);
	status_add_age(d, o);
	status_add_int(o, "interval_s", facts.interval_s);
	status_add_int(o, "people", d->world != NULL ? (int64_t)d->world->n_people : 0);
	status_add_int(
	    o, "accounts", d->world != NULL ? (int64_t)d->world->n_accounts : 0);
	status_add_int(o, "groups", d->world != NULL ? (int64_t)d->world->n_groups : 0);
	status_add_text(o, "instance", d->instance != NULL ? d->instance->id : NULL);
	status_add_text(o, "account", d->instance != NULL ? d->instance->account : NULL);
	if (d->fleet != NULL)
		json_object_object_add(o, "fleet", fleet_json(d));
	if (d->publisher != NULL)
		json_object_object_add(o, "publish", publisher_json(d));
	status_add_net(d, o);
	status_add_listing(d, o);
	status_add_failure(o, &facts);
	counters = json_object_new_object();
	metrics_each(d, status_add_counter, counters);
	json_object_object_add(o, "counters", counters);
	json_object_object_add(o, "policy", policy_json(d->config, d->instance));
	status_add_text(o, "version", PACKAGE_VERSION);
	answer_start(request, WIRE_OK, reply);
	r = wire_put_text(reply, WIRE_T_JSON,
	    json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
	if (r != 0)
		answer_fail(
		    request, WIRE_FAILED, "the status does not fit a packet", reply);
}
