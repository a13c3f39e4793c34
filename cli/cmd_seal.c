/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_seal.c - iamlogin seal: nothing of this instance goes into the image
 *
 * Room: cli. Exit: 0 sealed; 1 something is left, which is named; 77 not root.
 */
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/files.h"
#include "cli/output.h"
#include "cli/request.h"
#include "cli/rewrite.h"
#include "cli/run.h"
#include "common/paths.h"
#include "common/published_format.h"
#include "common/wire.h"

/* What the daemon and the modules keep; the directories themselves stay. */
static const char *const places[] = { paths_state_dir, paths_run_dir, paths_pam_dir,
	IAMLOGIN_LOGDIR };

static char instance_id[64]; /* nftw(3) hands nothing through */
static unsigned n_wiped, n_left;

static void
left(const char *path, const char *why)
{
	n_left++;
	(void)printf("left   ");
	output_text(path);
	(void)printf(" (%s)\n", why);
}

static int
wipe_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	if (ftw->level == 0)
		return 0;
	if (type == FTW_DP) {
		/* its own kind of emptiness: PAM's session directory comes back at boot */
		if (rmdir(path) < 0)
			left(path, strerror(errno));
	} else if (unlink(path) < 0) {
		left(path, strerror(errno));
	} else {
		n_wiped++;
		(void)printf("wiped  ");
		output_text(path);
		(void)putchar('\n');
	}
	return 0;
}

/* The proof: walk again, over the configuration, too. */
static int
prove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	_cleanup_free_ char *text = NULL;

	(void)st;
	(void)ftw;
	if (type != FTW_F || instance_id[0] == '\0' || rewrite_read(path, &text) != 0 ||
	    text == NULL)
		return 0;
	if (strstr(text, instance_id) != NULL)
		left(path, "it names this instance");
	return 0;
}

static int
count_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	if (ftw->level > 0)
		left(path, "it is still there");
	return 0;
}

static int
show_home(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	if (ftw->level == 0)
		return FTW_CONTINUE;
	if (type == FTW_D && st->st_uid >= IDS_FIRST && st->st_uid <= IDS_LAST) {
		(void)printf("note   ");
		output_text(path);
		(void)printf(" is somebody's home, and goes into the image\n");
	}
	return FTW_SKIP_SUBTREE;
}

static bool
is_daemon_up(void)
{
	const struct request request = { .op = WIRE_STATUS, .wait_ms = REQUEST_MS };
	_cleanup_reply_ struct request_reply reply = { .json = NULL };

	return request_json(&request, &reply) == 0;
}

static void
remember_instance(void)
{
	_cleanup_json_ struct json_object *status = files_status();
	const char *id = output_string(status, "instance");

	if (id != NULL)
		(void)snprintf(instance_id, sizeof(instance_id), "%s", id);
}

static int
seal(void)
{
	size_t i;

	for (i = 0; i < BASE_N(places); i++)
		(void)nftw(places[i], wipe_one, 16, FTW_PHYS | FTW_DEPTH);
	for (i = 0; i < BASE_N(places); i++)
		(void)nftw(places[i], count_one, 16, FTW_PHYS);
	(void)nftw("/etc/iamlogin", prove_one, 16, FTW_PHYS);
	(void)nftw("/home", show_home, 16, FTW_PHYS | FTW_ACTIONRETVAL);
	if (access("/var/log/journal", F_OK) == 0)
		(void)printf(
		    "note   the journal has our records of this instance: journalctl "
		    "--rotate && journalctl --vacuum-time=1s\n");
	if (n_left > 0) {
		output_error("not sealed: %u things are left", n_left);
		return SEAL_LEFT;
	}
	(void)printf("sealed: %u files of this instance%s%s are gone, and none is left\n",
	    n_wiped, instance_id[0] != '\0' ? ", " : "", instance_id);
	return CLI_OK;
}

int
cmd_seal(const struct cli *cli)
{
	const char *const stop[] = { "systemctl", "stop", "iamlogind.socket",
		"iamlogin-warden.path", "iamlogin-warden.service",
		"iamlogin-warden-sessions.service", "iamlogind.service", NULL };

	(void)cli;
	if (geteuid() != 0)
		return request_denied();
	remember_instance();
	if (run_has_systemd())
		(void)run(stop, NULL);
	if (is_daemon_up()) {
		output_error("iamlogind is running: stop it first");
		return SEAL_LEFT;
	}
	return seal();
}
