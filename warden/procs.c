/* SPDX-License-Identifier: Apache-2.0 */
/* procs.c - processes of this machine; contract in procs.h */
#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "common/file.h"
#include "common/text.h"
#include "warden/procs.h"
#include "warden/say.h"

#define STATUS_SIZE 8192
#define TTY_FIELD 7
#define STATE_FIELD 3        /* the first one behind the command's name */
#define PTS_MAJOR_FIRST 136u /* Unix98 slaves: Documentation/admin-guide/devices.txt */
#define PTS_MAJOR_LAST 143u

/* What stands behind "\nNAME:\t", or NULL. */
static const char *
line_of(const char *status, const char *name)
{
	size_t len = strlen(name);
	const char *at = status;

	while (at != NULL && strncmp(at, name, len) != 0) {
		at = strchr(at, '\n');
		at = at != NULL ? at + 1 : NULL;
	}
	return at != NULL ? at + len : NULL;
}

static int
parse_number(const char *text, uint32_t max, uint32_t *ret_number)
{
	char digits[16];
	size_t len = text != NULL ? strspn(text, "0123456789") : 0;

	if (len == 0 || len >= sizeof(digits))
		return -EBADMSG;
	memcpy(digits, text, len);
	digits[len] = '\0';
	return text_parse_u32(digits, max, ret_number) == 0 ? 0 : -EBADMSG;
}

int
procs_parse(const char *status, struct procs_one *ret_one)
{
	/* the name comes first and may hold anything but a newline: it is escaped there */
	const char *name = line_of(status, "Name:\t");
	const char *state = line_of(status, "State:\t");
	struct procs_one one = { .pid = 0 };
	uint32_t pid, ppid, uid;

	if (name == NULL || state == NULL ||
	    parse_number(line_of(status, "Pid:\t"), INT_MAX, &pid) != 0 ||
	    parse_number(line_of(status, "PPid:\t"), INT_MAX, &ppid) != 0 ||
	    parse_number(line_of(status, "Uid:\t"), UINT32_MAX, &uid) != 0)
		return -EBADMSG;
	if (*state == 'Z' || *state == 'X')
		return -ESRCH;
	one.pid = (pid_t)pid;
	one.ppid = (pid_t)ppid;
	one.uid = uid;
	(void)snprintf(
	    one.comm, sizeof(one.comm), "%.*s", (int)strcspn(name, "\n"), name);
	*ret_one = one;
	return 0;
}

int
procs_read(pid_t pid, struct procs_one *ret_one)
{
	char path[32], status[STATUS_SIZE];
	int r;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	r = file_read_text(path, status, sizeof(status));
	if (r == -ENOENT)
		return -ESRCH;
	return r != 0 ? r : procs_parse(status, ret_one);
}

bool
procs_are_hidden(void)
{
	struct procs_one one;

	if (procs_read(1, &one) == 0)
		return false;
	say_line(LOG_ERR,
	    "/proc does not show all processes (hidepid=, gid=): nobody's can be ended; give "
	    "this unit that group by SupplementaryGroups=");
	return true;
}

int
procs_each(procs_visit visit, void *data)
{
	DIR *stream = opendir("/proc");
	struct procs_one one;
	struct dirent *entry;
	bool goes_on = true;
	uint32_t pid;

	if (stream == NULL)
		return -errno;
	while (goes_on && (entry = readdir(stream)) != NULL)
		if (text_parse_u32(entry->d_name, INT_MAX, &pid) == 0 &&
		    procs_read((pid_t)pid, &one) == 0)
			goes_on = visit(&one, data);
	(void)closedir(stream);
	return 0;
}

static bool
is_same_uid(const struct procs_one *now, void *data)
{
	const struct procs_one *then = data;

	return now->uid == then->uid;
}

int
procs_signal(
    const struct procs_one *one, procs_visit is_it, void *data, const int *signals)
{
	_cleanup_close_ int pidfd = (int)syscall(SYS_pidfd_open, one->pid, 0);
	struct procs_one now, then = *one;
	int r;

	if (pidfd < 0 && errno != ENOSYS)
		return -errno;
	r = procs_read(one->pid, &now);
	if (r != 0)
		return r;
	if (is_it != NULL ? !is_it(&now, data) : !is_same_uid(&now, &then))
		return -ESRCH;
	for (; r == 0 && *signals != 0; signals++) {
		r = pidfd >= 0
			? (int)syscall(SYS_pidfd_send_signal, pidfd, *signals, NULL, 0)
			: kill(one->pid, *signals);
		r = r < 0 ? -errno : 0;
	}
	return r;
}

int
procs_session(pid_t pid, uint32_t *ret_session)
{
	char path[40], text[16];
	uint32_t session;
	int r;

	(void)snprintf(path, sizeof(path), "/proc/%d/sessionid", (int)pid);
	r = file_read_text(path, text, sizeof(text));
	if (r != 0)
		return r;
	text[strcspn(text, "\n")] = '\0';
	if (text_parse_u32(text, UINT32_MAX, &session) != 0)
		return -EBADMSG;
	if (session == UINT32_MAX)
		return -ENODATA;
	*ret_session = session;
	return 0;
}

int
procs_tty(pid_t pid)
{
	char path[32], stat[1024];
	const char *at;
	uint32_t device;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (file_read_text(path, stat, sizeof(stat)) != 0)
		return -1;
	at = strrchr(stat, ')');
	for (int field = STATE_FIELD; at != NULL && field <= TTY_FIELD; field++)
		at = strchr(at + 1, ' ');
	if (at == NULL || parse_number(at + 1, INT_MAX, &device) != 0 ||
	    major(device) < PTS_MAJOR_FIRST || major(device) > PTS_MAJOR_LAST)
		return -1;
	return (int)((major(device) - PTS_MAJOR_FIRST) << 8 | minor(device));
}

bool
procs_word(pid_t pid, unsigned n, char *ret, size_t ret_size)
{
	char path[32], line[4096];
	_cleanup_fclose_ FILE *stream = NULL;
	size_t len, at = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	stream = fopen(path, "re");
	if (stream == NULL)
		return false;
	len = fread(line, 1, sizeof(line) - 1, stream);
	line[len] = '\0';
	for (; n > 0 && at < len; n--)
		at += strlen(line + at) + 1;
	if (n > 0 || at >= len || strlen(line + at) >= ret_size)
		return false;
	(void)snprintf(ret, ret_size, "%s", line + at);
	return true;
}
