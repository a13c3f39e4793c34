/* SPDX-License-Identifier: Apache-2.0 */
/* sessions.c - open sessions, watched until their process ends; contract in sessions.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/paths.h"
#include "common/sessionfile.h"
#include "daemon/log.h"
#include "daemon/sessions.h"

#define SESSIONS_MAX 1024 /* one descriptor each; more are not watched */

struct session {
	struct session *next;
	struct daemon *d;
	char name[SESSIONFILE_NAME_SIZE];
	struct sessionfile file;
	int pidfd;
	sd_event_source *end;
};

struct sessions {
	sd_event_source *files;
	struct session *first;
	size_t n;
	bool has_complained;
};

static void
sessions_forget(struct sessions *sessions, struct session *session)
{
	struct session **at = &sessions->first;

	while (*at != NULL && *at != session)
		at = &(*at)->next;
	if (*at != NULL) {
		*at = session->next;
		sessions->n--;
	}
	sd_event_source_unref(session->end);
	base_closep(&session->pidfd);
	free(session);
}

static const char *
sessions_text(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static void
sessions_record_end(struct daemon *d, const struct sessionfile *file)
{
	struct record record;
	int64_t ms;

	record_init(&record, RECORD_CLOSE);
	ms = record.wall_ms - file->opened_wall_ms;
	record.verdict = VERDICT_ALLOW;
	record.reason = REASON_CLOSED;
	record.message = "its process ended without closing it";
	record.account = file->account;
	record.uid = file->uid;
	record.person.kind = sessions_text(file->kind);
	record.person.id = sessions_text(file->id);
	record.person.arn = sessions_text(file->arn);
	record.person.name = sessions_text(file->name);
	record.key.type = sessions_text(file->key_type);
	record.key.fingerprint = sessions_text(file->fingerprint);
	record.via = sessions_text(file->via);
	record.service = sessions_text(file->service);
	record.rhost = sessions_text(file->rhost);
	record.tty = sessions_text(file->tty);
	record.tunnel = sessions_text(file->tunnel);
	record.session = file->session;
	record.pid = file->pid;
	record.duration_s = ms > 0 ? ms / 1000 : 0;
	audit_write(d->audit, &record);
}

static int
sessions_on_end(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct session *session = arg;
	struct daemon *d = session->d;
	struct sessionfile still;

	(void)source;
	(void)fd;
	(void)events;
	/* PAM removes the file when it closes the session, and then it has the record */
	if (sessionfile_read(paths_sessions, session->name, &still) == 0 &&
	    still.pid == session->file.pid && still.pid_start == session->file.pid_start)
		sessions_record_end(d, &session->file);
	sessions_forget(d->sessions, session);
	return 0;
}

static struct session *
sessions_find(struct sessions *sessions, const char *name)
{
	struct session *session = sessions->first;

	while (session != NULL && strcmp(session->name, name) != 0)
		session = session->next;
	return session;
}

/* The number is the same on every architecture (Linux 5.3); glibc has no call before 2.36. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

static bool
sessions_take(const char *name, const struct sessionfile *file, void *data)
{
	struct daemon *d = data;
	struct sessions *sessions = d->sessions;
	struct session *session = sessions_find(sessions, name);

	if (session != NULL)
		sessions_forget(sessions, session); /* the id is used again */
	if (sessions->n >= SESSIONS_MAX || strlen(name) >= sizeof(session->name)) {
		if (!sessions->has_complained)
			log_line(LOG_WARNING,
			    "more than %d sessions: the end of some may go unrecorded",
			    SESSIONS_MAX);
		sessions->has_complained = true;
		return true;
	}
	session = calloc(1, sizeof(*session));
	if (session == NULL)
		return false;
	session->d = d;
	session->file = *file;
	(void)snprintf(session->name, sizeof(session->name), "%s", name);
	session->pidfd = (int)syscall(SYS_pidfd_open, (pid_t)file->pid, 0);
	session->next = sessions->first;
	sessions->first = session;
	sessions->n++;
	if (session->pidfd < 0 || sd_event_add_io(d->event, &session->end, session->pidfd,
				      EPOLLIN, sessions_on_end, session) < 0)
		sessions_forget(sessions, session);
	return true;
}

static int
sessions_on_file(sd_event_source *source, const struct inotify_event *event, void *arg)
{
	struct daemon *d = arg;
	struct sessionfile file;
	struct session *session;

	(void)source;
	if ((event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0) {
		/* made anew by tmpfiles, perhaps: the next tick looks for it */
		d->sessions->files = sd_event_source_disable_unref(d->sessions->files);
		return 0;
	}
	if (event->len == 0 || event->name[0] == '.')
		return 0;
	if ((event->mask & IN_MOVED_TO) != 0 &&
	    sessionfile_read(paths_sessions, event->name, &file) == 0) {
		(void)sessions_take(event->name, &file, d);
		return 0;
	}
	session = sessions_find(d->sessions, event->name);
	if ((event->mask & IN_DELETE) != 0 && session != NULL)
		sessions_forget(d->sessions, session);
	return 0;
}

void
sessions_follow(struct daemon *d)
{
	if (d->sessions == NULL)
		d->sessions = calloc(1, sizeof(*d->sessions));
	if (d->sessions == NULL || d->sessions->files != NULL)
		return;
	if (sd_event_add_inotify(d->event, &d->sessions->files, paths_sessions,
		IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF, sessions_on_file,
		d) < 0) {
		d->sessions->files = NULL;
		return;
	}
	(void)sessionfile_each(paths_sessions, SESSIONS_MAX, sessions_take, d);
}

void
sessions_stop(struct daemon *d)
{
	if (d->sessions == NULL)
		return;
	while (d->sessions->first != NULL)
		sessions_forget(d->sessions, d->sessions->first);
	sd_event_source_unref(d->sessions->files);
	free(d->sessions);
	d->sessions = NULL;
}
