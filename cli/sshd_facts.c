/* SPDX-License-Identifier: Apache-2.0 */
/* sshd_facts.c - see sshd_facts.h */
#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/lines.h"
#include "cli/rewrite.h"
#include "cli/run.h"
#include "cli/sshd_facts.h"
#include "common/base.h"
#include "common/file.h"
#include "common/text.h"

static const char *const defaults[] = { "/etc/default/ssh", "/etc/sysconfig/sshd",
	"/etc/sysconfig/sshd-permitrootlogin" };
static const char *const unit_dirs[] = { "/etc/systemd/system", "/run/systemd/system",
	"/usr/lib/systemd/system", "/lib/systemd/system" };
static const char *const units[] = { "ssh.service", "sshd.service", "ssh@.service",
	"sshd@.service" };

enum sshd_command
sshd_facts_classify(const char *command)
{
	if (command[0] == '\0' || strcmp(command, "none") == 0)
		return SSHD_COMMAND_NONE;
	if (strstr(command, "/iamlogin-authorized-keys") != NULL)
		return SSHD_COMMAND_OURS;
	if (strstr(command, "/eic_run_authorized_keys") != NULL)
		return SSHD_COMMAND_EIC;
	if (strstr(command, "userdbctl") != NULL)
		return SSHD_COMMAND_USERDB;
	return SSHD_COMMAND_OTHER;
}

bool
sshd_facts_option(const char *line, const char *key, char ret[SSHD_FACTS_VALUE])
{
	const char *at = strcasestr(line, key);
	char quote = '\0', end;
	size_t n = 0;

	/* AuthorizedKeysCommand is the beginning of AuthorizedKeysCommandUser, too */
	while (at != NULL && strchr(" \t=", at[strlen(key)]) == NULL)
		at = strcasestr(at + 1, key);
	if (at == NULL || at == line || at[strlen(key)] == '\0')
		return false;
	if (at[-1] == '"' || at[-1] == '\'')
		quote = at[-1];
	for (at += strlen(key); *at == ' ' || *at == '\t' || *at == '='; at++)
		;
	if (quote == '\0' && (*at == '"' || *at == '\''))
		quote = *at++;
	end = quote != '\0' ? quote : ' ';
	for (; *at != '\0' && *at != end && *at != '\n' && n + 1 < SSHD_FACTS_VALUE;
	     at++) {
		if (at[0] == '%' && at[1] == '%')
			at++;
		ret[n++] = *at;
	}
	ret[n] = '\0';
	return true;
}

/* The last line that sets it, as systemd goes on from file to file. */
static bool
search_file(const char *path, const char *key, char ret[SSHD_FACTS_VALUE])
{
	_cleanup_free_ char *text = NULL;
	const char *cursor;
	struct span line, rest, word;
	bool is_found = false;

	if (rewrite_read(path, &text) != 0 || text == NULL)
		return false;
	cursor = text;
	while (lines_next(&cursor, &line)) {
		char copy[4096];

		rest = line;
		if (!lines_word(&rest, &word) || word.at[0] == '#' || word.at[0] == ';')
			continue;
		lines_copy(line, copy, sizeof(copy));
		is_found = sshd_facts_option(copy, key, ret) || is_found;
	}
	return is_found;
}

static bool
search_dropins(const char *dir, const char *key, char ret[SSHD_FACTS_VALUE],
    char ret_from[SSHD_FACTS_VALUE])
{
	char path[SSHD_FACTS_VALUE];
	struct dirent *found;
	DIR *stream = opendir(dir);
	bool is_found = false;

	while (stream != NULL && (found = readdir(stream)) != NULL) {
		if (found->d_name[0] == '.' || snprintf(path, sizeof(path), "%s/%s", dir,
						   found->d_name) >= (int)sizeof(path))
			continue;
		if (search_file(path, key, ret)) {
			memcpy(ret_from, path, sizeof(path));
			is_found = true;
		}
	}
	if (stream != NULL)
		(void)closedir(stream);
	return is_found;
}

bool
sshd_facts_started_with(
    const char *key, char ret[SSHD_FACTS_VALUE], char ret_from[SSHD_FACTS_VALUE])
{
	char path[SSHD_FACTS_VALUE];
	size_t i, j;

	for (i = 0; i < BASE_N(unit_dirs); i++)
		for (j = 0; j < BASE_N(units); j++) {
			(void)snprintf(
			    path, sizeof(path), "%s/%s.d", unit_dirs[i], units[j]);
			if (search_dropins(path, key, ret, ret_from))
				return true;
			path[strlen(path) - 2] = '\0';
			if (search_file(path, key, ret)) {
				memcpy(ret_from, path, sizeof(path));
				return true;
			}
		}
	for (i = 0; i < BASE_N(defaults); i++)
		if (search_file(defaults[i], key, ret)) {
			(void)snprintf(ret_from, SSHD_FACTS_VALUE, "%s", defaults[i]);
			return true;
		}
	return false;
}

/* An image has no host keys before its first boot, and sshd -T will not go on without one. */
static int
dump_with_key(const char *about, char **ret_text)
{
	char dir[] = "/run/iamlogin-sshd.XXXXXX", key[64], shown[64];
	const char *const make[] = { "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
		key, NULL };
	const char *const words[] = { "sshd", "-T", "-h", key, "-C", about, NULL };
	int r;

	if (mkdtemp(dir) == NULL)
		return -errno;
	(void)snprintf(key, sizeof(key), "%s/key", dir);
	(void)snprintf(shown, sizeof(shown), "%s/key.pub", dir);
	r = run(make, NULL);
	if (r == 0)
		r = run(words, ret_text);
	(void)unlink(key);
	(void)unlink(shown);
	(void)rmdir(dir);
	return r;
}

int
sshd_facts_dump(const char *user, char **ret_text)
{
	_cleanup_free_ char *text = NULL;
	const char *words[] = { "sshd", "-T", "-C", NULL, NULL };
	char about[SSHD_FACTS_VALUE];
	int r;

	/* the unit makes it, and without a boot nobody has */
	(void)mkdir("/run/sshd", 0755);
	(void)snprintf(
	    about, sizeof(about), "user=%s,host=localhost,addr=127.0.0.1", user);
	words[3] = about;
	r = run(words, &text);
	if (r > 0 && text != NULL && strstr(text, "no hostkeys available") != NULL) {
		free(base_take_ptr(&text));
		r = dump_with_key(about, &text);
	}
	if (r < 0)
		return r;
	*ret_text = base_take_ptr(&text);
	return r == 0 ? 0 : 1;
}

bool
sshd_facts_value(const char *dump, const char *key, char ret[SSHD_FACTS_VALUE])
{
	const char *cursor = dump;
	struct span line, word;

	while (lines_next(&cursor, &line)) {
		if (!lines_word(&line, &word) || !lines_is(word, key))
			continue;
		if (line.len > 0) {
			line.at++;
			line.len--;
		}
		lines_copy(line, ret, SSHD_FACTS_VALUE);
		return true;
	}
	return false;
}

/* The listener, by its own pid file, and only if it is an sshd. */
static int
signal_listener(void)
{
	char text[64], path[64];
	uint32_t pid;

	if (file_read_text("/run/sshd.pid", text, sizeof(text)) != 0)
		return 1;
	text[strcspn(text, "\n")] = '\0';
	if (text_parse_u32(text, 1U << 30, &pid) != 0 || pid < 2)
		return 1;
	(void)snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	if (file_read_text(path, text, sizeof(text)) != 0 || strcmp(text, "sshd\n") != 0)
		return 1;
	return kill((pid_t)pid, SIGHUP) < 0 ? -errno : 0;
}

int
sshd_facts_reload(void)
{
	static const char *const names[] = { "ssh.service", "sshd.service" };
	const char *words[] = { "systemctl", "reload", NULL, NULL };
	const char *asks[] = { "systemctl", "is-active", "--quiet", NULL, NULL };
	size_t i;
	int r;

	if (!run_has_systemd())
		return signal_listener();
	for (i = 0; i < BASE_N(names); i++) {
		asks[3] = words[2] = names[i];
		if (run(asks, NULL) != 0)
			continue;
		r = run(words, NULL);
		return r > 0 ? -EIO : r;
	}
	return 1;
}
