/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal.h - what this program can never do, whatever it is made to try
 *
 * Room: warden. The unit says the same; this holds without it, and says what a unit cannot:
 * systemd itself must execve(2) after its filter is in place.
 */
#ifndef WARDEN_SEAL_H
#define WARDEN_SEAL_H

#include "common/base.h"

enum seal {
	SEAL_HOMES = 0, /* CHOWN, DAC_OVERRIDE, FOWNER, KILL */
	SEAL_SESSIONS,  /* DAC_OVERRIDE, KILL */
};

/**
 * seal() - a few capabilities and no more, no new
 * privileges, and a seccomp filter
 *
 * Without: execve, fork, sockets, ptrace, mount, namespaces, modules, bpf, keys, io_uring.
 * What is tried gets EPERM, and the process is killed where it tries to become another
 * (execve) or to reach a network (socket).
 *
 * Return: 0 or -errno; then nothing may be done.
 */
int seal(enum seal which) MUST_CHECK;

#endif
