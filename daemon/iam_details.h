/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iam_details.h - GetAccountAuthorizationDetails, read as it comes
 *
 * Room: daemon. Pure. A page of a thousand users with inline policies is megabytes, of which
 * we need a tenth: it is parsed from the wire, policies are read past, and only users in
 * scope are kept. As strict as iam_parse(): both lists and IsTruncated have to be there, a
 * member without a name or an id spoils the page.
 */
#ifndef DAEMON_IAM_DETAILS_H
#define DAEMON_IAM_DETAILS_H

#include "daemon/iam.h"

struct iam_details; /* one page being read */

/** keeps - is this user wanted? Asked when a user is whole. */
typedef bool (*iam_details_keep_fn)(void *context, const struct iam_user *user);

int iam_details_new(
    iam_details_keep_fn keep, void *context, struct iam_details **ret_details);

/** iam_details_feed() - the next bytes; 0, or from the first failure on as _finish() */
int iam_details_feed(struct iam_details *details, const char *bytes, size_t len);

/**
 * iam_details_finish() - the page's end
 * @ret_reply: users with tags and groups, groups, is_truncated and marker
 *
 * Return: 0, IAM_E_GARBAGE, IAM_E_PAGING, or -ENOMEM.
 */
int iam_details_finish(struct iam_details *details, struct iam_reply **ret_reply);

void iam_details_free(struct iam_details *details);

static inline void
iam_details_freep(struct iam_details **details)
{
	iam_details_free(*details);
}

#endif
