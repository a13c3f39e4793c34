/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit.h - the audit trail: a hash chain of JSON lines, and the journal
 *
 * Room: daemon, main thread. Each record carries "seq" and "prev", the SHA-256 of the line
 * before it (without its newline), so that `iamlogin audit verify` finds gaps and edits. A
 * file that was moved away (logrotate) is replaced by a new one that goes on with the chain.
 * A record that cannot be written to the file still reaches the journal, and waits in memory
 * (up to AUDIT_PENDING_MAX) until the file takes it; over a restart in audit_waiting.h.
 *
 * The file is only ever appended to. Half a line (a full disk, a power cut) gets a newline
 * and stays; behind it comes either the same line whole, or, after a restart, a record whose
 * "torn" is the SHA-256 of that half. Anything else between two records is an edit.
 */
#ifndef DAEMON_AUDIT_H
#define DAEMON_AUDIT_H

#include <stddef.h>
#include <stdint.h>

#include "common/record.h"
#include "daemon/instance.h"

#define AUDIT_PENDING_MAX 4096

struct audit;

/**
 * audit_open() - go on with the chain of @path, or of @path.1 when @path is new or empty
 *
 * The file is 0640 and created when absent. A torn last line is ended with a newline, and a
 * record of its own says so. A file that cannot be opened is not an error: records wait.
 *
 * Return: 0 or -ENOMEM.
 */
int audit_open(const char *path, struct audit **ret_audit);
void audit_free(struct audit *audit);

/** audit_set_instance() - what every record says of this machine; NULL: nothing known */
void audit_set_instance(struct audit *audit, const struct instance *instance);

/**
 * audit_write() - seq, prev, writer, boot, instance are filled in here
 *
 * A flood of the same is counted instead (audit_rate.h): audit_tick() writes how many.
 */
void audit_write(struct audit *audit, struct record *record);

/** audit_import() - a record that PAM wrote while we were away: one JSON object, no newline */
void audit_import(struct audit *audit, const char *line, size_t len);

/** audit_flush() - try the waiting records again */
void audit_flush(struct audit *audit);

/** audit_tick() - the same, and what floods have left out; called by a timer */
void audit_tick(struct audit *audit);

struct audit_counts {
	uint64_t written, pending, lost, refused_imports;
};
void audit_counts_read(const struct audit *audit, struct audit_counts *ret_counts);

#endif
