/* SPDX-License-Identifier: Apache-2.0 */
/* watch.c - inotify; contract in watch.h */
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "common/paths.h"
#include "daemon/log.h"
#include "daemon/refresh.h"
#include "daemon/sessions.h"
#include "daemon/spool.h"
#include "daemon/users.h"
#include "daemon/watch.h"

#define WATCH_SETTLE_USEC 200000
#define WATCH_TICK_USEC 5000000 /* audit and spool are looked after this often, too */
#define WATCH_REPLACED \
	(IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM)

struct watch {
	sd_event_source *doorbell, *etc, *source, *spool;
	sd_event_source *settle, *tick;
	char source_name[NAME_MAX + 1];
	char passwd_name[NAME_MAX + 1], group_name[NAME_MAX + 1];
};

static void
watch_split(const char *path, char ret_dir[PATH_MAX], char ret_name[NAME_MAX + 1])
{
	char copy[PATH_MAX];

	(void)snprintf(copy, sizeof(copy), "%s", path);
	(void)snprintf(ret_name, NAME_MAX + 1, "%s", basename(copy));
	(void)snprintf(copy, sizeof(copy), "%s", path);
	(void)snprintf(ret_dir, PATH_MAX, "%s", dirname(copy));
}

static int
watch_on_doorbell(sd_event_source *source, const struct inotify_event *event, void *arg)
{
	(void)source;
	(void)event;
	refresh_ring(arg);
	return 0;
}

static int
watch_on_settled(sd_event_source *source, uint64_t usec, void *arg)
{
	struct daemon *d = arg;
	struct local *local = NULL;
	int r;

	(void)source;
	(void)usec;
	r = local_load(paths_passwd, paths_group, &local);
	if (r != 0) {
		log_error(r, "%s and %s cannot be read: the last contents stay in force",
		    paths_passwd, paths_group);
		return 0;
	}
	local_free(d->local);
	d->local = local;
	users_find(d);
	(void)apply_rebuild(d);
	return 0;
}

static void
watch_settle(struct daemon *d)
{
	uint64_t now = (uint64_t)clock_mono_ms() * 1000;

	if (sd_event_source_set_time(d->watch->settle, now + WATCH_SETTLE_USEC) < 0 ||
	    sd_event_source_set_enabled(d->watch->settle, SD_EVENT_ONESHOT) < 0)
		log_line(LOG_ERR, "the timer for local accounts could not be set");
}

static int
watch_on_etc(sd_event_source *source, const struct inotify_event *event, void *arg)
{
	struct daemon *d = arg;

	(void)source;
	if (event->len > 0 && (strcmp(event->name, d->watch->passwd_name) == 0 ||
				  strcmp(event->name, d->watch->group_name) == 0))
		watch_settle(d);
	return 0;
}

static int
watch_on_source(sd_event_source *source, const struct inotify_event *event, void *arg)
{
	struct daemon *d = arg;

	(void)source;
	if (event->len > 0 && strcmp(event->name, d->watch->source_name) == 0)
		(void)refresh_request(d, false);
	return 0;
}

static int
watch_on_spool(sd_event_source *source, const struct inotify_event *event, void *arg)
{
	(void)source;
	(void)event;
	spool_import(arg);
	return 0;
}

/* PAM's directory may come after us (tmpfiles); without it there is nothing to read. */
static void
watch_spool(struct daemon *d)
{
	if (d->watch->spool == NULL &&
	    sd_event_add_inotify(d->event, &d->watch->spool, paths_pam_dir,
		IN_MODIFY | WATCH_REPLACED, watch_on_spool, d) < 0)
		d->watch->spool = NULL;
}

static int
watch_on_tick(sd_event_source *source, uint64_t usec, void *arg)
{
	struct daemon *d = arg;

	watch_spool(d);
	sessions_follow(d);
	spool_import(d);
	audit_tick(d->audit);
	if (d->cannot_publish)
		(void)apply_publish(d);
	if (sd_event_source_set_time(source, usec + WATCH_TICK_USEC) < 0)
		return 0;
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT) < 0 ? -EIO : 0;
}

/* Only root and the daemon can ring: the mode keeps everybody else from it. */
static int
watch_make_doorbell(void)
{
	_cleanup_close_ int fd = open(paths_doorbell,
	    O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return -errno;
	return S_ISREG(st.st_mode) && st.st_uid == geteuid() ? 0 : -EPERM;
}

static int
watch_add(struct daemon *d, struct watch *watch)
{
	char etc[PATH_MAX], dir[PATH_MAX];
	uint64_t now = (uint64_t)clock_mono_ms() * 1000;
	int r;

	watch_split(paths_group, etc, watch->group_name);
	watch_split(paths_passwd, etc, watch->passwd_name);
	r = sd_event_add_inotify(
	    d->event, &watch->doorbell, paths_doorbell, IN_ATTRIB, watch_on_doorbell, d);
	if (r >= 0)
		r = sd_event_add_inotify(
		    d->event, &watch->etc, etc, WATCH_REPLACED, watch_on_etc, d);
	if (r >= 0 && d->config->source == CONFIG_SOURCE_FILE) {
		watch_split(d->config->source_path, dir, watch->source_name);
		r = sd_event_add_inotify(d->event, &watch->source, dir,
		    WATCH_REPLACED | IN_ATTRIB, watch_on_source, d);
	}
	if (r >= 0)
		r = sd_event_add_time(d->event, &watch->settle, CLOCK_MONOTONIC,
		    UINT64_MAX, 0, watch_on_settled, d);
	if (r >= 0)
		r = sd_event_source_set_enabled(watch->settle, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_time(d->event, &watch->tick, CLOCK_MONOTONIC, now,
		    100000, watch_on_tick, d);
	return r < 0 ? r : 0;
}

int
watch_start(struct daemon *d)
{
	int r = watch_make_doorbell();

	if (r != 0)
		return log_error(r, "%s", paths_doorbell);
	r = local_load(paths_passwd, paths_group, &d->local);
	if (r != 0)
		return log_error(r, "%s, %s", paths_passwd, paths_group);
	d->watch = calloc(1, sizeof(*d->watch));
	if (d->watch == NULL)
		return -ENOMEM;
	r = watch_add(d, d->watch);
	return r != 0 ? log_error(r, "files cannot be watched") : 0;
}

void
watch_stop(struct daemon *d)
{
	if (d->watch == NULL)
		return;
	sd_event_source_unref(d->watch->doorbell);
	sd_event_source_unref(d->watch->etc);
	sd_event_source_unref(d->watch->source);
	sd_event_source_unref(d->watch->spool);
	sd_event_source_unref(d->watch->settle);
	sd_event_source_unref(d->watch->tick);
	free(d->watch);
	d->watch = NULL;
}
