/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h - every decision leaves a line in syslog, and a record
 *
 * Room: pam. The daemon writes the record when it gave the verdict. Otherwise this module
 * does: one line in the spool /run/iamlogin-pam/audit, which the daemon picks up later.
 */
#ifndef PAM_REPORT_H
#define PAM_REPORT_H

#include "common/record.h"
#include "pam/ask.h"
#include "pam/call.h"

/** report_start() - a record with what the call knows; texts live as long as @call */
void
report_start(const struct call *call, enum record_event event, struct record *ret_record);

/**
 * report_behind() - the person in whose session a sudo or su runs, if that is known
 *
 * On a shared account "claimed": people who share an account can act as one another.
 */
void report_behind(const struct call *call, struct record *record);

/**
 * report_finish() - one line to syslog; to the spool what the daemon did not take
 * @reply: the daemon's; it has the record if its verdict is the one that counts
 */
void report_finish(const struct call *call, struct record *record,
    struct decision decision, const struct ask_reply *reply);

#endif
