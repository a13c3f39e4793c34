/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account.h - the account stage: may this name in, for this service?
 *
 * Room: pam. A login (sshd, login, cron, su …) and, for sudo and sudo-i, what the kernel's
 * group vector would let the caller do.
 */
#ifndef PAM_ACCOUNT_H
#define PAM_ACCOUNT_H

#include "common/verdict.h"
#include "pam/call.h"

/**
 * account_check() - decide, remember the name, report
 * @call: from call_start()
 *
 * At most ASK_ACCOUNT_MS, and 150 ms with a daemon that is wedged. Shows one PAM_TEXT_INFO
 * when the daemon sent a message for the person and PAM_SILENT is not set.
 */
enum verdict account_check(struct call *call);

#endif
