/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flight_fleet.c - the manifest, and the blob that it names; contract in flight_parts.h
 *
 * Nothing is fetched on the word of anybody but the publisher: the manifest is verified
 * before its blob is asked for, and the blob's hash before anything reads it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/failure.h"
#include "daemon/flight_parts.h"
#include "daemon/s3.h"

static void
no_memory(struct flight *flight)
{
	flight_fail_with(flight, -ENOMEM, "fleet", "no-memory", "out of memory");
}

static char *
copy_of(const char *bytes, size_t len)
{
	char *copy = malloc(len + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

static void
get(struct flight *flight, const char *key, const char *etag, size_t most,
    s3_done_fn done)
{
	struct s3_request request = { .place = flight->place,
		.key = key,
		.if_none_match = etag,
		.reply_max = most,
		.is_of_directory = true,
		.deadline_mono_ms = flight->job->deadline_mono_ms - FLIGHT_SPARE_MS };

	flight_hold(flight);
	s3_send(flight->cloud, &request, &flight->n_requests, done, flight);
}

static void
finish(struct flight *flight)
{
	flight->result->r = 0;
	flight_finish(flight);
}

static bool
is_named(const struct manifest *manifest, const char *bytes, size_t len)
{
	uint8_t digest[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];

	if (len != manifest->blob_size || digest_sha256(bytes, len, digest) != 0)
		return false;
	digest_hex(digest, hex);
	return strcmp(hex, manifest->blob) == 0;
}

static void
on_blob(void *context, const struct s3_reply *reply)
{
	struct flight *flight = context;
	struct net_fleet *fleet;

	if (flight_is_over(flight)) {
		flight_drop(flight);
		return;
	}
	fleet = flight->result->fleet;
	if (reply->outcome == S3_ABSENT) {
		flight_fail_with(flight, -EAGAIN, "fleet:blob", "not-there",
		    "the manifest's blob is not there yet: asked for again");
	} else if (reply->outcome != S3_DONE) {
		flight_fail(flight, -EIO, reply->error);
	} else if (!is_named(fleet->manifest, reply->body, reply->len)) {
		flight_fail_with(flight, -EBADMSG, "fleet:blob", "mismatch",
		    "the blob is not the one that the manifest names");
	} else {
		fleet->blob = copy_of(reply->body, reply->len);
		fleet->blob_len = reply->len;
		if (fleet->blob == NULL)
			no_memory(flight);
		else
			finish(flight);
	}
	flight_drop(flight);
}

static const char *
refusal_name(int r)
{
	static const char *const names[] = { "", "syntax", "unknown-key", "signature",
		"owner", "view", "serial", "future", "not-after" };

	return r > 0 && (size_t)r < BASE_N(names) ? names[r] : "internal";
}

static void
take_manifest(struct flight *flight, const struct s3_reply *reply)
{
	const struct net_fleet_ask *ask = flight->job->fleet;
	struct net_fleet *fleet = flight->result->fleet;
	struct manifest_expect expect = { .keys = ask->keys,
		.n_keys = ask->n_keys,
		.owner = ask->owner,
		.view = flight->cloud->config->fleet.view,
		.serial = ask->serial };
	char why[MANIFEST_WHY_SIZE], key[128];
	int r;

	if (expect.owner[0] == '\0')
		expect.owner = flight->instance->account;
	memcpy(expect.digest, ask->digest, sizeof(expect.digest));
	r = manifest_accept(reply->body, reply->len, &expect, reply->asked.wall_ms / 1000,
	    &fleet->manifest, why);
	if (r != 0) {
		flight_fail_with(flight, r < 0 ? r : -EBADMSG, "fleet:manifest",
		    refusal_name(r), r < 0 ? "it could not be verified" : why);
		return;
	}
	(void)snprintf(fleet->etag, sizeof(fleet->etag), "%s", reply->etag);
	fleet->bytes = copy_of(reply->body, reply->len);
	fleet->len = reply->len;
	if (fleet->bytes == NULL) {
		no_memory(flight);
	} else if (strcmp(ask->blob, fleet->manifest->blob) == 0) {
		finish(flight);
	} else {
		(void)snprintf(
		    key, sizeof(key), "%s/blob/%s", expect.view, fleet->manifest->blob);
		get(flight, key, NULL, fleet->manifest->blob_size, on_blob);
	}
}

static void
on_manifest(void *context, const struct s3_reply *reply)
{
	struct flight *flight = context;

	if (!flight_is_over(flight)) {
		if (reply->outcome == S3_DONE) {
			take_manifest(flight, reply);
		} else if (reply->outcome == S3_UNCHANGED) {
			flight->result->fleet->is_unchanged = true;
			finish(flight);
		} else {
			flight_fail(flight, -EIO, reply->error);
		}
	}
	flight_drop(flight);
}

void
flight_fleet_start(struct flight *flight)
{
	const struct cloud *cloud = flight->cloud;
	const struct config_fleet *fleet = &cloud->config->fleet;
	const struct net_fleet_ask *ask = flight->job->fleet;
	char key[128];

	flight->place = calloc(1, sizeof(*flight->place));
	flight->result->fleet = calloc(1, sizeof(*flight->result->fleet));
	if (flight->place == NULL || flight->result->fleet == NULL) {
		no_memory(flight);
		return;
	}
	if (s3_locate(cloud->config, cloud->partition, cloud->services[CALL_STS].region,
		fleet->bucket, fleet->bucket_owner, flight->place) != 0) {
		flight_fail_with(flight, -EINVAL, "s3", "endpoint",
		    "[source] bucket or [aws] s3_endpoint gives no URL here");
		return;
	}
	(void)snprintf(key, sizeof(key), "%s/manifest", fleet->view);
	get(flight, key, ask->etag[0] != '\0' ? ask->etag : NULL, MANIFEST_MAX,
	    on_manifest);
}
