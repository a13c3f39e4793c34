/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paths_test.c - paths that tests fill; contract in paths_test.h
 *
 * Does not include common/paths.h: there the same objects are const.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/support/paths_test.h"

#define PATHS_TEST_SIZE 256

extern char paths_config[], paths_run_dir[], paths_snapshot[], paths_doors[], paths_keys[],
    paths_socket[], paths_doorbell[], paths_warden_flag[], paths_pam_dir[], paths_pam_spool[],
    paths_sessions[], paths_state_dir[], paths_warden_dir[], paths_warden_memory[],
    paths_agent_dir[], paths_home_dir[], paths_skel[], paths_login_defs[],
    paths_passwd[], paths_group[];

char paths_config[PATHS_TEST_SIZE];
char paths_run_dir[PATHS_TEST_SIZE];
char paths_snapshot[PATHS_TEST_SIZE];
char paths_doors[PATHS_TEST_SIZE];
char paths_keys[PATHS_TEST_SIZE];
char paths_socket[PATHS_TEST_SIZE];
char paths_doorbell[PATHS_TEST_SIZE];
char paths_warden_flag[PATHS_TEST_SIZE];
char paths_pam_dir[PATHS_TEST_SIZE];
char paths_pam_spool[PATHS_TEST_SIZE];
char paths_sessions[PATHS_TEST_SIZE];
char paths_state_dir[PATHS_TEST_SIZE];
char paths_warden_dir[PATHS_TEST_SIZE];
char paths_warden_memory[PATHS_TEST_SIZE];
char paths_agent_dir[PATHS_TEST_SIZE];
char paths_home_dir[PATHS_TEST_SIZE];
char paths_skel[PATHS_TEST_SIZE];
char paths_login_defs[PATHS_TEST_SIZE];
char paths_passwd[PATHS_TEST_SIZE];
char paths_group[PATHS_TEST_SIZE];

static void
set_path(char *path, const char *dir, const char *below)
{
	if (snprintf(path, PATHS_TEST_SIZE, "%s/%s", dir, below) >= PATHS_TEST_SIZE) {
		(void)fprintf(stderr, "paths_test: %s is too long\n", dir);
		abort();
	}
}

static void
make_dir(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST) {
		perror(path);
		abort();
	}
}

void
paths_test_set(const char *dir)
{
	set_path(paths_config, dir, "iamlogin.conf");
	set_path(paths_run_dir, dir, "run");
	set_path(paths_snapshot, dir, "run/snapshot");
	set_path(paths_doors, dir, "run/local");
	set_path(paths_keys, dir, "run/keys");
	set_path(paths_socket, dir, "run/socket");
	set_path(paths_doorbell, dir, "run/doorbell");
	set_path(paths_warden_flag, dir, "run/warden");
	set_path(paths_pam_dir, dir, "pam");
	set_path(paths_pam_spool, dir, "pam/audit");
	set_path(paths_sessions, dir, "pam/session");
	set_path(paths_state_dir, dir, "state");
	set_path(paths_warden_dir, dir, "warden");
	set_path(paths_warden_memory, dir, "warden/said");
	set_path(paths_agent_dir, dir, "agent");
	set_path(paths_home_dir, dir, "home");
	set_path(paths_skel, dir, "skel");
	set_path(paths_login_defs, dir, "login.defs");
	set_path(paths_passwd, dir, "passwd");
	set_path(paths_group, dir, "group");
	make_dir(paths_run_dir);
	make_dir(paths_pam_dir);
	make_dir(paths_sessions);
	make_dir(paths_state_dir);
}
