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

#include "daemon/bucket.h"
#include "daemon/credentials.h"
#include "daemon/endpoints.h"
#include "daemon/http.h"
#include "daemon/imds.h"
#include "daemon/later.h"
#include "daemon/net.h"

struct cloud {
	const struct config *config;
	char user_agent[64];
	struct http *http;
	struct later *later;
	struct imds *imds;
	struct credentials *credentials;
	struct bucket buckets[2]; /* by enum net_bucket */
	struct endpoints_service iam;
	bool is_ending; /* whatever waits fails now */
	bool has_iam;   /* the region is known, so is the endpoint */
	/* Added to our clock when signing; 0 until a service complained. */
	int64_t sign_skew_s;
	/* Buckets, credentials and alive are filled in when it is copied. */
	struct net_stats stats;
	/* A job's end; takes ownership. */
	void (*on_result)(void *context, struct net_result *result);
	void *context;
};

#endif
