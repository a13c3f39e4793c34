/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_rate.h - a flood of records that say the same becomes one that says how many
 *
 * Room: daemon, main thread. Pure but for its memory. Records of logins, sessions, sudo and
 * su that agree in event, verdict, reason, account, person and service are alike. The first
 * AUDIT_RATE_MOST of a window are written; the others are only counted. When the window is
 * over one of them is written as well, with "repeated" for the rest. No count is lost: where the
 * table has no place for one more kind, its records are written.
 */
#ifndef DAEMON_AUDIT_RATE_H
#define DAEMON_AUDIT_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/record.h"

#define AUDIT_RATE_MOST 60
#define AUDIT_RATE_WINDOW_MS 60000
#define AUDIT_RATE_KINDS 128

struct audit_rate_kind {
	enum record_event event;
	enum verdict verdict;
	enum verdict_reason reason;
	int64_t uid;
	char account[64], person_kind[16], person_id[129], person_name[129], service[65];
	int64_t started_ms; /* of the window, monotonic; 0: the place is free */
	uint32_t n;         /* in the window */
	uint32_t left_out;
};

/* All zeros to start with. */
struct audit_rate {
	struct audit_rate_kind kinds[AUDIT_RATE_KINDS];
};

/** audit_rate_pass() - is this one to be written? If not, it was counted */
bool audit_rate_pass(
    struct audit_rate *rate, const struct record *record, int64_t now_mono_ms);

/**
 * audit_rate_due() - a record of what was left out in a window that is over
 * @now_mono_ms: INT64_MAX: of all windows, since nothing comes after this
 * @ret_record: texts live until the next call of either function
 *
 * Return: false when there is no more of them.
 */
bool
audit_rate_due(struct audit_rate *rate, int64_t now_mono_ms, struct record *ret_record);

#endif
