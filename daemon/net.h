/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net.h - the network thread: the daemon's only way to AWS
 *
 * Room: daemon. The main thread submits jobs and takes results; both queues are bounded and
 * nothing else is shared. The thread runs curl_multi, the signer, the parsers, credentials
 * and the request buckets. It never touches files or the world; a result is immutable once
 * it is in the queue. (libcurl can block 9 s in DNS, so it may not live in the loop.)
 *
 * A job ends with a result, always, at its deadline at the latest; that of a background
 * NET_DIRECTORY is put off once when more people are in scope than the bucket has tokens.
 * Equal jobs are the caller's to merge.
 */
#ifndef DAEMON_NET_H
#define DAEMON_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/config.h"
#include "daemon/directory.h"
#include "daemon/eic.h"
#include "daemon/instance.h"
#include "daemon/keystore.h"
#include "daemon/manifest.h"
#include "daemon/tally.h"

#define NET_ETAG_SIZE 128

enum net_what {
	NET_DIRECTORY = 1, /* the instance, then everybody in scope */
	NET_KEYS,          /* the keys of named people */
	NET_INSTANCE,      /* which instance this is, from IMDS alone */
	NET_EIC,           /* the keys of Instance Connect for one account, likewise */
	NET_PUBLISH,       /* a view's manifest and blob into S3 */
	NET_FLEET,         /* the manifest in S3 and, when it names another, its blob */
};

/* Which bucket pays for the requests (IMDS is free). */
enum net_bucket {
	NET_BACKGROUND =
	    0,     /* 36 an hour + 1 per person in scope, 240 deep; a job waits */
	NET_LOGIN, /* 120 an hour, 20 deep; a job fails at once when it is empty */
};

/* A person whose keys are wanted. */
struct net_person {
	char *unique_id;
	char *name; /* IAM user name */
	char **
	    known_ids; /* key ids whose bodies we have: not asked again (bodies never change) */
	size_t n_known_ids;
};

/* What a host has already, and believes; the keys outlive the job. */
struct net_fleet_ask {
	bool wants_instance;             /* IMDS is asked first, as in NET_DIRECTORY */
	char owner[MANIFEST_OWNER_SIZE]; /* "": the instance's account */
	char etag[NET_ETAG_SIZE];        /* of the manifest that is in force; "": none */
	char blob[DIGEST_HEX_SIZE];      /* that is at hand; "": none */
	const struct p256 *const *keys;
	size_t n_keys;
	uint64_t serial;
	uint8_t digest[DIGEST_SIZE];
};

/* What S3 had; nothing in it was read but the manifest, which is verified. */
struct net_fleet {
	bool is_unchanged; /* the rest is empty then */
	char etag[NET_ETAG_SIZE];
	struct manifest *manifest;
	char *bytes; /* of the manifest */
	size_t len;
	char *blob; /* NULL: it is the one that is at hand */
	size_t blob_len;
};

/* Why something failed, for people, records and status; every text is safe to log. */
struct net_error {
	char action[48]; /* "iam:GetUser", "imds:token", "connect" */
	char code[64];   /* AWS's error code, or "timeout", "connect", "tls", "http-503",
	                      "garbage", "too-large", "bucket" … */
	char what[200];  /* one line */
	bool denied;     /* AccessDenied and the like: a permission is missing */
	bool throttled;
};

#define NET_REGIONS_MAX 16

/* What is to be published; the keys outlive the job. */
struct net_publish {
	struct manifest manifest; /* its serial: the least; revoked: owned by the job */
	char *blob;
	size_t blob_len;
	char regions[NET_REGIONS_MAX][33]; /* "": the instance's */
	size_t n_regions;
	const struct p256 *public_key;
	const struct p256 *private_key; /* NULL: [publish] kms_key signs */
};

/* What became of it; errors by region, code "" where it succeeded. */
struct net_published {
	uint64_t serial;
	size_t n_done;
	struct net_error errors[NET_REGIONS_MAX];
};

struct net_job {
	uint64_t cookie; /* comes back in the result */
	enum net_what what;
	enum net_bucket bucket;
	int64_t deadline_mono_ms; /* the job ends then, with -ETIMEDOUT */
	bool
	    is_careful; /* NET_DIRECTORY: AWS is ill. One request at a time, the first one
	                  * tried once: whether it is well again costs one a try. */
	struct net_person *people; /* NET_KEYS; owned by the job */
	size_t n_people;
	char account[33];            /* NET_EIC: an OS name */
	struct net_fleet_ask *fleet; /* NET_FLEET; owned by the job */
	struct net_publish *publish; /* NET_PUBLISH; owned by the job */
};

/*
 * The keys of one person as IAM lists them; key ids in known_ids come without a body. IAM
 * lists keys by name, and a name can pass to another person: a NET_LOGIN job asks, after
 * the keys, whether the name is still this unique id (-ENOENT when it is not); a background
 * job rests on the listing that named them a moment ago.
 */
struct net_keys {
	char *unique_id;
	int r; /* 0; -ENOENT the user is authoritatively gone; <0 failed, nothing is said */
	struct directory_key
	    *keys; /* Active ones; type and blob NULL where the id was known */
	size_t n_keys;
};

struct net_result {
	uint64_t cookie;
	enum net_what what;
	int r; /* of the directory, or 0 if every person was asked */
	struct directory *directory; /* NULL unless r == 0; stamps set */
	int instance_r;
	struct instance *instance; /* NULL unless instance_r == 0 */
	/* why its tags are not known although EC2 was asked; code "": nothing failed */
	struct net_error tags_error;
	struct net_keys *keys;
	size_t n_keys;
	struct eic_answer *eic;          /* NET_EIC; NULL unless r == 0 */
	struct net_fleet *fleet;         /* NET_FLEET: NULL unless r == 0 */
	char account[33];                /* of the NET_EIC job */
	struct net_published *published; /* NET_PUBLISH */
	int64_t wall_ms,
	    boot_ms;            /* when the first answer that it rests on was asked for */
	unsigned n_requests;    /* to AWS, without IMDS */
	struct net_error error; /* of the first failure; code "" when there was none */
};

#define NET_ACTIONS 16
#define NET_CODES 24

/* Kept current by the thread; a copy for status. */
struct net_stats {
	uint64_t requests, failures, retries, throttled;
	struct tally by_action[NET_ACTIONS]; /* requests sent to AWS */
	struct tally by_code[NET_CODES];     /* answers that were errors, and silence */
	char role[65];               /* of the credentials; "" when there are none */
	int64_t credentials_until_s; /* epoch */
	char assumed_role[65];       /* of [aws] role_arn; "" as above */
	int64_t assumed_until_s;
	double iam_per_s;     /* what IAM bears since it throttled; 0: not limited */
	int64_t clock_skew_s; /* the service's Date minus ours; 0 within 2 s */
	double background_tokens, login_tokens;
	int64_t alive_mono_ms; /* last turn of the thread's loop */
	/* of a listing person by person that is under way; 0 people: none is */
	size_t listing_people, listing_done;
	int64_t listing_left_s; /* as the bucket allows */
};

struct net;

/** net_start() - start the thread; @config must outlive it */
int net_start(const struct config *config, const char *version, struct net **ret_net);

/** net_stop() - end the thread within a second, free everything */
void net_stop(struct net *net);

/** net_fd() - readable when net_take() has something (eventfd) */
int net_fd(const struct net *net);

/** net_submit() - takes ownership of *job and its content; -EAGAIN: 64 jobs are queued */
int net_submit(struct net *net, struct net_job **job);

/** net_take() - the next result, or NULL; free with net_result_free() */
struct net_result *net_take(struct net *net);

/** net_set_people() - how many people are in scope: the background bucket's rate */
void net_set_people(struct net *net, size_t n_people);

void net_stats_read(struct net *net, struct net_stats *ret_stats);

struct net_job *net_job_new(enum net_what what, enum net_bucket bucket, uint64_t cookie,
    int64_t deadline_mono_ms);
int net_job_add_person(struct net_job *job, const char *unique_id, const char *name);
int net_job_add_known(struct net_job *job, const char *key_id); /* of the last person */
void net_job_free(struct net_job *job);
void net_fleet_free(struct net_fleet *fleet);
void net_result_free(struct net_result *result);

#endif
