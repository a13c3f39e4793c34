/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h - open_session confirms the person, close_session records the end
 *
 * Room: pam. In sshd the accepted key is known only now (SSH_AUTH_INFO_0 is empty in the
 * account stage), so this is where the person is certain; refusing here is a working gate
 * for exec, pty, sftp and every forward. Prints nothing, ever: that would break sftp.
 */
#ifndef PAM_SESSION_H
#define PAM_SESSION_H

#include "common/verdict.h"
#include "pam/call.h"

/** session_open() - decide and report; at most ASK_SESSION_MS */
enum verdict session_open(struct call *call);

/** session_close() - report the end of what session_open() let in; at most 150 ms */
enum verdict session_close(struct call *call);

#endif
