/* SPDX-License-Identifier: Apache-2.0 */
/* flight_tags.c - the instance's tags where IMDS has none; contract in flight_parts.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ec2.h"
#include "daemon/failure.h"
#include "daemon/flight_parts.h"

#define ACTION "ec2:DescribeTags"
#define PAGES_MAX 8 /* of five tags at least */

static void ask(struct flight *flight, const char *token);

/*
 * The people can be listed all the same; whether tags that were known before may be
 * forgotten over this is for the main thread to say.
 */
static void
fail(struct flight *flight, const struct net_error *error)
{
	flight->result->tags_error = *error;
	flight_instance_done(flight);
}

static void
fail_with(struct flight *flight, const char *code, const char *what)
{
	struct net_error error;

	failure_set(&error, ACTION, code, "%s", what);
	fail(flight, &error);
}

static void
take_page(struct flight *flight, const struct call_reply *reply)
{
	_cleanup_free_ char *token = NULL;
	int r = ec2_parse(reply->body, reply->len, flight->instance, &token);

	if (r != 0) {
		fail_with(flight, r < 0 ? "no-memory" : "garbage",
		    r < 0 ? "out of memory" : "not a listing of this instance's tags");
	} else if (token != NULL && ++flight->n_tag_pages >= PAGES_MAX) {
		fail_with(flight, "paging", "the listing of tags never ends");
	} else if (token != NULL) {
		ask(flight, token);
	} else {
		flight->instance->tags_state = INSTANCE_TAGS_KNOWN;
		flight->instance->tags_hint = NULL;
		flight_instance_done(flight);
	}
}

static void
on_reply(void *context, const struct call_reply *reply)
{
	struct flight *flight = context;

	if (!flight_is_over(flight)) {
		if (reply->r == 0)
			take_page(flight, reply);
		else if (reply->error != NULL)
			fail(flight, reply->error);
		else
			fail_with(
			    flight, "NoSuchEntity", "a listing of tags cannot be absent");
	}
	flight_drop(flight);
}

static void
ask(struct flight *flight, const char *token)
{
	_cleanup_buf_ struct buf body = BUF_EMPTY;
	struct call_question question = { .service = CALL_EC2,
		.action = ACTION,
		.body = &body,
		.bucket = flight->job->bucket,
		.deadline_mono_ms = flight->job->deadline_mono_ms - FLIGHT_SPARE_MS,
		.n_requests = &flight->n_requests };

	ec2_body(flight->instance->id, token, &body);
	flight_hold(flight);
	call_start(flight->cloud, &question, on_reply, flight);
}

void
flight_tags_start(struct flight *flight)
{
	ask(flight, NULL);
}
