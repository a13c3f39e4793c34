/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_waiting.h - lines that the trail's disk does not take, where a restart finds them
 *
 * Room: daemon, main thread. /run/iamlogin/audit.waiting, 0640 and the daemon's: memory, which
 * a full disk does not fill. Whole lines with their place in the chain, oldest first; some of
 * them may stand in the trail already.
 */
#ifndef DAEMON_AUDIT_WAITING_H
#define DAEMON_AUDIT_WAITING_H

/** audit_waiting_add() - @line with its newline; 0, or why only the journal has it then */
int audit_waiting_add(const char *line);

/** audit_waiting_forget() - all of them are in the trail */
void audit_waiting_forget(void);

/**
 * audit_waiting_read() - all of them
 *
 * Return: 0 with malloc'd @ret_text, or -errno: -ENOENT when nothing waits, -EPERM when it is no
 * file of ours, -E2BIG.
 */
int audit_waiting_read(char **ret_text);

#endif
