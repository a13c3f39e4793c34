/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h - one audit record as one line of JSON
 *
 * Room: common. libc only: PAM writes the same record as the daemon when the daemon is dead.
 * Fields and their order are the published interface (doc: iamlogin-audit(5)). Everything
 * from outside is escaped: "\u00XX" below 0x20 and from 0x7f on unless valid UTF-8.
 */
#ifndef COMMON_RECORD_H
#define COMMON_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "common/verdict.h"

#define RECORD_LINE_MAX 4096 /* one write(2), with its newline */
#define RECORD_VERSION 1
#define RECORD_NONE (-1)

enum record_event {
	RECORD_LOGIN = 1,
	RECORD_SESSION,
	RECORD_SUDO,
	RECORD_SU,
	RECORD_VERDICT, /* a verdict changed at publication */
	RECORD_CLOSE,
	RECORD_VIOLATION,
	RECORD_ADMIN,
};

/* Texts may be NULL (the field is left out); numbers RECORD_NONE. */
struct record {
	int64_t seq;      /* the daemon's; RECORD_NONE in the spool */
	const char *prev; /* 64 hex digits: SHA-256 of the previous line; the daemon's */
	int64_t wall_ms;  /* "time": RFC 3339 UTC with milliseconds */
	enum record_event event;
	enum verdict verdict;
	enum verdict_reason reason;
	const char *rule;    /* "[login] allow #2: match:platform" */
	const char *message; /* free text of ours beside the reason */
	const char *account;
	int64_t uid;
	struct {
		const char *kind, *id, *arn, *name, *claimed;
		const char *verified; /* "yes", "claimed", "unknown" */
	} person;
	struct {
		const char *type;
		const char *fingerprint; /* "SHA256:…" */
		const char *source;
		const char *request;
		const char *cert_id; /* a certificate's key id, as its authority wrote */
		const char
		    *cert_serial;    /* decimal: it may have 64 bits, JSON's numbers 53 */
		const char *cert_ca; /* "SHA256:…" of the authority's key */
	} key;
	const char *via;
	const char *service;
	const char *rhost;
	const char *tty;
	const char *ruser;
	const char *tunnel; /* Session Manager's session that sshd was reached through */
	int64_t session;    /* the kernel's audit session id */
	int64_t pid;
	const char *boot; /* boot id */
	const char *instance;
	const char *aws_account;
	const char *region;
	const char *serial;
	int64_t generation;
	int64_t age_s;
	const char *state;  /* freshness_name() */
	const char *writer; /* "daemon" or "pam" */
	int64_t instance_s; /* uptime of the instance */
	int64_t duration_s;
	int64_t repeated; /* so many more like this one were not written */
	const char *torn; /* hex SHA-256 of the torn line before this one */
};

/** record_init() - every text NULL, every number RECORD_NONE, verdict deny, time now */
void record_init(struct record *record, enum record_event event);

/**
 * record_format() - the line with its newline and a NUL
 *
 * Return: the length without NUL, or -ENOSPC: then nothing usable is in @ret. Long texts are
 * cut at 512 bytes before escaping, so a record of ours fits RECORD_LINE_MAX but for hostile
 * texts; those are then cut to 64.
 */
int record_format(const struct record *record, char *ret, size_t ret_size);

/** record_event_name() - "login", "session", … */
const char *record_event_name(enum record_event event);

/** record_fingerprint() - "SHA256:" + unpadded base64 of 32 bytes; @ret of 51 bytes */
void record_fingerprint(const uint8_t sha256[32], char ret[51]);

#endif
