/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_bypass_services.c - ways in that never ask sshd or PAM, and sudoers */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/doctor.h"
#include "cli/lines.h"
#include "cli/rewrite.h"

/* What is there when @path is, what it means, and what closes it. */
static const struct {
	const char *path;
	enum doctor_level level;
	const char *check, *text, *remedy;
} ways[] = {
	{ "/usr/bin/amazon-ssm-agent", DOCTOR_WARNING, "session manager",
	    "Session Manager and Run Command never ask PAM: whoever IAM lets start them is in, "
	    "Run Command as root",
	    "RunAs in the session document, and a service control policy on "
	    "ssm:SendCommand and ssm:StartSession (iamlogin guardrails)" },
	{ "/snap/bin/amazon-ssm-agent.ssm-cli", DOCTOR_WARNING, "session manager",
	    "Session Manager and Run Command (snap) never ask PAM: whoever IAM lets start them "
	    "is in, Run Command as root",
	    "RunAs in the session document, and a service control policy on "
	    "ssm:SendCommand and ssm:StartSession (iamlogin guardrails)" },
	{ "/usr/bin/cloud-init", DOCTOR_WARNING, "user data",
	    "cloud-init runs user data as root: whoever may ec2:ModifyInstanceAttribute and "
	    "stop and start this instance is root at its next boot",
	    "deny ec2:ModifyInstanceAttribute by a service control policy; touch "
	    "/etc/cloud/cloud-init.disabled when the first boot is over" },
	{ "/var/run/docker.sock", DOCTOR_WARNING, "containers",
	    "whoever may write to docker's socket is root",
	    "nobody in the group docker; or rootless containers" },
	{ "/usr/sbin/dropbear", DOCTOR_FAILED, "other ssh",
	    "dropbear does not ask iamlogin for keys", "apt-get purge dropbear-bin" },
	{ "/usr/sbin/in.telnetd", DOCTOR_FAILED, "telnet", "a telnet daemon is installed",
	    "remove it" },
	{ "/usr/sbin/in.rshd", DOCTOR_FAILED, "rsh", "an rsh daemon is installed",
	    "remove it" },
	{ "/usr/lib/cockpit/cockpit-ws", DOCTOR_WARNING, "cockpit",
	    "cockpit logs local accounts in by password",
	    "systemctl disable --now "
	    "cockpit.socket" },
	{ "/etc/systemd/system/debug-shell.service", DOCTOR_FAILED, "debug shell",
	    "systemd's debug-shell gives root on tty9 without a password",
	    "systemctl disable --now debug-shell" },
	{ "/etc/systemd/system/sysinit.target.wants/debug-shell.service", DOCTOR_FAILED,
	    "debug shell", "systemd's debug-shell gives root on tty9 without a password",
	    "systemctl disable --now debug-shell" },
	{ "/etc/hosts.equiv", DOCTOR_FAILED, "rhosts",
	    "hosts.equiv lets other hosts vouch for their users", "rm /etc/hosts.equiv" },
	{ "/dev/ttyS0", DOCTOR_WARNING, "serial console",
	    "the EC2 serial console asks login(1) for a local password: as good as the "
	    "passwords of local accounts",
	    "aws ec2 disable-serial-console-access, or keep it as break-glass for an account "
	    "with a password" },
};

/* A rule for somebody else than root and our group, that asks for no password. */
static void
check_sudoers(struct doctor *doctor, const char *path)
{
	_cleanup_free_ char *text = NULL;
	const char *cursor;
	struct span line, rest, who;
	char shown[128];

	if (rewrite_read(path, &text) != 0 || text == NULL)
		return;
	cursor = text;
	while (lines_next(&cursor, &line)) {
		rest = lines_up_to(line, '#');
		if (!lines_find(rest, "NOPASSWD") || !lines_word(&rest, &who) ||
		    lines_is(who, "root") || lines_is(who, "%iamlogin-sudo") ||
		    lines_starts(who, "Defaults"))
			continue;
		lines_copy(who, shown, sizeof(shown));
		doctor_say(doctor, DOCTOR_WARNING, "sudo",
		    "take the rule out, or [accounts] local = break_glass, so that nobody "
		    "comes in as it",
		    "%s: %s is root without a password", path, shown);
	}
}

static void
check_sudoers_dir(struct doctor *doctor)
{
	DIR *dir = opendir("/etc/sudoers.d");
	struct dirent *found;
	char path[512];

	check_sudoers(doctor, "/etc/sudoers");
	while (dir != NULL && (found = readdir(dir)) != NULL) {
		/* sudo reads neither names with a dot nor such that end in a tilde */
		if (strchr(found->d_name, '.') != NULL ||
		    strchr(found->d_name, '~') != NULL)
			continue;
		(void)snprintf(path, sizeof(path), "/etc/sudoers.d/%s", found->d_name);
		check_sudoers(doctor, path);
	}
	if (dir != NULL)
		(void)closedir(dir);
}

void
doctor_bypass_services(struct doctor *doctor)
{
	struct stat st;
	size_t i;

	for (i = 0; i < BASE_N(ways); i++)
		if (stat(ways[i].path, &st) == 0)
			doctor_say(doctor, ways[i].level, ways[i].check, ways[i].remedy,
			    "%s", ways[i].text);
	check_sudoers_dir(doctor);
	doctor_pam(doctor);
}
