/* SPDX-License-Identifier: Apache-2.0 */
/* pam_dir.c - see pam_dir.h */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/pam_dir.h"
#include "common/base.h"

#define OURS "pam_iamlogin.so"
#define THEIRS "pam_deny.so"

static bool
has(const char *dir, const char *module)
{
	char path[PAM_DIR_SIZE + 32];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, module);
	return access(path, R_OK) == 0;
}

enum pam_dir_result
pam_dir_find(char ret_dir[PAM_DIR_SIZE])
{
	static const char installed[] = IAMLOGIN_PAMDIR;
	bool is_below_usr = strncmp(installed, "/usr/", 5) == 0;
	char twin[PAM_DIR_SIZE];
	const char *const dirs[] = { installed, twin, "/usr/lib64/security",
		"/lib64/security", "/usr/lib/security", "/lib/security" };
	size_t i;

	(void)snprintf(twin, sizeof(twin), "%s%s", is_below_usr ? "" : "/usr",
	    is_below_usr ? installed + 4 : installed);
	for (i = 0; i < BASE_N(dirs); i++) {
		if (!has(dirs[i], THEIRS))
			continue;
		if (has(dirs[i], OURS))
			return PAM_DIR_FOUND;
		(void)snprintf(ret_dir, PAM_DIR_SIZE, "%s", dirs[i]);
		return PAM_DIR_ELSEWHERE;
	}
	return PAM_DIR_UNKNOWN;
}
