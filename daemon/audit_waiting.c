/* SPDX-License-Identifier: Apache-2.0 */
/* audit_waiting.c - what a full disk leaves to be written; contract in audit_waiting.h */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base.h"
#include "common/file.h"
#include "common/paths.h"
#include "common/record.h"
#include "daemon/audit.h"
#include "daemon/audit_waiting.h"

#define WAITING_MAX ((size_t)AUDIT_PENDING_MAX * RECORD_LINE_MAX)

static void
waiting_path(char ret[PATH_MAX])
{
	(void)snprintf(ret, PATH_MAX, "%s/audit.waiting", paths_run_dir);
}

int
audit_waiting_add(const char *line)
{
	char path[PATH_MAX];

	waiting_path(path);
	return file_append(
	    paths_run_dir, path, geteuid(), WAITING_MAX, line, strlen(line));
}

void
audit_waiting_forget(void)
{
	char path[PATH_MAX];

	waiting_path(path);
	(void)unlink(path);
}

int
audit_waiting_read(char **ret_text)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
	struct stat st;
	ssize_t n;

	waiting_path(path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022) != 0)
		return -EPERM;
	if ((uint64_t)st.st_size > WAITING_MAX)
		return -E2BIG;
	text = malloc((size_t)st.st_size + 1);
	if (text == NULL)
		return -ENOMEM;
	n = read(fd, text, (size_t)st.st_size);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	*ret_text = base_take_ptr(&text);
	return 0;
}
