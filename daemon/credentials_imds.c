/* SPDX-License-Identifier: Apache-2.0 */
/* credentials_imds.c - the instance role's credentials; contract in credentials.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/credentials.h"
#include "daemon/failure.h"

#define AGAIN_MS 15000 /* IMDS is on this host and costs nothing */

struct from_imds {
	struct imds *imds;
	struct credentials *credentials; /* the fetch under way, if there is one */
	int64_t deadline_mono_ms;
	char role[65];
};

static void
explain_missing(struct from_imds *from, const struct imds_reply *reply)
{
	struct net_error error;

	if (reply->r == -ENOENT)
		failure_set(&error, "imds:credentials", "no-role",
		    "no IAM role is attached to this instance");
	else
		error = *reply->error;
	credentials_missing(from->credentials, &error);
}

static void
on_document(void *context, const struct imds_reply *reply)
{
	struct from_imds *from = context;
	struct imds_credentials *fresh;
	struct net_error error;
	char code[64];
	int r;

	if (reply->r != 0) {
		explain_missing(from, reply);
		return;
	}
	fresh = calloc(1, sizeof(*fresh));
	r = fresh == NULL ? -ENOMEM
			  : imds_parse_credentials(reply->body, reply->len, fresh, code);
	if (r == 0) {
		memcpy(fresh->role, from->role, sizeof(fresh->role));
		credentials_fresh(from->credentials, fresh);
		return;
	}
	imds_credentials_free(fresh);
	if (r == IMDS_PARSE_E_REFUSED)
		failure_set(&error, "imds:credentials", code,
		    "EC2 cannot assume the role: see its trust policy");
	else if (r == IMDS_PARSE_E_GARBAGE)
		failure_set(
		    &error, "imds:credentials", "garbage", "not a credentials document");
	else
		failure_http(&error, "imds:credentials", r);
	credentials_missing(from->credentials, &error);
}

static void
on_role(void *context, const struct imds_reply *reply)
{
	struct from_imds *from = context;
	struct net_error error;
	char path[128];

	if (reply->r != 0) {
		explain_missing(from, reply);
		return;
	}
	if (imds_parse_role(reply->body, reply->len, from->role) != 0) {
		failure_set(&error, "imds:role", "garbage", "not a role name");
		credentials_missing(from->credentials, &error);
		return;
	}
	(void)snprintf(
	    path, sizeof(path), "meta-data/iam/security-credentials/%s", from->role);
	imds_get(from->imds, path, "imds:credentials", from->deadline_mono_ms,
	    on_document, from);
}

static void
fetch(void *context, struct credentials *credentials, int64_t deadline_mono_ms)
{
	struct from_imds *from = context;

	from->credentials = credentials;
	from->deadline_mono_ms = deadline_mono_ms;
	imds_get(from->imds, "meta-data/iam/security-credentials/", "imds:role",
	    deadline_mono_ms, on_role, from);
}

int
credentials_from_imds(
    struct imds *imds, struct later *later, struct credentials **ret_credentials)
{
	struct from_imds *from = calloc(1, sizeof(*from));
	struct credentials_source source = { .fetch = fetch,
		.context = from,
		.action = "imds:credentials",
		.again_ms = AGAIN_MS };

	if (from == NULL)
		return -ENOMEM;
	from->imds = imds;
	return credentials_new(later, &source, ret_credentials);
}
