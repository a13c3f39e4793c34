/* SPDX-License-Identifier: Apache-2.0 */
/*
 * owner.h - who the owner of a Session Manager session is, and whether the account is theirs
 *
 * Room: warden. Pure. An owner is the ARN of the caller of ssm:StartSession. An IAM user's is
 * compared whole. arn:…:sts::ACCOUNT:assumed-role/ROLE/SESSION is the role of that name in
 * that account (names of roles are unique there, whatever their path); SESSION was chosen by
 * the caller and is kept as claimed. Everything else (root of the account, a federated user,
 * just-in-time access by a role that is not in scope) is nobody whom we know.
 */
#ifndef WARDEN_OWNER_H
#define WARDEN_OWNER_H

#include "common/keysfile.h"
#include "common/snapshot.h"

enum owner_answer {
	OWNER_UNKNOWN = 0, /* nobody in scope, or the files cannot be read */
	OWNER_MAPS,        /* may log in to the account */
	OWNER_UNDECIDED,   /* theirs, but a rule cannot be decided now */
	OWNER_DENIED,      /* theirs, but they may not log in here */
	OWNER_OTHER,       /* in scope, and the account is not theirs */
};

/* Copies: they outlive the file. */
struct owner {
	enum owner_answer answer;
	uint32_t uid;     /* of the account; 0 when the files do not say */
	const char *kind; /* "iam-user", …; static */
	char id[129];     /* "" when unknown */
	char arn[513];    /* the person's; the owner's own when unknown */
	char name[129];
	char claimed[129]; /* of an assumed role: its session's name */
};

/** owner_resolve() - @keys, @snapshot: NULL when they cannot be read */
void owner_resolve(const struct published *snapshot, const struct published *keys,
    const char *arn, const char *account, struct owner *ret_owner);

/**
 * owner_is_role() - is @owner's ARN a session of the role @role?
 *
 * Return: the session's name inside @owner, or NULL.
 */
const char *owner_is_role(const char *owner, const char *role);

#endif
