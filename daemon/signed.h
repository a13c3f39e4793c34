/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signed.h - one signed request of any method: what S3 and KMS are asked with
 *
 * Room: daemon, network thread. call.h asks services that take a form by POST and knows
 * their errors; this sends what it is given and hands back what comes. Credentials that
 * have expired are renewed once, a clock that is wrong is corrected once by the service's
 * Date; nothing else is tried again here: who asks every minute asks again anyway.
 */
#ifndef DAEMON_SIGNED_H
#define DAEMON_SIGNED_H

#include "common/clock.h"
#include "daemon/cloud.h"

#define SIGNED_HEADERS_MAX 6

/* Everything is copied by signed_send(). */
struct signed_request {
	const char *action;  /* "s3:GetObject": for errors and counters; static text */
	const char *service; /* "s3", "kms" */
	const char *region;
	const char *method; /* static text */
	const char *url;
	const char *host;
	const char *path;                               /* of the URL, as on the wire */
	struct http_header headers[SIGNED_HEADERS_MAX]; /* signed; Host is added */
	size_t n_headers;
	const void *body; /* NULL: none */
	size_t body_len;
	size_t reply_max;
	bool is_of_directory; /* as [aws] role_arn, where there is one */
	int64_t deadline_mono_ms;
};

/* Valid during the callback only. */
struct signed_reply {
	int r; /* 0: AWS answered, with any status; <0: error says why not */
	long status;
	char code
	    [64]; /* AWS's error code; "http-403" where the body has none; "" below 300 */
	const char *etag;
	const char *body;
	size_t len;
	const struct net_error *error;
	struct clock_now asked; /* when the attempt that was answered was sent */
};

typedef void (*signed_done_fn)(void *context, const struct signed_reply *reply);

/** signed_send() - @cloud->has_endpoints; @done is called exactly once, possibly at once */
void signed_send(struct cloud *cloud, const struct signed_request *request,
    unsigned *n_requests, signed_done_fn done, void *context);

/** signed_code() - S3's XML or KMS's JSON: the error's code into @ret, or "http-STATUS" */
void signed_code(long status, const char *body, size_t len, char ret[64]);

#endif
