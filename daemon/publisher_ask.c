/* SPDX-License-Identifier: Apache-2.0 */
/* publisher_ask.c - what an administrator asks of a publisher; contract in publisher.h */
#include <json-c/json.h>
#include <string.h>

#include "common/clock.h"
#include "common/text.h"
#include "daemon/json_time.h"
#include "daemon/log.h"
#include "daemon/publisher_parts.h"

#define DIFF_MOST 200 /* changes that fit a packet */

static struct json_object *
hold_json(const struct daemon *d, const struct publisher_hold *hold)
{
	struct json_object *o;
	int64_t left;

	if (hold->since_mono_ms == 0)
		return NULL;
	left = (int64_t)d->config->publish.hold_s -
	       (clock_mono_ms() - hold->since_mono_ms) / 1000;
	o = json_object_new_object();
	json_object_object_add(
	    o, "people", json_object_new_int64((int64_t)hold->n_people));
	json_object_object_add(o, "sudo", json_object_new_int64((int64_t)hold->n_sudo));
	json_object_object_add(o, "shrunk", json_object_new_boolean(hold->is_shrunk));
	json_object_object_add(o, "left_s",
	    json_object_new_int64(left > 0 && !hold->is_confirmed ? left : 0));
	return o;
}

static struct json_object *
view_json(const struct daemon *d, const struct publisher_view *view)
{
	struct json_object *o = json_object_new_object();
	struct json_object *errors = json_object_new_array();
	char time[JSON_TIME_SIZE];

	json_object_object_add(o, "view", json_object_new_string(view->name));
	json_object_object_add(o, "serial", json_object_new_int64((int64_t)view->serial));
	json_time(view->issued_s * 1000, time);
	json_object_object_add(
	    o, "issued", view->issued_s != 0 ? json_object_new_string(time) : NULL);
	json_object_object_add(o, "people",
	    json_object_new_int64(
		view->published != NULL ? (int64_t)view->published->n_principals : 0));
	json_object_object_add(o, "blob", json_object_new_string(view->blob));
	for (size_t i = 0; i < NET_REGIONS_MAX; i++)
		if (view->errors[i].code[0] != '\0')
			json_object_array_add(
			    errors, json_object_new_string(view->errors[i].what));
	json_object_object_add(o, "errors", errors);
	json_object_object_add(o, "held", hold_json(d, &view->hold));
	return o;
}

struct json_object *
publisher_json(const struct daemon *d)
{
	struct json_object *o, *views;

	if (d->publisher == NULL)
		return NULL;
	o = json_object_new_object();
	views = json_object_new_array();
	for (size_t i = 0; i < d->publisher->n_views; i++)
		json_object_array_add(views, view_json(d, &d->publisher->views[i]));
	json_object_object_add(o, "views", views);
	json_object_object_add(
	    o, "revoked", json_object_new_int64((int64_t)d->publisher->n_revoked));
	return o;
}

struct json_object *
publisher_preview(struct daemon *d)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < d->publisher->n_views && d->world != NULL; i++) {
		struct publisher_view *view = &d->publisher->views[i];
		_cleanup_directory_ struct directory *all = NULL;
		struct json_object *o;

		if (publisher_project(d, view, true, &all) != 0)
			continue;
		o = view_json(d, view);
		json_object_object_add(
		    o, "changes", publisher_diff(view->published, all, DIFF_MOST));
		json_object_array_add(list, o);
	}
	return list;
}

size_t
publisher_confirm(struct daemon *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->publisher->n_views; i++) {
		struct publisher_view *view = &d->publisher->views[i];

		if (view->hold.since_mono_ms == 0)
			continue;
		view->hold.is_confirmed = true;
		view->is_urgent = true;
		n++;
	}
	return n;
}

/* By name, account, ARN or id; else a unique id on its own word. */
static int
find(const struct daemon *d, const char *who, char kind[16], char id[129])
{
	const struct world *world = d->world;

	for (size_t i = 0; world != NULL && i < world->n_people; i++) {
		const struct directory_principal *p = world->people[i].principal;

		if (strcmp(p->id, who) != 0 && strcmp(p->arn, who) != 0 &&
		    strcmp(p->name, who) != 0 &&
		    (world->people[i].claim != WORLD_CLAIM_OWNER ||
			strcmp(world->people[i].mapping.name, who) != 0))
			continue;
		(void)snprintf(kind, 16, "%s", directory_kind_name(p->kind));
		(void)snprintf(id, 129, "%s", p->id);
		return 0;
	}
	if ((strncmp(who, "AIDA", 4) != 0 && strncmp(who, "AROA", 4) != 0) ||
	    strspn(who, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != strlen(who) ||
	    strlen(who) < 16 || strlen(who) > 128)
		return -ENOENT;
	(void)snprintf(kind, 16, "%s", who[1] == 'I' ? "iam-user" : "role");
	(void)snprintf(id, 129, "%s", who);
	return 0;
}

static void
record(struct daemon *d, const char *what, const char *id, const char *by)
{
	struct record record;
	char message[300];

	(void)snprintf(
	    message, sizeof(message), "publish: %s %.160s by %.64s", what, id, by);
	log_line(LOG_NOTICE, "%s", message);
	record_init(&record, RECORD_ADMIN);
	record.reason = REASON_NONE;
	record.message = message;
	audit_write(d->audit, &record);
}

int
publisher_revoke(struct daemon *d, const char *who, const char *by, int64_t until_s,
    bool withdraw, char ret_id[160])
{
	struct publisher *publisher = d->publisher;
	struct manifest_revoked one = { .until_s = until_s };
	struct clock_now now;
	size_t at;
	int r = find(d, who, one.kind, one.id);

	if (r != 0)
		return r;
	clock_read(&now);
	one.since_s = now.wall_ms / 1000;
	(void)snprintf(one.by, sizeof(one.by), "%s", by);
	(void)snprintf(ret_id, 160, "%s %s", one.kind, one.id);
	for (at = 0; at < publisher->n_revoked; at++)
		if (strcmp(publisher->revoked[at].id, one.id) == 0)
			break;
	if (withdraw) {
		if (at == publisher->n_revoked)
			return -ENOENT;
		publisher->revoked[at] = publisher->revoked[--publisher->n_revoked];
	} else {
		if (at == MANIFEST_REVOKED_MAX)
			return -ENOSPC;
		publisher->revoked[at] = one;
		publisher->n_revoked += at == publisher->n_revoked ? 1 : 0;
	}
	record(d, withdraw ? "revocation withdrawn of" : "revoked", ret_id, by);
	publisher_save(d);
	for (size_t i = 0; i < publisher->n_views; i++)
		publisher->views[i].is_urgent = true;
	if (sd_event_source_set_time(publisher->timer, (uint64_t)clock_mono_ms() * 1000) <
	    0)
		log_line(LOG_ERR, "the publisher's timer could not be set");
	return 0;
}
