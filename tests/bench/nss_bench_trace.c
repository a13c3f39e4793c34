/* SPDX-License-Identifier: Apache-2.0 */
/* nss_bench_trace.c - system calls per call, by ptrace(2); contract in nss_bench.h */
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/nss_bench.h"

/* Two of these stand around what is counted: nothing else here calls it. */
static void
mark(void)
{
	(void)syscall(SYS_getppid);
}

static void
traced(const struct nss_calls *calls, const struct nss_case *what,
    const struct nss_query *queries, unsigned n, unsigned warm, unsigned times)
{
	unsigned entries;

	if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0)
		_exit(2);
	for (unsigned i = 0; i < warm; i++)
		(void)what->call(calls, &queries[i % n], &entries);
	(void)raise(SIGSTOP);
	mark();
	for (unsigned i = 0; i < times; i++)
		(void)what->call(calls, &queries[(warm + i) % n], &entries);
	mark();
	_exit(0);
}

const char *
nss_trace_count(const struct nss_calls *calls, const struct nss_case *what,
    const struct nss_query *queries, unsigned n, unsigned warm, unsigned times,
    double *ret_per_call)
{
	unsigned long counted = 0;
	int marks = 0, status;
	pid_t child = fork();

	if (child == 0)
		traced(calls, what, queries, n, warm, times);
	if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status))
		return "the traced process ended before it was traced";
	if (ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD) < 0)
		return "ptrace is not allowed here";
	while (ptrace(PTRACE_SYSCALL, child, 0, 0) == 0 &&
	       waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
		struct __ptrace_syscall_info info = { 0 };

		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		if (ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info) < 0)
			return "the kernel tells nothing about system calls";
		if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
			continue;
		if (info.entry.nr == SYS_getppid)
			marks++;
		else if (marks == 1)
			counted++;
	}
	if (marks != 2 || !WIFEXITED(status))
		return "the traced process did not come to its end";
	*ret_per_call = (double)counted / times;
	return NULL;
}
