/* SPDX-License-Identifier: Apache-2.0 */
/*
 * homes.h - a home for everybody whom Session Manager may run as
 *
 * Room: warden. Session Manager asks neither PAM nor pw_dir: its shell gets HOME=/home/NAME,
 * and nobody makes that directory (amazon-ssm-agent, agent/session/shell/shell_unix.go).
 * So an account with USER_RUNAS whose home is /home/NAME gets it here, from skel. A home of
 * another place (home = …) is left to pam_mkhomedir; a home is never removed, and what stands
 * there and is not the account's is left alone and reported.
 *
 * The daemon, which wrote the snapshot, is not believed: a name is one component below
 * /home, which has to be root's, and an id is of our range. A home is put together under
 * another name, where only root can enter, and appears whole, by rename.
 */
#ifndef WARDEN_HOMES_H
#define WARDEN_HOMES_H

#include "common/snapshot.h"
#include "warden/memory.h"

struct homes_counts {
	unsigned made, foreign, failed;
};

/**
 * homes_make() - for each account of @file that has none
 * @memory: so that a foreign directory is reported once
 */
void homes_make(
    const struct published *file, struct memory *memory, struct homes_counts *ret_counts);

/** homes_mode() - HOME_MODE of the text of login.defs, else 0700; pure */
unsigned homes_mode(const char *login_defs);

#endif
