/* SPDX-License-Identifier: Apache-2.0 */
/* chain.c - the command before us; contract in chain.h */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/base.h"
#include "common/clock.h"
#include "keys/chain.h"

#define STEP_MS 5 /* between two looks at a child that has closed its output */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static const char *
word_of(const struct chain_words *words, char token)
{
	const char *word = token == 'u'   ? words->user
			   : token == 't' ? words->type
			   : token == 'k' ? words->key
			   : token == '%' ? "%"
					  : NULL;

	if (word == NULL && (token == 't' || token == 'k'))
		return "";
	return word;
}

int
chain_split(const char *value, const struct chain_words *words, char *buf,
    size_t buf_size, char *ret_argv[CHAIN_ARGS_MAX + 1])
{
	size_t n = 0, at = 0;
	const char *word;

	if (value[0] != '/')
		return CHAIN_E_SYNTAX;
	while (*value != '\0') {
		if (n == CHAIN_ARGS_MAX)
			return CHAIN_E_SYNTAX;
		ret_argv[n++] = buf + at;
		for (; *value != '\0' && !is_blank(*value); value++) {
			char plain[2] = { *value, '\0' };

			word = *value == '%' ? word_of(words, *++value) : plain;
			if (word == NULL || strlen(word) + 2 > buf_size - at)
				return CHAIN_E_SYNTAX;
			memcpy(buf + at, word, strlen(word));
			at += strlen(word);
		}
		buf[at++] = '\0';
		while (is_blank(*value))
			value++;
	}
	ret_argv[n] = NULL;
	return 0;
}

/* Whoever could replace it, or a directory above it, would choose who comes in. */
static bool
is_trusted(const char *path)
{
	char real[PATH_MAX];
	struct stat st;
	char *slash;

	if (realpath(path, real) == NULL || stat(real, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	for (;;) {
		if (stat(real, &st) != 0 || st.st_uid != 0 ||
		    (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
			return false;
		slash = strrchr(real, '/');
		if (slash == NULL || strcmp(real, "/") == 0)
			return slash != NULL;
		slash[slash == real ? 1 : 0] = '\0';
	}
}

static void
child(char *const argv[], int out)
{
	char *environment[] = { NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* a group of its own, so that what it starts ends with it; by a session, for which
	 * SELinux asks nothing: sshd's domain has no setpgid(2) */
	if (null < 0 || setsid() < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(out, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		_exit(127);
	(void)execve(argv[0], argv, environment);
	_exit(127);
}

/* Until it closes its end. */
static int
take_output(int fd, int64_t deadline_ms, char *ret, size_t ret_size, size_t *ret_len)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char more;
	ssize_t n;
	int r;

	*ret_len = 0;
	for (;;) {
		r = poll(&pfd, 1, clock_until_ms(deadline_ms));
		if (r == 0)
			return CHAIN_E_TIME;
		if (r < 0 && errno != EINTR)
			return -errno;
		if (r < 0)
			continue;
		n = *ret_len < ret_size ? read(fd, ret + *ret_len, ret_size - *ret_len)
					: read(fd, &more, 1);
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		if (n > 0 && *ret_len == ret_size)
			return CHAIN_E_FULL;
		*ret_len += n > 0 ? (size_t)n : 0;
	}
}

/* Its end, within the time: an output without a good end is none. */
static int
take_end(pid_t pid, int64_t deadline_ms)
{
	int status = 0;
	pid_t ended;

	for (;;) {
		ended = waitpid(pid, &status, WNOHANG);
		if (ended == pid)
			return WIFEXITED(status) && WEXITSTATUS(status) == 0
				   ? 0
				   : CHAIN_E_FAILED;
		if (ended < 0 && errno != EINTR)
			return -errno;
		if (clock_until_ms(deadline_ms) == 0)
			return CHAIN_E_TIME;
		(void)poll(NULL, 0, STEP_MS);
	}
}

int
chain_run(char *const argv[], char *ret, size_t ret_size, size_t *ret_len)
{
	int64_t deadline_ms = clock_mono_ms() + CHAIN_MS;
	int ends[2], r;
	pid_t pid;

	if (!is_trusted(argv[0]))
		return CHAIN_E_UNTRUSTED;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		child(argv, ends[1]);
	(void)close(ends[1]);
	if (pid < 0) {
		(void)close(ends[0]);
		return -EAGAIN;
	}
	r = take_output(ends[0], deadline_ms, ret, ret_size, ret_len);
	(void)close(ends[0]);
	if (r == 0)
		r = take_end(pid, deadline_ms);
	if (r != 0 && r != CHAIN_E_FAILED) {
		(void)kill(-pid, SIGKILL);
		(void)kill(pid, SIGKILL); /* it may not have come to its group yet */
	}
	return r;
}

const char *
chain_text(int r)
{
	switch (r) {
	case CHAIN_E_UNTRUSTED:
		return "root does not own every part of its path";
	case CHAIN_E_SYNTAX:
		return "not an absolute path with %u, %t and %k";
	case CHAIN_E_TIME:
		return "not done within a second";
	case CHAIN_E_FAILED:
		return "it failed";
	case CHAIN_E_FULL:
		return "it printed more than 64 KiB";
	default:
		return "it could not be run";
	}
}
