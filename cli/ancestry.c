/* SPDX-License-Identifier: Apache-2.0 */
/* ancestry.c - see ancestry.h */
#include <string.h>
#include <sys/types.h>

#include "cli/ancestry.h"
#include "common/base.h"
#include "common/file.h"
#include "common/process.h"
#include "common/text.h"

#define DEPTH_MAX 64

/* "pid (comm) S ppid …"; comm may hold blanks and parentheses, so from the last one on */
static int
read_stat(pid_t pid, char ret_comm[32], pid_t *ret_parent)
{
	char path[64], stat[1024], *open, *close, *end;
	uint32_t parent;
	int r;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	r = file_read_text(path, stat, sizeof(stat));
	if (r != 0)
		return r;
	open = strchr(stat, '(');
	close = strrchr(stat, ')');
	if (open == NULL || close == NULL || close < open || strlen(close) < 5)
		return -EBADMSG;
	*close = '\0';
	(void)snprintf(ret_comm, 32, "%s", open + 1);
	end = strchr(close + 4, ' ');
	if (end == NULL)
		return -EBADMSG;
	*end = '\0';
	r = text_parse_u32(close + 4, 1U << 30, &parent);
	*ret_parent = (pid_t)parent;
	return r;
}

int
ancestry_login(uint64_t *ret_ticks)
{
	static const char *const logins[] = { "sshd", "sshd-session", "login" };
	pid_t pid = getpid(), parent;
	char comm[32];
	int depth;
	size_t i;

	for (depth = 0; depth < DEPTH_MAX && pid > 1; depth++) {
		if (read_stat(pid, comm, &parent) != 0)
			return -ESRCH;
		for (i = 0; i < BASE_N(logins); i++)
			if (strcmp(comm, logins[i]) == 0)
				return process_start_time(pid, ret_ticks);
		pid = parent;
	}
	return -ESRCH;
}
