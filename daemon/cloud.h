/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cloud.h - what every job of the network thread shares
 *
 * Room: daemon, network thread alone. A struct without functions: net.c makes it and
 * takes it down, call.c and the flights use it.
 */
#ifndef DAEMON_CLOUD_H
#define DAEMON_CLOUD_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/adaptive.h"
#include "daemon/bucket.h"
#include "daemon/credentials.h"
#include "daemon/endpoints.h"
#include "daemon/http.h"
#include "daemon/imds.h"
#include "daemon/later.h"
#include "daemon/net.h"

/* Whom a question is for. */
enum call_service {
	CALL_IAM = 0,
	CALL_STS,
	CALL_EC2,
};
#define CALL_SERVICES 3

struct cloud {
	const struct config *config;
	char user_agent[64];
	struct http *http;
	struct later *later;
	struct imds *imds;
	struct credentials *credentials; /* the instance's */
	struct credentials *assumed;     /* of [aws] role_arn; NULL without */
	struct bucket buckets[2];        /* by enum net_bucket */
	struct adaptive adaptive[CALL_SERVICES];
	struct endpoints_service services[CALL_SERVICES]; /* once has_endpoints */
	bool is_ending;                                   /* whatever waits fails now */
	bool has_endpoints;   /* the region is known, so are they */
	char instance_id[33]; /* likewise */
	char eic_name[128];   /* likewise: the common name of Instance Connect's signer */
	struct eic_signer *eic_signer; /* the last good one; NULL before */
	int64_t eic_asked_mono_ms;     /* when its certificate was last asked for */
	char partition[17];   /* likewise */
	/* Added to our clock when signing; 0 until a service complained. */
	int64_t sign_skew_s;
	/* Buckets, credentials and alive are filled in when it is copied. */
	struct net_stats stats;
	/* A job's end; takes ownership. */
	void (*on_result)(void *context, struct net_result *result);
	void *context;
};

#endif
