/* SPDX-License-Identifier: Apache-2.0 */
/*
 * credentials.h - credentials, always at hand
 *
 * Room: daemon, network thread. Of the instance's role (credentials_imds.c: through IMDS,
 * the role's name anew each time, as a profile can be swapped) or of [aws] role_arn
 * (credentials_sts.c). Renewed by a timer of their own a quarter of an hour and some jitter
 * before they expire, and kept beyond that while nothing newer is to be had: only a
 * service's own ExpiredToken ends them ("static stability": IMDS may be down, or serve old
 * ones, for hours). A service that denies makes us look whether the role is another one by
 * now. While there are none, new ones are looked for by the timer.
 */
#ifndef DAEMON_CREDENTIALS_H
#define DAEMON_CREDENTIALS_H

#include <stdint.h>

#include "daemon/imds.h"
#include "daemon/imds_parse.h"
#include "daemon/later.h"
#include "daemon/net.h"

struct cloud;
struct credentials;

/**
 * credentials_fn - what credentials_get() answers with, valid during the callback only
 * @got: NULL when there are none; then @error says why
 */
typedef void (*credentials_fn)(
    void *context, const struct imds_credentials *got, const struct net_error *error);

/* Where credentials come from. */
struct credentials_source {
	/* Ends in credentials_fresh() or credentials_missing(), once, possibly at once. */
	void (*fetch)(
	    void *context, struct credentials *credentials, int64_t deadline_mono_ms);
	void *context;      /* owned: free() */
	const char *action; /* for errors; static text */
	uint32_t again_ms;  /* while there are none: a look so often, with full jitter */
};

/** credentials_new() - of any source; takes source->context, even on failure */
int credentials_new(struct later *later, const struct credentials_source *source,
    struct credentials **ret_credentials);

/** credentials_from_imds() - of the instance's role */
int credentials_from_imds(
    struct imds *imds, struct later *later, struct credentials **ret_credentials);

/** credentials_from_sts() - of [aws] role_arn, by AssumeRole with cloud->credentials */
int credentials_from_sts(struct cloud *cloud, struct credentials **ret_credentials);

/** credentials_fresh(), credentials_missing() - a source's answer; takes @fresh */
void credentials_fresh(struct credentials *credentials, struct imds_credentials *fresh);
void credentials_missing(struct credentials *credentials, const struct net_error *error);

/** credentials_end() - the thread ends: the timer stands still from now on */
void credentials_end(struct credentials *credentials);

/** credentials_free() - nothing may be under way any more */
void credentials_free(struct credentials *credentials);

/** credentials_get() - @fn is called exactly once, possibly before this returns */
void credentials_get(struct credentials *credentials, credentials_fn fn, void *context);

/**
 * credentials_refused() - a service refuses these: the next get fetches anew
 *
 * If the source still has the same ones, they are not used for 15 s; then they are tried
 * again.
 *
 * @access_key_id: that the request was signed with; nothing changes if others are current
 */
void credentials_refused(struct credentials *credentials, const char *access_key_id);

/**
 * credentials_doubt() - a service denied them something: is the role still that one?
 *
 * Looks at the source, at most every 10 s; what is there goes on being used meanwhile.
 *
 * Return: whether it looks now; the answer is there in a moment.
 */
bool credentials_doubt(struct credentials *credentials);

/** credentials_current() - the last ones, for status; NULL without */
const struct imds_credentials *credentials_current(const struct credentials *credentials);

#endif
