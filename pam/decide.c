/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide.c - see decide.h
 */
#include <security/pam_modules.h>
#include <stddef.h>

#include "common/base.h"
#include "pam/decide.h"

#define FROM_DAEMON REASON_N

struct row {
	uint64_t all;  /* facts that must hold */
	uint64_t none; /* facts that must not */
	enum verdict verdict;
	enum verdict_reason reason;
};

static const struct row account_rows[] = {
	/* whose name */
	{ FACT_NO_NAME, 0, VERDICT_NO_USER, REASON_NONE },
	{ FACT_ROOT, 0, VERDICT_NOT_OURS, REASON_NONE },
	{ FACT_LOCAL | FACT_CLOSED | FACT_SSHD, 0, VERDICT_DENY, REASON_LOCAL_REFUSED },
	{ FACT_LOCAL | FACT_UNREADABLE | FACT_SSHD, 0, VERDICT_UNKNOWN, REASON_INTERNAL },
	{ FACT_LOCAL | FACT_UNREADABLE | FACT_SUDO, 0, VERDICT_UNKNOWN, REASON_INTERNAL },
	{ FACT_LOCAL, 0, VERDICT_NOT_OURS, REASON_NONE },
	{ FACT_RETIRED, 0, VERDICT_DENY, REASON_WITHDRAWN },
	{ FACT_NOBODY, 0, VERDICT_NO_USER, REASON_NONE },
	/* nobody inherits the home of a name's former owner */
	{ FACT_OURS | FACT_CLOSED, 0, VERDICT_DENY, REASON_HOME_FOREIGN },
	/* ours: the daemon knows best */
	{ FACT_OURS | FACT_DAEMON_DENY, 0, VERDICT_DENY, FROM_DAEMON },
	{ FACT_OURS | FACT_DAEMON_UNKNOWN, 0, VERDICT_UNKNOWN, FROM_DAEMON },
	{ FACT_OURS | FACT_DAEMON_ALLOW, 0, VERDICT_ALLOW, FROM_DAEMON },
	/* without it the files decide, if they are young enough */
	{ FACT_OURS, FACT_DATA, VERDICT_UNKNOWN, REASON_NO_DATA },
	{ FACT_OURS | FACT_EXPIRED | FACT_SUDO, 0, VERDICT_UNKNOWN, REASON_SUDO_EXPIRED },
	{ FACT_OURS | FACT_EXPIRED, 0, VERDICT_UNKNOWN, REASON_DATA_EXPIRED },
	{ FACT_OURS, FACT_LOGIN_KNOWN, VERDICT_UNKNOWN, REASON_NOT_KNOWABLE },
	{ FACT_OURS, FACT_LOGIN_ALLOW, VERDICT_DENY, REASON_NO_RULE },
	/* sudo trusts the kernel's groups; we compare them with the verdict of today */
	{ FACT_OURS | FACT_SUDO | FACT_HOLDS_SUDO, FACT_SUDO_KNOWN, VERDICT_UNKNOWN,
	    REASON_NOT_KNOWABLE },
	{ FACT_OURS | FACT_SUDO | FACT_HOLDS_SUDO, FACT_SUDO_ALLOW, VERDICT_DENY,
	    REASON_SUDO_WITHDRAWN },
	/* who shares an account can act as any other of it: [sudo] must admit them all */
	{ FACT_OURS | FACT_SUDO | FACT_SHARED, FACT_SUDO_KNOWN, VERDICT_UNKNOWN,
	    REASON_NOT_KNOWABLE },
	{ FACT_OURS | FACT_SUDO | FACT_SHARED, FACT_SUDO_ALLOW, VERDICT_DENY,
	    REASON_NO_RULE },
	{ FACT_OURS | FACT_DATA | FACT_LOGIN_KNOWN | FACT_LOGIN_ALLOW, 0, VERDICT_ALLOW,
	    REASON_RULE_ALLOWS },
};

static const struct row open_rows[] = {
	{ FACT_NO_NAME, 0, VERDICT_NO_USER, REASON_NONE },
	/* before root: a name may not be changed to root's either */
	{ FACT_CHANGED, FACT_SWITCH, VERDICT_DENY, REASON_USER_CHANGED },
	{ FACT_ROOT, 0, VERDICT_NOT_OURS, REASON_NONE },
	{ FACT_LOCAL | FACT_CLOSED | FACT_SSHD, 0, VERDICT_DENY, REASON_LOCAL_REFUSED },
	{ FACT_LOCAL | FACT_UNREADABLE | FACT_SSHD, 0, VERDICT_UNKNOWN, REASON_INTERNAL },
	{ FACT_LOCAL, 0, VERDICT_NOT_OURS, REASON_NONE },
	/* sudo and su were decided in their account stage */
	{ FACT_OURS | FACT_SWITCH, 0, VERDICT_ALLOW, REASON_NONE },
	{ FACT_RETIRED | FACT_SWITCH, 0, VERDICT_ALLOW, REASON_NONE },
	{ FACT_RETIRED, 0, VERDICT_DENY, REASON_WITHDRAWN },
	{ FACT_NOBODY, 0, VERDICT_NO_USER, REASON_NONE },
	{ FACT_OURS | FACT_CLOSED, 0, VERDICT_DENY, REASON_HOME_FOREIGN },
	{ FACT_OURS | FACT_WITHDRAWN, 0, VERDICT_DENY, REASON_WITHDRAWN },
	{ FACT_OURS | FACT_REFUSED, 0, VERDICT_DENY, REASON_USER_CHANGED },
	{ FACT_OURS | FACT_OPENED, 0, VERDICT_ALLOW, REASON_NONE },
	{ FACT_OURS, FACT_SSHD, VERDICT_ALLOW, REASON_NONE },
	/* what needs no data comes before the daemon: it cannot allow these */
	{ FACT_OURS | FACT_KEY_UNUSABLE, 0, VERDICT_DENY, REASON_KEY_UNKNOWN },
	{ FACT_OURS | FACT_KEY_NONE | FACT_SHARED, 0, VERDICT_DENY, REASON_METHOD },
	{ FACT_OURS | FACT_DAEMON_DENY, 0, VERDICT_DENY, FROM_DAEMON },
	{ FACT_OURS | FACT_DAEMON_UNKNOWN, 0, VERDICT_UNKNOWN, FROM_DAEMON },
	{ FACT_OURS | FACT_DAEMON_ALLOW, 0, VERDICT_ALLOW, FROM_DAEMON },
	/* the account, from the files */
	{ FACT_OURS, FACT_DATA, VERDICT_UNKNOWN, REASON_NO_DATA },
	{ FACT_OURS | FACT_EXPIRED, 0, VERDICT_UNKNOWN, REASON_DATA_EXPIRED },
	{ FACT_OURS, FACT_LOGIN_KNOWN, VERDICT_UNKNOWN, REASON_NOT_KNOWABLE },
	{ FACT_OURS, FACT_LOGIN_ALLOW, VERDICT_DENY, REASON_NO_RULE },
	/* a certificate: the files do not know which rule is about it */
	{ FACT_OURS | FACT_KEY_CERT | FACT_BY_WAY, 0, VERDICT_UNKNOWN,
	    REASON_NOT_KNOWABLE },
	{ FACT_OURS | FACT_KEY_CERT | FACT_SHARED, 0, VERDICT_DENY, REASON_METHOD },
	/* the person, by the accepted key */
	{ FACT_OURS | FACT_UNREADABLE, 0, VERDICT_UNKNOWN, REASON_NO_DATA },
	{ FACT_OURS | FACT_KEY_UNKNOWN, 0, VERDICT_DENY, REASON_KEY_UNKNOWN },
	{ FACT_OURS | FACT_KEY_NOT_KNOWABLE, 0, VERDICT_UNKNOWN, REASON_NOT_KNOWABLE },
	{ FACT_OURS | FACT_KEY_NOT_ALLOWED, 0, VERDICT_DENY, REASON_KEY_NOT_ALLOWED },
	{ FACT_OURS | FACT_DATA | FACT_LOGIN_KNOWN | FACT_LOGIN_ALLOW | FACT_KEY_ALLOWED,
	    0, VERDICT_ALLOW, REASON_RULE_ALLOWS },
	{ FACT_OURS | FACT_KEY_NONE | FACT_BY_WAY, 0, VERDICT_UNKNOWN,
	    REASON_NOT_KNOWABLE },
	{ FACT_OURS | FACT_DATA | FACT_LOGIN_KNOWN | FACT_LOGIN_ALLOW | FACT_KEY_NONE,
	    FACT_SHARED, VERDICT_ALLOW, REASON_RULE_ALLOWS },
};

static const struct row close_rows[] = {
	{ FACT_OURS, 0, VERDICT_ALLOW, REASON_CLOSED },
};

static const struct {
	const struct row *rows;
	size_t n;
} tables[DECIDE_PHASES_N] = {
	[DECIDE_ACCOUNT] = { account_rows, BASE_N(account_rows) },
	[DECIDE_OPEN] = { open_rows, BASE_N(open_rows) },
	[DECIDE_CLOSE] = { close_rows, BASE_N(close_rows) },
};

struct decision
decide(enum decide_phase phase, uint64_t facts, enum verdict_reason daemon_reason)
{
	struct decision decision = { VERDICT_DENY, REASON_INTERNAL };
	const struct row *row, *end;

	if ((unsigned)phase >= DECIDE_PHASES_N)
		return decision;
	row = tables[phase].rows;
	for (end = row + tables[phase].n; row < end; row++)
		if ((facts & row->all) == row->all && (facts & row->none) == 0)
			break;
	if (row < end) {
		decision.verdict = row->verdict;
		decision.reason =
		    row->reason == FROM_DAEMON ? daemon_reason : row->reason;
	}
	return decision;
}

int
decide_pam_code(enum decide_phase phase, enum verdict verdict)
{
	static const int gate[VERDICT_N] = {
		[VERDICT_DENY] = PAM_PERM_DENIED,
		[VERDICT_UNKNOWN] = PAM_AUTHINFO_UNAVAIL,
		[VERDICT_ALLOW] = PAM_SUCCESS,
		[VERDICT_NOT_OURS] = PAM_IGNORE,
		[VERDICT_NO_USER] = PAM_USER_UNKNOWN,
	};

	if (phase == DECIDE_CLOSE)
		return verdict == VERDICT_ALLOW ? PAM_SUCCESS : PAM_IGNORE;
	if ((unsigned)phase >= DECIDE_PHASES_N || (unsigned)verdict >= VERDICT_N)
		return PAM_PERM_DENIED;
	return gate[verdict];
}
