/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rewrite.h - a system file read whole, and replaced whole
 *
 * Room: cli. Never through a symbolic link at the last component, never in place: a reader
 * sees the old file or the new one, with the owner, mode and extended attributes (the SELinux
 * label, ACLs) of the old one.
 */
#ifndef CLI_REWRITE_H
#define CLI_REWRITE_H

#include <sys/types.h>

#define REWRITE_MAX ((size_t)4 << 20)

enum {
	REWRITE_E_LINK = 1, /* a symbolic link, or no regular file */
	REWRITE_E_BINARY,   /* has a NUL: not a text of ours */
};

/**
 * rewrite_read() - a text file of at most REWRITE_MAX bytes
 * @ret_text: malloc'd; NULL when there is no such file
 *
 * Return: 0, REWRITE_E_*, -EFBIG or -errno.
 */
int rewrite_read(const char *path, char **ret_text);

/**
 * rewrite_put() - @path becomes @text, by a synced temporary file beside it and rename(2)
 * @like: the file whose owner, mode and attributes it gets; NULL or absent: root's, @mode
 *
 * The temporary name starts with a dot and ends in neither ".conf" nor a plain name, so
 * neither sshd nor sudo nor PAM reads it.
 *
 * Return: 0, REWRITE_E_LINK (of @path), or -errno; @path is then as it was.
 */
int rewrite_put(const char *path, const char *text, const char *like, mode_t mode);

/** rewrite_remove() - and sync the directory; 0 (also when absent) or -errno */
int rewrite_remove(const char *path);

#endif
