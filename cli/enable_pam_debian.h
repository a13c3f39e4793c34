/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enable_pam_debian.h - what pam-auth-update(8) would make of /etc/pam.d/common-*
 *
 * Room: cli. It is run on a copy, so that its result can be shown, saved, and put in place
 * file by file as everything else is. Its templates, an administrator's edits of them, and
 * its memory in /var/lib/pam are its own business.
 */
#ifndef CLI_ENABLE_PAM_DEBIAN_H
#define CLI_ENABLE_PAM_DEBIAN_H

#include <stdbool.h>

#include "cli/enable_plan.h"

/** enable_pam_debian_rules() - is pam-auth-update on this system? */
bool enable_pam_debian_rules(void);

/**
 * enable_pam_debian() - the profiles "iamlogin" and "mkhomedir" on, or "iamlogin" off
 *
 * Return: 0, or 1 with @plan->why: most often common-* was edited by hand, and then
 * pam-auth-update leaves it alone.
 */
int enable_pam_debian(struct enable_plan *plan, bool is_on);

#endif
