/* SPDX-License-Identifier: Apache-2.0 */
/* answer_publish.c - `iamlogin publish`, for root, on a publisher */
#include <json-c/json.h>
#include <string.h>

#include "daemon/answer.h"
#include "daemon/manifest.h"
#include "daemon/publisher.h"

static void
answer_json(const struct answer_request *request, struct json_object *o,
    struct wire_packet *reply)
{
	answer_start(request, WIRE_OK, reply);
	if (wire_put_text(reply, WIRE_T_JSON,
		json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN)) != 0)
		answer_fail(
		    request, WIRE_FAILED, "more changes than fit a packet", reply);
	json_object_put(o);
}

static void
answer_revoke(struct daemon *d, const struct answer_request *request, bool withdraw,
    struct wire_packet *reply)
{
	char who[700] = "", by[65] = "root", id[160] = "", text[240];
	int64_t until_s = 0;
	int r;

	(void)wire_get_text(request->bytes, request->len, WIRE_T_QUERY, who, sizeof(who));
	(void)wire_get_text(request->bytes, request->len, WIRE_T_ACTOR, by, sizeof(by));
	(void)wire_get_i64(request->bytes, request->len, WIRE_T_UNTIL, &until_s);
	if (who[0] == '\0' || until_s < 0 || !manifest_is_actor(by)) {
		answer_fail(request, WIRE_BADREQUEST, "nobody is named", reply);
		return;
	}
	r = publisher_revoke(d, who, by, until_s, withdraw, id);
	if (r == -ENOENT) {
		answer_fail(request, WIRE_NOTFOUND,
		    withdraw ? "nobody of that name is revoked"
			     : "nobody of that name is in scope; give a unique id",
		    reply);
	} else if (r != 0) {
		answer_fail(request, WIRE_FAILED, strerror(-r), reply);
	} else {
		(void)snprintf(text, sizeof(text), "%s: %s; the next manifest says so",
		    withdraw ? "no longer revoked" : "revoked", id);
		answer_start(request, WIRE_OK, reply);
		(void)wire_put_text(reply, WIRE_T_MESSAGE, text);
	}
}

void
answer_publish(
    struct daemon *d, const struct answer_request *request, struct wire_packet *reply)
{
	uint32_t action = 0;
	char text[80];

	(void)wire_get_u32(request->bytes, request->len, WIRE_T_EVENT, &action);
	if (d->publisher == NULL) {
		answer_fail(request, WIRE_FAILED,
		    "this host publishes nothing: [publish] in iamlogin.conf(5)", reply);
		return;
	}
	switch (action) {
	case WIRE_PUBLISH_PREVIEW:
		answer_json(request, publisher_preview(d), reply);
		return;
	case WIRE_PUBLISH_CONFIRM:
		(void)snprintf(text, sizeof(text), "%zu views are held no longer",
		    publisher_confirm(d));
		answer_start(request, WIRE_OK, reply);
		(void)wire_put_text(reply, WIRE_T_MESSAGE, text);
		return;
	case WIRE_PUBLISH_REVOKE:
	case WIRE_PUBLISH_WITHDRAW:
		answer_revoke(d, request, action == WIRE_PUBLISH_WITHDRAW, reply);
		return;
	default:
		answer_fail(request, WIRE_BADREQUEST, "no such action", reply);
	}
}
