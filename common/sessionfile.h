/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sessionfile.h - who opened which session: one small file for each, in a directory of root's
 *
 * Room: common. libc only. PAM writes /run/iamlogin-pam/session/ID when it lets somebody of
 * ours in and removes it at the end; `iamlogin who`, the daemon and PAM's sudo stage read it.
 * ID is the kernel's audit session id in decimal, which everything in the session inherits
 * and nobody without CAP_AUDIT_CONTROL can change; without one, "p" and the pid.
 *
 * The id alone proves nothing: ids are used again, and a process that never had one may take
 * the next. A file counts only while the process that it names (pid and start time, in this
 * boot) lives. It is attribution, not a boundary: people who share an account can act as one
 * another.
 *
 * The file: "iamlogin-session 1", then "key=value" lines in any order; unknown keys are
 * skipped. Texts are as text_escape() makes them, so that no byte of a stranger's ends a line.
 */
#ifndef COMMON_SESSIONFILE_H
#define COMMON_SESSIONFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base.h"

#define SESSIONFILE_SIZE_MAX 4096
#define SESSIONFILE_NAME_SIZE 24
#define SESSIONFILE_NO_SESSION (-1)

enum {
	SESSIONFILE_E_GONE =
	    1, /* its process has ended: the file says nothing any more */
	SESSIONFILE_E_UNTRUSTED, /* not root's, or others may write it */
	SESSIONFILE_E_DAMAGED,   /* not such a file, or cut short */
};

/* Texts are "" and numbers 0 where the file does not say. */
struct sessionfile {
	char account[33];
	char kind[16]; /* "iam-user", "role", "person" */
	char id[129];  /* unique id of the person; "" when it is not certain who it is */
	char arn[513];
	char name[129];
	char fingerprint[51]; /* of the accepted key */
	char key_type[64];
	char via[33];
	char service[65];
	char rhost[257];
	char tty[65];
	char tunnel
	    [97]; /* id of the Session Manager session that sshd was reached through */
	char boot[37];
	int64_t uid;
	int64_t session;   /* SESSIONFILE_NO_SESSION when unset */
	int64_t pid;       /* of the process that holds the session open: sshd */
	int64_t pid_start; /* field 22 of its /proc/PID/stat */
	int64_t opened_wall_ms;
	/* of Session Manager's, 1: the warden has recorded a violation; its owner mapped to the
	 * account once */
	int64_t violation, mapped;
};

/** sessionfile_here() - session, pid, pid_start, boot and opened of this process; rest empty */
int sessionfile_here(struct sessionfile *ret_file) MUST_CHECK;

/** sessionfile_name() - the file's name in the directory */
void sessionfile_name(const struct sessionfile *file, char ret[SESSIONFILE_NAME_SIZE]);

/**
 * sessionfile_write() - as root: a new file, in place of one of that name
 * @dir: root's, writable by nobody else; its group becomes the file's (mode 0640)
 *
 * Return: 0, SESSIONFILE_E_UNTRUSTED, or -errno; then nothing stands there that is not whole.
 */
int sessionfile_write(const char *dir, const struct sessionfile *file) MUST_CHECK;

/** sessionfile_read() - 0, SESSIONFILE_E_UNTRUSTED, _DAMAGED, or -errno (-ENOENT: none) */
int sessionfile_read(const char *dir, const char *name, struct sessionfile *ret_file)
    MUST_CHECK;

/**
 * sessionfile_format() - the text of a file; pure
 *
 * Texts are escaped and cut to what the reader takes.
 *
 * Return: its length, or -ENOSPC.
 */
int
sessionfile_format(const struct sessionfile *file, char *text, size_t size) MUST_CHECK;

/** sessionfile_parse() - the text of a file; pure. 0 or SESSIONFILE_E_DAMAGED */
int sessionfile_parse(const char *text, struct sessionfile *ret_file) MUST_CHECK;

/**
 * sessionfile_check() - does its process live, in this boot?
 *
 * Needs a /proc that shows that process: root's, or the own one.
 *
 * Return: 0, SESSIONFILE_E_GONE, or -errno when it cannot be known.
 */
int sessionfile_check(const struct sessionfile *file) MUST_CHECK;

/** sessionfile_remove() - of a session that has ended */
void sessionfile_remove(const char *dir, const struct sessionfile *file);

/**
 * sessionfile_each() - every readable file of the directory, dead or alive
 * @most: look at no more than this many names
 * @visit: false ends the walk
 *
 * Return: 0, SESSIONFILE_E_UNTRUSTED, or -errno (-ENOENT: no such directory).
 */
int sessionfile_each(const char *dir, size_t most,
    bool (*visit)(const char *name, const struct sessionfile *file, void *data),
    void *data);

#endif
