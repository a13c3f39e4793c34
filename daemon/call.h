/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call.h - one question to AWS: bucket, credentials, signature, retries
 *
 * Room: daemon, network thread. Each attempt costs a token of the job's bucket: a
 * background call waits for it, a login's fails at once. Throttling, 5xx and a broken
 * connection are tried again (twice; a login's once) after rand * min(2^n, 20) s;
 * expired credentials are renewed once; a clock that is wrong is corrected once by the
 * service's Date. A service that throttles is asked more slowly from then on (adaptive.h).
 */
#ifndef DAEMON_CALL_H
#define DAEMON_CALL_H

#include "common/clock.h"
#include "daemon/cloud.h"
#include "daemon/iam.h"

/* Valid during the callback only. */
struct call_reply {
	int r; /* 0: body is a 200's; -ENOENT: NoSuchEntity; other <0: error says why */
	const char *body;
	size_t len;
	const struct net_error *error;
	struct clock_now asked; /* when the attempt that was answered was sent */
};

typedef void (*call_done_fn)(void *context, const struct call_reply *reply);

/* Takes a 200's body as it comes; reply->body is empty then. */
struct call_sink {
	/* An attempt begins: what an earlier one delivered is void. Not 0: cannot. */
	int (*start)(void *context);
	/* Not 0: what comes is of no use; the call ends with r = 0, the sink knows better. */
	int (*feed)(void *context, const char *bytes, size_t len);
	size_t most; /* bytes */
};

struct call_question {
	enum call_service service;
	const char *action; /* "iam:GetUser": for errors and counters; static text */
	struct buf *body;   /* the form; taken over */
	const struct call_sink *sink; /* NULL, or called with the call's context */
	enum net_bucket bucket;
	bool is_free; /* costs no token: the caller bounds it */
	bool is_once; /* what fails is not tried again */
	int64_t deadline_mono_ms;
	unsigned *n_requests; /* counted up for each attempt sent; outlives the call */
};

/**
 * call_start() - @cloud->has_endpoints; @done is called exactly once, possibly before it
 * returns
 */
void call_start(struct cloud *cloud, const struct call_question *question,
    call_done_fn done, void *context);

#endif
