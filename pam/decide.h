/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide.h - facts -> verdict and reason, in one table; verdict -> PAM code, in another
 *
 * Room: pam. Pure: no I/O, no clock, no libpam call. The rows are tried from the top, the
 * first that fits decides, and what fits no row is denied. An answer that could not be had
 * is a fact like any other, so that a failure cannot become SUCCESS or IGNORE.
 */
#ifndef PAM_DECIDE_H
#define PAM_DECIDE_H

#include <stdint.h>

#include "common/verdict.h"

/* Facts, one bit each. */
enum {
	/* whose name it is: exactly one of these */
	FACT_NO_NAME = 1u << 0, /* PAM_USER is NULL or empty */
	FACT_ROOT = 1u << 1,    /* the name "root" */
	FACT_LOCAL =
	    1u << 2, /* an account whose uid is not of our range, and is not judged */
	FACT_NOBODY = 1u << 3,  /* no account of this name */
	FACT_RETIRED = 1u << 4, /* the snapshot knows that it was ours */
	FACT_OURS =
	    1u << 5, /* of our range; or local, listed as shared, in sshd and sudo */
	/* what the daemon answered; none of them: it did not */
	FACT_DAEMON_ALLOW = 1u << 6,
	FACT_DAEMON_DENY = 1u << 7,
	FACT_DAEMON_UNKNOWN = 1u << 8,
	/* what the snapshot says */
	FACT_DATA = 1u << 9,     /* it can be read and has the name with this uid */
	FACT_EXPIRED = 1u << 10, /* older than the grace of the use at hand */
	FACT_LOGIN_KNOWN = 1u << 11,
	FACT_LOGIN_ALLOW = 1u << 12,
	FACT_SUDO_KNOWN = 1u << 13,
	FACT_SUDO_ALLOW = 1u << 14,
	FACT_SHARED = 1u << 15,
	/* what is going on */
	FACT_SSHD = 1u << 16,   /* service sshd */
	FACT_SUDO = 1u << 17,   /* services sudo, sudo-i */
	FACT_SWITCH = 1u << 18, /* sudo, sudo-i, su, su-l: PAM_USER changes by design */
	FACT_HOLDS_SUDO = 1u << 19, /* iamlogin-sudo in the kernel's group vector */
	FACT_CHANGED = 1u << 20,    /* PAM_USER is another than in the account stage */
	FACT_REFUSED = 1u << 21,    /* the account stage did not allow this name */
	/* the accepted key; none of them: the session is not sshd's */
	FACT_KEY_NONE = 1u << 22,     /* another method than publickey */
	FACT_KEY_UNUSABLE = 1u << 23, /* a line that is no key, a foreign certificate */
	/* a published file that should say more cannot be opened: with FACT_LOCAL the snapshot,
	 * of an account that is known to be listed; with FACT_OURS, in sshd, the key file */
	FACT_UNREADABLE = 1u << 24,
	FACT_KEY_UNKNOWN = 1u << 25,      /* belongs to nobody on this account */
	FACT_KEY_NOT_KNOWABLE = 1u << 26, /* its person's verdict is unknown */
	FACT_KEY_NOT_ALLOWED = 1u << 27,  /* its person is not allowed on this account */
	FACT_KEY_ALLOWED = 1u << 28,
	/* this handle has let this name in before: another line of the stack asks again */
	FACT_OPENED = 1u << 29,
	/* with FACT_LOCAL: such accounts may not come in by sshd, and this is no exception; with
	 * FACT_OURS: the home of this name is another one's */
	FACT_CLOSED = 1u << 30,
	/* [login] speaks of ways in: the snapshot's bits hold for a published key alone */
	FACT_BY_WAY = 1u << 31,
};

/* a certificate of a trusted authority; one of FACT_KEY_UNKNOWN and below says whose */
#define FACT_KEY_CERT (UINT64_C(1) << 32)
/* in open_session: what had let them in was replaced, before their session was registered, by
 * something that does not */
#define FACT_WITHDRAWN (UINT64_C(1) << 33)

struct decision {
	enum verdict verdict;
	enum verdict_reason reason;
};

/* The phases whose answer depends on anything; the other three are always PAM_IGNORE. */
enum decide_phase {
	DECIDE_ACCOUNT,
	DECIDE_OPEN,
	DECIDE_CLOSE,
	DECIDE_PHASES_N,
};

/**
 * decide() - the verdict of a phase
 * @facts: FACT_*
 * @daemon_reason: taken over where the daemon's answer decides
 *
 * DECIDE_CLOSE has no table of its own: it is VERDICT_ALLOW for what is ours.
 */
struct decision
decide(enum decide_phase phase, uint64_t facts, enum verdict_reason daemon_reason);

/**
 * decide_pam_code() - the one place where our verdicts become libpam's codes
 *
 * Return: PAM_SUCCESS, _IGNORE, _PERM_DENIED, _AUTHINFO_UNAVAIL or _USER_UNKNOWN; for
 * DECIDE_CLOSE only the first two. PAM_PERM_DENIED for whatever is out of range.
 */
int decide_pam_code(enum decide_phase phase, enum verdict verdict);

#endif
