/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enable_nsswitch.h - one word in /etc/nsswitch.conf
 *
 * Room: cli. Pure: text in, text out (malloc'd). nsswitch.conf(5).
 */
#ifndef CLI_ENABLE_NSSWITCH_H
#define CLI_ENABLE_NSSWITCH_H

enum {
	ENABLE_NSSWITCH_E_NO_FILES =
	    1,                     /* a line without files or compat: where to stand? */
	ENABLE_NSSWITCH_E_RETURNS, /* [NOTFOUND=return] behind files: nobody asks further */
	ENABLE_NSSWITCH_E_ORDER, /* iamlogin stands before files: local names must win */
};

/**
 * enable_nsswitch_add() - "iamlogin" behind "files" in passwd and group
 *
 * Behind what belongs to files ("[SUCCESS=merge]"), too; and in initgroups where there is
 * such a line, because glibc then takes that instead of group. A missing line is added: its
 * absence means "files". Blanks, comments and other databases stay as they are; a text that
 * has it all comes back equal.
 *
 * Return: 0, ENABLE_NSSWITCH_E_*, or -ENOMEM.
 */
int enable_nsswitch_add(const char *text, char **ret_text);

/** enable_nsswitch_remove() - without the word, wherever it stands; 0 or -ENOMEM */
int enable_nsswitch_remove(const char *text, char **ret_text);

#endif
