/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sts.h - the one question we ask STS
 *
 * Room: daemon. Pure. Shape: STS API Reference 2011-06-15, AssumeRole (botocore's sts
 * service model).
 */
#ifndef DAEMON_STS_H
#define DAEMON_STS_H

#include "daemon/buf.h"
#include "daemon/imds_parse.h"

enum {
	STS_E_GARBAGE = 1, /* not the answer to AssumeRole, or not whole */
};

/** sts_body() - the form to POST; @session: the instance's id. Failure sticks in @out. */
void sts_body(const char *role_arn, const char *session, struct buf *out);

/** sts_parse() - the body of a 200; the role's name is left alone. 0, STS_E_*, -ENOMEM */
int sts_parse(const char *body, size_t len, struct imds_credentials *credentials);

#endif
