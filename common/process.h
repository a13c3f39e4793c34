/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.h - what the kernel says about a process: start time, audit session
 *
 * Room: common. libc only. From proc(5), so it needs a /proc; without one it is not known.
 */
#ifndef COMMON_PROCESS_H
#define COMMON_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

/**
 * process_start_time() - field 22 of /proc/PID/stat, in clock ticks since boot
 *
 * With the pid it names a process for good: a pid alone is used again.
 *
 * Return: 0, -EBADMSG when the line is not as proc(5) says, or -errno.
 */
int process_start_time(pid_t pid, uint64_t *ret_ticks);

/** process_parse_stat() - the same from the text of a stat file; pure */
int process_parse_stat(const char *stat, uint64_t *ret_ticks);

/**
 * process_audit_session() - /proc/self/sessionid, set by pam_loginuid
 *
 * Return: 0, -ENODATA when it is unset (4294967295), or -errno.
 */
int process_audit_session(uint32_t *ret_session);

#endif
