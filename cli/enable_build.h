/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enable_build.h - the plan of `iamlogin enable`, and what speaks against it
 *
 * Room: cli. Nothing is written here but a candidate of the configuration, for
 * `iamlogind --check`.
 */
#ifndef CLI_ENABLE_BUILD_H
#define CLI_ENABLE_BUILD_H

#include <stdbool.h>

#include "cli/enable_plan.h"

struct enable_options {
	const char *users, *roles, *allow, *sudo, *break_glass; /* NULL: as it is */
	bool dry_run, imds_fence, quiet, no_start;
	const char
	    *imds_users;    /* who may use IMDS beside root and iamlogin; NULL: nobody */
	unsigned confirm_s; /* 0: at once and for good */
};

/** enable_build() - everything but the checks that need it done. 0, or 1 with why */
int enable_build(struct enable_plan *plan, const struct enable_options *options);

/** enable_build_verify() - with the files in place: sshd -t, its keys command. 0 or 1 */
int enable_build_verify(struct enable_plan *plan);

/** enable_build_undo() - for enable_store_restore(): @text without us, or NULL */
char *enable_build_undo(const char *path, const char *text);

#endif
