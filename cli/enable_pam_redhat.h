/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enable_pam_redhat.h - system-auth and password-auth, where no pam-auth-update is
 *
 * Room: cli. Where authselect rules they are links into its directory: then its profile
 * "iamlogin" (packaging/authselect) has our lines, and selecting it is the administrator's.
 */
#ifndef CLI_ENABLE_PAM_REDHAT_H
#define CLI_ENABLE_PAM_REDHAT_H

#include "cli/enable_plan.h"

/** enable_pam_redhat() - our account line first in both; 0, or 1 with @plan->why */
int enable_pam_redhat(struct enable_plan *plan);

#endif
