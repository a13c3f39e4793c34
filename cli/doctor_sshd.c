/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_sshd.c - who really owns sshd's keys, and keys that lie about */
#include <string.h>
#include <sys/stat.h>

#include "cli/doctor.h"
#include "cli/enable_conf.h"
#include "cli/output.h"
#include "cli/rewrite.h"
#include "cli/sshd_facts.h"
#include "common/paths.h"

static void
check_owner(struct doctor *doctor, const char *dump, const char *user)
{
	char command[SSHD_FACTS_VALUE] = "none", runs_as[SSHD_FACTS_VALUE] = "";

	(void)sshd_facts_value(dump, "authorizedkeyscommand", command);
	(void)sshd_facts_value(dump, "authorizedkeyscommanduser", runs_as);
	if (sshd_facts_classify(command) != SSHD_COMMAND_OURS)
		doctor_say(doctor, DOCTOR_FAILED, "sshd",
		    "iamlogin enable; the first line of sshd_config has to be Include "
		    "/etc/ssh/sshd_config.d/*.conf, and no earlier Match may set it",
		    "for %s, AuthorizedKeysCommand is \"%s\"", user, command);
	else if (strcmp(runs_as, "iamlogin-keys") != 0)
		doctor_say(doctor, DOCTOR_FAILED, "sshd",
		    "AuthorizedKeysCommandUser iamlogin-keys",
		    "for %s, the keys command runs as %s", user, runs_as);
	else
		doctor_say(doctor, DOCTOR_OK, "sshd", NULL,
		    "for %s, iamlogin gives the keys", user);
}

/* Certificates: what sshd trusts and asks is what iamlogin.conf says. */
static void
check_certificates(struct doctor *doctor, const char *dump, const char *user)
{
	char ca[SSHD_FACTS_VALUE] = "none", command[SSHD_FACTS_VALUE] = "none";
	_cleanup_free_ char *conf = NULL, *wanted = NULL;

	(void)sshd_facts_value(dump, "trustedusercakeys", ca);
	(void)sshd_facts_value(dump, "authorizedprincipalscommand", command);
	if (rewrite_read(paths_config, &conf) != 0 || conf == NULL)
		return;
	wanted = enable_conf_get(conf, "keys", "trusted_user_ca_keys");
	if (wanted == NULL || wanted[0] == '\0') {
		if (strcmp(ca, "none") != 0)
			doctor_say(doctor, DOCTOR_WARNING, "sshd",
			    "[keys] trusted_user_ca_keys in iamlogin.conf, then iamlogin "
			    "enable",
			    "trusts the certificates of %s, but people of ours do not come "
			    "in by them",
			    ca);
		return;
	}
	if (strcmp(ca, wanted) != 0)
		doctor_say(doctor, DOCTOR_FAILED, "sshd", "iamlogin enable",
		    "for %s, TrustedUserCAKeys is \"%s\", not %s", user, ca, wanted);
	if (sshd_facts_classify(command) != SSHD_COMMAND_OURS)
		doctor_say(doctor, DOCTOR_FAILED, "sshd",
		    "take AuthorizedPrincipalsCommand out of the earlier Match",
		    "for %s, the principals of a certificate are asked of \"%s\"", user,
		    command);
}

/* What the Match Group of our drop-in is for. */
static void
check_person(struct doctor *doctor, const char *user)
{
	_cleanup_free_ char *dump = NULL;
	char value[SSHD_FACTS_VALUE] = "";

	if (sshd_facts_dump(user, &dump) != 0)
		return;
	check_owner(doctor, dump, user);
	check_certificates(doctor, dump, user);
	if (sshd_facts_value(dump, "authorizedkeysfile", value) &&
	    strcmp(value, "none") != 0)
		doctor_say(doctor, DOCTOR_FAILED, "sshd",
		    "an earlier Match wins over 00-iamlogin.conf: take AuthorizedKeysFile "
		    "out of it",
		    "%s may log in by keys in %s", user, value);
	if (sshd_facts_value(dump, "permittunnel", value) && strcmp(value, "no") != 0)
		doctor_say(doctor, DOCTOR_FAILED, "sshd",
		    "take PermitTunnel out of the earlier Match",
		    "a refused %s would still get a tunnel", user);
}

void
doctor_sshd(struct doctor *doctor)
{
	char value[SSHD_FACTS_VALUE], from[SSHD_FACTS_VALUE];
	struct json_object *users = doctor_users(doctor);
	_cleanup_free_ char *dump = NULL;
	const char *name = NULL;
	int r = sshd_facts_dump("root", &dump);

	if (r == -ENOENT) {
		doctor_say(doctor, DOCTOR_WARNING, "sshd", "install openssh-server",
		    "there is no sshd here");
		return;
	}
	if (r != 0) {
		doctor_say(doctor, DOCTOR_FAILED, "sshd", "sshd -t",
		    "refuses its configuration: %s", dump != NULL ? dump : strerror(-r));
		return;
	}
	check_owner(doctor, dump, "root");
	if (!sshd_facts_value(dump, "usepam", value) || strcmp(value, "yes") != 0)
		doctor_say(doctor, DOCTOR_FAILED, "sshd", "UsePAM yes in sshd_config",
		    "does not use PAM: nobody decides");
	if (sshd_facts_started_with("AuthorizedKeysCommand", value, from))
		doctor_say(doctor, DOCTOR_OK, "sshd", NULL,
		    "the option in %s is overruled by our Match", from);
	if (output_length(users) > 0)
		name = output_string(json_object_array_get_idx(users, 0), "name");
	if (name != NULL)
		check_person(doctor, name);
}

void
doctor_stray_keys(struct doctor *doctor)
{
	static const char *const files[] = { ".ssh/authorized_keys",
		".ssh/authorized_keys2" };
	struct json_object *users = doctor_users(doctor);
	size_t i, j, n_stray = 0;
	char path[512];
	struct stat st;

	for (i = 0; i < output_length(users); i++)
		for (j = 0; j < BASE_N(files); j++) {
			const char *home =
			    output_string(json_object_array_get_idx(users, i), "home");

			if (home == NULL || home[0] != '/')
				continue;
			(void)snprintf(path, sizeof(path), "%s/%s", home, files[j]);
			if (lstat(path, &st) < 0)
				continue;
			n_stray++;
			doctor_say(doctor, DOCTOR_WARNING, "stray keys",
			    "remove it: sshd does not read it, and would if the drop-in "
			    "went",
			    "%s", path);
		}
	if (n_stray == 0)
		doctor_say(doctor, DOCTOR_OK, "stray keys", NULL,
		    "no authorized_keys in a home of ours");
}
