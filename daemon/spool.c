/* SPDX-License-Identifier: Apache-2.0 */
/* spool.c - PAM's records into the chain; contract in spool.h */
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "common/paths.h"
#include "daemon/log.h"
#include "daemon/spool.h"

#define SPOOL_MAX (1 << 20)

static void
spool_mark_path(const char *suffix, char ret[PATH_MAX])
{
	(void)snprintf(ret, PATH_MAX, "%s/spool%s", paths_run_dir, suffix);
}

static struct spool_mark
spool_mark_read(void)
{
	struct spool_mark mark = { 0, 0 };
	_cleanup_fclose_ FILE *stream = NULL;
	char path[PATH_MAX];

	spool_mark_path("", path);
	stream = fopen(path, "re");
	if (stream == NULL ||
	    fscanf(stream, "%" SCNu64 " %" SCNu64, &mark.ino, &mark.offset) != 2)
		return (struct spool_mark){ 0, 0 };
	return mark;
}

/* Where /run is full the mark is kept here, and tried again: or each tick would take all anew. */
static void
spool_mark_write(struct daemon *d, struct spool_mark mark)
{
	char path[PATH_MAX], temp[PATH_MAX], text[64];
	_cleanup_close_ int fd = -1;
	int n = snprintf(
	    text, sizeof(text), "%" PRIu64 " %" PRIu64 "\n", mark.ino, mark.offset);

	spool_mark_path("", path);
	spool_mark_path(".new", temp);
	(void)unlink(temp);
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text, (size_t)n) != n || rename(temp, path) != 0) {
		if (d->spool_unsaved.ino == 0)
			log_line(
			    LOG_ERR, "%s: %m: a restart takes PAM's records twice", path);
		d->spool_unsaved = mark;
		return;
	}
	d->spool_unsaved.ino = 0;
}

/* Root's, regular, not writable by others: else it is not PAM's. */
static int
spool_open(struct stat *ret_st)
{
	_cleanup_close_ int fd =
	    open(paths_pam_spool, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0 || fstat(fd, ret_st) != 0)
		return -errno;
	if (!S_ISREG(ret_st->st_mode) || ret_st->st_uid != 0 ||
	    (ret_st->st_mode & 022) != 0)
		return -EPERM;
	return base_take_fd(&fd);
}

void
spool_import(struct daemon *d)
{
	static char bytes[SPOOL_MAX + RECORD_LINE_MAX];
	_cleanup_close_ int fd = -1;
	struct spool_mark mark =
	    d->spool_unsaved.ino != 0 ? d->spool_unsaved : spool_mark_read();
	struct stat st;
	char *line = bytes, *end;
	ssize_t n;

	fd = spool_open(&st);
	if (fd < 0)
		return;
	if (mark.ino != st.st_ino || mark.offset > (uint64_t)st.st_size)
		mark = (struct spool_mark){ .ino = st.st_ino };
	if (mark.offset == (uint64_t)st.st_size) {
		if (d->spool_unsaved.ino != 0)
			spool_mark_write(d, mark);
		return;
	}
	n = pread(fd, bytes, sizeof(bytes), (off_t)mark.offset);
	if (n <= 0)
		return;
	for (; (end = memchr(line, '\n', (size_t)(bytes + n - line))) != NULL;
	     line = end + 1)
		audit_import(d->audit, line, (size_t)(end - line));
	if (line == bytes)
		return;
	mark.offset += (uint64_t)(line - bytes);
	spool_mark_write(d, mark);
}
