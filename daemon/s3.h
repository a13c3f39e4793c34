/* SPDX-License-Identifier: Apache-2.0 */
/*
 * s3.h - objects in a bucket: where they are, GET, PUT, and what S3 means by its errors
 *
 * Room: daemon, network thread (s3_locate() and s3_explain() are pure). Buckets by virtual
 * host (https://BUCKET.s3.REGION.SUFFIX/KEY), or by path where a dot in the name would break
 * the certificate or an endpoint is configured; dual-stack and FIPS host names as S3 has
 * them. ETags are opaque: with SSE-KMS they are no hash of anything.
 */
#ifndef DAEMON_S3_H
#define DAEMON_S3_H

#include "daemon/signed.h"

/* A bucket. */
struct s3_place {
	char bucket[64];
	char owner[13]; /* account that it has to belong to; "": any */
	char region[33];
	char url[400]; /* to which a key is appended */
	char host[320];
	char path[80]; /* "/", or "/BUCKET/" */
};

/**
 * s3_locate() - a bucket of a region
 * @bucket: may hold "{region}"; @owner may be NULL
 *
 * Return: 0; -EINVAL (too long, no such region, an endpoint that is no URL).
 */
int s3_locate(const struct config *config, const char *partition, const char *region,
    const char *bucket, const char *owner, struct s3_place *ret_place);

/* What to ask; texts are copied. Keys here need no escaping: a-z, 0-9, '-' and '/'. */
struct s3_request {
	const struct s3_place *place;
	const char *key;
	bool is_put;
	const char
	    *if_none_match; /* NULL: not conditional; "*": only if it is not there */
	const char *if_match;
	const void *body;
	size_t len;
	size_t reply_max;
	bool is_of_directory;
	int64_t deadline_mono_ms;
};

/* What the answer means. */
enum s3_outcome {
	S3_DONE = 0,
	S3_UNCHANGED, /* 304: still what If-None-Match said */
	S3_CHANGED,   /* 412, 409: not what If-Match said */
	S3_ABSENT,    /* 404 of an object, in a bucket that is there */
	S3_FAILED,    /* anything else */
};

/* Valid during the callback only. */
struct s3_reply {
	enum s3_outcome outcome;
	const char *etag;
	const char *body;
	size_t len;
	const struct net_error *error; /* unless S3_DONE or S3_UNCHANGED */
	struct clock_now asked;
};

typedef void (*s3_done_fn)(void *context, const struct s3_reply *reply);

/** s3_send() - @done is called exactly once, possibly at once */
void s3_send(struct cloud *cloud, const struct s3_request *request, unsigned *n_requests,
    s3_done_fn done, void *context);

/** s3_explain() - of a status and S3's code; one line for people in @ret_error */
enum s3_outcome s3_explain(long status, const char *code, const char *bucket,
    const char *key, bool is_put, struct net_error *ret_error);

#endif
