/* SPDX-License-Identifier: Apache-2.0 */
/* enable_checks.c - see enable_checks.h */
#include <string.h>

#include "cli/enable_checks.h"
#include "cli/enable_conf.h"
#include "cli/lines.h"
#include "cli/pam_dir.h"
#include "cli/rewrite.h"
#include "cli/run.h"
#include "common/paths.h"

#define CANDIDATE IAMLOGIN_ENABLEDIR "/candidate.conf"

/* The line of /etc/passwd; local means: without asking any module. */
static bool
local_account(const char *name, char *ret_line, size_t size)
{
	_cleanup_free_ char *passwd = NULL;
	const char *cursor;
	struct span line;

	if (rewrite_read(paths_passwd, &passwd) != 0 || passwd == NULL)
		return false;
	cursor = passwd;
	while (lines_next(&cursor, &line))
		if (lines_is(lines_up_to(line, ':'), name)) {
			lines_copy(line, ret_line, size);
			return true;
		}
	return false;
}

/* A stack that requires what libpam does not find lets nobody in, root included. */
static int
check_pam_dir(struct enable_plan *plan)
{
	char dir[PAM_DIR_SIZE];

	switch (pam_dir_find(dir)) {
	case PAM_DIR_FOUND:
		return 0;
	case PAM_DIR_ELSEWHERE:
		return enable_plan_refuse(plan,
		    "libpam looks for modules in %s, and pam_iamlogin.so is in " IAMLOGIN_PAMDIR
		    ": build with ./configure --with-pamdir=%s, or make "
		    "/lib a link to usr/lib (apt-get install usrmerge)",
		    dir, dir);
	case PAM_DIR_UNKNOWN:
		break;
	}
	return enable_plan_refuse(plan,
	    "libpam's own modules (pam_deny.so) are not in " IAMLOGIN_PAMDIR
	    " nor anywhere near it: where libpam looks is not known");
}

int
enable_checks_installed(struct enable_plan *plan)
{
	static const char *const files[] = { IAMLOGIN_PAMDIR "/pam_iamlogin.so",
		IAMLOGIN_LIBDIR "/libnss_iamlogin.so.2",
		IAMLOGIN_LIBEXECDIR "/iamlogin-authorized-keys", IAMLOGIN_DAEMON };
	static const char *const users[] = { "iamlogin", "iamlogin-keys" };
	char line[512];
	size_t i;

	for (i = 0; i < BASE_N(files); i++)
		if (access(files[i], R_OK) < 0)
			return enable_plan_refuse(
			    plan, "%s: %s", files[i], strerror(errno));
	for (i = 0; i < BASE_N(users); i++)
		if (!local_account(users[i], line, sizeof(line)))
			return enable_plan_refuse(plan,
			    "there is no user %s in %s: run systemd-sysusers", users[i],
			    paths_passwd);
	return check_pam_dir(plan);
}

int
enable_checks_sshd(struct enable_plan *plan)
{
	_cleanup_free_ char *dump = NULL;
	char value[SSHD_FACTS_VALUE];
	int r;

	r = sshd_facts_dump("root", &dump);
	if (r == -ENOENT)
		return 0;
	if (r != 0)
		return enable_plan_refuse(plan,
		    "sshd refuses its configuration of today, so nothing is changed: "
		    "%.300s",
		    dump != NULL ? dump : strerror(-r));
	if (!sshd_facts_value(dump, "usepam", value) || strcmp(value, "yes") != 0)
		return enable_plan_refuse(plan,
		    "sshd does not use PAM: set \"UsePAM yes\" in /etc/ssh/sshd_config");
	return 0;
}

/* "must exist, and be able to log in" as far as /etc/passwd says */
static int
check_break_glass(struct enable_plan *plan, const char *names)
{
	struct span rest = { .at = names, .len = strlen(names) }, word;
	char name[64], line[512], *shell;

	while (lines_word(&rest, &word)) {
		lines_copy(word, name, sizeof(name));
		if (!local_account(name, line, sizeof(line)))
			return enable_plan_refuse(plan,
			    "break-glass account %s is not in %s: who lets you in when "
			    "AWS is gone?",
			    name, paths_passwd);
		shell = strrchr(line, ':');
		if (shell != NULL && (strstr(shell, "/nologin") != NULL ||
					 strstr(shell, "/false") != NULL))
			return enable_plan_refuse(plan,
			    "break-glass account %s has the shell %s: it cannot log in",
			    name, shell + 1);
	}
	return 0;
}

static int
check_daemon(struct enable_plan *plan, const char *text)
{
	const char *const words[] = { IAMLOGIN_DAEMON, "--config", CANDIDATE, "--check",
		NULL };
	_cleanup_free_ char *output = NULL;
	char *at;
	int r;

	if (rewrite_put(CANDIDATE, text, NULL, 0600) != 0)
		return enable_plan_refuse(plan, CANDIDATE ": cannot be written");
	r = run(words, &output);
	(void)rewrite_remove(CANDIDATE);
	if (r == 0)
		return 0;
	/* its message names the candidate: people know the file by its own name */
	at = output != NULL ? strstr(output, CANDIDATE) : NULL;
	return enable_plan_refuse(plan, "the configuration is refused: %s%.300s",
	    at != NULL ? paths_config : "",
	    at != NULL       ? at + strlen(CANDIDATE)
	    : output != NULL ? output
			     : strerror(-r));
}

int
enable_checks_configuration(struct enable_plan *plan)
{
	_cleanup_free_ char *text = NULL, *users = NULL, *roles = NULL, *names = NULL;

	if (enable_plan_read(plan, paths_config, &text) != 0)
		return 1;
	if (text == NULL)
		return enable_plan_refuse(plan, "%s is missing", paths_config);
	if (check_daemon(plan, text) != 0)
		return 1;
	users = enable_conf_get(text, "principals", "users");
	roles = enable_conf_get(text, "principals", "roles");
	if ((users == NULL || users[0] == '\0') && (roles == NULL || roles[0] == '\0'))
		return enable_plan_refuse(plan,
		    "nobody is in scope: say who, e.g. --users 'path:/people/*' "
		    "([principals] users in %s)",
		    paths_config);
	names = enable_conf_get(text, "accounts", "break_glass");
	if (names == NULL || names[0] == '\0')
		return enable_plan_refuse(plan,
		    "there is no break-glass account: name a local one that can always "
		    "log in, e.g. --break-glass root ([accounts] break_glass in %s)",
		    paths_config);
	return check_break_glass(plan, names);
}

static bool
has_foreign_token(const char *command)
{
	const char *at;

	for (at = strchr(command, '%'); at != NULL; at = strchr(at + 2, '%'))
		if (at[1] != 'u' && at[1] != 't' && at[1] != 'k')
			return true;
	return false;
}

static int
refuse_owner(
    struct enable_plan *plan, const char *command, const char *from, const char *because)
{
	(void)enable_plan_refuse(plan,
	    "sshd asks \"%.200s\" for keys (%.100s), which cannot be chained: %s. Set [keys] "
	    "chain in %s to what shall go on, or take it out of sshd's configuration",
	    command, from, because, paths_config);
	return -1;
}

static bool
has_chain(struct enable_plan *plan)
{
	_cleanup_free_ char *text = NULL, *chain = NULL;

	if (enable_plan_read(plan, paths_config, &text) != 0 || text == NULL)
		return false;
	chain = enable_conf_get(text, "keys", "chain");
	return chain != NULL;
}

int
enable_checks_owner(struct enable_plan *plan, char ret_command[SSHD_FACTS_VALUE])
{
	char user[SSHD_FACTS_VALUE] = "", from[SSHD_FACTS_VALUE] = "sshd_config";
	_cleanup_free_ char *dump = NULL;
	enum sshd_command owner;

	ret_command[0] = '\0';
	if (sshd_facts_started_with("AuthorizedKeysCommand", ret_command, from)) {
		char ignored[SSHD_FACTS_VALUE];

		(void)sshd_facts_started_with("AuthorizedKeysCommandUser", user, ignored);
	} else if (sshd_facts_dump("nobody", &dump) == 0) {
		(void)sshd_facts_value(dump, "authorizedkeyscommand", ret_command);
		(void)sshd_facts_value(dump, "authorizedkeyscommanduser", user);
	}
	owner = sshd_facts_classify(ret_command);
	if (owner != SSHD_COMMAND_OTHER || has_chain(plan))
		return (int)owner;
	if (has_foreign_token(ret_command))
		return refuse_owner(
		    plan, ret_command, from, "it wants more than %u, %t and %k");
	if (strcmp(user, "root") == 0)
		return refuse_owner(plan, ret_command, from,
		    "it runs as root, and a chained command as iamlogin-keys");
	return (int)owner;
}
