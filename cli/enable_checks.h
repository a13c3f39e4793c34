/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enable_checks.h - what would lock out, said before it does
 *
 * Room: cli. Each returns 0, or 1 with @plan->why.
 */
#ifndef CLI_ENABLE_CHECKS_H
#define CLI_ENABLE_CHECKS_H

#include "cli/enable_plan.h"
#include "cli/sshd_facts.h"

/**
 * enable_checks_installed() - modules, daemon, key command and both users are there, and libpam
 * looks where its module is
 */
int enable_checks_installed(struct enable_plan *plan);

/** enable_checks_sshd() - its configuration of today is right, and uses PAM */
int enable_checks_sshd(struct enable_plan *plan);

/**
 * enable_checks_configuration() - `iamlogind --check`, somebody in scope, a break-glass
 * account that exists
 */
int enable_checks_configuration(struct enable_plan *plan);

/**
 * enable_checks_owner() - whose AuthorizedKeysCommand there is, and whether it can go on
 *
 * Return: enum sshd_command, with @ret_command to chain; or -1 with @plan->why.
 */
int enable_checks_owner(struct enable_plan *plan, char ret_command[SSHD_FACTS_VALUE]);

#endif
