/* SPDX-License-Identifier: Apache-2.0 */
/* enable_build.c - see enable_build.h */
#include <string.h>
#include <sys/stat.h>

#include "cli/enable_build.h"
#include "cli/enable_checks.h"
#include "cli/enable_conf.h"
#include "cli/enable_nsswitch.h"
#include "cli/enable_pam.h"
#include "cli/enable_pam_debian.h"
#include "cli/enable_pam_redhat.h"
#include "cli/imds_fence.h"
#include "cli/rewrite.h"
#include "cli/sshd_facts.h"
#include "common/paths.h"

#define NSSWITCH "/etc/nsswitch.conf"
#define PAM_SSHD "/etc/pam.d/sshd"
#define DROPIN "/etc/ssh/sshd_config.d/00-iamlogin.conf"
#define SUDOERS "/etc/sudoers.d/iamlogin"
#define SAMPLES IAMLOGIN_SAMPLEDIR

static int
set_value(
    struct enable_plan *plan, const char *section, const char *key, const char *value)
{
	_cleanup_free_ char *text = NULL;
	char *edited = NULL;

	if (value == NULL)
		return 0;
	if (strchr(value, '\n') != NULL)
		return enable_plan_refuse(
		    plan, "[%s] %s: one line, please", section, key);
	if (enable_plan_read(plan, paths_config, &text) != 0)
		return 1;
	if (enable_conf_set(text != NULL ? text : "", section, key, value, &edited) != 0)
		return enable_plan_refuse(plan, "out of memory");
	return enable_plan_set(plan, paths_config, edited, 0644);
}

/* A command of somebody else keeps answering, behind ours, where that can be. */
static int
take_over(struct enable_plan *plan)
{
	char command[SSHD_FACTS_VALUE];
	_cleanup_free_ char *text = NULL, *chain = NULL;

	switch (enable_checks_owner(plan, command)) {
	case SSHD_COMMAND_NONE:
	case SSHD_COMMAND_OURS:
		return 0;
	case SSHD_COMMAND_EIC:
		return set_value(plan, "keys", "instance_connect", "yes");
	case SSHD_COMMAND_USERDB:
	case SSHD_COMMAND_OTHER:
		break;
	default:
		return 1;
	}
	if (enable_plan_read(plan, paths_config, &text) != 0)
		return 1;
	chain = enable_conf_get(text != NULL ? text : "", "keys", "chain");
	return chain != NULL ? 0 : set_value(plan, "keys", "chain", command);
}

static int
plan_configuration(struct enable_plan *plan, const struct enable_options *options)
{
	if (set_value(plan, "principals", "users", options->users) != 0 ||
	    set_value(plan, "principals", "roles", options->roles) != 0 ||
	    set_value(plan, "login", "allow", options->allow) != 0 ||
	    set_value(plan, "sudo", "allow", options->sudo) != 0 ||
	    set_value(plan, "accounts", "break_glass", options->break_glass) != 0)
		return 1;
	return take_over(plan) != 0 || enable_checks_configuration(plan) != 0;
}

static int
plan_nsswitch(struct enable_plan *plan)
{
	_cleanup_free_ char *text = NULL;
	char *edited = NULL;

	if (enable_plan_read(plan, NSSWITCH, &text) != 0)
		return 1;
	switch (enable_nsswitch_add(text != NULL ? text : "", &edited)) {
	case 0:
		return enable_plan_set(plan, NSSWITCH, edited, 0644);
	case ENABLE_NSSWITCH_E_NO_FILES:
		return enable_plan_refuse(plan,
		    NSSWITCH ": passwd or group names neither files nor compat, so local "
			     "names could not win over ours");
	case ENABLE_NSSWITCH_E_RETURNS:
		return enable_plan_refuse(plan,
		    NSSWITCH ": [NOTFOUND=return] behind files ends each search: nobody "
			     "behind it is ever asked");
	case ENABLE_NSSWITCH_E_ORDER:
		return enable_plan_refuse(plan,
		    NSSWITCH ": iamlogin stands before files; local names must win");
	default:
		return enable_plan_refuse(plan, "out of memory");
	}
}

static int
plan_sample(struct enable_plan *plan, const char *sample, const char *path, mode_t mode)
{
	char *text = NULL;

	if (rewrite_read(sample, &text) != 0 || text == NULL)
		return enable_plan_refuse(plan, "%s: cannot be read", sample);
	return enable_plan_set(plan, path, text, mode);
}

/* Whoever could write to it would let in whomever they like. */
static bool
is_roots_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == 0 &&
	       (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* What is trusted for our people alone goes to the section that is about them. */
static int
plan_dropin(struct enable_plan *plan)
{
	static const char head[] = "\nMatch Group iamlogin-users\n";
	_cleanup_free_ char *text = NULL, *conf = NULL, *ca = NULL;
	char *whole = NULL, *at = NULL;

	if (enable_plan_read(plan, paths_config, &conf) != 0)
		return 1;
	ca = enable_conf_get(conf != NULL ? conf : "", "keys", "trusted_user_ca_keys");
	if (ca == NULL || ca[0] == '\0')
		return plan_sample(plan, SAMPLES "/00-iamlogin.conf", DROPIN, 0644);
	if (!is_roots_file(ca))
		return enable_plan_refuse(plan,
		    "[keys] trusted_user_ca_keys: %.200s is no file that root alone may "
		    "write",
		    ca);
	if (rewrite_read(SAMPLES "/00-iamlogin.conf", &text) == 0 && text != NULL)
		at = strstr(text, head);
	if (at == NULL)
		return enable_plan_refuse(
		    plan, "%s: cannot be read", SAMPLES "/00-iamlogin.conf");
	at += strlen(head);
	if (asprintf(&whole, "%.*s\tTrustedUserCAKeys %s\n%s", (int)(at - text), text, ca,
		at) < 0)
		return enable_plan_refuse(plan, "out of memory");
	return enable_plan_set(plan, DROPIN, whole, 0644);
}

static int
plan_session(struct enable_plan *plan)
{
	_cleanup_free_ char *text = NULL;
	char *edited = NULL;

	if (enable_plan_read(plan, PAM_SSHD, &text) != 0)
		return 1;
	if (text == NULL)
		return enable_plan_refuse(plan, PAM_SSHD " is missing");
	switch (enable_pam_add_session(text, &edited)) {
	case 0:
		return enable_plan_set(plan, PAM_SSHD, edited, 0644);
	case ENABLE_PAM_E_ELSEWHERE:
		return enable_plan_refuse(plan, PAM_SSHD
		    ": the session line of pam_iamlogin stands where other "
		    "modules come first; it belongs directly behind pam_loginuid");
	case ENABLE_PAM_E_NO_PLACE:
		return enable_plan_refuse(plan, PAM_SSHD " has no session line");
	default:
		return enable_plan_refuse(plan, "out of memory");
	}
}

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The order is the order in which they are replaced: what denies comes last. */
int
enable_build(struct enable_plan *plan, const struct enable_options *options)
{
	int r;

	if (enable_checks_installed(plan) != 0 || enable_checks_sshd(plan) != 0 ||
	    plan_configuration(plan, options) != 0 || plan_nsswitch(plan) != 0)
		return 1;
	if (plan_dropin(plan) != 0)
		return 1;
	if (is_directory("/etc/sudoers.d") &&
	    plan_sample(plan, SAMPLES "/iamlogin-sudoers", SUDOERS, 0440) != 0)
		return 1;
	if (options->imds_fence && imds_fence_plan(plan, options->imds_users) != 0)
		return 1;
	r = enable_pam_debian_rules() ? enable_pam_debian(plan, true)
				      : enable_pam_redhat(plan);
	return r != 0 ? r : plan_session(plan);
}

int
enable_build_verify(struct enable_plan *plan)
{
	_cleanup_free_ char *dump = NULL;
	char value[SSHD_FACTS_VALUE] = "";
	int r;

	r = sshd_facts_dump("root", &dump);
	if (r == -ENOENT)
		return 0; /* an image may get its sshd later; doctor looks again */
	if (r != 0)
		return enable_plan_refuse(plan, "sshd refuses its configuration: %.300s",
		    dump != NULL ? dump : strerror(-r));
	if (sshd_facts_value(dump, "authorizedkeyscommand", value) &&
	    sshd_facts_classify(value) == SSHD_COMMAND_OURS)
		return 0;
	return enable_plan_refuse(plan,
	    "sshd does not read " DROPIN
	    ": the first line of /etc/ssh/sshd_config has to be "
	    "\"Include /etc/ssh/sshd_config.d/*.conf\" (it uses \"%s\")",
	    value);
}

char *
enable_build_undo(const char *path, const char *text)
{
	char *edited = NULL;

	if (strcmp(path, NSSWITCH) == 0)
		return enable_nsswitch_remove(text, &edited) == 0 ? edited : NULL;
	if (strncmp(path, "/etc/pam.d/", 11) == 0)
		return enable_pam_remove(text, &edited) == 0 ? edited : NULL;
	if (strcmp(path, DROPIN) == 0 || strcmp(path, SUDOERS) == 0)
		return NULL;
	/* the configuration and pam-auth-update's memory stay as somebody wants them now */
	return strdup(text);
}
