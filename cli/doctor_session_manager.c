/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor_session_manager.c - will Session Manager run people as themselves here?
 *
 * What this host can see of it: the agent, its user, the warden, homes, sudo of ssm-user, what
 * was recorded of sessions, and people whose tag names an account they may not use. Documents
 * are AWS's: a host needs no ssm:GetDocument, so the exact command is said instead. What the
 * agent does is from amazon-ssm-agent 3.x (agent/session/shell/shell_unix.go).
 */
#include <dirent.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/doctor.h"
#include "cli/files_json.h"
#include "cli/output.h"
#include "cli/request.h"
#include "cli/run.h"
#include "common/file.h"
#include "common/keysfile.h"
#include "common/paths.h"
#include "common/snapshot.h"
#include "common/text.h"
#include "common/wire.h"

#define CHECK "session-manager"
#define PEOPLE_MAX 500 /* explained one by one */
#define NAMED_MAX 8    /* in one line */
#define TAIL_SIZE (1 << 20)

static const char sudoers[] = "/etc/sudoers.d/ssm-agent-users";
static const char document_command[] =
    "aws ssm get-document --name SSM-SessionManagerRunShell --query Content --output text: "
    "inputs.runAsEnabled has to be true, and runAsDefaultUser empty";

struct found {
	bool is_agent, is_agent_root, is_watcher;
};

static bool
read_process(const char *pid, const char *file, char *ret, size_t ret_size)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%s/%s", pid, file);
	memset(ret, 0, ret_size);
	return file_read_text(path, ret, ret_size) == 0;
}

static void
look_at(const char *pid, struct found *found)
{
	char name[64], status[8192], words[4096];
	const char *uid;

	if (!read_process(pid, "comm", name, sizeof(name)))
		return;
	/* the kernel keeps 15 bytes of a name */
	if (strcmp(name, "amazon-ssm-agen\n") == 0 &&
	    read_process(pid, "status", status, sizeof(status))) {
		uid = strstr(status, "\nUid:\t");
		found->is_agent = true;
		found->is_agent_root = found->is_agent_root ||
				       (uid != NULL && strncmp(uid + 6, "0\t", 2) == 0);
	}
	if (strcmp(name, "iamlogin-warden\n") == 0 &&
	    read_process(pid, "cmdline", words, sizeof(words)))
		found->is_watcher =
		    strcmp(words + strlen(words) + 1, "--sessions") == 0 ||
		    found->is_watcher;
}

static void
look_at_processes(struct found *ret_found)
{
	DIR *stream = opendir("/proc");
	struct dirent *entry;
	uint32_t pid;

	*ret_found = (struct found){ .is_agent = false };
	if (stream == NULL)
		return;
	while ((entry = readdir(stream)) != NULL)
		if (text_parse_u32(entry->d_name, INT32_MAX, &pid) == 0)
			look_at(entry->d_name, ret_found);
	(void)closedir(stream);
}

/* "SSM Agent version: 3.3.987.0" */
static void
check_version(struct doctor *doctor)
{
	static const char *const programs[] = { "/usr/bin/amazon-ssm-agent",
		"/snap/amazon-ssm-agent/current/amazon-ssm-agent" };
	_cleanup_free_ char *output = NULL;
	const char *at = NULL;

	for (size_t i = 0; at == NULL && i < BASE_N(programs); i++) {
		const char *const words[] = { programs[i], "-version", NULL };

		if (access(programs[i], X_OK) == 0 && run(words, &output) == 0)
			at = output != NULL ? strpbrk(output, "0123456789") : NULL;
	}
	if (at == NULL)
		doctor_say(doctor, DOCTOR_WARNING, CHECK,
		    "amazon-ssm-agent -version says it; 3.0 or later is known to work",
		    "the agent's version cannot be told");
	else if (*at < '3' && (at[1] < '0' || at[1] > '9'))
		doctor_say(doctor, DOCTOR_WARNING, CHECK,
		    "update amazon-ssm-agent to 3.0 or later",
		    "agent version %.*s is older than what is known to work",
		    (int)strspn(at, "0123456789."), at);
	else
		doctor_say(doctor, DOCTOR_OK, CHECK, NULL, "agent version %.*s",
		    (int)strspn(at, "0123456789."), at);
}

static void
check_processes(struct doctor *doctor)
{
	struct found found;

	look_at_processes(&found);
	if (!found.is_agent)
		doctor_say(doctor, DOCTOR_WARNING, CHECK,
		    "systemctl enable --now amazon-ssm-agent", "the agent does not run");
	else if (!found.is_agent_root)
		doctor_say(doctor, DOCTOR_FAILED, CHECK,
		    "remove User= from the unit of amazon-ssm-agent",
		    "the agent does not run as root: it refuses RunAs");
	else
		doctor_say(doctor, DOCTOR_OK, CHECK, NULL, "the agent runs as root");
	if (found.is_watcher)
		doctor_say(doctor, DOCTOR_OK, CHECK, NULL, "its sessions are watched");
	else
		doctor_say(doctor, DOCTOR_WARNING, CHECK,
		    "systemctl enable --now iamlogin-warden-sessions.service",
		    "nobody watches who stands behind its sessions");
}

static void
check_ssm_user(struct doctor *doctor)
{
	if (access(sudoers, F_OK) == 0)
		doctor_say(doctor, DOCTOR_WARNING, CHECK,
		    "rm /etc/sudoers.d/ssm-agent-users, once every document has RunAs",
		    "a session without RunAs is ssm-user, who may do everything by sudo (%s)",
		    sudoers);
	else
		doctor_say(doctor, DOCTOR_OK, CHECK, NULL, "ssm-user has no sudo");
}

/* Sessions without RunAs among the last records; 0 when the records cannot be read. */
static unsigned
count_without_runas(void)
{
	static char tail[TAIL_SIZE + 1];
	_cleanup_fclose_ FILE *stream = fopen(IAMLOGIN_LOGDIR "/audit.jsonl", "re");
	const char *end;
	unsigned n = 0;

	if (stream == NULL)
		return 0;
	(void)fseek(
	    stream, -TAIL_SIZE, SEEK_END); /* a shorter file is read from its start */
	tail[fread(tail, 1, TAIL_SIZE, stream)] = '\0';
	for (const char *line = tail; (end = strchr(line, '\n')) != NULL;
	     line = end + 1) {
		_cleanup_json_ struct json_object *record = NULL;
		_cleanup_free_ char *text = strndup(line, (size_t)(end - line));

		if (text == NULL || strstr(text, "\"no-account\"") == NULL)
			continue;
		record = json_tokener_parse(text);
		n += output_string(record, "service") != NULL &&
		     strcmp(output_string(record, "service"), "session-manager") == 0;
	}
	return n;
}

static void
check_documents(struct doctor *doctor)
{
	unsigned n = count_without_runas();

	if (n > 0)
		doctor_say(doctor, DOCTOR_WARNING, CHECK, document_command,
		    "%u recorded sessions ran without RunAs: a document does not ask for it",
		    n);
	else
		doctor_say(doctor, DOCTOR_OK, CHECK, NULL,
		    "no session without RunAs is recorded; whether the documents ask for it "
		    "only AWS can say: %s",
		    document_command);
}

/* Does libc give the agent the account that is published, with the home that it will set? */
static void
check_account(struct doctor *doctor, const struct snapshot_user *user)
{
	const char *home = user->strings + user->offset[SNAPSHOT_DIR];
	const struct passwd *pw = getpwnam(user->strings);
	char wanted[64];
	struct stat st;

	(void)snprintf(wanted, sizeof(wanted), "/home/%s", user->strings);
	if (pw == NULL || pw->pw_uid != user->uid)
		doctor_say(doctor, DOCTOR_FAILED, CHECK,
		    "in /etc/nsswitch.conf: passwd: files iamlogin systemd",
		    "getpwnam does not know %s: the agent will say that the RunAs user does "
		    "not exist",
		    user->strings);
	else if (strcmp(home, wanted) != 0)
		doctor_say(doctor, DOCTOR_WARNING, CHECK,
		    "in /etc/iamlogin/iamlogin.conf: [accounts] home = /home/%u",
		    "the home of %s is %s; Session Manager sets HOME=%s", user->strings,
		    home, wanted);
	else if (lstat(wanted, &st) < 0)
		doctor_say(doctor, DOCTOR_WARNING, CHECK,
		    "systemctl enable --now iamlogin-warden.path; systemctl start iamlogin-warden",
		    "%s has no home", user->strings);
	else if (!S_ISDIR(st.st_mode) || st.st_uid != user->uid)
		doctor_say(doctor, DOCTOR_WARNING, CHECK,
		    "move it away, then: systemctl start iamlogin-warden",
		    "%s is not a directory of %s", wanted, user->strings);
}

static void
check_accounts(struct doctor *doctor)
{
	_cleanup_published_ struct published *file = NULL;
	struct snapshot_user user;
	unsigned n_runas = 0;
	int r;

	if (files_open_snapshot(&file) != 0) {
		doctor_say(doctor, DOCTOR_FAILED, CHECK, "systemctl status iamlogind",
		    "nothing is published: no account can be run as");
		return;
	}
	for (uint32_t n = 0;
	     (r = snapshot_user_at(file, n, &user)) != PUBLISHED_E_NOTFOUND; n++) {
		if (r != 0 || (user.flags & USER_RUNAS) == 0 ||
		    (user.flags & (USER_LOCAL | USER_RETIRED)) != 0)
			continue;
		if (n_runas++ < NAMED_MAX)
			check_account(doctor, &user);
	}
	doctor_say(doctor, DOCTOR_OK, CHECK, NULL, "%u accounts can be run as", n_runas);
}

/* Is the tag of this person useless here? The account it names, or NULL. */
static bool
is_refused(const char *arn, char *ret_why, size_t ret_size)
{
	const struct request request = {
		.op = WIRE_EXPLAIN, .wait_ms = REQUEST_MS, .query = arn
	};
	_cleanup_reply_ struct request_reply reply = { .json = NULL };
	struct json_object *people, *person;
	const char *mapping, *verdict;

	if (request_json(&request, &reply) != 0)
		return false;
	people = output_array(reply.json, "people");
	if (output_length(people) != 1)
		return false;
	person = json_object_array_get_idx(people, 0);
	mapping = output_string(person, "mapping");
	verdict = output_string(reply.json, "verdict");
	if (mapping == NULL || verdict == NULL || strcmp(mapping, "tag") != 0 ||
	    strcmp(verdict, "allow") == 0)
		return false;
	(void)snprintf(ret_why, ret_size, "%s", output_string(reply.json, "reason"));
	return true;
}

static void
check_people(struct doctor *doctor)
{
	_cleanup_published_ struct published *keys = files_open_keys();
	char remedy[600], why[64] = "";
	struct keysfile_person person;
	unsigned n_refused = 0;

	if (keys == NULL || !doctor_is_up(doctor))
		return; /* the daemon has a line of its own */
	for (uint32_t n = 0; n < PEOPLE_MAX && n_refused < NAMED_MAX &&
			     keysfile_person_at(keys, n, &person) == 0;
	     n++) {
		if (!is_refused(person.arn, why, sizeof(why)))
			continue;
		n_refused++;
		(void)snprintf(remedy, sizeof(remedy), "iamlogin explain %s", person.arn);
		doctor_say(doctor, DOCTOR_WARNING, CHECK, remedy,
		    "the tag of %s names an account that is not theirs to use here (%s)",
		    person.name, why);
	}
	if (n_refused == 0)
		doctor_say(doctor, DOCTOR_OK, CHECK, NULL,
		    "nobody's tag names an account that is refused here");
}

void
doctor_session_manager(struct doctor *doctor)
{
	if (access(paths_agent_dir, F_OK) < 0) {
		doctor_say(doctor, DOCTOR_OK, CHECK, NULL,
		    "the agent was never started here: nothing to look at");
		return;
	}
	check_processes(doctor);
	check_version(doctor);
	check_ssm_user(doctor);
	check_accounts(doctor);
	check_people(doctor);
	check_documents(doctor);
}
