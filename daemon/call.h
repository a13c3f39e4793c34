/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call.h - one question to IAM: bucket, credentials, signature, retries
 *
 * Room: daemon, network thread. Each attempt costs a token of the job's bucket: a
 * background call waits for it, a login's fails at once. Throttling, 5xx and a broken
 * connection are tried again (twice; a login's once) after rand * min(2^n, 20) s;
 * expired credentials are renewed once; a clock that is wrong is corrected once by the
 * service's Date.
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

/* Texts are copied. */
struct call_question {
	enum iam_action action;
	const char *subject;
	const char *key_id; /* GetSSHPublicKey, else NULL */
	const char *marker; /* NULL: first page */
	enum net_bucket bucket;
	int64_t deadline_mono_ms;
	unsigned *n_requests; /* counted up for each attempt sent; outlives the call */
};

/**
 * call_start() - @cloud->has_iam; @done is called exactly once, possibly before it
 * returns
 */
void call_start(struct cloud *cloud, const struct call_question *question,
    call_done_fn done, void *context);

#endif
