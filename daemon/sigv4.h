/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sigv4.h - AWS Signature Version 4: headers, or a presigned query
 *
 * Room: daemon. Pure: the time is passed in, nothing is sent. Over digest.h. Our own,
 * because libcurl's signer fails many of AWS's published vectors on every distribution we
 * run on; this one reproduces all of them (tests/data/sigv4-vectors).
 */
#ifndef DAEMON_SIGV4_H
#define DAEMON_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base.h"

struct sigv4_header {
	const char *name;
	const char *value; /* line folding and runs of blanks are collapsed for signing */
};

/* Whose signature, and for what scope. Borrowed texts. */
struct sigv4_key {
	const char *access_key_id;
	const char *secret;
	const char *token; /* session token, or NULL */
	const char *region;
	const char *service;
};

struct sigv4_request {
	const char *method;
	const char *path;                   /* as on the wire; starts with '/' */
	const char *query;                  /* as on the wire without '?'; NULL = "" */
	const struct sigv4_header *headers; /* each is signed; Host must be among them */
	size_t n_headers;
	const void *body;
	size_t body_len;
	bool is_s3_path;    /* S3: the path is encoded once and not normalised */
	bool sign_body;     /* sigv4_sign(): add and sign x-amz-content-sha256 */
	bool token_outside; /* the session token goes along unsigned */
};

/* What was signed, for tests, and the outcome; wiped, as it holds the session token. */
struct sigv4_signed {
	char *canonical;
	char *string_to_sign;
	char signature[65];
	char amz_date[17];       /* header X-Amz-Date */
	char content_sha256[65]; /* header x-amz-content-sha256 if sign_body */
	char *authorization;     /* header Authorization; sigv4_sign() only */
	char *query;             /* the whole query; sigv4_presign() only */
};

/**
 * sigv4_sign() - sign by headers
 * @now_s: seconds since the epoch
 *
 * The caller adds to its request: X-Amz-Date, Authorization, X-Amz-Security-Token where
 * there is a token, and x-amz-content-sha256 where sign_body is set. They are signed here
 * and must not be among @request's headers.
 *
 * Return: 0, -EINVAL (no Host, a path without '/', a time out of range), -ENOMEM, or -EIO
 * when libcrypto fails. ret_signed is set only on 0; sigv4_signed_done() it.
 */
int sigv4_sign(const struct sigv4_request *request, const struct sigv4_key *key,
    int64_t now_s, struct sigv4_signed *ret_signed);

/** sigv4_presign() - sign by query, valid for @expires_s; otherwise as sigv4_sign() */
int sigv4_presign(const struct sigv4_request *request, const struct sigv4_key *key,
    int64_t now_s, unsigned expires_s, struct sigv4_signed *ret_signed);

void sigv4_signed_done(struct sigv4_signed *signed_);
#define SIGV4_UNSIGNED ((struct sigv4_signed){ .canonical = NULL })
#define _cleanup_sigv4_signed_ _cleanup_(sigv4_signed_done)

#endif
