/* SPDX-License-Identifier: Apache-2.0 */
/* seal.c - what this program can never do; contract in seal.h */
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "warden/seal.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "the seccomp filter knows x86-64 and arm64"
#endif

#define X32_BIT 0x40000000u
#define LOAD(member) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define REFUSE(call, how)                                      \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), \
	    BPF_STMT(BPF_RET | BPF_K, (how))
#define KILL SECCOMP_RET_KILL_PROCESS
#define EPERM_RET (SECCOMP_RET_ERRNO | EPERM)

static const uint32_t kept_by[] = {
	[SEAL_HOMES] =
	    1u << CAP_CHOWN | 1u << CAP_DAC_OVERRIDE | 1u << CAP_FOWNER | 1u << CAP_KILL,
	[SEAL_SESSIONS] = 1u << CAP_DAC_OVERRIDE | 1u << CAP_KILL,
};

/* The bounding set as well where CAP_SETPCAP allows it; in the unit it is right already. */
static int
drop_capabilities(uint32_t kept)
{
	struct __user_cap_header_struct header = { .version =
						       _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0 } };

	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (cap >= 32 || (kept & 1u << cap) == 0)
			(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	data[0].permitted &= kept;
	data[0].effective = data[0].permitted;
	data[0].inheritable = 0;
	data[1] = (struct __user_cap_data_struct){ 0 };
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

static int
filter_calls(void)
{
	struct sock_filter code[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, KILL),
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, KILL),
		REFUSE(execve, KILL),
		REFUSE(execveat, KILL),
		REFUSE(socket, KILL),
		REFUSE(socketpair, KILL),
		REFUSE(io_uring_setup, KILL),
		REFUSE(ptrace, KILL),
		REFUSE(process_vm_writev, KILL),
		REFUSE(init_module, KILL),
		REFUSE(finit_module, KILL),
		REFUSE(bpf, KILL),
		REFUSE(mount, KILL),
		REFUSE(setns, KILL),
		REFUSE(unshare, KILL),
		REFUSE(keyctl, KILL),
		REFUSE(open_by_handle_at, KILL),
		REFUSE(clone, EPERM_RET),
		REFUSE(clone3, EPERM_RET),
#ifdef SYS_fork
		REFUSE(fork, EPERM_RET),
		REFUSE(vfork, EPERM_RET),
#endif
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = BASE_N(code), .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
		return -errno;
	return 0;
}

int
seal(enum seal which)
{
	int r = drop_capabilities(kept_by[which]);

	return r != 0 ? r : filter_calls();
}
