/* SPDX-License-Identifier: Apache-2.0 */
/* publisher_file.c - what was published, and who is revoked, over a restart */
#include <json-c/json.h>
#include <string.h>

#include "common/clock.h"
#include "common/paths.h"
#include "daemon/log.h"
#include "daemon/publisher_parts.h"
#include "daemon/statefile.h"

#define PATH_SIZE 512

struct path {
	char text[PATH_SIZE];
};

static struct path
path_of(const char *name, const char *view)
{
	struct path path;

	(void)snprintf(
	    path.text, sizeof(path.text), "%s/%s%s", paths_state_dir, name, view);
	return path;
}

static int64_t
number(struct json_object *o, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(o, name, &value) ? json_object_get_int64(value)
							  : 0;
}

static void
load_revoked(struct publisher *publisher, struct json_object *list)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		struct manifest_revoked *one = &publisher->revoked[publisher->n_revoked];
		const char *kind = statefile_text(o, "kind");
		const char *id = statefile_text(o, "id"), *by = statefile_text(o, "by");

		if (kind == NULL || id == NULL || by == NULL || !manifest_is_actor(by) ||
		    publisher->n_revoked == MANIFEST_REVOKED_MAX)
			continue;
		(void)snprintf(one->kind, sizeof(one->kind), "%s", kind);
		(void)snprintf(one->id, sizeof(one->id), "%s", id);
		(void)snprintf(one->by, sizeof(one->by), "%s", by);
		one->since_s = number(o, "since");
		one->until_s = number(o, "until");
		publisher->n_revoked++;
	}
}

/* The blob that hosts have: what growth is measured against. */
static void
load_view(struct publisher_view *view, struct json_object *serials)
{
	static const struct blob_filter none;
	_cleanup_free_ char *bytes = NULL;
	uint8_t digest[DIGEST_SIZE];
	struct blob_head head;
	char why[BLOB_WHY_SIZE] = "";
	size_t len = 0;
	int r = statefile_bytes(
	    path_of("published-", view->name).text, MANIFEST_BLOB_MAX, &bytes, &len);

	if (serials != NULL)
		view->serial = (uint64_t)number(serials, view->name);
	if (r == 0)
		r = blob_read(bytes, len, &none, &head, &view->published, why);
	if (r == 0 && digest_sha256(bytes, len, digest) == 0)
		digest_hex(digest, view->blob);
	if (r != 0 && r != -ENOENT)
		log_line(LOG_WARNING,
		    "what view %s had published is not readable: nothing is held back",
		    view->name);
}

int
publisher_load(struct daemon *d)
{
	_cleanup_statefile_ struct json_object *o = NULL;
	struct json_object *revoked, *serials = NULL;
	int r = statefile_read(path_of("published.json", "").text, &o);

	if (r != 0 && r != -ENOENT) {
		/* a revocation that is forgotten lets somebody in */
		log_line(LOG_CRIT,
		    "%s: damaged: who is revoked is not known, so nothing is published; "
		    "restore it, or remove it",
		    path_of("published.json", "").text);
		return -EUCLEAN;
	}
	if (r == 0 && json_object_object_get_ex(o, "revoked", &revoked) &&
	    json_object_is_type(revoked, json_type_array))
		load_revoked(d->publisher, revoked);
	if (r == 0)
		(void)json_object_object_get_ex(o, "serials", &serials);
	for (size_t i = 0; i < d->publisher->n_views; i++)
		load_view(&d->publisher->views[i], serials);
	return 0;
}

void
publisher_save(const struct daemon *d)
{
	const struct publisher *publisher = d->publisher;
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct json_object *serials = json_object_new_object();
	const char *text;
	int r;

	for (size_t i = 0; i < publisher->n_revoked; i++) {
		const struct manifest_revoked *one = &publisher->revoked[i];
		struct json_object *entry = json_object_new_object();

		json_object_object_add(entry, "kind", json_object_new_string(one->kind));
		json_object_object_add(entry, "id", json_object_new_string(one->id));
		json_object_object_add(
		    entry, "since", json_object_new_int64(one->since_s));
		json_object_object_add(
		    entry, "until", json_object_new_int64(one->until_s));
		json_object_object_add(entry, "by", json_object_new_string(one->by));
		json_object_array_add(list, entry);
	}
	for (size_t i = 0; i < publisher->n_views; i++)
		json_object_object_add(serials, publisher->views[i].name,
		    json_object_new_int64((int64_t)publisher->views[i].serial));
	json_object_object_add(o, "v", json_object_new_int(1));
	json_object_object_add(o, "serials", serials);
	json_object_object_add(o, "revoked", list);
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY);
	r = statefile_put(path_of("published.json", "").text, text, strlen(text));
	if (r != 0)
		log_error(r, "%s", path_of("published.json", "").text);
	json_object_put(o);
}

void
publisher_save_view(const struct daemon *d, const struct publisher_view *view)
{
	const struct buf *bytes = &d->publisher->bytes;
	int r = statefile_put(
	    path_of("published-", view->name).text, bytes->bytes, bytes->len);

	if (r != 0)
		log_error(r, "%s", path_of("published-", view->name).text);
}
