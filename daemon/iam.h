/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iam.h - the questions we ask IAM, and the answers, typed
 *
 * Room: daemon. Pure: text in, text out. Shapes: IAM API Reference 2010-05-08 (botocore's
 * iam service model). Parsing is strict where a gap could look like an absence: the root
 * element, the list element and IsTruncated have to be there, a member without a name or
 * an id spoils the whole answer. Unknown elements are skipped.
 */
#ifndef DAEMON_IAM_H
#define DAEMON_IAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/buf.h"
#include "daemon/directory.h"

#define IAM_PAGES_MAX 200 /* of one listing: 5,000 users at 100 a page are 50 */

enum iam_action {
	IAM_LIST_USERS = 1,
	IAM_GET_GROUP,
	IAM_GET_USER,
	IAM_LIST_GROUPS_FOR_USER,
	IAM_LIST_SSH_KEYS,
	IAM_GET_SSH_KEY,
	IAM_DETAILS, /* answers through iam_details.h */
	IAM_LIST_ROLES,
	IAM_GET_ROLE,
};

/* A user, or a role, which has the same but groups. */
struct iam_user {
	bool is_role;
	char *name;
	char *id;
	char *path;
	char *arn;
	int64_t created_s;
	struct directory_tag *tags; /* GetUser, GetRole and details only */
	size_t n_tags;
	char **groups; /* names; details only */
	size_t n_groups;
};

struct iam_group {
	char *name;
	char *id;
	char *path;
};

struct iam_key {
	char *id;
	char *body;     /* GetSSHPublicKey only */
	bool is_active; /* Status is exactly "Active" */
};

/* One answer; only what the action gives is filled in. */
struct iam_reply {
	struct iam_user
	    *users; /* ListUsers, GetGroup, GetUser (one), ListRoles, GetRole */
	size_t n_users;
	struct iam_group *groups; /* ListGroupsForUser */
	size_t n_groups;
	struct iam_key *keys; /* ListSSHPublicKeys, GetSSHPublicKey (one) */
	size_t n_keys;
	bool has_roles; /* details: there was a list of them */
	bool is_truncated;
	char *marker; /* when is_truncated */
};

enum {
	IAM_E_GARBAGE = 1, /* not the answer to this question, or not whole */
	IAM_E_PAGING,      /* more pages, but no marker, one seen before, or too many */
};

/** iam_action_name() - "iam:GetUser" */
const char *iam_action_name(enum iam_action action);

/**
 * iam_body() - the form to POST
 * @subject: PathPrefix, GroupName, UserName or RoleName; with IAM_DETAILS NULL, or anything:
 *           roles, too
 * @key_id:  GetSSHPublicKey only
 * @marker:  NULL for the first page
 *
 * Failure to allocate sticks in @out (buf.h).
 */
void iam_body(enum iam_action action, const char *subject, const char *key_id,
    const char *marker, struct buf *out);

/** iam_parse() - the body of a 200; 0, IAM_E_*, or -ENOMEM */
int iam_parse(
    enum iam_action action, const char *body, size_t len, struct iam_reply **ret_reply);

void iam_reply_free(struct iam_reply *reply);
void iam_user_done(struct iam_user *user);

static inline void
iam_reply_freep(struct iam_reply **reply)
{
	iam_reply_free(*reply);
}
#define _cleanup_iam_reply_ _cleanup_(iam_reply_freep)

/* What an error of AWS means for us. Only IAM_ERROR_ABSENT says anything about people. */
enum iam_error_kind {
	IAM_ERROR_OTHER = 0,
	IAM_ERROR_ABSENT, /* NoSuchEntity with 404: authoritative */
	IAM_ERROR_DENIED, /* a permission is missing */
	IAM_ERROR_THROTTLED,
	IAM_ERROR_TRANSIENT,   /* theirs: try again */
	IAM_ERROR_CREDENTIALS, /* expired or unknown: fetch new ones */
	IAM_ERROR_CLOCK,       /* the signature's time, or the signature, is wrong */
};

/**
 * iam_parse_error() - any answer but a 200
 * @ret_code: AWS's code ([A-Za-z0-9._-]), or "http-503" where the body has none
 */
enum iam_error_kind
iam_parse_error(long status, const char *body, size_t len, char ret_code[64]);

/* The markers of one listing, to see it go in circles. */
struct iam_paging {
	char *markers[IAM_PAGES_MAX];
	size_t n;
};

/**
 * iam_paging_next() - after a page
 * @ret_marker: for the next one, owned by @paging; NULL when this page was the last
 *
 * Return: 0, IAM_E_PAGING, or -ENOMEM.
 */
int iam_paging_next(
    struct iam_paging *paging, const struct iam_reply *reply, const char **ret_marker);

void iam_paging_done(struct iam_paging *paging);

#endif
