/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syscalls.h - this process without system calls: forbidden, or counted
 *
 * By seccomp(2), so without a tracer and exactly. There is no way back: for children. One
 * translation unit a program.
 */
#ifndef PLUGIN_SYSCALLS_H
#define PLUGIN_SYSCALLS_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define SYSCALLS_MAX 32
#define SYSCALLS_NUMBERS 512

static volatile unsigned syscalls_of[SYSCALLS_NUMBERS];

/**
 * syscalls_allow_only() - @otherwise (SECCOMP_RET_*) is what any call but these meets
 *
 * Ending, and returning from a signal handler, go on.
 */
static inline int
syscalls_allow_only(const int *numbers, size_t n, unsigned otherwise)
{
	static const int always[] = { __NR_exit_group, __NR_rt_sigreturn };
	struct sock_filter code[SYSCALLS_MAX * 2 + 2];
	struct sock_fprog program = { .filter = code };
	unsigned short at = 0;

	code[at++] = (struct sock_filter)BPF_STMT(
	    BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < n + 2; i++) {
		int number = i < n ? numbers[i] : always[i - n];

		code[at++] = (struct sock_filter)BPF_JUMP(
		    BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1);
		code[at++] =
		    (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, otherwise);
	program.len = at;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static inline void
syscalls_on_signal(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	if (info->si_syscall >= 0 && info->si_syscall < SYSCALLS_NUMBERS)
		syscalls_of[info->si_syscall]++;
}

/** syscalls_count() - from now on none is done, and each is counted */
static inline int
syscalls_count(void)
{
	struct sigaction action = { .sa_sigaction = syscalls_on_signal,
		.sa_flags = SA_SIGINFO | SA_NODEFER };

	if (sigaction(SIGSYS, &action, NULL) != 0)
		return -1;
	return syscalls_allow_only(NULL, 0, SECCOMP_RET_TRAP);
}

/** syscalls_counted() - of that number; -1: of all */
static inline unsigned
syscalls_counted(int number)
{
	unsigned sum = 0;

	if (number >= 0)
		return syscalls_of[number];
	for (int i = 0; i < SYSCALLS_NUMBERS; i++)
		sum += syscalls_of[i];
	return sum;
}

#endif
