/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ec2.h - the one question we ask EC2: the tags of this instance
 *
 * Room: daemon. Pure. Shape: EC2 API Reference 2016-11-15, DescribeTags (botocore's ec2
 * service model).
 */
#ifndef DAEMON_EC2_H
#define DAEMON_EC2_H

#include "daemon/buf.h"
#include "daemon/instance.h"

#define EC2_TAGS_MAX 64 /* EC2 allows 50 */
#define EC2_TOKEN_MAX 2048

enum {
	EC2_E_GARBAGE = 1, /* not the answer to DescribeTags, or not whole */
};

/** ec2_body() - the form to POST; @token: NULL for the first page. Failure sticks in @out. */
void ec2_body(const char *instance_id, const char *token, struct buf *out);

/**
 * ec2_parse() - the body of a 200: one page of tags, added to @instance
 * @ret_token: of the next page, heap; NULL when this was the last
 *
 * Tags of another resource than the instance's id are garbage: they were not asked for.
 *
 * Return: 0, EC2_E_GARBAGE, or -ENOMEM; after a failure @instance may have some of them.
 */
int ec2_parse(const char *body, size_t len, struct instance *instance, char **ret_token);

#endif
