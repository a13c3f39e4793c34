/* SPDX-License-Identifier: Apache-2.0 */
/* s3.c - objects in a bucket; contract in s3.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "daemon/failure.h"
#include "daemon/reach.h"
#include "daemon/s3.h"

#define REGION_WORD "{region}"

/* An answer on its way; the place and the key are for its error. */
struct asking {
	char bucket[64];
	char key[128];
	bool is_put;
	s3_done_fn done;
	void *context;
};

static int
bucket_of(const char *template, const char *region, char ret[64])
{
	const char *at = strstr(template, REGION_WORD);
	int n = at == NULL ? snprintf(ret, 64, "%s", template)
			   : snprintf(ret, 64, "%.*s%s%s", (int)(at - template), template,
				 region, at + strlen(REGION_WORD));

	return n < 3 || n >= 64 ? -EINVAL : 0;
}

/* S3 has its own names for FIPS and for both address families. */
static int
service_of(const struct config *config, const char *partition, const char *region,
    struct endpoints_service *ret_service)
{
	static const char *const names[2][2] = { { "s3", "s3.dualstack" },
		{ "s3-fips", "s3-fips.dualstack" } };
	static const struct endpoints_wish none = { .fips = false };
	struct endpoints_wish wish;

	reach_wish(config, &wish);
	return endpoints_regional(names[wish.fips][wish.dual_stack], partition, region,
	    config->aws.s3_endpoint, &none, ret_service);
}

static bool
is_by_path(const struct config *config, const char *bucket)
{
	if (config->aws.s3_style != CONFIG_S3_AUTO)
		return config->aws.s3_style == CONFIG_S3_PATH;
	return config->aws.s3_endpoint != NULL || strchr(bucket, '.') != NULL;
}

int
s3_locate(const struct config *config, const char *partition, const char *region,
    const char *bucket, const char *owner, struct s3_place *ret_place)
{
	struct endpoints_service service;
	struct s3_place place = { .owner = "" };
	const char *scheme_end;
	int n, r;

	r = bucket_of(bucket, region, place.bucket);
	if (r == 0)
		r = service_of(config, partition, region, &service);
	if (r != 0)
		return r;
	(void)snprintf(
	    place.owner, sizeof(place.owner), "%s", owner != NULL ? owner : "");
	(void)snprintf(place.region, sizeof(place.region), "%s", region);
	scheme_end = strstr(service.url, "://") + 3;
	if (is_by_path(config, place.bucket)) {
		(void)snprintf(place.path, sizeof(place.path), "/%s/", place.bucket);
		(void)snprintf(place.host, sizeof(place.host), "%s", service.host);
		n = snprintf(
		    place.url, sizeof(place.url), "%s%s/", service.url, place.bucket);
	} else {
		(void)snprintf(place.path, sizeof(place.path), "/");
		(void)snprintf(
		    place.host, sizeof(place.host), "%s.%s", place.bucket, service.host);
		n = snprintf(place.url, sizeof(place.url), "%.*s%s.%s",
		    (int)(scheme_end - service.url), service.url, place.bucket,
		    scheme_end);
	}
	if (n < 0 || (size_t)n >= sizeof(place.url))
		return -EINVAL;
	*ret_place = place;
	return 0;
}

/* Statuses that stand for themselves: an answer to a condition. */
static bool
is_condition(long status, bool is_put, enum s3_outcome *ret_outcome)
{
	if (status == 304 && !is_put)
		*ret_outcome = S3_UNCHANGED;
	else if (status == 412 || (status == 409 && is_put))
		*ret_outcome = S3_CHANGED;
	else
		return false;
	return true;
}

enum s3_outcome
s3_explain(long status, const char *code, const char *bucket, const char *key,
    bool is_put, struct net_error *ret_error)
{
	const char *action = is_put ? "s3:PutObject" : "s3:GetObject";
	enum s3_outcome outcome = S3_FAILED;

	if (status == 200)
		return S3_DONE;
	if (is_condition(status, is_put, &outcome)) {
		failure_set(ret_error, action, code,
		    "%s/%s: somebody else has changed it", bucket, key);
	} else if (strcmp(code, "NoSuchBucket") == 0) {
		failure_set(ret_error, action, code, "there is no bucket %s", bucket);
	} else if (status == 404) {
		failure_set(ret_error, action, code,
		    "%s/%s is not there: has the publisher run, is the view right?",
		    bucket, key);
		outcome = S3_ABSENT;
	} else if (status == 403) {
		failure_set(ret_error, action, code,
		    "%s/%s: refused by this role, the bucket's policy or owner, or its KMS "
		    "key%s",
		    bucket, key, is_put ? "" : "; or it is not there");
		ret_error->denied = true;
	} else if (status == 503 || status == 429) {
		failure_set(
		    ret_error, action, code, "S3 asks to be slower (HTTP %ld)", status);
		ret_error->throttled = true;
	} else if (status == 301 || status == 307) {
		failure_set(
		    ret_error, action, code, "bucket %s is in another region", bucket);
	} else {
		failure_set(ret_error, action, code, "%s/%s: S3 answers HTTP %ld %s",
		    bucket, key, status, code);
	}
	return outcome;
}

static void
on_reply(void *context, const struct signed_reply *got)
{
	struct asking *asking = context;
	struct net_error error;
	struct s3_reply reply = { .outcome = S3_FAILED,
		.etag = got->etag,
		.body = got->body,
		.len = got->len,
		.error = got->error,
		.asked = got->asked };

	if (got->r == 0) {
		reply.outcome = s3_explain(got->status, got->code, asking->bucket,
		    asking->key, asking->is_put, &error);
		reply.error = &error;
	}
	asking->done(asking->context, &reply);
	free(asking);
}

static void
add_header(struct signed_request *request, const char *name, const char *value)
{
	if (value != NULL && value[0] != '\0')
		request->headers[request->n_headers++] =
		    (struct http_header){ name, value };
}

void
s3_send(struct cloud *cloud, const struct s3_request *wanted, unsigned *n_requests,
    s3_done_fn done, void *context)
{
	const struct s3_place *place = wanted->place;
	struct asking *asking = calloc(1, sizeof(*asking));
	struct s3_reply reply = { .outcome = S3_FAILED, .body = "", .etag = "" };
	char url[sizeof(place->url) + 128], path[sizeof(place->path) + 128];
	struct signed_request request = {
		.action = wanted->is_put ? "s3:PutObject" : "s3:GetObject",
		.service = "s3",
		.region = place->region,
		.method = wanted->is_put ? "PUT" : "GET",
		.url = url,
		.host = place->host,
		.path = path,
		.body = wanted->is_put ? wanted->body : NULL,
		.body_len = wanted->len,
		.reply_max = wanted->reply_max,
		.is_of_directory = wanted->is_of_directory,
		.deadline_mono_ms = wanted->deadline_mono_ms,
	};
	struct net_error error;

	if (asking == NULL) {
		failure_http(&error, request.action, -ENOMEM);
		reply.error = &error;
		done(context, &reply);
		return;
	}
	memcpy(asking->bucket, place->bucket, sizeof(asking->bucket));
	(void)snprintf(asking->key, sizeof(asking->key), "%s", wanted->key);
	asking->is_put = wanted->is_put;
	asking->done = done;
	asking->context = context;
	(void)snprintf(url, sizeof(url), "%s%s", place->url, wanted->key);
	(void)snprintf(path, sizeof(path), "%s%s", place->path, wanted->key);
	add_header(&request, "If-None-Match", wanted->if_none_match);
	add_header(&request, "If-Match", wanted->if_match);
	add_header(&request, "x-amz-expected-bucket-owner", place->owner);
	signed_send(cloud, &request, n_requests, on_reply, asking);
}
