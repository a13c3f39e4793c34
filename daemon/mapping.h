/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapping.h - principal -> OS account name
 *
 * Room: daemon. Pure. In this order: the tag SSMSessionRunAs (or runas_tag) · the IAM name
 * if it is a valid OS name, or becomes one by strip_domain and fold_case · nobody. A value
 * that fails the grammar maps to nobody; there is no fall-through from a bad tag to the name.
 */
#ifndef DAEMON_MAPPING_H
#define DAEMON_MAPPING_H

#include <stdbool.h>

#include "common/text.h"
#include "common/verdict.h"
#include "daemon/config.h"
#include "daemon/local.h"

enum mapping_by {
	MAPPING_NONE = 0,
	MAPPING_TAG,
	MAPPING_NAME,
};

struct mapping {
	enum mapping_by by;
	char name[TEXT_OS_NAME_MAX + 1]; /* "" with MAPPING_NONE */
	bool is_shared; /* [accounts] shared lists the name: no claim on it is refused */
	enum verdict_reason
	    reason; /* NONE, or NO_ACCOUNT, BAD_NAME, RESERVED_NAME, LOCAL_NAME,
	                               DUPLICATE_TAG */
};

/** mapping_in_scope() - is the principal among [principals]? */
bool mapping_in_scope(const struct config *config, const struct directory_principal *who);

/**
 * mapping_local_target() - may people from IAM use this local account?
 *
 * Only where [accounts] shared lists it, and never one with uid 0, of break-glass, or with a
 * uid of our own range (PAM and NSS tell ours by it).
 *
 * Return: NULL when they may not.
 */
const struct local_user *mapping_local_target(
    const struct config *config, const struct local *local, const char *name);

/** mapping_of() - which account; collisions between principals are world.h's matter */
void mapping_of(const struct config *config, const struct local *local,
    const struct directory_principal *who, struct mapping *ret_mapping);

/** mapping_name() - "tag", "name", "none" */
const char *mapping_name(enum mapping_by by);

#endif
