/* SPDX-License-Identifier: Apache-2.0 */
/*
 * say.h - what the warden tells: a line for the journal, a record for the audit
 *
 * Room: warden. What comes from outside is escaped by the caller (say_line) or by the record.
 */
#ifndef WARDEN_SAY_H
#define WARDEN_SAY_H

#include <syslog.h>

#include "common/base.h"
#include "common/record.h"

/** say_line() - one line on stderr; "<N>" stands in front where journald listens */
void say_line(int level, const char *format, ...) BASE_PRINTF(2, 3);

/**
 * say_record() - the record into the spool, its sentence into the journal
 *
 * Fills in writer and service "session-manager" or what the caller set. A spool that does
 * not take it is said; the line in the journal stays.
 */
void say_record(struct record *record);

#endif
