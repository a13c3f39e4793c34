/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor_bypass.c - ways onto this host that iamlogin does not govern: sshd's own, and the
 * local accounts'
 */
#include <string.h>
#include <sys/stat.h>

#include "cli/doctor.h"
#include "cli/enable_conf.h"
#include "cli/lines.h"
#include "cli/rewrite.h"
#include "cli/sshd_facts.h"
#include "common/paths.h"

/* Is @name one of the words of [accounts] break_glass? Those are meant to get in. */
static bool
is_break_glass(const struct doctor *doctor, const char *name)
{
	_cleanup_free_ char *value =
	    enable_conf_get(doctor_config(doctor), "accounts", "break_glass");
	struct span rest, word;

	if (value == NULL)
		return false;
	rest = (struct span){ .at = value, .len = strlen(value) };
	while (lines_word(&rest, &word))
		if (lines_is(word, name))
			return true;
	return false;
}

static void
check_switch(struct doctor *doctor, const char *dump, const char *key, const char *closed,
    const char *remedy, const char *what)
{
	char value[SSHD_FACTS_VALUE];

	if (!sshd_facts_value(dump, key, value) || strcmp(value, closed) == 0)
		return;
	doctor_say(doctor, DOCTOR_FAILED, "sshd", remedy, "%s (%s %s)", what, key, value);
}

void
doctor_bypass_sshd(struct doctor *doctor)
{
	_cleanup_free_ char *dump = NULL;
	char value[SSHD_FACTS_VALUE];

	if (sshd_facts_dump("root", &dump) != 0)
		return;
	check_switch(doctor, dump, "permitemptypasswords", "no",
	    "PermitEmptyPasswords no",
	    "an account without a password is open to everybody");
	check_switch(doctor, dump, "hostbasedauthentication", "no",
	    "HostbasedAuthentication no", "other hosts vouch for their users");
	check_switch(doctor, dump, "gssapiauthentication", "no",
	    "GSSAPIAuthentication no, unless Kerberos is meant",
	    "Kerberos tickets open local accounts");
	check_switch(doctor, dump, "trustedusercakeys", "none",
	    "take TrustedUserCAKeys out of sshd's configuration",
	    "certificates of another authority open local accounts");
	check_switch(doctor, dump, "permituserenvironment", "no",
	    "PermitUserEnvironment no",
	    "people choose the environment of root's PAM modules");
	if (!sshd_facts_value(dump, "permitrootlogin", value) || strcmp(value, "no") == 0)
		doctor_say(doctor, DOCTOR_OK, "sshd", NULL, "root cannot log in by ssh");
	else if (strcmp(value, "yes") == 0)
		doctor_say(doctor, DOCTOR_FAILED, "sshd",
		    "PermitRootLogin prohibit-password, or no",
		    "root may log in with a password");
}

struct account {
	char name[64], home[256], shell[128];
	unsigned long uid;
};

static bool
parse_account(struct span line, struct account *ret)
{
	struct span field[7];
	char number[16];
	size_t i;

	for (i = 0; i < BASE_N(field); i++) {
		field[i] = lines_up_to(line, ':');
		if (i + 1 < BASE_N(field) && field[i].len == line.len)
			return false;
		line.at += field[i].len + (i + 1 < BASE_N(field));
		line.len -= field[i].len + (i + 1 < BASE_N(field));
	}
	lines_copy(field[0], ret->name, sizeof(ret->name));
	lines_copy(field[2], number, sizeof(number));
	lines_copy(field[5], ret->home, sizeof(ret->home));
	lines_copy(field[6], ret->shell, sizeof(ret->shell));
	ret->uid = strtoul(number, NULL, 10);
	return ret->name[0] != '\0';
}

static bool
has_shell(const struct account *account)
{
	return strstr(account->shell, "nologin") == NULL &&
	       strstr(account->shell, "/false") == NULL &&
	       strstr(account->shell, "/sync") == NULL;
}

static bool
has_keys(const struct account *account)
{
	static const char *const files[] = { ".ssh/authorized_keys",
		".ssh/authorized_keys2" };
	char path[512];
	struct stat st;
	size_t i;

	for (i = 0; i < BASE_N(files); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", account->home, files[i]);
		if (lstat(path, &st) == 0 && st.st_size > 0)
			return true;
	}
	return false;
}

/* A hash that some password fits; "!", "*" and the like fit none. */
static bool
has_password(const struct account *account)
{
	_cleanup_free_ char *shadow = NULL;
	const char *cursor;
	struct span line;
	char wanted[72];

	if (rewrite_read("/etc/shadow", &shadow) != 0 || shadow == NULL)
		return false;
	(void)snprintf(wanted, sizeof(wanted), "%s:", account->name);
	cursor = shadow;
	while (lines_next(&cursor, &line)) {
		if (!lines_starts(line, wanted))
			continue;
		line.at += strlen(wanted);
		line.len -= strlen(wanted);
		line = lines_up_to(line, ':');
		return line.len == 0 || (line.at[0] != '!' && line.at[0] != '*');
	}
	return false;
}

/* With local = listed or break_glass PAM refuses those that are not named. */
static bool
is_local_governed(const struct doctor *doctor, const char *name)
{
	_cleanup_free_ char *local =
	    enable_conf_get(doctor_config(doctor), "accounts", "local");
	_cleanup_free_ char *shared =
	    enable_conf_get(doctor_config(doctor), "accounts", "shared");
	struct span rest, word;

	if (local == NULL || strcmp(local, "any") == 0)
		return false;
	rest = (struct span){ .at = shared != NULL ? shared : "",
		.len = shared != NULL ? strlen(shared) : 0 };
	while (lines_word(&rest, &word))
		if (lines_is(word, name))
			return true; /* by its people's keys, one by one */
	return strcmp(name, "root") != 0 && !is_break_glass(doctor, name);
}

static void
check_account(struct doctor *doctor, const struct account *account)
{
	bool keys = has_keys(account), password = has_password(account);

	if (account->uid == 0 && strcmp(account->name, "root") != 0)
		doctor_say(doctor, DOCTOR_FAILED, "accounts",
		    "remove it from /etc/passwd", "%s is another root", account->name);
	if (!has_shell(account) || (!keys && !password))
		return;
	if (is_local_governed(doctor, account->name))
		doctor_say(doctor, DOCTOR_OK, "accounts", NULL,
		    "%s has %s, and sshd logins of it are refused ([accounts] local)",
		    account->name, keys ? "keys" : "a password");
	else if (is_break_glass(doctor, account->name))
		doctor_say(doctor, DOCTOR_OK, "accounts", NULL, "%s has %s: break-glass",
		    account->name, keys ? "keys" : "a password");
	else
		doctor_say(doctor, DOCTOR_FAILED, "accounts",
		    "[accounts] local = break_glass; or remove ~/.ssh/authorized_keys and "
		    "run: passwd -l NAME",
		    "local account %s opens with %s", account->name,
		    keys && password ? "keys and a password"
		    : keys           ? "keys"
				     : "a password");
}

/* A local group's members, where the group is as good as root. */
static void
check_group(struct doctor *doctor, struct span line)
{
	static const char *const powers[] = { "sudo", "wheel", "admin", "docker", "lxd",
		"libvirt", "disk", "shadow", "kvm", "incus-admin" };
	struct span name = lines_up_to(line, ':');
	const char *members = memrchr(line.at, ':', line.len);
	char shown[256];
	size_t i;

	if (members == NULL || members + 1 == line.at + line.len)
		return;
	lines_copy(
	    (struct span){ members + 1, (size_t)(line.at + line.len - members) - 1 },
	    shown, sizeof(shown));
	for (i = 0; i < BASE_N(powers); i++)
		if (lines_is(name, powers[i]))
			doctor_say(doctor, DOCTOR_WARNING, "groups",
			    "gpasswd -d NAME GROUP",
			    "the local group %s makes its members as good as root: %s",
			    powers[i], shown);
}

void
doctor_bypass_accounts(struct doctor *doctor)
{
	_cleanup_free_ char *passwd = NULL, *group = NULL;
	struct account account;
	const char *cursor;
	struct span line;

	(void)rewrite_read(paths_passwd, &passwd);
	cursor = passwd != NULL ? passwd : "";
	while (lines_next(&cursor, &line))
		if (parse_account(line, &account))
			check_account(doctor, &account);
	(void)rewrite_read(paths_group, &group);
	cursor = group != NULL ? group : "";
	while (lines_next(&cursor, &line))
		check_group(doctor, line);
}
