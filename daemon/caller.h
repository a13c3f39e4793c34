/* SPDX-License-Identifier: Apache-2.0 */
/*
 * caller.h - an ARN that AWS saw -> the principal behind it
 *
 * Room: daemon. Pure. The one place where a caller's ARN is read: EC2 Instance Connect signs
 * it, Session Manager writes it down.
 *
 *   arn:P:iam::ACCOUNT:user/PATH/NAME            that IAM user; the whole ARN must be equal
 *   arn:P:sts::ACCOUNT:assumed-role/ROLE/SESSION the role of that name (STS drops its path;
 *                                                names are unique whatever the path)
 *
 * SESSION is chosen by whoever calls AssumeRole: it is told, and decides nothing. Everything
 * else (root, federated users, other services) is nobody.
 */
#ifndef DAEMON_CALLER_H
#define DAEMON_CALLER_H

#include "daemon/world.h"

#define CALLER_SESSION_SIZE 65 /* IAM: RoleSessionName has at most 64 */

enum {
	CALLER_E_ARN = 1, /* not an ARN of a user or of a role's session */
	CALLER_E_ACCOUNT, /* of another AWS account, or partition */
	CALLER_E_NOBODY,  /* nobody in [principals] */
};

struct caller {
	const struct world_person *person;
	char session[CALLER_SESSION_SIZE]; /* claimed; "" for a user */
};

/**
 * caller_resolve() - who of the world it is
 *
 * The account is the instance's: an API of EC2 is called in the account of the instance.
 *
 * Return: 0 or CALLER_E_*.
 */
int caller_resolve(const struct world *world, const char *arn, struct caller *ret_caller);

/** caller_text() - of a code: one phrase without a full stop */
const char *caller_text(int code);

#endif
