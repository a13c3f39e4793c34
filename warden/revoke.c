/* SPDX-License-Identifier: Apache-2.0 */
/* revoke.c - the processes of people who may no longer log in; contract in revoke.h */
#include <signal.h>
#include <string.h>

#include "common/paths.h"
#include "warden/notify.h"
#include "warden/procs.h"
#include "warden/revoke.h"
#include "warden/say.h"

#define SESSIONS_MAX 4096

/* One whose person has lost the account, with or without everybody else. */
struct lost_session {
	struct sessionfile file;
	bool
	    has_lost_uid; /* its processes are found by uid: all but the one that opens it */
	bool has_process; /* … which has made one of that uid */
};

/* Everything one look needs; texts lie in @snapshot. */
struct look {
	struct revoke *revoke;
	const struct published *snapshot, *keys;
	struct clock_now now;
	int64_t mono_ms;
	enum published_on_revoke on_revoke;
	struct lost_session *sessions;
	size_t n_sessions;
	struct notify notify;
};

static const int ask_to_end[] = { SIGTERM, SIGHUP, SIGCONT, 0 };
static const int end_now[] = { SIGKILL, 0 };

static struct revoke_target *
find_target(struct revoke *revoke, uint32_t uid, const struct sessionfile *session)
{
	for (size_t i = 0; i < revoke->n_targets; i++) {
		struct revoke_target *target = &revoke->targets[i];

		if (target->is_session != (session != NULL) || target->uid != uid)
			continue;
		if (session == NULL ||
		    (target->session.pid == session->pid &&
			target->session.pid_start == session->pid_start))
			return target;
	}
	return NULL;
}

static struct revoke_target *
add_target(struct look *look, uint32_t uid, const struct sessionfile *session)
{
	struct revoke *revoke = look->revoke;
	struct revoke_target *bigger, *target;
	struct snapshot_user user;

	if (revoke->n_targets == REVOKE_TARGETS_MAX)
		return NULL; /* at the next look, when some of them are over */
	bigger = reallocarray(
	    revoke->targets, revoke->n_targets + 1, sizeof(*revoke->targets));
	if (bigger == NULL)
		return NULL;
	revoke->targets = bigger;
	target = &bigger[revoke->n_targets++];
	*target = (struct revoke_target){
		.is_session = session != NULL,
		.uid = uid,
		.since_mono_ms = look->mono_ms,
	};
	if (session != NULL) {
		target->session = *session;
		(void)snprintf(
		    target->account, sizeof(target->account), "%s", session->account);
		(void)snprintf(target->id, sizeof(target->id), "%s", session->id);
	} else if (snapshot_user_by_id(look->snapshot, uid, &user) == 0) {
		(void)snprintf(
		    target->account, sizeof(target->account), "%s", user.strings);
		(void)snprintf(target->id, sizeof(target->id), "%s",
		    user.strings + user.offset[SNAPSHOT_GECOS]);
	}
	return target;
}

/* The name that the account of a session has now: it may have been renamed since. */
static const char *
account_of(const struct look *look, const struct sessionfile *session)
{
	struct snapshot_user user;

	if (session->uid >= 0 && ids_is_ours((uint32_t)session->uid) &&
	    snapshot_user_by_id(look->snapshot, (uint32_t)session->uid, &user) == 0)
		return user.strings;
	return session->account;
}

static bool
add_session(struct look *look, const struct sessionfile *session, bool has_lost_uid)
{
	void *bigger =
	    reallocarray(look->sessions, look->n_sessions + 1, sizeof(*look->sessions));

	if (bigger == NULL)
		return false;
	look->sessions = bigger;
	look->sessions[look->n_sessions++] =
	    (struct lost_session){ .file = *session, .has_lost_uid = has_lost_uid };
	return look->n_sessions < SESSIONS_MAX;
}

/* Its sshd goes first, and then its file says nothing: what else is in it must go, too. */
static void
keep_sessions(struct look *look)
{
	for (size_t i = 0; i < look->revoke->n_targets; i++)
		if (look->revoke->targets[i].is_session &&
		    !look->revoke->targets[i].is_closed)
			(void)add_session(look, &look->revoke->targets[i].session, false);
}

static bool
collect_session(const char *name, const struct sessionfile *session, void *data)
{
	struct look *look = data;
	bool has_lost_uid;

	(void)name;
	/* Session Manager's are watched by their owner: sessions.h */
	if (strcmp(session->service, "session-manager") == 0 || session->uid <= 0 ||
	    session->uid > UINT32_MAX || sessionfile_check(session) != 0)
		return true;
	has_lost_uid = loss_of_uid(look->snapshot, (uint32_t)session->uid, &look->now);
	if (!has_lost_uid &&
	    (look->keys == NULL ||
		!loss_of_person(look->snapshot, look->keys, account_of(look, session),
		    session->id, session->via, &look->now)))
		return true;
	return add_session(look, session, has_lost_uid);
}

static bool
belongs_to(const struct sessionfile *session, const struct procs_one *one)
{
	uint32_t id;

	if (one->pid == session->pid)
		return sessionfile_check(session) == 0; /* the same start, in this boot */
	return session->session != SESSIONFILE_NO_SESSION &&
	       (int64_t)one->uid == session->uid && procs_session(one->pid, &id) == 0 &&
	       (int64_t)id == session->session;
}

static const struct sessionfile *
session_of(const struct look *look, const struct procs_one *one)
{
	for (size_t i = 0; i < look->n_sessions; i++)
		if (!look->sessions[i].has_lost_uid &&
		    belongs_to(&look->sessions[i].file, one))
			return &look->sessions[i].file;
	return NULL;
}

static void
mark_sessions(struct look *look, const struct procs_one *one)
{
	for (size_t i = 0; i < look->n_sessions; i++)
		if (look->sessions[i].file.pid == one->ppid)
			look->sessions[i].has_process = true;
}

/* What a process was when it was looked at. */
struct suspect {
	const struct revoke_target *target;
	const struct sessionfile
	    *opens; /* the session that it is about to open, or NULL */
};

/* Asked again when the pidfd is held: still the same uid, or of the same session? */
static bool
is_still(const struct procs_one *one, void *data)
{
	const struct suspect *suspect = data;

	if (suspect->opens != NULL)
		return one->pid == suspect->opens->pid &&
		       sessionfile_check(suspect->opens) == 0;
	return suspect->target->is_session ? belongs_to(&suspect->target->session, one)
					   : one->uid == suspect->target->uid;
}

/* @session: one of an account that others still use; @opens: see struct suspect */
static void
act_on(struct look *look, const struct procs_one *one, uint32_t uid,
    const struct sessionfile *session, const struct sessionfile *opens)
{
	struct revoke_target *target = find_target(look->revoke, uid, session);
	struct suspect suspect = { .opens = opens };
	int r;

	if (target == NULL)
		target = add_target(look, uid, session);
	if (target == NULL)
		return;
	suspect.target = target;
	target->n_now++;
	if (opens != NULL)
		target->n_opening++;
	if (look->on_revoke == ON_REVOKE_NOTIFY) {
		notify_add(&look->notify, target->uid, procs_tty(one->pid));
		return;
	}
	r = procs_signal(one, is_still, &suspect,
	    look->mono_ms - target->since_mono_ms >= REVOKE_GRACE_MS ? end_now
								     : ask_to_end);
	if (r != 0 && r != -ESRCH)
		say_line(LOG_ERR, "process %d cannot be signalled: %s", (int)one->pid,
		    strerror(-r));
}

static bool
look_at(const struct procs_one *one, void *data)
{
	struct look *look = data;
	const struct sessionfile *session;

	if (loss_of_uid(look->snapshot, one->uid, &look->now)) {
		mark_sessions(look, one);
		act_on(look, one, one->uid, NULL, NULL);
		return true;
	}
	session = session_of(look, one);
	if (session != NULL)
		act_on(look, one, (uint32_t)session->uid, session, NULL);
	return true;
}

/*
 * PAM has let somebody in, and nothing runs under their uid yet: the stack behind it takes
 * its time (motd, a home). Nobody would look again when it does.
 */
static void
look_at_opening(struct look *look)
{
	struct procs_one one;

	for (size_t i = 0; i < look->n_sessions; i++) {
		const struct lost_session *session = &look->sessions[i];

		if (session->has_lost_uid && !session->has_process &&
		    procs_read((pid_t)session->file.pid, &one) == 0)
			act_on(look, &one, (uint32_t)session->file.uid, NULL,
			    &session->file);
	}
}

static void
say_target(const struct look *look, struct revoke_target *target)
{
	bool is_notify = look->on_revoke == ON_REVOKE_NOTIFY;
	struct record record;
	char message[120];

	target->is_closed = true;
	if (is_notify)
		(void)snprintf(message, sizeof(message),
		    "still has %u processes here: told so (on_revoke = notify)",
		    target->n_first);
	else if (target->n_now > 0)
		(void)snprintf(message, sizeof(message),
		    "%u of %u processes could not be ended", target->n_now,
		    target->n_first);
	else
		(void)snprintf(message, sizeof(message),
		    "ended %u processes (on_revoke = terminate)", target->n_first);
	record_init(&record, is_notify ? RECORD_VIOLATION : RECORD_CLOSE);
	record.reason = REASON_WITHDRAWN;
	record.message = message;
	record.account = target->account[0] != '\0' ? target->account : NULL;
	record.uid = target->uid;
	record.person.id = target->id[0] != '\0' ? target->id : NULL;
	record.generation = (int64_t)look->snapshot->generation;
	if (target->is_session) {
		record.session = target->session.session;
		record.person.arn =
		    target->session.arn[0] != '\0' ? target->session.arn : NULL;
		record.service =
		    target->session.service[0] != '\0' ? target->session.service : NULL;
	}
	say_record(&record);
}

/* Said once, until the person has gone or may come in again. */
static void
notify_target(const struct look *look, struct revoke_target *target, bool is_late)
{
	char key[MEMORY_KEY_SIZE];

	target->is_closed = target->n_now == 0;
	/* who is about to come in has no terminal yet */
	if (target->is_closed || (target->n_now == target->n_opening && !is_late))
		return;
	(void)snprintf(key, sizeof(key), "notify %u %lld", target->uid,
	    target->is_session ? (long long)target->session.pid_start : -1LL);
	target->is_closed = true;
	if (!memory_is_new(look->revoke->memory, key))
		return;
	notify_write(&look->notify, target->uid);
	say_target(look, target);
}

/* What this look found, target by target; does any of them need another look? */
static bool
settle(struct look *look)
{
	bool goes_on = false, is_late;

	for (size_t i = 0; i < look->revoke->n_targets; i++) {
		struct revoke_target *target = &look->revoke->targets[i];

		if (target->n_first == 0)
			target->n_first = target->n_now;
		is_late = look->mono_ms - target->since_mono_ms >= REVOKE_GIVE_UP_MS;
		if (target->is_closed)
			continue;
		if (look->on_revoke == ON_REVOKE_NOTIFY)
			notify_target(look, target, is_late);
		else if (target->n_now == 0 || is_late)
			say_target(look, target);
		goes_on = goes_on || !target->is_closed;
	}
	return goes_on;
}

bool
revoke_look(
    struct revoke *revoke, const struct published *snapshot, const struct published *keys)
{
	struct look look = {
		.revoke = revoke,
		.snapshot = snapshot,
		.keys = keys,
		.mono_ms = clock_mono_ms(),
	};
	struct snapshot_sessions sessions;
	bool goes_on;
	int r;

	snapshot_sessions(snapshot, &sessions);
	look.on_revoke = sessions.on_revoke;
	clock_read(&look.now);
	if (look.on_revoke == ON_REVOKE_KEEP || !loss_is_fresh(snapshot, &look.now))
		return false;
	if (procs_are_hidden())
		return false;
	for (size_t i = 0; i < revoke->n_targets; i++)
		revoke->targets[i].n_now = revoke->targets[i].n_opening = 0;
	keep_sessions(&look);
	r = sessionfile_each(paths_sessions, SESSIONS_MAX, collect_session, &look);
	if (r != 0 && r != -ENOENT)
		say_line(LOG_WARNING, "%s cannot be read (%d)", paths_sessions, r);
	r = procs_each(look_at, &look);
	if (r != 0)
		say_line(LOG_ERR, "/proc: %s: nobody's processes are seen", strerror(-r));
	else
		look_at_opening(&look);
	goes_on = settle(&look);
	free(look.sessions);
	return goes_on;
}

void
revoke_done(struct revoke *revoke)
{
	free(revoke->targets);
	*revoke = (struct revoke){ 0 };
}
