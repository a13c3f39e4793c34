/* SPDX-License-Identifier: Apache-2.0 */
/* enable_services.c - see enable_services.h */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "cli/enable_services.h"
#include "cli/run.h"
#include "cli/sshd_facts.h"

#define UNIT "iamlogind.service"
/* the daemon's unit wants its socket's, which would not restart below a running daemon */
#define SOCKET "iamlogind.socket"
#define STARTED UNIT, "iamlogin-warden.path", "iamlogin-warden-sessions.service"
#define UNITS SOCKET, STARTED, "iamlogin-warden.service"
#define TIMER "iamlogin-unconfirmed"
#define PROGRAM IAMLOGIN_PROGRAM

int
enable_services_start(struct enable_store *store, bool now)
{
	const char *const asks[] = { "systemctl", "is-enabled", "--quiet", UNIT, NULL };
	const char *const link[] = { "systemctl", "enable", "--quiet", UNITS, NULL };
	const char *const begin[] = { "systemctl", "restart", STARTED, NULL };

	/*
	 * `systemctl enable` makes links only, so it works where an image is built. Noted before
	 * it is done: killed in between, disable takes away what may not be there.
	 */
	if (run_exists("systemctl") && run(asks, NULL) != 0) {
		if (enable_store_set_flag(store, "service", true) != 0 ||
		    run(link, NULL) != 0)
			return 1;
	}
	if (!now)
		return 0;
	if (run_has_systemd() && run(begin, NULL) != 0)
		return 1;
	return sshd_facts_reload() < 0;
}

void
enable_services_stop(bool was_started)
{
	const char *const unlink[] = { "systemctl", "disable", "--quiet", UNITS, NULL };
	const char *const end[] = { "systemctl", "stop", SOCKET, STARTED, NULL };

	if (was_started && run_exists("systemctl"))
		(void)run(unlink, NULL);
	if (was_started && run_has_systemd())
		(void)run(end, NULL);
	(void)sshd_facts_reload();
}

/* A process of its own session, holding nothing of ours, that outlives this login. */
static void
become_timer(unsigned seconds)
{
	static char program[] = PROGRAM, disable[] = "disable", rollback[] = "--rollback",
		    quiet[] = "--quiet";
	char *const words[] = { program, disable, rollback, quiet, NULL };
	struct timespec end;
	int null;

	(void)setsid();
	null = open("/dev/null", O_RDWR);
	if (null >= 0) {
		(void)dup2(null, 0);
		(void)dup2(null, 1);
		(void)dup2(null, 2);
	}
	for (int fd = 3; fd < 256; fd++)
		(void)close(fd);
	(void)clock_gettime(CLOCK_BOOTTIME, &end);
	end.tv_sec += seconds;
	while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &end, NULL) == EINTR)
		;
	(void)execv(PROGRAM, words);
	_exit(1);
}

int
enable_services_timer(unsigned seconds)
{
	char when[48];
	const char *const words[] = { "systemd-run", "--quiet", "--unit=" TIMER, when,
		"--timer-property=AccuracySec=1s", "--collect", PROGRAM, "disable",
		"--rollback", "--quiet", NULL };
	pid_t pid;

	(void)snprintf(when, sizeof(when), "--on-active=%us", seconds);
	if (run_has_systemd() && run(words, NULL) == 0)
		return 0;
	pid = fork();
	if (pid == 0)
		become_timer(seconds);
	return pid < 0;
}

void
enable_services_cancel(void)
{
	const char *const words[] = { "systemctl", "stop", TIMER ".timer", NULL };

	/* a timer process finds the change confirmed, and leaves it */
	if (run_has_systemd())
		(void)run(words, NULL);
}
