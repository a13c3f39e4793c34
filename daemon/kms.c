/* SPDX-License-Identifier: Apache-2.0 */
/* kms.c - signatures by AWS KMS; contract in kms.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/sshkey.h"
#include "daemon/failure.h"
#include "daemon/json.h"
#include "daemon/kms.h"
#include "daemon/reach.h"

#define ACTION "kms:Sign"
#define REPLY_MAX 16384

struct asking {
	kms_done_fn done;
	void *context;
};

static void
fail(kms_done_fn done, void *context, const char *code, const char *what)
{
	struct kms_reply reply = { .r = -EIO };
	struct net_error error;

	failure_set(&error, ACTION, code, "%s", what);
	reply.error = &error;
	done(context, &reply);
}

static bool
take_signature(const struct signed_reply *got, struct kms_reply *reply)
{
	_cleanup_json_ struct json *json = NULL;
	const char *text;

	if (json_open(got->body, got->len, &json) != 0)
		return false;
	text = json_text(json, "Signature");
	return text != NULL && sshkey_base64_decode(text, strlen(text), reply->signature,
				   sizeof(reply->signature), &reply->len) == 0;
}

static void
on_reply(void *context, const struct signed_reply *got)
{
	struct asking *asking = context;
	struct kms_reply reply = { .r = -EIO, .error = got->error };
	struct net_error error;

	if (got->r == 0 && got->status == 200 && take_signature(got, &reply)) {
		reply.r = 0;
		asking->done(asking->context, &reply);
	} else if (got->r == 0) {
		failure_set(&error, ACTION, got->status == 200 ? "garbage" : got->code,
		    "KMS answers HTTP %ld %s", got->status, got->code);
		error.denied = strstr(got->code, "AccessDenied") != NULL;
		reply.error = &error;
		asking->done(asking->context, &reply);
	} else {
		asking->done(asking->context, &reply);
	}
	free(asking);
}

/* arn:PARTITION:kms:REGION:ACCOUNT:key/ID; anything else is of our own region */
static void
region_of(const struct cloud *cloud, const char *key, char *ret, size_t size)
{
	const char *at = strncmp(key, "arn:", 4) == 0 ? strstr(key, ":kms:") : NULL;
	const char *end = at != NULL ? strchr(at + 5, ':') : NULL;

	if (end != NULL && end > at + 5)
		(void)snprintf(ret, size, "%.*s", (int)(end - at - 5), at + 5);
	else
		(void)snprintf(ret, size, "%s", cloud->services[CALL_STS].region);
}

void
kms_sign(struct cloud *cloud, const char *key, const uint8_t digest[DIGEST_SIZE],
    int64_t deadline_mono_ms, unsigned *n_requests, kms_done_fn done, void *context)
{
	struct asking *asking = calloc(1, sizeof(*asking));
	struct endpoints_service service;
	struct endpoints_wish wish;
	char region[33], base64[DIGEST_SIZE * 2], body[600];
	struct signed_request request = { .action = ACTION,
		.service = "kms",
		.region = region,
		.method = "POST",
		.url = service.url,
		.host = service.host,
		.path = service.path,
		.headers = { { "Content-Type", "application/x-amz-json-1.1" },
		    { "X-Amz-Target", "TrentService.Sign" } },
		.n_headers = 2,
		.body = body,
		.reply_max = REPLY_MAX,
		.deadline_mono_ms = deadline_mono_ms };

	reach_wish(cloud->config, &wish);
	region_of(cloud, key, region, sizeof(region));
	if (asking == NULL ||
	    endpoints_regional("kms", cloud->partition, region,
		cloud->config->aws.kms_endpoint, &wish, &service) != 0 ||
	    sshkey_base64_encode(digest, DIGEST_SIZE, base64, sizeof(base64)) < 0) {
		free(asking);
		fail(done, context, "endpoint", "[publish] kms_key has no endpoint here");
		return;
	}
	asking->done = done;
	asking->context = context;
	request.body_len = (size_t)snprintf(body, sizeof(body),
	    "{\"KeyId\":\"%s\",\"Message\":\"%s\",\"MessageType\":\"DIGEST\","
	    "\"SigningAlgorithm\":\"ECDSA_SHA_256\"}",
	    key, base64);
	signed_send(cloud, &request, n_requests, on_reply, asking);
}
