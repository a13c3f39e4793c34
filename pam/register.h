/* SPDX-License-Identifier: Apache-2.0 */
/*
 * register.h - session files: who opened this session, who is behind this sudo
 *
 * Room: pam. What the kernel's audit session id says is attribution, not a boundary: it is
 * written down and decides nothing. So no failure here decides anything either; each is one
 * line in syslog.
 */
#ifndef PAM_REGISTER_H
#define PAM_REGISTER_H

#include <stdbool.h>

#include "common/record.h"
#include "common/sessionfile.h"
#include "pam/call.h"
#include "pam/state.h"

/**
 * register_open() - the session that was just let in, with what its record says
 *
 * Also removes files whose process has ended without closing: at most 1,024 are looked at.
 */
void register_open(const struct call *call, const struct record *record);

/** register_close() - remove what register_open() wrote in this process */
void register_close(const struct state *state);

/**
 * register_find() - the session in which this process runs
 *
 * Only while the sshd that opened it lives, and only for the account of the caller (real
 * uid): whoever became somebody else since then is not the one who logged in.
 */
bool register_find(struct sessionfile *ret_file);

#endif
