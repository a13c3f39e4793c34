/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - iamlogin-warden: the few things that need root
 *
 * Room: warden. Takes no orders: an option says which of the two jobs, the published files
 * and the agent's own say the rest. Homes and revocation are one run that ends; watching
 * Session Manager's sessions goes on.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "warden/round.h"
#include "warden/say.h"
#include "warden/seal.h"
#include "warden/watch.h"

enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 64,
	EXIT_NOT_ROOT = 77,
};

static const char usage[] =
    "usage: iamlogin-warden [--sessions | --help | --version]\n"
    "\n"
    "                 make homes of Session Manager's accounts, end what was revoked\n"
    "  --sessions     watch who stands behind Session Manager's sessions, until SIGTERM\n"
    "  --help         this text\n"
    "  --version      the version\n"
    "\n"
    "Started by its units; takes no orders beyond these.\n";

int
main(int argc, char **argv)
{
	bool is_watch = argc == 2 && strcmp(argv[1], "--sessions") == 0;
	int r;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		(void)fputs(usage, stdout);
		return EXIT_OK;
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		(void)printf("iamlogin-warden %s\n", PACKAGE_VERSION);
		return EXIT_OK;
	}
	if (argc != 1 && !is_watch) {
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (geteuid() != 0) {
		say_line(LOG_ERR, "only root can give somebody a home");
		return EXIT_NOT_ROOT;
	}
	(void)umask(077);
	r = seal(is_watch ? SEAL_SESSIONS : SEAL_HOMES);
	if (r != 0) {
		say_line(LOG_ERR, "capabilities or system calls cannot be given up: %s",
		    strerror(-r));
		return EXIT_FAILED;
	}
	if (!is_watch)
		return round_run() == 0 ? EXIT_OK : EXIT_FAILED;
	r = watch_run();
	if (r != 0)
		say_line(LOG_ERR, "sessions cannot be watched: %s", strerror(-r));
	return r == 0 ? EXIT_OK : EXIT_FAILED;
}
