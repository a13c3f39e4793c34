/* SPDX-License-Identifier: Apache-2.0 */
/*
 * imds.h - the instance metadata service, version 2 and nothing else
 *
 * Room: daemon, network thread. One token for six hours, one new token when a 401 says
 * that it is no longer good; no version 1, no redirect, no proxy. A GET is tried three
 * times where the network or the service stumbles. At IPv6's address where IPv4's has no
 * route; both are literals, no name is ever looked up.
 */
#ifndef DAEMON_IMDS_H
#define DAEMON_IMDS_H

#include <stdint.h>

#include "daemon/http.h"
#include "daemon/later.h"
#include "daemon/net.h"

struct imds;

/* Valid during the callback only. */
struct imds_reply {
	int r; /* 0; -ENOENT: 404; other <0: error says what */
	const char *body;
	size_t len;
	const struct net_error *error;
};

typedef void (*imds_done_fn)(void *context, const struct imds_reply *reply);

/**
 * imds_new() - texts must outlive it; @endpoint as in config.h, no trailing '/' needed
 */
int imds_new(struct http *http, struct later *later, const char *endpoint,
    const char *user_agent, struct imds **ret_imds);

/** imds_free() - after http_free() and later_flush(): nothing is under way any more */
void imds_free(struct imds *imds);

/**
 * imds_get() - GET /latest/PATH
 * @path: our own text, or made of checked parts; no leading '/'
 * @action: for errors, "imds:tags"; static text
 *
 * @done is called exactly once, possibly before imds_get() returns.
 */
void imds_get(struct imds *imds, const char *path, const char *action,
    int64_t deadline_mono_ms, imds_done_fn done, void *context);

/** imds_get_large() - the same where more than 32 KiB may come, up to @reply_max */
void imds_get_large(struct imds *imds, const char *path, const char *action,
    size_t reply_max, int64_t deadline_mono_ms, imds_done_fn done, void *context);

#endif
