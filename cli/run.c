/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - see run.h */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "cli/run.h"
#include "common/base.h"

#define OUTPUT_MAX ((size_t)1 << 20)
#define PATH_SIZE 256

static int
find(const char *name, char ret_path[PATH_SIZE])
{
	static const char *const places[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin" };
	size_t i;

	if (name[0] == '/') {
		(void)snprintf(ret_path, PATH_SIZE, "%s", name);
		return access(ret_path, X_OK) == 0 ? 0 : -errno;
	}
	for (i = 0; i < BASE_N(places); i++) {
		(void)snprintf(ret_path, PATH_SIZE, "%s/%s", places[i], name);
		if (access(ret_path, X_OK) == 0)
			return 0;
	}
	return -ENOENT;
}

bool
run_exists(const char *name)
{
	char path[PATH_SIZE];

	return find(name, path) == 0;
}

bool
run_has_systemd(void)
{
	struct stat st;

	return lstat("/run/systemd/system", &st) == 0 && S_ISDIR(st.st_mode);
}

static int
start(const char *path, const char *const *words, int out, pid_t *ret_pid)
{
	static const char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
		"LANG=C", "HOME=/root", "DEBIAN_FRONTEND=noninteractive",
		"SYSTEMD_PAGER=", "SYSTEMD_COLORS=0", NULL };
	posix_spawn_file_actions_t actions;
	int r;

	r = posix_spawn_file_actions_init(&actions);
	if (r != 0)
		return -r;
	r = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, out, 1);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, out, 2);
	if (r == 0) /* posix_spawn(3) takes them as not const and leaves them alone */
		r = posix_spawn(ret_pid, path, &actions, NULL,
		    (char *const *)(uintptr_t)words,
		    (char *const *)(uintptr_t)environment);
	(void)posix_spawn_file_actions_destroy(&actions);
	return -r;
}

static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Until the pipe is closed by all who hold it, or the time is over. */
static int
collect(int fd, FILE *out)
{
	const int64_t deadline = now_ms() + RUN_SECONDS * 1000;
	char chunk[4096];
	size_t total = 0;

	for (;;) {
		int64_t left = deadline - now_ms();
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		ssize_t n;
		int r;

		if (left <= 0)
			return -ETIME;
		r = poll(&pfd, 1, (int)left);
		if (r == 0 || (r < 0 && errno == EINTR))
			continue;
		if (r < 0)
			return -errno;
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			return 0;
		if (n > 0 && total < OUTPUT_MAX)
			total += fwrite(chunk, 1, (size_t)n, out);
	}
}

static int
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

int
run(const char *const *words, char **ret_output)
{
	_cleanup_free_ char *output = NULL;
	char path[PATH_SIZE];
	size_t size = 0;
	int pipes[2];
	FILE *out;
	pid_t pid;
	int r, status;

	r = find(words[0], path);
	if (r < 0)
		return r;
	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -errno;
	out = open_memstream(&output, &size);
	r = out == NULL ? -ENOMEM : start(path, words, pipes[1], &pid);
	(void)close(pipes[1]);
	if (r < 0) {
		(void)close(pipes[0]);
		if (out != NULL)
			(void)fclose(out);
		return r;
	}
	r = collect(pipes[0], out);
	(void)close(pipes[0]);
	if (r < 0)
		(void)kill(pid, SIGKILL);
	status = wait_for(pid);
	if (fclose(out) != 0)
		return -ENOMEM;
	if (ret_output != NULL)
		*ret_output = base_take_ptr(&output);
	return r < 0 ? r : status;
}
