/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask.h - the daemon's verdict, if it gives one in time
 *
 * Room: pam. For names that are known to be ours, and for root only: the daemon answers
 * ACCOUNT and SESSION to nobody else. A daemon that is down, wedged or talks nonsense has
 * not answered; then the files decide.
 */
#ifndef PAM_ASK_H
#define PAM_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "pam/authinfo.h"
#include "pam/call.h"
#include "pam/cert.h"
#include "pam/state.h"

#define ASK_ACCOUNT_MS 3000
#define ASK_SESSION_MS 1000
#define ASK_MESSAGE_SIZE 201 /* 200 bytes of ASCII to a person, no more */

struct ask_reply {
	uint32_t facts; /* one FACT_DAEMON_*, or 0: not answered */
	enum verdict_reason reason;
	bool is_wedged;      /* it listens, and said nothing in time */
	const char *silence; /* why there is no answer, for the log; "" with one */
	int64_t age_ms;      /* FRESHNESS_AGE_UNKNOWN when not told */
	char message[ASK_MESSAGE_SIZE]; /* for the person, escaped; "" for none */
	/* who stands behind the session; "" when not told */
	char person_id[129];
	char person_arn[513];
	char person_name[129];
	char person_kind[16];
	char fingerprint[51]; /* of the accepted key */
	char via[33];
};

/* Before anything was asked, and when nothing is to be. */
#define ASK_NOT_ASKED                                                   \
	{                                                               \
		.silence = "not asked", .age_ms = FRESHNESS_AGE_UNKNOWN \
	}
#define ASK_WEDGED                                                                      \
	{                                                                               \
		.silence = "wedged", .age_ms = FRESHNESS_AGE_UNKNOWN, .is_wedged = true \
	}

/** ask_account() - ACCOUNT: may this name in, for this service? At most 3 s. */
void ask_account(const struct call *call, struct ask_reply *ret_reply);

/**
 * ask_session() - SESSION, open: may the person with this key in? At most 1 s.
 * @session: audit session id, RECORD_NONE when unset
 */
void ask_session(const struct call *call, const struct authinfo *info,
    const struct cert *cert, int64_t session, struct ask_reply *ret_reply);

/** ask_close() - SESSION, close: nothing is decided, 150 ms at most */
void ask_close(const struct call *call, const struct state *state, int64_t duration_ms,
    struct ask_reply *ret_reply);

#endif
