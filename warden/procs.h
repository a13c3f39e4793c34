/* SPDX-License-Identifier: Apache-2.0 */
/*
 * procs.h - processes of this machine: whose they are, and signals that hit no other
 *
 * Room: warden. From proc(5). A pid is used again; a signal goes through a pidfd that was
 * opened before the process was looked at for the last time, so it cannot hit a successor
 * (pidfd_send_signal(2), Linux 5.3; before that, kill(2) right after the look).
 */
#ifndef WARDEN_PROCS_H
#define WARDEN_PROCS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base.h"

struct procs_one {
	pid_t pid;
	pid_t ppid;
	/*
	 * The real one: who started it. A daemon of root's that acts for somebody for a moment
	 * has another effective one.
	 */
	uid_t uid;
	char comm[17];
};

/* Return: false to stop. */
typedef bool (*procs_visit)(const struct procs_one *one, void *data);

/** procs_each() - every living process; 0 or -errno */
int procs_each(procs_visit visit, void *data);

/**
 * procs_are_hidden() - are others' processes kept from us, and is nobody to be found?
 *
 * /proc with hidepid= and gid= (proc(5)) shows them to that group, and to whoever has
 * CAP_SYS_PTRACE, which the warden does not. Without gid= it is the group of root. It is
 * said in the log.
 */
bool procs_are_hidden(void);

/** procs_read() - one process; -ESRCH when there is none (or only a zombie of it) */
int procs_read(pid_t pid, struct procs_one *ret_one);

/** procs_parse() - the text of /proc/PID/status; pure. 0, -ESRCH (a zombie), -EBADMSG */
int procs_parse(const char *status, struct procs_one *ret_one);

/**
 * procs_signal() - send @signals (ended by 0) to a process if it is still what it was
 * @is_it: called for what stands at the pid once the pidfd is held; NULL: the same uid
 *
 * Return: 0, -ESRCH when it is gone or another, or -errno.
 */
int procs_signal(
    const struct procs_one *one, procs_visit is_it, void *data, const int *signals);

/** procs_session() - the kernel's audit session id; -ENODATA when unset */
int procs_session(pid_t pid, uint32_t *ret_session);

/** procs_tty() - N of /dev/pts/N that controls it; -1 for another terminal, or none */
int procs_tty(pid_t pid);

/** procs_word() - word @n of its command line; false when there is none or it is too long */
bool procs_word(pid_t pid, unsigned n, char *ret, size_t ret_size);

#endif
