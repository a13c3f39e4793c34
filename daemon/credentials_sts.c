/* SPDX-License-Identifier: Apache-2.0 */
/* credentials_sts.c - credentials of [aws] role_arn; contract in credentials.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/call.h"
#include "daemon/cloud.h"
#include "daemon/credentials.h"
#include "daemon/failure.h"
#include "daemon/sts.h"

#define AGAIN_MS 40000
#define ACTION "sts:AssumeRole"

struct from_sts {
	struct cloud *cloud;
	struct credentials *credentials; /* the fetch under way, if there is one */
	unsigned n_requests;
};

static void
on_reply(void *context, const struct call_reply *reply)
{
	struct from_sts *from = context;
	struct imds_credentials *fresh = NULL;
	struct net_error error;
	const char *name;
	int r = reply->r;

	if (r != 0) {
		if (reply->error != NULL)
			error = *reply->error;
		else
			failure_set(&error, ACTION, "NoSuchEntity",
			    "there is no role that [aws] role_arn names");
		credentials_missing(from->credentials, &error);
		return;
	}
	fresh = calloc(1, sizeof(*fresh));
	r = fresh == NULL ? -ENOMEM : sts_parse(reply->body, reply->len, fresh);
	if (r != 0) {
		imds_credentials_free(fresh);
		if (r < 0)
			failure_http(&error, ACTION, r);
		else
			failure_set(
			    &error, ACTION, "garbage", "not an answer to AssumeRole");
		credentials_missing(from->credentials, &error);
		return;
	}
	name = strrchr(from->cloud->config->aws.role_arn, '/');
	(void)snprintf(
	    fresh->role, sizeof(fresh->role), "%s", name != NULL ? name + 1 : "");
	credentials_fresh(from->credentials, fresh);
}

static void
fetch(void *context, struct credentials *credentials, int64_t deadline_mono_ms)
{
	struct from_sts *from = context;
	struct cloud *cloud = from->cloud;
	_cleanup_buf_ struct buf body = BUF_EMPTY;
	struct call_question question = { .service = CALL_STS,
		.action = ACTION,
		.body = &body,
		.bucket = NET_BACKGROUND,
		.is_free = true,
		.deadline_mono_ms = deadline_mono_ms,
		.n_requests = &from->n_requests };
	struct net_error error;

	from->credentials = credentials;
	if (!cloud->has_endpoints) {
		failure_set(&error, ACTION, "too-early", "the region is not known yet");
		credentials_missing(credentials, &error);
		return;
	}
	sts_body(cloud->config->aws.role_arn, cloud->instance_id, &body);
	call_start(cloud, &question, on_reply, from);
}

int
credentials_from_sts(struct cloud *cloud, struct credentials **ret_credentials)
{
	struct from_sts *from = calloc(1, sizeof(*from));
	struct credentials_source source = {
		.fetch = fetch, .context = from, .action = ACTION, .again_ms = AGAIN_MS
	};

	if (from == NULL)
		return -ENOMEM;
	from->cloud = cloud;
	return credentials_new(cloud->later, &source, ret_credentials);
}
