/* SPDX-License-Identifier: Apache-2.0 */
/* call.c - one question to AWS; contract in call.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "daemon/buf.h"
#include "daemon/call.h"
#include "daemon/dice.h"
#include "daemon/failure.h"
#include "daemon/sigv4.h"

#define REPLY_MAX (4u << 20) /* 1,000 users are some 500 KB; SDKs have no limit at all */
#define CONNECT_MS 3500      /* across regions, as SDKs allow */
#define TRY_MS 10000
#define SKEW_MIN_S 60     /* AWS accepts five minutes */
#define ANOTHER_MS 300    /* IMDS answers in a few */
#define LOGIN_WAIT_MS 700 /* people wait for it */
#define CONTENT_TYPE "application/x-www-form-urlencoded; charset=utf-8"

struct call {
	struct cloud *cloud;
	struct call_question question; /* without its body */
	struct buf body;
	unsigned n_again;        /* retries so far */
	bool has_renewed;        /* credentials */
	bool has_corrected;      /* the clock */
	char access_key_id[129]; /* of the attempt under way */
	struct clock_now asked;
	call_done_fn done;
	void *context;
};

static void call_step(void *context);

static void
call_end(struct call *call, struct call_reply *reply)
{
	reply->asked = call->asked;
	call->done(call->context, reply);
	buf_done(&call->body);
	free(call);
}

static void
call_fail(struct call *call, const struct net_error *error)
{
	struct call_reply reply = { .r = -EIO, .body = "", .error = error };

	call->cloud->stats.failures++;
	call_end(call, &reply);
}

static struct credentials *
call_credentials(const struct call *call)
{
	struct cloud *cloud = call->cloud;

	return call->question.service == CALL_IAM && cloud->assumed != NULL
		   ? cloud->assumed
		   : cloud->credentials;
}

/* What went wrong with one attempt, whatever becomes of the call. */
static void
count_code(struct call *call, const char *code)
{
	tally_add(call->cloud->stats.by_code, NET_CODES, code);
}

static void
call_fail_http(struct call *call, int r)
{
	struct net_error error;

	failure_http(&error, call->question.action, r);
	call_fail(call, &error);
}

/* After a while, if there is a try left and time for it; else @error stands. */
static void
call_again(struct call *call, const struct net_error *error)
{
	unsigned most = call->question.is_once               ? 0
			: call->question.bucket == NET_LOGIN ? 1
							     : 2;
	uint32_t limit_ms =
	    call->question.bucket == NET_LOGIN ? 300 : 1000u << call->n_again;
	int64_t at = clock_mono_ms() + dice_below(limit_ms);

	if (call->n_again >= most || at >= call->question.deadline_mono_ms ||
	    later_add(call->cloud->later, at, call_step, call) != 0) {
		call_fail(call, error);
		return;
	}
	call->n_again++;
	call->cloud->stats.retries++;
}

/* An answer of the service, in good time: it bears what we ask. */
static void
note_answer(struct call *call)
{
	adaptive_answered(
	    &call->cloud->adaptive[call->question.service], clock_mono_ms());
}

/* Is it our clock? Then by how much, and once more; else nothing changes. */
static bool
correct_clock(struct call *call, const struct http_reply *reply)
{
	struct cloud *cloud = call->cloud;
	struct clock_now now;
	int64_t skew_s;

	if (reply->date_s < 0 || call->has_corrected)
		return false;
	clock_read(&now);
	skew_s = reply->date_s - now.wall_ms / 1000;
	if (llabs(skew_s - cloud->sign_skew_s) < SKEW_MIN_S)
		return false;
	cloud->sign_skew_s = skew_s;
	call->has_corrected = true;
	return true;
}

static void
note_skew(struct cloud *cloud, const struct http_reply *reply)
{
	struct clock_now now;
	int64_t skew_s;

	if (reply->date_s < 0)
		return;
	clock_read(&now);
	skew_s = reply->date_s - now.wall_ms / 1000;
	cloud->stats.clock_skew_s = llabs(skew_s) <= 2 ? 0 : skew_s;
}

/* Other credentials, and once more; false when that was tried already. */
static bool
renew(struct call *call)
{
	credentials_refused(call_credentials(call), call->access_key_id);
	if (call->has_renewed)
		return false;
	call->has_renewed = true;
	call->cloud->stats.retries++;
	call_step(call);
	return true;
}

/*
 * The profile may have been swapped: looks who we are by now, and asks once more in a moment.
 * Else a new role's permissions would show in the next listing but one.
 */
static bool
ask_as_another(struct call *call)
{
	int64_t at = clock_mono_ms() + ANOTHER_MS;

	if (call->has_renewed || at >= call->question.deadline_mono_ms ||
	    !credentials_doubt(call->cloud->credentials) ||
	    later_add(call->cloud->later, at, call_step, call) != 0)
		return false;
	call->has_renewed = true;
	call->cloud->stats.retries++;
	return true;
}

/* An answer that is an error: what it means, and what is to be done about it. */
static void
on_error(struct call *call, const struct http_reply *reply)
{
	const char *action = call->question.action;
	struct call_reply out = { .r = -ENOENT, .body = "" };
	enum iam_error_kind kind;
	struct net_error error;
	char code[64];

	kind = iam_parse_error(reply->status, reply->body, reply->body_len, code);
	failure_set(&error, action, code, "AWS answers HTTP %ld %s", reply->status, code);
	error.denied = kind == IAM_ERROR_DENIED;
	error.throttled = kind == IAM_ERROR_THROTTLED;
	if (kind != IAM_ERROR_THROTTLED)
		note_answer(call);
	if (kind != IAM_ERROR_ABSENT)
		count_code(call, code);
	switch (kind) {
	case IAM_ERROR_ABSENT:
		call_end(call, &out);
		return;
	case IAM_ERROR_THROTTLED:
		call->cloud->stats.throttled++;
		adaptive_throttled(
		    &call->cloud->adaptive[call->question.service], clock_mono_ms());
		call_again(call, &error);
		return;
	case IAM_ERROR_TRANSIENT:
		call_again(call, &error);
		return;
	case IAM_ERROR_CREDENTIALS:
		if (renew(call))
			return;
		break;
	case IAM_ERROR_CLOCK:
		if (correct_clock(call, reply)) {
			call->cloud->stats.retries++;
			call_step(call);
			return;
		}
		/* at EC2 it may as well be the credentials that have expired */
		if (strcmp(code, "RequestExpired") == 0 && renew(call))
			return;
		break;
	case IAM_ERROR_DENIED:
		if (ask_as_another(call))
			return;
		break;
	case IAM_ERROR_OTHER:
		break;
	}
	call_fail(call, &error);
}

static void
on_reply(void *context, const struct http_reply *reply)
{
	struct call *call = context;
	struct call_reply out = { .body = reply->body, .len = reply->body_len };
	struct net_error error;

	if (reply->r != 0 && reply->r != HTTP_E_UNWANTED) {
		failure_http(&error, call->question.action, reply->r);
		count_code(call, error.code);
		if (reply->r == HTTP_E_TIMEOUT || reply->r == HTTP_E_NAME ||
		    reply->r == HTTP_E_CONNECT || reply->r == HTTP_E_BROKEN)
			call_again(call, &error);
		else
			call_fail(call, &error);
		return;
	}
	if (reply->r == HTTP_E_UNWANTED) {
		call_end(call, &out);
		return;
	}
	note_skew(call->cloud, reply);
	if (reply->status == 200) {
		note_answer(call);
		call_end(call, &out);
	} else {
		on_error(call, reply);
	}
}

/* Sign and hand to http; @got is gone when this returns. */
static int
send_signed(struct call *call, const struct imds_credentials *got)
{
	_cleanup_sigv4_signed_ struct sigv4_signed out = SIGV4_UNSIGNED;
	static const char *const names[] = { "iam", "sts", "ec2" };
	struct cloud *cloud = call->cloud;
	const struct endpoints_service *service =
	    &cloud->services[call->question.service];
	const struct call_sink *sink = call->question.sink;
	struct sigv4_header headers[] = { { "Host", service->host },
		{ "Content-Type", CONTENT_TYPE } };
	struct sigv4_request to_sign = { .method = "POST",
		.path = service->path,
		.headers = headers,
		.n_headers = BASE_N(headers),
		.body = call->body.bytes,
		.body_len = call->body.len };
	struct sigv4_key key = { got->access_key_id, got->secret, got->token,
		service->region, names[call->question.service] };
	struct http_header sent[5];
	struct http_request request = { .method = "POST",
		.url = service->url,
		.headers = sent,
		.n_headers = BASE_N(sent),
		.body = call->body.bytes,
		.body_len = call->body.len,
		.reply_max = sink != NULL ? sink->most : REPLY_MAX,
		.sink = sink != NULL ? sink->feed : NULL,
		.sink_context = call->context,
		.connect_ms = CONNECT_MS,
		.ca_file = cloud->config->aws.ca_file,
		.proxy = cloud->config->aws.https_proxy,
		.user_agent = cloud->user_agent };
	int r;

	if (sink != NULL && sink->start(call->context) != 0)
		return -ENOMEM;
	clock_read(&call->asked);
	r = sigv4_sign(
	    &to_sign, &key, call->asked.wall_ms / 1000 + cloud->sign_skew_s, &out);
	if (r != 0)
		return r;
	sent[0] = (struct http_header){ "Host", service->host };
	sent[1] = (struct http_header){ "Content-Type", CONTENT_TYPE };
	sent[2] = (struct http_header){ "X-Amz-Date", out.amz_date };
	sent[3] = (struct http_header){ "X-Amz-Security-Token", got->token };
	sent[4] = (struct http_header){ "Authorization", out.authorization };
	request.deadline_mono_ms = clock_mono_ms() + TRY_MS;
	if (request.deadline_mono_ms > call->question.deadline_mono_ms)
		request.deadline_mono_ms = call->question.deadline_mono_ms;
	r = http_send(cloud->http, &request, on_reply, call);
	if (r == 0) {
		cloud->stats.requests++;
		tally_add(cloud->stats.by_action, NET_ACTIONS, call->question.action);
		(*call->question.n_requests)++;
	}
	return r;
}

/* Not now: again at @at, if that is in time for this kind of question. */
static void
wait_for(struct call *call, int64_t wait_ms, const char *code, const char *what)
{
	int64_t at = clock_mono_ms() + wait_ms;
	bool is_login = call->question.bucket == NET_LOGIN;
	struct net_error error;

	if (at < call->question.deadline_mono_ms &&
	    (!is_login || wait_ms <= LOGIN_WAIT_MS) &&
	    later_add(call->cloud->later, at, call_step, call) == 0)
		return;
	failure_set(&error, call->question.action, code, "%s", what);
	call_fail(call, &error);
}

static void
on_credentials(
    void *context, const struct imds_credentials *got, const struct net_error *error)
{
	struct call *call = context;
	struct bucket *bucket = &call->cloud->buckets[call->question.bucket];
	struct adaptive *adaptive = &call->cloud->adaptive[call->question.service];
	int64_t now = clock_mono_ms(), wait_ms;
	int r;

	if (got == NULL) {
		call_fail(call, error);
		return;
	}
	wait_ms = call->question.is_free ? 0 : bucket_wait_ms(bucket, 1, now);
	if (wait_ms > 0) {
		if (call->question.bucket == NET_LOGIN)
			wait_ms = INT32_MAX;
		wait_for(call, wait_ms, "bucket", "our own limit of requests is used up");
		return;
	}
	wait_ms = adaptive_wait_ms(adaptive, now);
	if (wait_ms > 0) {
		wait_for(call, wait_ms, "paced", "AWS has asked us to be slower");
		return;
	}
	if (!call->question.is_free)
		(void)bucket_take(bucket, now);
	memcpy(call->access_key_id, got->access_key_id, sizeof(call->access_key_id));
	r = send_signed(call, got);
	if (r != 0)
		call_fail_http(call, r);
}

static void
call_step(void *context)
{
	struct call *call = context;

	bool is_ending = call->cloud->is_ending;

	if (is_ending || clock_mono_ms() >= call->question.deadline_mono_ms) {
		call_fail_http(call, is_ending ? HTTP_E_ENDED : HTTP_E_TIMEOUT);
		return;
	}
	credentials_get(call_credentials(call), on_credentials, call);
}

void
call_start(struct cloud *cloud, const struct call_question *question, call_done_fn done,
    void *context)
{
	struct call *call = calloc(1, sizeof(*call));
	struct call_reply reply = { .r = -ENOMEM, .body = "" };
	struct net_error error;

	if (call == NULL) {
		failure_http(&error, question->action, -ENOMEM);
		reply.error = &error;
		done(context, &reply);
		return;
	}
	call->cloud = cloud;
	call->question = *question;
	call->done = done;
	call->context = context;
	call->body = *question->body;
	*question->body = BUF_EMPTY;
	call->question.body = NULL;
	if (call->body.has_failed)
		call_fail_http(call, -ENOMEM);
	else
		call_step(call);
}
