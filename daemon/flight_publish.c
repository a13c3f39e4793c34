/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flight_publish.c - one view into the bucket of each region; contract in flight_parts.h
 *
 * Reads the manifests that stand there (their serials and ETags), signs one above all of
 * them, and writes: the blob first, the manifest last and only over what was read. A region
 * that fails does not keep the others waiting; the next attempt is for all of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/failure.h"
#include "daemon/flight_parts.h"
#include "daemon/kms.h"
#include "daemon/s3.h"

struct region {
	struct flight *flight;
	struct s3_place place;
	char etag[NET_ETAG_SIZE]; /* "": no manifest there */
	bool has_blob, has_failed;
};

struct publishing {
	struct region regions[NET_REGIONS_MAX];
	unsigned n_waiting; /* regions of this step that have not answered */
	uint64_t serial;    /* the highest seen */
	struct buf bytes;   /* the manifest */
};

static void start_writing(struct flight *flight);

void
flight_publish_free(struct flight *flight)
{
	if (flight->publishing == NULL)
		return;
	buf_done(&flight->publishing->bytes);
	free(flight->publishing);
	flight->publishing = NULL;
}

static const struct net_publish *
asked(const struct flight *flight)
{
	return flight->job->publish;
}

static void
note_failure(struct region *region, const struct net_error *error)
{
	struct flight *flight = region->flight;
	size_t at = (size_t)(region - flight->publishing->regions);

	region->has_failed = true;
	flight->result->published->errors[at] = *error;
}

static void
send(struct region *region, const struct s3_request *wanted, s3_done_fn done)
{
	struct flight *flight = region->flight;
	struct s3_request request = *wanted;

	request.place = &region->place;
	request.deadline_mono_ms = flight->job->deadline_mono_ms - FLIGHT_SPARE_MS;
	flight->publishing->n_waiting++;
	flight_hold(flight);
	s3_send(flight->cloud, &request, &flight->n_requests, done, region);
}

/* All that can be written is. */
static void
conclude(struct flight *flight)
{
	struct net_published *published = flight->result->published;

	for (size_t i = 0; i < asked(flight)->n_regions; i++)
		published->n_done += flight->publishing->regions[i].has_failed ? 0 : 1;
	if (published->n_done == 0) {
		flight_fail(flight, -EIO, &published->errors[0]);
		return;
	}
	flight->result->r = 0;
	flight_finish(flight);
}

static void
on_manifest_written(void *context, const struct s3_reply *reply)
{
	struct region *region = context;
	struct flight *flight = region->flight;

	if (!flight_is_over(flight)) {
		if (reply->outcome != S3_DONE)
			note_failure(region, reply->error);
		if (--flight->publishing->n_waiting == 0)
			conclude(flight);
	}
	flight_drop(flight);
}

static void
write_manifest(struct region *region)
{
	struct flight *flight = region->flight;
	struct s3_request request = { .is_put = true,
		.body = flight->publishing->bytes.bytes,
		.len = flight->publishing->bytes.len,
		.if_match = region->etag,
		.if_none_match = region->etag[0] == '\0' ? "*" : NULL,
		.reply_max = 65536 };
	char key[128];

	(void)snprintf(key, sizeof(key), "%s/manifest", asked(flight)->manifest.view);
	request.key = key;
	send(region, &request, on_manifest_written);
}

static void
on_blob_written(void *context, const struct s3_reply *reply)
{
	struct region *region = context;
	struct flight *flight = region->flight;

	if (!flight_is_over(flight)) {
		/* what bears that hash already has that content */
		if (reply->outcome == S3_DONE || reply->outcome == S3_CHANGED)
			write_manifest(region);
		else
			note_failure(region, reply->error);
		if (--flight->publishing->n_waiting == 0)
			conclude(flight);
	}
	flight_drop(flight);
}

static void
write_blob(struct region *region)
{
	const struct net_publish *ask = asked(region->flight);
	struct s3_request request = { .is_put = true,
		.body = ask->blob,
		.len = ask->blob_len,
		.if_none_match = "*",
		.reply_max = 65536 };
	char key[128];

	(void)snprintf(
	    key, sizeof(key), "%s/blob/%s", ask->manifest.view, ask->manifest.blob);
	request.key = key;
	send(region, &request, on_blob_written);
}

static void
start_writing(struct flight *flight)
{
	struct publishing *publishing = flight->publishing;

	publishing->n_waiting = 1; /* until all have begun */
	for (size_t i = 0; i < asked(flight)->n_regions; i++) {
		struct region *region = &publishing->regions[i];

		if (region->has_failed)
			continue;
		if (region->has_blob)
			write_manifest(region);
		else
			write_blob(region);
	}
	if (--publishing->n_waiting == 0 && !flight_is_over(flight))
		conclude(flight);
}

/* Nothing leaves that a host would not verify. */
static void
seal(struct flight *flight, const uint8_t *signature, size_t len)
{
	struct buf *bytes = &flight->publishing->bytes;

	if (p256_verify(
		asked(flight)->public_key, bytes->bytes, bytes->len, signature, len) != 0)
		flight_fail_with(flight, -EBADMSG, "publish", "signature",
		    "the signature is not by [publish] public_key");
	else if (manifest_seal(signature, len, bytes) != 0)
		flight_fail_with(
		    flight, -ENOMEM, "publish", "no-memory", "out of memory");
	else
		start_writing(flight);
}

static void
on_signed(void *context, const struct kms_reply *reply)
{
	struct flight *flight = context;

	if (!flight_is_over(flight)) {
		if (reply->r == 0)
			seal(flight, reply->signature, reply->len);
		else
			flight_fail(flight, reply->r, reply->error);
	}
	flight_drop(flight);
}

static void
sign(struct flight *flight)
{
	struct publishing *publishing = flight->publishing;
	const struct net_publish *ask = asked(flight);
	struct manifest manifest = ask->manifest;
	uint8_t signature[P256_SIGNATURE_MAX], digest[DIGEST_SIZE];
	size_t len;
	int r;

	manifest.serial = (publishing->serial > manifest.serial ? publishing->serial
								: manifest.serial) +
			  1;
	flight->result->published->serial = manifest.serial;
	manifest_format(&manifest, &publishing->bytes);
	r = publishing->bytes.has_failed ? -ENOMEM : 0;
	if (r == 0 && ask->private_key == NULL)
		r = digest_sha256(publishing->bytes.bytes, publishing->bytes.len, digest);
	else if (r == 0)
		r = p256_sign(ask->private_key, publishing->bytes.bytes,
		    publishing->bytes.len, signature, &len);
	if (r != 0) {
		flight_fail_with(flight, r, "publish", "internal", "it cannot be signed");
	} else if (ask->private_key != NULL) {
		seal(flight, signature, len);
	} else {
		flight_hold(flight);
		kms_sign(flight->cloud, flight->cloud->config->publish.kms_key, digest,
		    flight->job->deadline_mono_ms - FLIGHT_SPARE_MS, &flight->n_requests,
		    on_signed, flight);
	}
}

/* A serial counts when it is ours; a key that was replaced has left its own behind. */
static void
take_present(struct region *region, const struct s3_reply *reply)
{
	struct flight *flight = region->flight;
	const struct net_publish *ask = asked(flight);
	_cleanup_manifest_ struct manifest *present = NULL;
	char why[MANIFEST_WHY_SIZE];

	(void)snprintf(region->etag, sizeof(region->etag), "%s", reply->etag);
	if (manifest_parse(reply->body, reply->len, &present, why) != 0 ||
	    p256_verify(ask->public_key, reply->body, present->signed_len,
		present->signature, present->signature_len) != 0)
		return;
	region->has_blob = strcmp(present->blob, ask->manifest.blob) == 0;
	if (present->serial > flight->publishing->serial)
		flight->publishing->serial = present->serial;
}

static void
on_present(void *context, const struct s3_reply *reply)
{
	struct region *region = context;
	struct flight *flight = region->flight;

	if (!flight_is_over(flight)) {
		if (reply->outcome == S3_DONE)
			take_present(region, reply);
		else if (reply->outcome != S3_ABSENT)
			note_failure(region, reply->error);
		if (--flight->publishing->n_waiting == 0)
			sign(flight);
	}
	flight_drop(flight);
}

static void
read_present(struct flight *flight)
{
	const struct config_publish *config = &flight->cloud->config->publish;
	const struct net_publish *ask = asked(flight);
	struct s3_request request = { .reply_max = MANIFEST_MAX };
	struct net_error error;
	char key[128];

	(void)snprintf(key, sizeof(key), "%s/manifest", ask->manifest.view);
	request.key = key;
	flight->publishing->n_waiting = 1; /* until all have begun */
	for (size_t i = 0; i < ask->n_regions; i++) {
		struct region *region = &flight->publishing->regions[i];

		region->flight = flight;
		if (s3_locate(flight->cloud->config, flight->cloud->partition,
			ask->regions[i][0] != '\0'
			    ? ask->regions[i]
			    : flight->cloud->services[CALL_STS].region,
			config->bucket, config->bucket_owner, &region->place) == 0) {
			send(region, &request, on_present);
			continue;
		}
		failure_set(&error, "s3", "endpoint",
		    "[publish] bucket or [aws] s3_endpoint gives no URL in %s",
		    ask->regions[i]);
		note_failure(region, &error);
	}
	if (--flight->publishing->n_waiting == 0 && !flight_is_over(flight))
		sign(flight);
}

void
flight_publish_start(struct flight *flight)
{
	flight->publishing = calloc(1, sizeof(*flight->publishing));
	flight->result->published = calloc(1, sizeof(*flight->result->published));
	if (flight->publishing == NULL || flight->result->published == NULL)
		flight_fail_with(
		    flight, -ENOMEM, "publish", "no-memory", "out of memory");
	else
		read_present(flight);
}
