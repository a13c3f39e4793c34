/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_pam.c - PAM stacks evaluated, sudo's groups, SELinux */
#include <dirent.h>
#include <string.h>
#include <sys/xattr.h>

#include "cli/doctor.h"
#include "cli/enable_pam.h"
#include "cli/lines.h"
#include "cli/pam_dir.h"
#include "cli/pam_stack.h"
#include "cli/rewrite.h"
#include "cli/run.h"
#include "common/file.h"

#define PAM_DIR "/etc/pam.d"
#define SELINUX_MODULE "/usr/share/selinux/packages/iamlogin.pp"
#define MKHOMEDIR_HELPER "/sbin/mkhomedir_helper" /* what pam_mkhomedir runs */

/* Services that let somebody in, or make them somebody else. */
static bool
is_way_in(const char *service)
{
	static const char *const ways[] = { "sshd", "login", "remote", "su", "su-l",
		"sudo", "sudo-i", "cron", "crond", "atd", "systemd-user", "other",
		"gdm-password", "lightdm", "sddm", "cockpit", "xrdp-sesman", "polkit-1",
		"vsftpd", "ftpd" };
	size_t i;

	for (i = 0; i < BASE_N(ways); i++)
		if (strcmp(service, ways[i]) == 0)
			return true;
	return false;
}

/* For root alone by their own account of it, or no way in at all. */
static bool
is_indifferent(const char *service)
{
	static const char *const names[] = { "runuser", "runuser-l", "newusers",
		"chpasswd", "chfn", "chsh", "passwd", "useradd", "userdel", "usermod",
		"groupadd", "groupdel", "groupmod", "groupmems", "chage", "chgpasswd",
		"authselect", "postlogin", "config-util", "fingerprint-auth",
		"smartcard-auth", "vlock", "system-auth", "password-auth" };
	size_t i;

	if (strncmp(service, "common-", 7) == 0 || service[0] == '.' ||
	    strchr(service, '~') != NULL || strstr(service, ".dpkg-") != NULL ||
	    strstr(service, ".rpm") != NULL)
		return true;
	for (i = 0; i < BASE_N(names); i++)
		if (strcmp(service, names[i]) == 0)
			return true;
	return false;
}

static bool
check_service(struct doctor *doctor, const char *service)
{
	enum doctor_level level = is_way_in(service) ? DOCTOR_FAILED : DOCTOR_WARNING;
	char where[160];

	switch (pam_stack_evaluate(PAM_DIR, service, "account", where)) {
	case PAM_STACK_DENIES:
	case PAM_STACK_EMPTY: /* libpam takes "other" */
		return true;
	case PAM_STACK_SUCCEEDS:
		doctor_say(doctor, level, "pam",
		    "put the account line of pam_iamlogin before it (iamlogin enable)",
		    PAM_DIR "/%s lets in whom pam_iamlogin denies: %s", service, where);
		return false;
	case PAM_STACK_ABSENT:
		doctor_say(doctor, level, "pam",
		    "iamlogin enable; or add: account [success=ok ignore=ignore default=die] "
		    "pam_iamlogin.so",
		    PAM_DIR "/%s does not ask pam_iamlogin", service);
		return false;
	case PAM_STACK_BROKEN:
		doctor_say(doctor, DOCTOR_FAILED, "pam",
		    "mend the include: libpam refuses everybody",
		    PAM_DIR "/%s includes a file that is missing", service);
		return false;
	}
	return false;
}

static void
check_session(struct doctor *doctor)
{
	_cleanup_free_ char *text = NULL, *edited = NULL;

	if (rewrite_read(PAM_DIR "/sshd", &text) != 0 || text == NULL)
		return;
	if (enable_pam_add_session(text, &edited) == 0 && strcmp(text, edited) == 0)
		doctor_say(doctor, DOCTOR_OK, "pam", NULL,
		    "sshd's session line stands directly behind pam_loginuid");
	else
		doctor_say(doctor, DOCTOR_FAILED, "pam",
		    "in " PAM_DIR
		    "/sshd, directly behind pam_loginuid.so: session requisite "
		    "pam_iamlogin.so",
		    "sshd's session line is missing or comes too late: on a shared account "
		    "nobody asks whose key it was");
}

static void
check_dir(struct doctor *doctor)
{
	char dir[PAM_DIR_SIZE], remedy[PAM_DIR_SIZE + 128];

	switch (pam_dir_find(dir)) {
	case PAM_DIR_FOUND:
		doctor_say(
		    doctor, DOCTOR_OK, "pam", NULL, "libpam finds pam_iamlogin.so");
		break;
	case PAM_DIR_ELSEWHERE:
		(void)snprintf(remedy, sizeof(remedy),
		    "ln -s " IAMLOGIN_PAMDIR "/pam_iamlogin.so %s/; or apt-get install "
		    "usrmerge",
		    dir);
		doctor_say(doctor, DOCTOR_FAILED, "pam", remedy,
		    "libpam looks for modules in %s, and pam_iamlogin.so is in " IAMLOGIN_PAMDIR
		    ": a stack that names it lets nobody in",
		    dir);
		break;
	case PAM_DIR_UNKNOWN:
		doctor_say(doctor, DOCTOR_WARNING, "pam",
		    "reinstall libpam's modules (libpam-modules, pam)",
		    "libpam's own modules are not in " IAMLOGIN_PAMDIR
		    " nor near it: where it looks is not known");
		break;
	}
}

void
doctor_pam(struct doctor *doctor)
{
	DIR *dir = opendir(PAM_DIR);
	struct dirent *found;
	size_t n = 0, n_good = 0;

	while (dir != NULL && (found = readdir(dir)) != NULL) {
		if (is_indifferent(found->d_name))
			continue;
		n++;
		n_good += check_service(doctor, found->d_name);
	}
	if (dir != NULL)
		(void)closedir(dir);
	check_dir(doctor);
	if (n == n_good)
		doctor_say(doctor, DOCTOR_OK, "pam", NULL,
		    "%zu services: none ends in success when pam_iamlogin denies", n);
	check_session(doctor);
}

void
doctor_sudo(struct doctor *doctor)
{
	_cleanup_free_ char *text = NULL, *conf = NULL;
	const char *cursor;
	struct span line, word;
	bool is_dynamic = false;

	if (!run_exists("sudo")) {
		doctor_say(doctor, DOCTOR_OK, "sudo", NULL, "is not installed");
		return;
	}
	if (rewrite_read("/etc/sudoers.d/iamlogin", &text) != 0 || text == NULL ||
	    strstr(text, "%iamlogin-sudo") == NULL)
		doctor_say(doctor, DOCTOR_WARNING, "sudo", "iamlogin enable",
		    "there is no rule for the group iamlogin-sudo");
	else
		doctor_say(doctor, DOCTOR_OK, "sudo", NULL,
		    "/etc/sudoers.d/iamlogin is for the group iamlogin-sudo");
	(void)rewrite_read("/etc/sudo.conf", &conf);
	cursor = conf != NULL ? conf : "";
	while (lines_next(&cursor, &line))
		if (lines_word(&line, &word) && lines_is(word, "Set") &&
		    lines_word(&line, &word) && lines_is(word, "group_source") &&
		    lines_word(&line, &word))
			is_dynamic = lines_is(word, "dynamic");
	if (is_dynamic)
		doctor_say(doctor, DOCTOR_OK, "sudo", NULL,
		    "asks for groups anew (group_source dynamic)");
	else
		doctor_say(doctor, DOCTOR_OK, "sudo", NULL,
		    "goes by the groups of the login; who was granted sudo since has to log "
		    "in again (\"Set group_source dynamic\" in /etc/sudo.conf changes that)");
}

static bool
has_mkhomedir(void)
{
	static const char *const files[] = { PAM_DIR "/sshd", PAM_DIR "/common-session",
		PAM_DIR "/system-auth", PAM_DIR "/password-auth" };
	const char *cursor;
	struct span line;
	size_t i;

	for (i = 0; i < BASE_N(files); i++) {
		_cleanup_free_ char *text = NULL;

		if (rewrite_read(files[i], &text) != 0 || text == NULL)
			continue;
		for (cursor = text; lines_next(&cursor, &line);)
			if (lines_find(lines_up_to(line, '#'), "pam_mkhomedir.so"))
				return true;
	}
	return false;
}

/*
 * The helper makes homes in the domain of the oddjob policy. Debian ships that policy switched
 * off: then the helper stays in sshd's domain, which may not write to /home.
 */
static void
check_mkhomedir(struct doctor *doctor)
{
	char label[256] = "";
	ssize_t n;

	if (!has_mkhomedir())
		return;
	n = getxattr(MKHOMEDIR_HELPER, "security.selinux", label, sizeof(label) - 1);
	if (n <= 0 || strstr(label, ":oddjob_mkhomedir_exec_t") != NULL)
		return;
	doctor_say(doctor, DOCTOR_WARNING, "selinux",
	    "semodule -e oddjob; restorecon -v " MKHOMEDIR_HELPER,
	    "pam_mkhomedir makes no home where SELinux enforces: its helper has no domain of "
	    "its own");
}

void
doctor_selinux(struct doctor *doctor)
{
	const char *const words[] = { "semodule", "-l", NULL };
	_cleanup_free_ char *modules = NULL;
	bool is_built = access(SELINUX_MODULE, R_OK) == 0;
	char enforce[8];

	if (file_read_text("/sys/fs/selinux/enforce", enforce, sizeof(enforce)) != 0) {
		doctor_say(doctor, DOCTOR_OK, "selinux", NULL, "is off");
		return;
	}
	if (run(words, &modules) == 0 && modules != NULL &&
	    strstr(modules, "iamlogin") != NULL)
		doctor_say(
		    doctor, DOCTOR_OK, "selinux", NULL, "the policy module is loaded");
	else
		doctor_say(doctor, enforce[0] == '1' ? DOCTOR_FAILED : DOCTOR_WARNING,
		    "selinux",
		    is_built ? "semodule -i " SELINUX_MODULE
			     : "build it from packaging/selinux of the source with "
			       "checkmodule -M -m and semodule_package, then semodule -i",
		    "is %s, without the policy module of iamlogin",
		    enforce[0] == '1' ? "enforcing" : "permissive");
	check_mkhomedir(doctor);
}
