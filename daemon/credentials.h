/* SPDX-License-Identifier: Apache-2.0 */
/*
 * credentials.h - the instance role's credentials, always at hand
 *
 * Room: daemon, network thread. Fetched through IMDS (the role's name anew each time: a
 * profile can be swapped), renewed a quarter of an hour and some jitter before they
 * expire, and kept beyond that while nothing newer is to be had: only a service's own
 * ExpiredToken ends them ("static stability": IMDS may be down, or serve old ones, for
 * hours).
 */
#ifndef DAEMON_CREDENTIALS_H
#define DAEMON_CREDENTIALS_H

#include <stdint.h>

#include "daemon/imds.h"
#include "daemon/imds_parse.h"
#include "daemon/net.h"

struct credentials;

/**
 * credentials_fn - what credentials_get() answers with, valid during the callback only
 * @got: NULL when there are none; then @error says why
 */
typedef void (*credentials_fn)(
    void *context, const struct imds_credentials *got, const struct net_error *error);

int credentials_new(struct imds *imds, struct credentials **ret_credentials);

/** credentials_free() - nothing may be under way any more */
void credentials_free(struct credentials *credentials);

/** credentials_get() - @fn is called exactly once, possibly before this returns */
void credentials_get(struct credentials *credentials, credentials_fn fn, void *context);

/**
 * credentials_refused() - a service refuses these: the next get fetches anew
 *
 * If IMDS still has the same ones, they are not used for 15 s; then they are tried again.
 *
 * @access_key_id: that the request was signed with; nothing changes if others are current
 */
void credentials_refused(struct credentials *credentials, const char *access_key_id);

/** credentials_current() - the last ones, for status; NULL without */
const struct imds_credentials *credentials_current(const struct credentials *credentials);

#endif
