/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_nss.c - names and numbers: nsswitch, id ranges, collisions, caches, lastlog */
#include <string.h>
#include <sys/stat.h>

#include "cli/doctor.h"
#include "cli/enable_nsswitch.h"
#include "cli/lines.h"
#include "cli/output.h"
#include "cli/rewrite.h"
#include "common/paths.h"
#include "common/published_format.h"

#define NSSWITCH "/etc/nsswitch.conf"
#define LASTLOG_MAX ((off_t)1 << 30)

static void
say_sources(struct doctor *doctor, struct span line)
{
	static const char *const others[] = { "sss", "ldap", "winbind", "nis", "oslogin",
		"kanidm", "himmelblau", "authd", "extrausers", "db" };
	struct span rest = lines_up_to(line, '#'), word;
	size_t i;

	while (lines_word(&rest, &word))
		for (i = 0; i < BASE_N(others); i++)
			if (lines_is(word, others[i]))
				doctor_say(doctor, DOCTOR_WARNING, "nsswitch",
				    "take it out of " NSSWITCH
				    " unless it is meant: its names win or lose by order, "
				    "and its people are not governed by IAM",
				    "another source beside us: %s", others[i]);
}

void
doctor_nsswitch(struct doctor *doctor)
{
	_cleanup_free_ char *text = NULL, *real = realpath(NSSWITCH, NULL),
			    *edited = NULL;
	const char *cursor;
	struct span line;
	int r;

	if (rewrite_read(real != NULL ? real : NSSWITCH, &text) != 0 || text == NULL) {
		doctor_say(doctor, DOCTOR_FAILED, "nsswitch", "iamlogin enable",
		    NSSWITCH " cannot be read");
		return;
	}
	r = enable_nsswitch_add(text, &edited);
	if (r == 0 && strcmp(text, edited) == 0)
		doctor_say(doctor, DOCTOR_OK, "nsswitch", NULL,
		    "passwd and group ask files, then iamlogin");
	else if (r == 0)
		doctor_say(doctor, DOCTOR_FAILED, "nsswitch", "iamlogin enable",
		    NSSWITCH " does not name iamlogin behind files");
	else
		doctor_say(doctor, DOCTOR_FAILED, "nsswitch",
		    "in " NSSWITCH ": passwd: files iamlogin systemd (group likewise)",
		    r == ENABLE_NSSWITCH_E_ORDER ? "iamlogin stands before files"
		    : r == ENABLE_NSSWITCH_E_RETURNS
			? "[NOTFOUND=return] behind files: nobody behind it is asked"
			: "files is missing");
	cursor = text;
	while (lines_next(&cursor, &line))
		if (lines_starts(line, "passwd:") || lines_starts(line, "group:"))
			say_sources(doctor, line);
}

/* "NAME value" of /etc/login.defs */
static unsigned long
login_defs(const char *text, const char *name)
{
	const char *cursor = text;
	struct span line, word;
	char number[24];

	while (text != NULL && lines_next(&cursor, &line)) {
		if (!lines_word(&line, &word) || !lines_is(word, name) ||
		    !lines_word(&line, &word))
			continue;
		lines_copy(word, number, sizeof(number));
		return strtoul(number, NULL, 10);
	}
	return 0;
}

/* "name:first:count" of /etc/subuid and /etc/subgid, against our range */
static bool
overlaps(const char *path)
{
	_cleanup_free_ char *text = NULL;
	unsigned long long first, count;
	const char *cursor;
	struct span line;

	if (rewrite_read(path, &text) != 0 || text == NULL)
		return false;
	cursor = text;
	while (lines_next(&cursor, &line)) {
		const char *at = memchr(line.at, ':', line.len);
		char *end;

		if (at == NULL)
			continue;
		first = strtoull(at + 1, &end, 10);
		count = *end == ':' ? strtoull(end + 1, NULL, 10) : 0;
		if (count > 0 && first <= IDS_LAST && first + count > IDS_FIRST)
			return true;
	}
	return false;
}

static void
check_ranges(struct doctor *doctor)
{
	static const char *const names[] = { "UID_MAX", "GID_MAX", "SUB_UID_MAX",
		"SUB_GID_MAX", "SYS_UID_MAX" };
	_cleanup_free_ char *text = NULL;
	bool is_good = true;
	size_t i;

	(void)rewrite_read("/etc/login.defs", &text);
	for (i = 0; i < BASE_N(names); i++)
		if (login_defs(text, names[i]) >= IDS_FIRST) {
			is_good = false;
			doctor_say(doctor, DOCTOR_FAILED, "ids",
			    "lower it in /etc/login.defs below 1879048192",
			    "%s of /etc/login.defs reaches into our range", names[i]);
		}
	if (overlaps("/etc/subuid") || overlaps("/etc/subgid")) {
		is_good = false;
		doctor_say(doctor, DOCTOR_FAILED, "ids",
		    "usermod --del-subuids FIRST-LAST NAME, and --add-subuids elsewhere",
		    "a range of /etc/subuid or /etc/subgid overlaps ours");
	}
	if (is_good)
		doctor_say(doctor, DOCTOR_OK, "ids", NULL,
		    "%u to %u overlaps nothing of login.defs, subuid or subgid",
		    (unsigned)IDS_FIRST, (unsigned)IDS_LAST);
}

/* Does the first field of a line of @path equal @name? */
static bool
stands_in(const char *path, struct span name)
{
	_cleanup_free_ char *text = NULL;
	const char *cursor;
	struct span line;
	char wanted[64];

	lines_copy(name, wanted, sizeof(wanted));
	if (rewrite_read(path, &text) != 0 || text == NULL)
		return false;
	cursor = text;
	while (lines_next(&cursor, &line))
		if (lines_is(lines_up_to(line, ':'), wanted))
			return true;
	return false;
}

/* chown(1) reads "a.b" as user a, group b when it knows no user a.b (mechanisms: names) */
static void
check_dots(struct doctor *doctor)
{
	struct json_object *users = doctor_users(doctor);
	size_t i, n_wrong = 0;

	for (i = 0; i < output_length(users); i++) {
		const char *name =
		    output_string(json_object_array_get_idx(users, i), "name");
		const char *dot = name != NULL ? strchr(name, '.') : NULL;

		if (dot == NULL)
			continue;
		if (stands_in(
			paths_passwd, (struct span){ name, (size_t)(dot - name) }) &&
		    stands_in(paths_group, (struct span){ dot + 1, strlen(dot + 1) })) {
			n_wrong++;
			doctor_say(doctor, DOCTOR_WARNING, "names",
			    "give the person another account (SSMSessionRunAs), or rename "
			    "the local group",
			    "%s is also local user.group to chown(1)", name);
		}
	}
	if (n_wrong == 0)
		doctor_say(doctor, DOCTOR_OK, "names", NULL,
		    "no account reads as a local user.group");
}

void
doctor_names(struct doctor *doctor)
{
	struct stat st;

	check_ranges(doctor);
	check_dots(doctor);
	if (access("/run/nscd/socket", F_OK) == 0 ||
	    access("/var/run/nscd/socket", F_OK) == 0)
		doctor_say(doctor, DOCTOR_WARNING, "nscd",
		    "systemctl disable --now nscd (or unscd): iamlogin is faster, and a name "
		    "that nscd keeps outlives its permission in NSS (not in PAM)",
		    "a name service cache daemon is running");
	else
		doctor_say(doctor, DOCTOR_OK, "nscd", NULL, "none runs");
	if (stat("/var/log/lastlog", &st) == 0 && st.st_size > LASTLOG_MAX)
		doctor_say(doctor, DOCTOR_WARNING, "lastlog",
		    "back up with tar --sparse, or remove /var/log/lastlog: sshd does "
		    "without it",
		    "/var/log/lastlog looks %lld GiB large (it is sparse)",
		    (long long)(st.st_size >> 30));
	else
		doctor_say(doctor, DOCTOR_OK, "lastlog", NULL, "is small or absent");
}
