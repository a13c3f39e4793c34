/* SPDX-License-Identifier: Apache-2.0 */
/* sessionfile.c - who opened which session; contract in sessionfile.h */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/process.h"
#include "common/sessionfile.h"
#include "common/text.h"

static const char first_line[] = "iamlogin-session 1\n";
static const char boot_id_path[] = "/proc/sys/kernel/random/boot_id";

/* Where each key's value lies; numbers are int64_t. The order is the file's. */
struct field {
	char key[16];
	size_t offset;
	size_t size; /* of a text; 0: a number */
};

#define TEXT(name)                                 \
#name, offsetof(struct sessionfile, name), \
	    sizeof(((struct sessionfile *)NULL)->name)
#define NUMBER(name) #name, offsetof(struct sessionfile, name), 0

static const struct field fields[] = {
	{ TEXT(account) },
	{ NUMBER(uid) },
	{ TEXT(kind) },
	{ TEXT(id) },
	{ TEXT(arn) },
	{ TEXT(name) },
	{ TEXT(fingerprint) },
	{ TEXT(key_type) },
	{ TEXT(via) },
	{ TEXT(service) },
	{ TEXT(rhost) },
	{ TEXT(tty) },
	{ TEXT(tunnel) },
	{ TEXT(boot) },
	{ NUMBER(session) },
	{ NUMBER(pid) },
	{ NUMBER(pid_start) },
	{ NUMBER(opened_wall_ms) },
	{ NUMBER(violation) },
	{ NUMBER(mapped) },
};

static int
read_boot_id(char ret[37])
{
	char text[64];
	int r = file_read_text(boot_id_path, text, sizeof(text));

	if (r != 0)
		return r;
	(void)snprintf(ret, 37, "%.36s", text);
	return ret[35] != '\0' ? 0 : -EBADMSG;
}

int
sessionfile_here(struct sessionfile *ret_file)
{
	struct sessionfile file = { .session = SESSIONFILE_NO_SESSION };
	struct clock_now now;
	uint32_t session;
	uint64_t ticks;
	int r;

	r = read_boot_id(file.boot);
	if (r == 0)
		r = process_start_time(getpid(), &ticks);
	if (r != 0)
		return r;
	if (process_audit_session(&session) == 0)
		file.session = session;
	clock_read(&now);
	file.pid = getpid();
	file.pid_start = (int64_t)ticks;
	file.opened_wall_ms = now.wall_ms;
	*ret_file = file;
	return 0;
}

void
sessionfile_name(const struct sessionfile *file, char ret[SESSIONFILE_NAME_SIZE])
{
	bool has_session = file->session != SESSIONFILE_NO_SESSION;

	(void)snprintf(ret, SESSIONFILE_NAME_SIZE, "%s%lld", has_session ? "" : "p",
	    (long long)(has_session ? file->session : file->pid));
}

int
sessionfile_format(const struct sessionfile *file, char *text, size_t size)
{
	size_t n = sizeof(first_line) - 1;
	char shown[600];
	int64_t number;
	int len;

	if (size < sizeof(first_line))
		return -ENOSPC;
	memcpy(text, first_line, sizeof(first_line));
	for (size_t i = 0; i < BASE_N(fields); i++) {
		const char *value = (const char *)file + fields[i].offset;

		if (fields[i].size == 0) {
			memcpy(&number, value, sizeof(number));
			(void)snprintf(shown, sizeof(shown), "%lld", (long long)number);
		} else {
			/* no longer than the reader's array, or it would be damaged */
			text_escape(value, strlen(value), shown, fields[i].size);
		}
		len = snprintf(text + n, size - n, "%s=%s\n", fields[i].key, shown);
		if (len < 0 || (size_t)len >= size - n)
			return -ENOSPC;
		n += (size_t)len;
	}
	return (int)n;
}

/* Root's, and nobody else may write to it: else a file in it says nothing. */
static int
open_dir(const char *dir, int *ret_fd)
{
	_cleanup_close_ int fd =
	    open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return SESSIONFILE_E_UNTRUSTED;
	*ret_fd = base_take_fd(&fd);
	return 0;
}

int
sessionfile_write(const char *dir, const struct sessionfile *file)
{
	_cleanup_close_ int dir_fd = -1, fd = -1;
	char name[SESSIONFILE_NAME_SIZE], temp[SESSIONFILE_NAME_SIZE + 8];
	char text[SESSIONFILE_SIZE_MAX];
	int n = sessionfile_format(file, text, sizeof(text));
	int r;

	if (n < 0)
		return n;
	r = open_dir(dir, &dir_fd);
	if (r != 0)
		return r;
	sessionfile_name(file, name);
	(void)snprintf(temp, sizeof(temp), ".%s", name);
	(void)unlinkat(dir_fd, temp, 0);
	fd = openat(
	    dir_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		return -errno;
	/* a caller's umask may not forbid the directory's group to read */
	r = fchmod(fd, 0640) == 0 ? 0 : -errno;
	if (r == 0 && write(fd, text, (size_t)n) != n)
		r = -ENOSPC;
	if (r == 0 && renameat(dir_fd, temp, dir_fd, name) < 0)
		r = -errno;
	if (r != 0)
		(void)unlinkat(dir_fd, temp, 0);
	return r;
}

/* A number and nothing else; -1 is the only negative one that is written. */
static int
parse_number(const char *text, size_t len, int64_t *ret_number)
{
	int64_t number = 0;

	if (len == 2 && memcmp(text, "-1", 2) == 0) {
		*ret_number = -1;
		return 0;
	}
	if (len == 0 || len > 18)
		return SESSIONFILE_E_DAMAGED;
	for (; len > 0; len--, text++) {
		if (*text < '0' || *text > '9')
			return SESSIONFILE_E_DAMAGED;
		number = number * 10 + (*text - '0');
	}
	*ret_number = number;
	return 0;
}

static int
parse_line(const char *line, size_t len, struct sessionfile *file)
{
	const char *equals = memchr(line, '=', len);
	const struct field *field;
	size_t key_len, i;
	int64_t number;
	char *value;

	if (equals == NULL)
		return SESSIONFILE_E_DAMAGED;
	key_len = (size_t)(equals - line);
	len -= key_len + 1;
	for (i = 0; i < BASE_N(fields); i++) {
		field = &fields[i];
		if (strlen(field->key) != key_len ||
		    memcmp(field->key, line, key_len) != 0)
			continue;
		value = (char *)file + field->offset;
		if (field->size == 0) {
			if (parse_number(equals + 1, len, &number) != 0)
				return SESSIONFILE_E_DAMAGED;
			memcpy(value, &number, sizeof(number));
			return 0;
		}
		if (len >= field->size)
			return SESSIONFILE_E_DAMAGED;
		memcpy(value, equals + 1, len);
		value[len] = '\0';
		return 0;
	}
	return 0; /* a later version's */
}

int
sessionfile_parse(const char *text, struct sessionfile *ret_file)
{
	struct sessionfile file = { .session = SESSIONFILE_NO_SESSION };
	const char *end;

	if (strncmp(text, first_line, sizeof(first_line) - 1) != 0)
		return SESSIONFILE_E_DAMAGED;
	for (text += sizeof(first_line) - 1; *text != '\0'; text = end + 1) {
		end = strchr(text, '\n');
		if (end == NULL || parse_line(text, (size_t)(end - text), &file) != 0)
			return SESSIONFILE_E_DAMAGED;
	}
	if (file.account[0] == '\0' || file.boot[0] == '\0' || file.pid <= 0 ||
	    file.pid > INT_MAX)
		return SESSIONFILE_E_DAMAGED;
	*ret_file = file;
	return 0;
}

int
sessionfile_read(const char *dir, const char *name, struct sessionfile *ret_file)
{
	char path[512], text[SESSIONFILE_SIZE_MAX + 1];
	int dir_fd, n, r;

	r = open_dir(dir, &dir_fd);
	if (r != 0)
		return r;
	(void)close(dir_fd);
	n = snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	r = file_read_owned(path, 0, text, sizeof(text));
	if (r != 0)
		return r == FILE_E_UNTRUSTED ? SESSIONFILE_E_UNTRUSTED : r;
	return sessionfile_parse(text, ret_file);
}

int
sessionfile_check(const struct sessionfile *file)
{
	uint64_t ticks;
	char boot[37];
	int r;

	r = read_boot_id(boot);
	if (r != 0)
		return r;
	if (strcmp(boot, file->boot) != 0)
		return SESSIONFILE_E_GONE;
	r = process_start_time((pid_t)file->pid, &ticks);
	if (r == -ENOENT || r == -ESRCH)
		return SESSIONFILE_E_GONE;
	if (r != 0)
		return r;
	return (int64_t)ticks == file->pid_start ? 0 : SESSIONFILE_E_GONE;
}

void
sessionfile_remove(const char *dir, const struct sessionfile *file)
{
	_cleanup_close_ int dir_fd = -1;
	char name[SESSIONFILE_NAME_SIZE];

	sessionfile_name(file, name);
	if (open_dir(dir, &dir_fd) == 0)
		(void)unlinkat(dir_fd, name, 0);
}

int
sessionfile_each(const char *dir, size_t most,
    bool (*visit)(const char *name, const struct sessionfile *file, void *data),
    void *data)
{
	struct sessionfile file;
	struct dirent *entry;
	DIR *stream;
	bool goes_on = true;
	int dir_fd, r;

	r = open_dir(dir, &dir_fd);
	if (r != 0)
		return r;
	stream = fdopendir(dir_fd);
	if (stream == NULL) {
		r = -errno;
		(void)close(dir_fd);
		return r;
	}
	for (; goes_on && most > 0 && (entry = readdir(stream)) != NULL; most--) {
		if (entry->d_name[0] == '.' ||
		    sessionfile_read(dir, entry->d_name, &file) != 0)
			continue;
		goes_on = visit(entry->d_name, &file, data);
	}
	(void)closedir(stream);
	return 0;
}
