/* SPDX-License-Identifier: Apache-2.0 */
/* sessions.c - Session Manager's open sessions; contract in sessions.h */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/paths.h"
#include "warden/agentdir.h"
#include "warden/ending.h"
#include "warden/loss.h"
#include "warden/say.h"
#include "warden/sessions.h"
#include "warden/sessions_parts.h"

#define SETTLE_MS 3000 /* a file that is being written is not of another shape */
#define SOON_MS 100
#define OFTEN_MS 1000
#define SELDOM_MS 30000
#define STUCK_MS 8000 /* said then; and tried on, but seldom */
#define FILES_MAX 4096

struct sessions {
	struct session *first;
};

/* The published files of one look. */
struct look {
	struct sessions *sessions;
	struct published *snapshot, *keys;
	struct snapshot_sessions policy;
	struct clock_now now;
	int64_t mono_ms;
	int next_ms;
};

static struct session *
find(const struct sessions *sessions, const char *id)
{
	struct session *session = sessions->first;

	while (session != NULL && strcmp(session->id, id) != 0)
		session = session->next;
	return session;
}

static struct session *
add(struct sessions *sessions, const char *id)
{
	struct session *session = calloc(1, sizeof(*session));
	struct clock_now now;

	if (session == NULL)
		return NULL;
	clock_read(&now);
	(void)snprintf(session->id, sizeof(session->id), "%s", id);
	session->seen_mono_ms = clock_mono_ms();
	session->seen_wall_ms = now.wall_ms;
	session->next = sessions->first;
	sessions->first = session;
	return session;
}

/* What an earlier run showed: its start is recorded, its end is not. */
static bool
take_over(const char *name, const struct sessionfile *file, void *data)
{
	struct session *session;

	(void)name;
	if (strcmp(file->service, "session-manager") != 0 ||
	    !agentfile_is_id(file->rhost))
		return true;
	session = find(data, file->rhost);
	if (session == NULL)
		session = add(data, file->rhost);
	if (session == NULL)
		return false;
	session->is_recorded = true;
	session->is_shown = true;
	session->shown = *file;
	session->is_violation = file->violation != 0;
	session->was_mapped = file->mapped != 0;
	session->seen_wall_ms = file->opened_wall_ms;
	session->worker = (pid_t)file->pid;
	/* for the record of its end, should its file be gone */
	session->has_file = true;
	session->file.is_port = strcmp(file->via, "port") == 0;
	(void)snprintf(session->file.account, sizeof(session->file.account), "%s",
	    strcmp(file->account, "-") != 0 ? file->account : "");
	(void)snprintf(session->owner.id, sizeof(session->owner.id), "%s", file->id);
	(void)snprintf(session->owner.arn, sizeof(session->owner.arn), "%s", file->arn);
	(void)snprintf(
	    session->owner.name, sizeof(session->owner.name), "%s", file->name);
	return true;
}

int
sessions_new(struct sessions **ret_sessions)
{
	struct sessions *sessions = calloc(1, sizeof(*sessions));
	int r;

	if (sessions == NULL)
		return -ENOMEM;
	r = sessionfile_each(paths_sessions, FILES_MAX, take_over, sessions);
	if (r != 0 && r != -ENOENT)
		say_line(LOG_WARNING, "%s cannot be read (%d)", paths_sessions, r);
	*ret_sessions = sessions;
	return 0;
}

void
sessions_free(struct sessions *sessions)
{
	struct session *session, *next;

	for (session = sessions != NULL ? sessions->first : NULL; session != NULL;
	     session = next) {
		next = session->next;
		free(session);
	}
	free(sessions);
}

static void
see(const char *name, int result, const struct agentfile *file, const char *why,
    void *data)
{
	struct look *look = data;
	struct session *session;

	if (result == AGENTFILE_E_OTHER)
		return;
	session = find(look->sessions, name);
	/* Run Command's documents are named by a UUID and may be half written, too */
	if (session == NULL)
		session = add(look->sessions, name);
	if (session == NULL)
		return;
	session->is_there = true;
	if (result == 0) {
		session->has_file = true;
		session->file = *file;
		if (file->pid > 0)
			session->worker = file->pid;
	} else {
		session->why = why;
	}
}

static void
within(struct look *look, int ms)
{
	if (ms < look->next_ms)
		look->next_ms = ms;
}

/* As NSS does when root misses a name: a refresh is asked for, and that is all. */
static void
ring(struct session *session)
{
	if (!session->has_rung)
		(void)utimensat(AT_FDCWD, paths_doorbell, NULL, AT_SYMLINK_NOFOLLOW);
	session->has_rung = true;
}

/* Both files fresh, and verified since the session was seen for the first time? */
static bool
is_certain(const struct look *look, const struct session *session)
{
	int64_t wall_ms, boot_ms;

	if (look->snapshot == NULL || look->keys == NULL ||
	    !loss_is_fresh(look->snapshot, &look->now) ||
	    !loss_is_fresh(look->keys, &look->now))
		return false;
	published_verified(look->keys, &wall_ms, &boot_ms);
	return wall_ms > session->seen_wall_ms;
}

static bool
has_account(const struct session *session)
{
	return session->has_file && session->file.account[0] != '\0';
}

static void
find_worker(struct session *session)
{
	if (session->worker == 0)
		session->worker = ending_find_worker(session->id);
}

static void
start(struct look *look, struct session *session)
{
	int64_t wall_ms, boot_ms, age_ms = FRESHNESS_AGE_UNKNOWN;

	if (!session->has_file && look->mono_ms - session->seen_mono_ms < SETTLE_MS) {
		within(look, OFTEN_MS);
		return;
	}
	/* the worker's pid comes a moment later, in the same file */
	if (session->worker == 0 && look->mono_ms - session->seen_mono_ms < SETTLE_MS) {
		within(look, SOON_MS);
		return;
	}
	find_worker(session);
	if (look->keys != NULL) {
		published_verified(look->keys, &wall_ms, &boot_ms);
		age_ms = freshness_age_ms(wall_ms, boot_ms, &look->now);
	}
	sessions_say_start(session, age_ms == FRESHNESS_AGE_UNKNOWN ? -1 : age_ms / 1000);
	session->is_recorded = true;
}

/*
 * Who has lost an account that is nobody's any more is ended like everybody in it, also when
 * the session began so late that its owner was never seen to map.
 */
static bool
ends(const struct look *look, const struct session *session)
{
	if (look->policy.session_manager == SESSION_MANAGER_TERMINATE ||
	    (session->was_mapped && look->policy.on_revoke == ON_REVOKE_TERMINATE))
		return true;
	return look->policy.on_revoke == ON_REVOKE_TERMINATE && look->snapshot != NULL &&
	       session->owner.answer == OWNER_DENIED &&
	       loss_of_uid(look->snapshot, session->owner.uid, &look->now);
}

static void
end(struct look *look, struct session *session)
{
	bool is_late;

	find_worker(session);
	if (session->ending_mono_ms == 0)
		session->ending_mono_ms = look->mono_ms;
	is_late = look->mono_ms - session->ending_mono_ms >= ENDING_GRACE_MS;
	session->n_ending = ending_look(session->worker, session->id, is_late);
	if (session->n_ending == 0)
		return;
	if (!session->is_stuck && look->mono_ms - session->ending_mono_ms >= STUCK_MS) {
		session->is_stuck = true;
		say_line(LOG_ERR,
		    "worker %d and what it started are not ended yet: trying on",
		    (int)session->worker);
	}
	within(look, session->is_stuck ? OFTEN_MS : SOON_MS);
}

static void
judge(struct look *look, struct session *session)
{
	enum owner_answer answer;

	if (!has_account(session))
		return;
	answer = session->owner.answer;
	session->was_mapped = session->was_mapped || answer == OWNER_MAPS;
	if (answer != OWNER_OTHER && answer != OWNER_DENIED)
		return;
	if (!session->is_violation && !is_certain(look, session)) {
		ring(session);
		within(look, OFTEN_MS);
		return;
	}
	if (!session->is_violation)
		sessions_say_violation(session, ends(look, session));
	session->is_violation = true;
	if (ends(look, session))
		end(look, session);
}

static void
attend(struct look *look, struct session *session)
{
	if (session->has_file && session->file.owner[0] != '\0')
		owner_resolve(look->snapshot, look->keys, session->file.owner,
		    session->file.account, &session->owner);
	if (!session->is_recorded)
		start(look, session);
	if (!session->is_recorded)
		return;
	sessions_show(session);
	judge(look, session);
	sessions_show(session);
}

/* Those whose file has gone: ended, or never one of ours to begin with. */
static void
drop_ended(struct look *look)
{
	struct session **place = &look->sessions->first;

	while (*place != NULL) {
		struct session *session = *place;

		if (session->is_there) {
			place = &session->next;
			continue;
		}
		if (session->is_recorded)
			sessions_say_end(session, look->now.wall_ms);
		if (session->is_shown)
			sessionfile_remove(paths_sessions, &session->shown);
		*place = session->next;
		free(session);
	}
}

static void
open_files(struct look *look)
{
	if (published_open(paths_snapshot, PUBLISHED_MAGIC_SNAPSHOT, &look->snapshot) !=
	    0)
		look->snapshot = NULL;
	if (published_open(paths_keys, PUBLISHED_MAGIC_KEYS, &look->keys) != 0)
		look->keys = NULL;
	if (look->snapshot != NULL)
		snapshot_sessions(look->snapshot, &look->policy);
}

int
sessions_look(struct sessions *sessions)
{
	struct look look = {
		.sessions = sessions,
		.mono_ms = clock_mono_ms(),
		.next_ms = SELDOM_MS,
	};
	struct session *session;
	int r;

	clock_read(&look.now);
	for (session = sessions->first; session != NULL; session = session->next)
		session->is_there = false;
	r = agentdir_each(see, &look);
	/* not readable is not ended */
	if (r < 0 && r != -ENOENT) {
		say_line(LOG_WARNING, "%s: %s", paths_agent_dir, strerror(-r));
		return OFTEN_MS;
	}
	drop_ended(&look);
	open_files(&look);
	for (session = sessions->first; session != NULL; session = session->next)
		attend(&look, session);
	published_close(look.snapshot);
	published_close(look.keys);
	return look.next_ms;
}
