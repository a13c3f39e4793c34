/* SPDX-License-Identifier: Apache-2.0 */
/* audit_journal.h - an audit record as fields of the journal. Room: daemon. */
#ifndef DAEMON_AUDIT_JOURNAL_H
#define DAEMON_AUDIT_JOURNAL_H

#include "common/record.h"

/** audit_journal() - IAMLOGIN_* fields, and @line whole; what does not reach it is not told */
void audit_journal(const struct record *r, const char *line);

#endif
