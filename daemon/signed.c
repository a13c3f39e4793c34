/* SPDX-License-Identifier: Apache-2.0 */
/* signed.c - one signed request of any method; contract in signed.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "daemon/failure.h"
#include "daemon/signed.h"
#include "daemon/sigv4.h"

#define CONNECT_MS 3500 /* across regions, as SDKs allow */
#define SKEW_MIN_S 60   /* AWS accepts five minutes */

struct job {
	struct cloud *cloud;
	struct signed_request request; /* texts are ours, but for action and method */
	unsigned *n_requests;
	bool has_renewed, has_corrected;
	char access_key_id[129];
	struct clock_now asked;
	signed_done_fn done;
	void *context;
};

static void step(struct job *job);

static void
job_free(struct job *job)
{
	if (job == NULL)
		return;
	for (size_t i = 0; i < job->request.n_headers; i++) {
		free((void *)(uintptr_t)job->request.headers[i].name);
		free((void *)(uintptr_t)job->request.headers[i].value);
	}
	free((void *)(uintptr_t)job->request.region);
	free((void *)(uintptr_t)job->request.service);
	free((void *)(uintptr_t)job->request.url);
	free((void *)(uintptr_t)job->request.host);
	free((void *)(uintptr_t)job->request.path);
	free((void *)(uintptr_t)job->request.body);
	free(job);
}

static void
job_freep(struct job **job)
{
	job_free(*job);
}

static void
end(struct job *job, struct signed_reply *reply)
{
	reply->asked = job->asked;
	job->done(job->context, reply);
	job_free(job);
}

static void
fail(struct job *job, const struct net_error *error)
{
	struct signed_reply reply = { .r = -EIO, .body = "", .etag = "", .error = error };

	job->cloud->stats.failures++;
	end(job, &reply);
}

static void
fail_http(struct job *job, int r)
{
	struct net_error error;

	failure_http(&error, job->request.action, r);
	tally_add(job->cloud->stats.by_code, NET_CODES, error.code);
	fail(job, &error);
}

static struct credentials *
credentials_of(const struct job *job)
{
	return job->request.is_of_directory && job->cloud->assumed != NULL
		   ? job->cloud->assumed
		   : job->cloud->credentials;
}

static bool
renew(struct job *job, const char *code)
{
	if (strcmp(code, "ExpiredToken") != 0 && strcmp(code, "InvalidToken") != 0 &&
	    strcmp(code, "ExpiredTokenException") != 0 &&
	    strcmp(code, "InvalidAccessKeyId") != 0 &&
	    strcmp(code, "UnrecognizedClientException") != 0)
		return false;
	credentials_refused(credentials_of(job), job->access_key_id);
	if (job->has_renewed)
		return false;
	job->has_renewed = true;
	return true;
}

/* Is it our clock? Then by how much, and once more; else nothing changes. */
static bool
correct_clock(struct job *job, const char *code, int64_t date_s)
{
	struct cloud *cloud = job->cloud;
	int64_t skew_s;

	if (job->has_corrected || date_s < 0 ||
	    (strcmp(code, "RequestTimeTooSkewed") != 0 &&
		strcmp(code, "InvalidSignatureException") != 0 &&
		strcmp(code, "SignatureDoesNotMatch") != 0))
		return false;
	skew_s = date_s - job->asked.wall_ms / 1000;
	if (llabs(skew_s - cloud->sign_skew_s) < SKEW_MIN_S)
		return false;
	cloud->sign_skew_s = skew_s;
	job->has_corrected = true;
	return true;
}

static void
note_skew(const struct job *job, int64_t date_s)
{
	struct clock_now now;
	int64_t skew_s;

	if (date_s < 0)
		return;
	clock_read(&now);
	skew_s = date_s - now.wall_ms / 1000;
	job->cloud->stats.clock_skew_s = llabs(skew_s) <= 2 ? 0 : skew_s;
}

static void
on_reply(void *context, const struct http_reply *got)
{
	struct job *job = context;
	struct signed_reply reply = { .status = got->status,
		.etag = got->etag,
		.body = got->body,
		.len = got->body_len };

	if (got->r != 0) {
		fail_http(job, got->r);
		return;
	}
	note_skew(job, got->date_s);
	if (got->status >= 300) {
		signed_code(got->status, got->body, got->body_len, reply.code);
		if (got->status != 304 && got->status != 412)
			tally_add(job->cloud->stats.by_code, NET_CODES, reply.code);
		if (renew(job, reply.code) ||
		    correct_clock(job, reply.code, got->date_s)) {
			job->cloud->stats.retries++;
			step(job);
			return;
		}
	}
	end(job, &reply);
}

static int
send_signed(struct job *job, const struct imds_credentials *got)
{
	_cleanup_sigv4_signed_ struct sigv4_signed out = SIGV4_UNSIGNED;
	const struct signed_request *wanted = &job->request;
	struct cloud *cloud = job->cloud;
	struct sigv4_header headers[SIGNED_HEADERS_MAX + 1];
	struct http_header sent[SIGNED_HEADERS_MAX + 5];
	struct sigv4_request to_sign = { .method = wanted->method,
		.path = wanted->path,
		.headers = headers,
		.n_headers = wanted->n_headers + 1,
		.body = wanted->body,
		.body_len = wanted->body_len,
		.is_s3_path = strcmp(wanted->service, "s3") == 0,
		.sign_body = true };
	struct sigv4_key key = { got->access_key_id, got->secret, got->token,
		wanted->region, wanted->service };
	struct http_request request = { .method = wanted->method,
		.url = wanted->url,
		.headers = sent,
		.body = wanted->body,
		.body_len = wanted->body_len,
		.reply_max = wanted->reply_max,
		.connect_ms = CONNECT_MS,
		.deadline_mono_ms = wanted->deadline_mono_ms,
		.ca_file = cloud->config->aws.ca_file,
		.proxy = cloud->config->aws.https_proxy,
		.user_agent = cloud->user_agent };
	size_t n = 0;
	int r;

	headers[0] = (struct sigv4_header){ "Host", wanted->host };
	sent[n++] = (struct http_header){ "Host", wanted->host };
	for (size_t i = 0; i < wanted->n_headers; i++) {
		headers[i + 1] = (struct sigv4_header){ wanted->headers[i].name,
			wanted->headers[i].value };
		sent[n++] = wanted->headers[i];
	}
	clock_read(&job->asked);
	r = sigv4_sign(
	    &to_sign, &key, job->asked.wall_ms / 1000 + cloud->sign_skew_s, &out);
	if (r != 0)
		return r;
	sent[n++] = (struct http_header){ "X-Amz-Date", out.amz_date };
	sent[n++] = (struct http_header){ "x-amz-content-sha256", out.content_sha256 };
	sent[n++] = (struct http_header){ "X-Amz-Security-Token", got->token };
	sent[n++] = (struct http_header){ "Authorization", out.authorization };
	request.n_headers = n;
	r = http_send(cloud->http, &request, on_reply, job);
	if (r == 0) {
		cloud->stats.requests++;
		tally_add(cloud->stats.by_action, NET_ACTIONS, wanted->action);
		(*job->n_requests)++;
	}
	return r;
}

static void
on_credentials(
    void *context, const struct imds_credentials *got, const struct net_error *error)
{
	struct job *job = context;
	int r;

	if (got == NULL) {
		fail(job, error);
		return;
	}
	memcpy(job->access_key_id, got->access_key_id, sizeof(job->access_key_id));
	r = send_signed(job, got);
	if (r != 0)
		fail_http(job, r);
}

static void
step(struct job *job)
{
	bool is_ending = job->cloud->is_ending;

	if (is_ending || clock_mono_ms() >= job->request.deadline_mono_ms)
		fail_http(job, is_ending ? HTTP_E_ENDED : HTTP_E_TIMEOUT);
	else
		credentials_get(credentials_of(job), on_credentials, job);
}

static int
copy_headers(struct job *job, const struct signed_request *request)
{
	struct signed_request *copy = &job->request;

	copy->n_headers = 0;
	for (size_t i = 0; i < request->n_headers; i++) {
		copy->headers[i].name = strdup(request->headers[i].name);
		copy->headers[i].value = strdup(request->headers[i].value);
		copy->n_headers++;
		if (copy->headers[i].name == NULL || copy->headers[i].value == NULL)
			return -ENOMEM;
	}
	return 0;
}

static int
job_new(const struct signed_request *request, struct job **ret_job)
{
	_cleanup_(job_freep) struct job *job = calloc(1, sizeof(*job));
	struct signed_request *copy;
	char *body = NULL;

	if (job == NULL)
		return -ENOMEM;
	copy = &job->request;
	*copy = *request;
	copy->body = NULL;
	copy->service = strdup(request->service);
	copy->region = strdup(request->region);
	copy->url = strdup(request->url);
	copy->host = strdup(request->host);
	copy->path = strdup(request->path);
	if (copy_headers(job, request) != 0 || copy->region == NULL ||
	    copy->url == NULL || copy->host == NULL || copy->path == NULL ||
	    copy->service == NULL)
		return -ENOMEM;
	if (request->body != NULL) {
		body = malloc(request->body_len + 1);
		if (body == NULL)
			return -ENOMEM;
		memcpy(body, request->body, request->body_len);
		copy->body = body;
	}
	*ret_job = base_take_ptr(&job);
	return 0;
}

void
signed_send(struct cloud *cloud, const struct signed_request *request,
    unsigned *n_requests, signed_done_fn done, void *context)
{
	struct signed_reply reply = { .r = -ENOMEM, .body = "", .etag = "" };
	struct net_error error;
	struct job *job = NULL;

	if (job_new(request, &job) != 0) {
		failure_http(&error, request->action, -ENOMEM);
		reply.error = &error;
		done(context, &reply);
		return;
	}
	job->cloud = cloud;
	job->n_requests = n_requests;
	job->done = done;
	job->context = context;
	step(job);
}
