/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sessions_parts.h - one open session, shared by the sessions*.c files only
 */
#ifndef WARDEN_SESSIONS_PARTS_H
#define WARDEN_SESSIONS_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/sessionfile.h"
#include "warden/agentfile.h"
#include "warden/owner.h"

struct session {
	struct session *next;
	char id[AGENTFILE_ID_SIZE];
	struct agentfile file; /* with has_file */
	bool has_file;         /* the agent's file was of a known shape */
	const char *why;       /* …or the field that was not; static */
	bool is_there;         /* at this look */
	bool is_recorded;      /* its start */
	bool is_violation;     /* recorded as such */
	bool was_mapped;       /* its owner mapped to the account once */
	bool has_rung;         /* a refresh was asked for */
	bool is_stuck;         /* what ends it takes long; that was said */
	struct owner owner;
	int64_t seen_mono_ms;
	int64_t seen_wall_ms;
	int64_t ending_mono_ms; /* 0: it is not being ended */
	unsigned n_ending;
	pid_t worker; /* 0: not known */
	struct sessionfile shown;
	bool is_shown; /* the session file is written */
};

/** sessions_say_start(), _violation(), _end() - records */
void sessions_say_start(const struct session *session, int64_t age_s);
void sessions_say_violation(const struct session *session, bool is_ended);
void sessions_say_end(const struct session *session, int64_t now_wall_ms);

/** sessions_show() - write the session file once the worker is known, and what has changed */
void sessions_show(struct session *session);

#endif
