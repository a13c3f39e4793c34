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
#include "daemon/reach.h"

#define TAGS_HINT                                                             \
	"instance tags are not in the metadata; switch them on: aws ec2 "     \
	"modify-instance-metadata-options --instance-metadata-tags enabled, " \
	"or allow the instance's role ec2:DescribeTags"

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

void
flight_instance_done(struct flight *flight)
{
	const struct config *config = flight->cloud->config;
	struct net_result *result = flight->result;

	if (flight->job->what == NET_KEYS) {
		flight_keys_start(flight);
		return;
	}
	if (flight->job->what == NET_EIC) {
		flight_eic_start(flight);
		return;
	}
	if (instance_copy(flight->instance, &result->instance) != 0) {
		fail_with(flight, -ENOMEM, "imds:tags", "no-memory", "out of memory");
		return;
	}
	result->instance_r = 0;
	if (flight->job->what == NET_INSTANCE) {
		result->r = 0;
		flight_finish(flight);
		return;
	}
	if (flight->job->what == NET_PUBLISH) {
		flight_publish_start(flight);
		return;
	}
	if (flight->job->what == NET_FLEET) {
		flight_fleet_start(flight);
		return;
	}
	config_directory_account(config, flight->account);
	if (flight->account[0] == '\0')
		(void)snprintf(flight->account, sizeof(flight->account), "%s",
		    config->aws.account != NULL ? config->aws.account
						: flight->instance->account);
	if (config->directory == CONFIG_DIRECTORY_DETAILS)
		flight_details_start(flight);
	else
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
		flight->instance->has_imds_tags = true;
		flight->instance->tags_hint = NULL;
		flight_instance_done(flight);
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
		/* Switched off, or none: a 404 does not tell, EC2 does. */
		if (config_wants_instance_tags(flight->cloud->config))
			flight_tags_start(flight);
		else
			flight_instance_done(flight);
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

static int
try_services(struct cloud *cloud, const char *partition, const char *region,
    const struct endpoints_wish *wish)
{
	const struct config *config = cloud->config;
	int r;

	r = endpoints_iam(
	    partition, config->aws.iam_endpoint, wish, &cloud->services[CALL_IAM]);
	if (r == 0)
		r = endpoints_regional("sts", partition, region, config->aws.sts_endpoint,
		    wish, &cloud->services[CALL_STS]);
	if (r == 0)
		r = endpoints_regional("ec2", partition, region, config->aws.ec2_endpoint,
		    wish, &cloud->services[CALL_EC2]);
	return r;
}

/* What "auto" wished for and the partition does not have, goes without. */
static int
find_services(struct cloud *cloud, const char *partition, const char *region)
{
	const struct config *config = cloud->config;
	struct endpoints_wish wish;
	int r;

	reach_wish(config, &wish);
	r = try_services(cloud, partition, region, &wish);
	if (r == -ENOTSUP && config->aws.dual_stack == CONFIG_AUTO) {
		wish.dual_stack = false;
		r = try_services(cloud, partition, region, &wish);
	}
	if (r == -ENOTSUP && config->aws.fips == CONFIG_AUTO) {
		wish.fips = false;
		r = try_services(cloud, partition, region, &wish);
	}
	return r;
}

/* Always the instance's own region, which in a Local Zone is its parent's. */
static void
name_signer(struct cloud *cloud, const char *region, const char *hint)
{
	const char *domain = endpoints_domain(endpoints_partition(region, hint));

	(void)snprintf(cloud->eic_name, sizeof(cloud->eic_name),
	    "managed-ssh-signer.%s.%s", region, domain);
}

/* The region is known: which partition, and so which IAM. */
static void
on_partition(void *context, const struct imds_reply *reply)
{
	struct flight *flight = context;
	struct cloud *cloud = flight->cloud;
	const struct config *config = cloud->config;
	const char *partition, *region;
	int r;

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
	memcpy(cloud->instance_id, flight->instance->id, sizeof(cloud->instance_id));
	name_signer(cloud, flight->instance->region, reply->r == 0 ? reply->body : NULL);
	memcpy(cloud->partition, flight->instance->partition, sizeof(cloud->partition));
	r = find_services(cloud, partition, region);
	if (r != 0) {
		fail_with(flight, r, "aws", "endpoint",
		    r == -ENOTSUP ? "this partition has no such endpoint: see [aws] fips "
				    "and dual_stack"
				  : "an endpoint in [aws] is no URL");
	} else {
		cloud->has_endpoints = true;
		if (flight->job->what != NET_DIRECTORY && flight->job->what != NET_FLEET)
			flight_instance_done(flight);
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
