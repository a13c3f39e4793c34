/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.h - other programs: sshd -T, pam-auth-update, systemctl, nft
 *
 * Room: cli. By absolute path, without a shell, with an environment of our own (PATH, LANG=C,
 * DEBIAN_FRONTEND=noninteractive), stdin from /dev/null, within a time.
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include <stdbool.h>

#define RUN_SECONDS 60

/**
 * run() - start, wait, collect what it says
 * @words: NULL-terminated; the first is a path, or a name looked for in /usr/sbin, /usr/bin,
 *     /sbin and /bin
 * @ret_output: stdout and stderr together, malloc'd, at most 1 MiB; or NULL: thrown away
 *
 * Return: its exit status (0 to 255), 256 + a signal's number, -ENOENT when there is no such
 * program, -ETIME when it had to be killed, or another -errno.
 */
int run(const char *const *words, char **ret_output);

/** run_exists() - is there such a program? The same places as run() */
bool run_exists(const char *name);

/** run_has_systemd() - is systemd PID 1 here, as sd_booted(3) asks */
bool run_has_systemd(void);

#endif
