/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict.h - the one verdict enum and the closed list of reasons beside it
 *
 * Room: common. libc only. Zero is deny: a verdict that nobody set refuses.
 */
#ifndef COMMON_VERDICT_H
#define COMMON_VERDICT_H

enum verdict {
	VERDICT_DENY = 0,
	VERDICT_UNKNOWN, /* ours, but nobody can know now */
	VERDICT_ALLOW,
	VERDICT_NOT_OURS, /* a local account: other modules decide */
	VERDICT_NO_USER,  /* no account of this name anywhere */
	VERDICT_N,
};

/* The order is the wire's: append only. */
enum verdict_reason {
	REASON_NONE = 0,
	REASON_RULE_ALLOWS,   /* an allow rule is true */
	REASON_RULE_DENIES,   /* a deny rule is true */
	REASON_NO_RULE,       /* no allow rule is true */
	REASON_NOT_KNOWABLE,  /* a term is unknown; the rule says which */
	REASON_NO_ACCOUNT,    /* the principal maps to no OS account */
	REASON_BAD_NAME,      /* tag value or name that is no OS name */
	REASON_RESERVED_NAME, /* a name that is never published */
	REASON_LOCAL_NAME,    /* a local account or group has this name or id: it wins */
	REASON_NAME_CLAIMED,  /* an older principal owns the name */
	REASON_DUPLICATE_TAG, /* the same tag twice, or differing in case only */
	REASON_ID_COLLISION,  /* an older principal owns the id */
	REASON_OUT_OF_SCOPE,  /* not among [principals] */
	REASON_WITHDRAWN,     /* was allowed here, is no longer */
	REASON_DATA_EXPIRED,  /* older than the grace */
	REASON_SUDO_EXPIRED,  /* older than the grace of sudo */
	REASON_NO_DATA,       /* nothing verified on this instance */
	REASON_KEY_UNKNOWN,   /* the accepted key belongs to nobody here */
	REASON_KEY_NOT_ALLOWED, /* it belongs to somebody who is not allowed on this account */
	REASON_METHOD,          /* this account takes plain public keys only */
	REASON_USER_CHANGED,   /* PAM_USER is not the name that was authorized */
	REASON_SUDO_WITHDRAWN, /* holds iamlogin-sudo in the kernel, is no longer allowed */
	REASON_INTERNAL,       /* a failure of ours: out of memory, a damaged file */
	REASON_LOCAL_REFUSED, /* local accounts are closed here */
	REASON_CLOSED,        /* a session ended */
	REASON_BAD_UID,       /* the uid tag is no number that could be given to somebody */
	REASON_HOME_FOREIGN,  /* the home's place is taken by somebody else's */
	REASON_OWNER_OTHER,   /* Session Manager's owner does not map to the account */
	REASON_OWNER_UNKNOWN, /* Session Manager's owner is nobody in scope */
	REASON_N,
};

/** verdict_name() - "deny", "unknown", "allow", "not-ours", "no-user" */
const char *verdict_name(enum verdict verdict);

/** verdict_reason_name() - "rule-allows", …: lower case, stable, for records and --json */
const char *verdict_reason_name(enum verdict_reason reason);

/** verdict_reason_text() - one English sentence without a full stop, for people */
const char *verdict_reason_text(enum verdict_reason reason);

/** verdict_reason_by_name() - REASON_N when there is none of that name */
enum verdict_reason verdict_reason_by_name(const char *name);

#endif
