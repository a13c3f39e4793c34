/* SPDX-License-Identifier: Apache-2.0 */
/* watch.c - look whenever something has changed; contract in watch.h */
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>

#include "common/paths.h"
#include "warden/agentdir.h"
#include "warden/procs.h"
#include "warden/say.h"
#include "warden/sessions.h"
#include "warden/watch.h"

#define LEAST_MS 20 /* between two looks: a flood of events is one look */

static volatile sig_atomic_t is_over;

static void
on_signal(int signal)
{
	(void)signal;
	is_over = 1;
}

static void
drain(int fd)
{
	char events[4096];

	while (read(fd, events, sizeof(events)) > 0)
		;
}

int
watch_run(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	_cleanup_close_ int inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct pollfd poll_fd = { .fd = inotify, .events = POLLIN };
	struct sessions *sessions;
	int next_ms, r;

	if (inotify < 0)
		return -errno;
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	(void)procs_are_hidden(); /* only to have it said */
	r = sessions_new(&sessions);
	if (r != 0)
		return r;
	while (!is_over) {
		/* again each time: directories come and are replaced */
		agentdir_watch(inotify);
		(void)inotify_add_watch(
		    inotify, paths_run_dir, IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW);
		next_ms = sessions_look(sessions);
		(void)poll(NULL, 0, LEAST_MS);
		(void)poll(&poll_fd, 1, next_ms);
		drain(inotify);
	}
	sessions_free(sessions);
	return 0;
}
