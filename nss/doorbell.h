/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doorbell.h - tell the daemon that a name was asked for and is not there
 *
 * Room: nss. libc only. No data, no wait, no answer: the daemon sees by inotify that the
 * file's times changed and refreshes a little earlier, from a small bucket.
 */
#ifndef NSS_DOORBELL_H
#define NSS_DOORBELL_H

#include <stdbool.h>

/**
 * doorbell_ring() - one utimensat(2) if this process was started as root, else nothing
 *
 * The effective uid at execve(2), from the auxiliary vector: no system call for others.
 * errno is kept.
 */
void doorbell_ring(void);

/** doorbell_is_for_us() - would doorbell_ring() do anything? No system call; errno kept */
bool doorbell_is_for_us(void);

#endif
