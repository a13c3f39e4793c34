/* SPDX-License-Identifier: Apache-2.0 */
/* verdict.c - names and sentences of verdicts and reasons; contract in verdict.h */
#include <string.h>

#include "common/verdict.h"

#define VERDICT_NAME_SIZE 16
#define VERDICT_REASON_SIZE 20
#define VERDICT_TEXT_SIZE 80

/* Arrays of characters, not of pointers: nothing for the loader to relocate. */
static const char verdict_names[VERDICT_N][VERDICT_NAME_SIZE] = {
	[VERDICT_DENY] = "deny",
	[VERDICT_UNKNOWN] = "unknown",
	[VERDICT_ALLOW] = "allow",
	[VERDICT_NOT_OURS] = "not-ours",
	[VERDICT_NO_USER] = "no-user",
};

static const struct {
	char name[VERDICT_REASON_SIZE];
	char text[VERDICT_TEXT_SIZE];
} reasons[REASON_N] = {
	[REASON_NONE] = { "none", "no reason was given" },
	[REASON_RULE_ALLOWS] = { "rule-allows", "an allow rule is true" },
	[REASON_RULE_DENIES] = { "rule-denies", "a deny rule is true" },
	[REASON_NO_RULE] = { "no-rule", "no allow rule is true" },
	[REASON_NOT_KNOWABLE] = { "not-knowable",
	    "a term of the rules cannot be decided now" },
	[REASON_NO_ACCOUNT] = { "no-account", "the principal maps to no account" },
	[REASON_BAD_NAME] = { "bad-name",
	    "the tag's value or the name is no valid OS name" },
	[REASON_RESERVED_NAME] = { "reserved-name",
	    "the name is reserved and never published" },
	[REASON_LOCAL_NAME] = { "local-name",
	    "a local account or group has this name or id" },
	[REASON_NAME_CLAIMED] = { "name-claimed", "an older principal owns the name" },
	[REASON_DUPLICATE_TAG] = { "duplicate-tag",
	    "the same tag is there more than once" },
	[REASON_ID_COLLISION] = { "id-collision", "an older principal owns the id" },
	[REASON_OUT_OF_SCOPE] = { "out-of-scope",
	    "the principal is not among [principals]" },
	[REASON_WITHDRAWN] = { "withdrawn", "was allowed here once and is no longer" },
	[REASON_DATA_EXPIRED] = { "data-expired",
	    "the last verified data is older than the grace" },
	[REASON_SUDO_EXPIRED] = { "sudo-expired",
	    "the last verified data is older than the grace of sudo" },
	[REASON_NO_DATA] = { "no-data", "nothing was ever verified on this instance" },
	[REASON_KEY_UNKNOWN] = { "key-unknown",
	    "the accepted key belongs to nobody here" },
	[REASON_KEY_NOT_ALLOWED] = { "key-not-allowed",
	    "the key's owner is not allowed on this account" },
	[REASON_METHOD] = { "method", "this account takes plain public keys only" },
	[REASON_USER_CHANGED] = { "user-changed",
	    "the user is not the one that was authorized" },
	[REASON_SUDO_WITHDRAWN] = { "sudo-withdrawn",
	    "still holds iamlogin-sudo but is no longer allowed" },
	[REASON_INTERNAL] = { "internal", "iamlogin itself failed" },
	[REASON_LOCAL_REFUSED] = { "local-refused",
	    "local accounts are closed on this instance" },
	[REASON_CLOSED] = { "closed", "the session ended" },
	[REASON_BAD_UID] = { "bad-uid",
	    "the tag's uid is no decimal number of the range" },
	[REASON_HOME_FOREIGN] = { "home-foreign",
	    "the place of the home is taken by somebody else's" },
	[REASON_OWNER_OTHER] = { "owner-other",
	    "the owner of the session does not map to this account" },
	[REASON_OWNER_UNKNOWN] = { "owner-unknown",
	    "the owner of the session is nobody in scope" },
};

const char *
verdict_name(enum verdict verdict)
{
	return (unsigned)verdict < VERDICT_N ? verdict_names[verdict] : "deny";
}

const char *
verdict_reason_name(enum verdict_reason reason)
{
	return (unsigned)reason < REASON_N ? reasons[reason].name : "internal";
}

const char *
verdict_reason_text(enum verdict_reason reason)
{
	return reasons[(unsigned)reason < REASON_N ? reason : REASON_INTERNAL].text;
}

enum verdict_reason
verdict_reason_by_name(const char *name)
{
	for (unsigned i = 0; i < REASON_N; i++) {
		if (strcmp(reasons[i].name, name) == 0)
			return (enum verdict_reason)i;
	}
	return REASON_N;
}
