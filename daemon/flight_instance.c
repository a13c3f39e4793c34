/* SPDX-License-Identifier: Apache-2.0 */
/* flight_instance.c - a job's first part: what this machine is; contract in
 * flight_parts.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/failure.h"
#include "daemon/flight_parts.h"
#include "daemon/imds_parse.h"

#define TAGS_HINT                                                         \
	"instance tags are not in the metadata; switch them on: aws ec2 " \
	"modify-instance-metadata-options --instance-metadata-tags enabled"

static void next_tag(struct flight *flight);

static void
get(struct flight *flight, const char *path, const char *action, imds_done_fn done)
{
	flight_hold(flight);
	imds_get(flight->cloud->imds, path, action,
	    flight->job->deadline_mono_ms - FLIGHT_SPARE_MS, done, flight);
}

static void
fail(struct flight *flight, int r, const struct net_error *error)
{
	if (flight_is_over(flight))
		return;
	flight->result->instance_r = r;
	flight_fail(flight, r, error);
}

static void
fail_with(
    struct flight *flight, int r, const char *action, const char *code, const char *what)
{
	struct net_error error;

	failure_set(&error, action, code, "%s", what);
	fail(flight, r, &error);
}

/* 404 where something has to be, or a failure of its own. */
static void
fail_reply(struct flight *flight, const char *action, const struct imds_reply *reply)
{
	if (reply->r == -ENOENT)
		fail_with(flight, -EIO, action, "http-404", "IMDS does not have it");
	else
		fail(flight, reply->r, reply->error);
}

static void
done(struct flight *flight)
{
	struct net_result *result = flight->result;

	if (flight->job->what == NET_KEYS) {
		flight_keys_start(flight);
		return;
	}
	if (instance_copy(flight->instance, &result->instance) != 0) {
		fail_with(flight, -ENOMEM, "imds:tags", "no-memory", "out of memory");
		return;
	}
	result->instance_r = 0;
	flight_scope_start(flight);
}

static void
on_tag(void *context, const struct imds_reply *reply)
{
	struct flight *flight = context;
	int r;

	if (!flight_is_over(flight)) {
		/* Gone since the listing: an absent tag, and nothing wrong. */
		r = reply->r == -ENOENT ? 0 : reply->r;
		if (reply->r == 0 && strlen(reply->body) != reply->len)
			fail_with(
			    flight, -EIO, "imds:tags", "garbage", "not a tag's value");
		else if (reply->r == 0)
			r = instance_add_tag(flight->instance,
			    flight->tag_keys[flight->next_tag_key], reply->body);
		if (r != 0 && reply->r != 0)
			fail(flight, r, reply->error);
		else if (r != 0)
			fail_with(flight, r, "imds:tags", "no-memory", "out of memory");
		flight->next_tag_key++;
		next_tag(flight);
	}
	flight_drop(flight);
}

static void
next_tag(struct flight *flight)
{
	char path[256];

	if (flight_is_over(flight))
		return;
	if (flight->next_tag_key == flight->n_tag_keys) {
		flight->instance->tags_state = INSTANCE_TAGS_KNOWN;
		flight->instance->tags_hint = NULL;
		done(flight);
		return;
	}
	(void)snprintf(path, sizeof(path), "meta-data/tags/instance/%s",
	    flight->tag_keys[flight->next_tag_key]);
	get(flight, path, "imds:tags", on_tag);
}

static void
on_tag_keys(void *context, const struct imds_reply *reply)
{
	struct flight *flight = context;
	int r;

	if (flight_is_over(flight)) {
		flight_drop(flight);
		return;
	}
	if (reply->r == -ENOENT) {
		done(flight); /* switched off, or none: a 404 does not tell */
	} else if (reply->r != 0) {
		fail(flight, reply->r, reply->error);
	} else {
		r = imds_parse_tag_keys(
		    reply->body, reply->len, &flight->tag_keys, &flight->n_tag_keys);
		if (r != 0)
			fail_with(flight, r < 0 ? r : -EIO, "imds:tags", "garbage",
			    "not a listing of tag keys");
		next_tag(flight);
	}
	flight_drop(flight);
}

/* The region is known: which partition, and so which IAM. */
static void
on_partition(void *context, const struct imds_reply *reply)
{
	struct flight *flight = context;
	struct cloud *cloud = flight->cloud;
	const struct config *config = cloud->config;
	const char *partition, *region;

	if (flight_is_over(flight)) {
		flight_drop(flight);
		return;
	}
	if (reply->r != 0 && reply->r != -ENOENT) {
		fail(flight, reply->r, reply->error);
		flight_drop(flight);
		return;
	}
	region =
	    config->aws.region != NULL ? config->aws.region : flight->instance->region;
	partition = endpoints_partition(region, reply->r == 0 ? reply->body : NULL);
	(void)snprintf(flight->instance->partition, sizeof(flight->instance->partition),
	    "%s", partition);
	if (endpoints_iam(partition, config->aws.iam_endpoint, &cloud->iam) != 0) {
		fail_with(
		    flight, -EINVAL, "iam", "endpoint", "[aws] iam_endpoint is no URL");
	} else {
		cloud->has_iam = true;
		if (flight->job->what == NET_KEYS)
			done(flight);
		else
			get(flight, "meta-data/tags/instance", "imds:tags", on_tag_keys);
	}
	flight_drop(flight);
}

static void
on_identity(void *context, const struct imds_reply *reply)
{
	struct flight *flight = context;
	int r;

	if (flight_is_over(flight)) {
		flight_drop(flight);
		return;
	}
	if (reply->r != 0) {
		fail_reply(flight, "imds:identity", reply);
	} else {
		r = imds_parse_identity(reply->body, reply->len, flight->instance);
		if (r != 0)
			fail_with(flight, r < 0 ? r : -EIO, "imds:identity", "garbage",
			    "not an instance identity document");
		else
			get(flight, "meta-data/services/partition", "imds:partition",
			    on_partition);
	}
	flight_drop(flight);
}

void
flight_instance_start(struct flight *flight)
{
	if (instance_new(&flight->instance) != 0) {
		fail_with(flight, -ENOMEM, "imds:identity", "no-memory", "out of memory");
		return;
	}
	flight->instance->tags_state = INSTANCE_TAGS_UNKNOWN;
	flight->instance->tags_hint = TAGS_HINT;
	get(flight, "dynamic/instance-identity/document", "imds:identity", on_identity);
}
