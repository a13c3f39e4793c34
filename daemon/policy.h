/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy.h - the least that IAM has to allow this host, to paste
 *
 * Room: daemon. Pure. The actions of the configured mode on the paths, groups and users of
 * [principals]; resources as the Service Authorization Reference has them (ListUsers,
 * GetAccountAuthorizationDetails and DescribeTags know "*" only).
 */
#ifndef DAEMON_POLICY_H
#define DAEMON_POLICY_H

#include "daemon/config.h"
#include "daemon/instance.h"

struct json_object;

/**
 * policy_json() - {"instance": POLICY} and, with role_arn, {"assumed": POLICY}, too
 * @instance: NULL while it is not known: then the account is "*"
 *
 * Return: the caller's reference, or NULL when memory is out.
 */
struct json_object *
policy_json(const struct config *config, const struct instance *instance);

#endif
