/* SPDX-License-Identifier: Apache-2.0 */
/* fail_calls.c - the calls that can fail, but the heap's; contract in fail_nth.h */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <security/pam_modutil.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/faults/fail_turn.h"

#define SHORT_SIZE 7

/* ---- files */

#define OPEN(...)                                           \
	do {                                                \
		mode_t mode = 0;                            \
		va_list args;                               \
                                                            \
		if ((flags & (O_CREAT | O_TMPFILE)) != 0) { \
			va_start(args, flags);              \
			mode = va_arg(args, mode_t);        \
			va_end(args);                       \
		}                                           \
		if (SYSTEM("open", EMFILE, EACCES))         \
			return -1;                          \
		return real(__VA_ARGS__, flags, mode);      \
	} while (0)

int
open(const char *path, int flags, ...)
{
	REAL(open);
	OPEN(path);
}

int
open64(const char *path, int flags, ...)
{
	REAL(open64);
	OPEN(path);
}

int
openat(int dir, const char *path, int flags, ...)
{
	REAL(openat);
	OPEN(dir, path);
}

int
openat64(int dir, const char *path, int flags, ...)
{
	REAL(openat64);
	OPEN(dir, path);
}

FILE *
fopen(const char *path, const char *mode)
{
	REAL(fopen);
	return SYSTEM("fopen", EMFILE, EACCES) ? NULL : real(path, mode);
}

int
stat(const char *path, struct stat *st)
{
	REAL(stat);
	return SYSTEM("stat", EACCES, ENOENT) ? -1 : real(path, st);
}

int
lstat(const char *path, struct stat *st)
{
	REAL(lstat);
	return SYSTEM("lstat", EACCES, EIO) ? -1 : real(path, st);
}

int
fstat(int fd, struct stat *st)
{
	REAL(fstat);
	return SYSTEM("fstat", EIO, EOVERFLOW) ? -1 : real(fd, st);
}

int
fchmod(int fd, mode_t mode)
{
	REAL(fchmod);
	return SYSTEM("fchmod", EROFS, EIO) ? -1 : real(fd, mode);
}

ssize_t
readlink(const char *path, char *target, size_t size)
{
	REAL(readlink);
	return SYSTEM("readlink", EACCES, ENOMEM) ? -1 : real(path, target, size);
}

int
unlink(const char *path)
{
	REAL(unlink);
	return SYSTEM("unlink", EROFS, ENOENT) ? -1 : real(path);
}

int
unlinkat(int dir, const char *path, int flags)
{
	REAL(unlinkat);
	return SYSTEM("unlinkat", EROFS, ENOENT) ? -1 : real(dir, path, flags);
}

int
renameat(int from, const char *old, int to, const char *new)
{
	REAL(renameat);
	return SYSTEM("renameat", EROFS, ENOSPC) ? -1 : real(from, old, to, new);
}

ssize_t
readlinkat(int dir, const char *path, char *target, size_t size)
{
	REAL(readlinkat);
	return SYSTEM("readlinkat", EACCES, ENOENT) ? -1 : real(dir, path, target, size);
}

DIR *
fdopendir(int fd)
{
	REAL(fdopendir);
	return SYSTEM("fdopendir", ENOMEM, ENOTDIR) ? NULL : real(fd);
}

struct dirent *
readdir(DIR *stream)
{
	REAL(readdir);
	return SYSTEM("readdir", EIO, EBADF) ? NULL : real(stream);
}

int
utimensat(int dir, const char *path, const struct timespec times[2], int flags)
{
	REAL(utimensat);
	return SYSTEM("utimensat", EROFS, ENOENT) ? -1 : real(dir, path, times, flags);
}

int
fcntl(int fd, int command, ...)
{
	void *argument;
	va_list args;

	REAL(fcntl);
	va_start(args, command);
	argument = va_arg(args, void *);
	va_end(args);
	return SYSTEM("fcntl", EMFILE, EINVAL) ? -1 : real(fd, command, argument);
}

off_t
lseek(int fd, off_t offset, int whence)
{
	REAL(lseek);
	return SYSTEM("lseek", EIO, 0) ? -1 : real(fd, offset, whence);
}

ssize_t
read(int fd, void *bytes, size_t size)
{
	enum fail_act act = fail_system_turn("read", CALLER, EIO, EINTR, true);

	REAL(read);
	if (act == FAIL_NOW)
		return -1;
	return real(fd, bytes, act == FAIL_CUT && size > SHORT_SIZE ? SHORT_SIZE : size);
}

ssize_t
pread(int fd, void *bytes, size_t size, off_t offset)
{
	REAL(pread);
	return SYSTEM("pread", EIO, EINTR) ? -1 : real(fd, bytes, size, offset);
}

ssize_t
write(int fd, const void *bytes, size_t size)
{
	enum fail_act act = fail_system_turn("write", CALLER, ENOSPC, EINTR, true);

	REAL(write);
	if (act == FAIL_NOW)
		return -1;
	return real(fd, bytes, act == FAIL_CUT ? size / 2 : size);
}

ssize_t
writev(int fd, const struct iovec *iov, int n)
{
	enum fail_act act = fail_system_turn("writev", CALLER, ENOSPC, EINTR, true);
	struct iovec half = iov[n - 1];

	REAL(writev);
	if (act == FAIL_NOW)
		return -1;
	half.iov_len /= 2;
	return act == FAIL_CUT ? real(fd, &half, 1) : real(fd, iov, n);
}

/* ---- a command of somebody else's */

int
pipe2(int ends[2], int flags)
{
	REAL(pipe2);
	return SYSTEM("pipe2", EMFILE, ENFILE) ? -1 : real(ends, flags);
}

pid_t
fork(void)
{
	REAL(fork);
	return SYSTEM("fork", EAGAIN, ENOMEM) ? -1 : real();
}

int
execve(const char *path, char *const argv[], char *const environment[])
{
	REAL(execve);
	return SYSTEM("execve", ENOENT, EACCES) ? -1 : real(path, argv, environment);
}

int
dup2(int from, int to)
{
	REAL(dup2);
	return SYSTEM("dup2", EBADF, EINTR) ? -1 : real(from, to);
}

pid_t
setsid(void)
{
	REAL(setsid);
	return SYSTEM("setsid", EPERM, ENOMEM) ? -1 : real();
}

pid_t
waitpid(pid_t pid, int *status, int options)
{
	REAL(waitpid);
	return SYSTEM("waitpid", ECHILD, EINTR) ? -1 : real(pid, status, options);
}

int
kill(pid_t pid, int number)
{
	REAL(kill);
	return SYSTEM("kill", ESRCH, EPERM) ? -1 : real(pid, number);
}

char *
realpath(const char *path, char *resolved)
{
	REAL(realpath);
	return SYSTEM("realpath", ENOENT, EACCES) ? NULL : real(path, resolved);
}

/* ---- mappings */

void *
mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	void *map;

	REAL(mmap);
	if (SYSTEM("mmap", ENOMEM, EAGAIN))
		return MAP_FAILED;
	map = real(address, size, protection, flags, fd, offset);
	if (map != MAP_FAILED && (flags & MAP_FIXED) == 0 && fail_is_ours(CALLER))
		fail_nth()->n_maps++;
	return map;
}

int
munmap(void *address, size_t size)
{
	REAL(munmap);
	if (fail_is_ours(CALLER))
		fail_nth()->n_maps--;
	return real(address, size);
}

/* ---- sockets, and waiting */

int
socket(int domain, int type, int protocol)
{
	REAL(socket);
	return SYSTEM("socket", EMFILE, EACCES) ? -1 : real(domain, type, protocol);
}

int
connect(int fd, const struct sockaddr *address, socklen_t size)
{
	REAL(connect);
	return SYSTEM("connect", ECONNREFUSED, EINTR) ? -1 : real(fd, address, size);
}

int
getsockopt(int fd, int level, int option, void *value, socklen_t *size)
{
	REAL(getsockopt);
	return SYSTEM("getsockopt", ENOBUFS, EACCES)
		   ? -1
		   : real(fd, level, option, value, size);
}

ssize_t
send(int fd, const void *bytes, size_t size, int flags)
{
	REAL(send);
	return SYSTEM("send", EPIPE, EINTR) ? -1 : real(fd, bytes, size, flags);
}

ssize_t
sendto(int fd, const void *bytes, size_t size, int flags, const struct sockaddr *to,
    socklen_t to_size)
{
	REAL(sendto);
	return SYSTEM("sendto", EPIPE, EINTR) ? -1
					      : real(fd, bytes, size, flags, to, to_size);
}

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	REAL(sendmsg);
	return SYSTEM("sendmsg", ENOBUFS, EINTR) ? -1 : real(fd, message, flags);
}

ssize_t
recv(int fd, void *bytes, size_t size, int flags)
{
	REAL(recv);
	return SYSTEM("recv", ECONNRESET, EINTR) ? -1 : real(fd, bytes, size, flags);
}

ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
	REAL(recvmsg);
	return SYSTEM("recvmsg", ECONNRESET, EINTR) ? -1 : real(fd, message, flags);
}

int
poll(struct pollfd *fds, nfds_t n, int wait_ms)
{
	REAL(poll);
	return SYSTEM("poll", ENOMEM, EINTR) ? -1 : real(fds, n, wait_ms);
}

/* Of no system call's kind: the kernel's vDSO answers it in the process. */
int
clock_gettime(clockid_t id, struct timespec *time)
{
	REAL(clock_gettime);
	return fail_turn("clock_gettime", CALLER, EINVAL, 0, false) == FAIL_NOW
		   ? -1
		   : real(id, time);
}

int
getgroups(int n, gid_t *gids)
{
	REAL(getgroups);
	return SYSTEM("getgroups", EINVAL, EFAULT) ? -1 : real(n, gids);
}

/* ---- libpam, and what it asks: libc reads passwd where nobody can stand in between */

int
getpwnam_r(const char *name, struct passwd *pw, char *buffer, size_t size,
    struct passwd **ret_pw)
{
	REAL(getpwnam_r);
	if (!SYSTEM("getpwnam_r", EMFILE, EIO))
		return real(name, pw, buffer, size, ret_pw);
	*ret_pw = NULL;
	return errno;
}

struct passwd *
pam_modutil_getpwnam(pam_handle_t *pamh, const char *name)
{
	REAL(pam_modutil_getpwnam);
	return SYSTEM("pam_modutil_getpwnam", ENOMEM, EIO) ? NULL : real(pamh, name);
}

int
pam_set_data(pam_handle_t *pamh, const char *name, void *data,
    void (*cleanup)(pam_handle_t *, void *, int))
{
	REAL(pam_set_data);
	return fail_turn("pam_set_data", CALLER, ENOMEM, 0, false) == FAIL_NOW
		   ? PAM_BUF_ERR
		   : real(pamh, name, data, cleanup);
}

int
pam_prompt(pam_handle_t *pamh, int style, char **ret_response, const char *format, ...)
{
	char text[1024];
	va_list args;

	REAL(pam_prompt);
	if (fail_turn("pam_prompt", CALLER, ENOMEM, EPIPE, false) == FAIL_NOW)
		return errno == ENOMEM ? PAM_BUF_ERR : PAM_CONV_ERR;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return real(pamh, style, ret_response, "%s", text);
}

/* The same as a compiler calls it that knows the size. */
char *__realpath_chk(const char *path, char *resolved, size_t size);
char *
__realpath_chk(const char *path, char *resolved, size_t size)
{
	REAL(__realpath_chk);
	return SYSTEM("realpath", ENOENT, EACCES) ? NULL : real(path, resolved, size);
}
