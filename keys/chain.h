/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain.h - the command that was there before us: [keys] chain
 *
 * Room: keys. For accounts that are not ours only. The line comes from iamlogin.conf,
 * as the daemon need not run for local people to come in; the file has to be root's. The
 * command runs as this program's user: no shell, no environment, /dev/null for input and
 * errors, a path of which root owns every part, CHAIN_MS in all. Its output is taken whole
 * when it ends with 0, else not at all.
 */
#ifndef KEYS_CHAIN_H
#define KEYS_CHAIN_H

#include <stddef.h>

#define CHAIN_MS 1000
#define CHAIN_ARGS_MAX 16

enum {
	CHAIN_E_UNTRUSTED =
	    1,          /* not a file that root alone can have written, all the way up */
	CHAIN_E_SYNTAX, /* no absolute path, another token than these, or too many words */
	CHAIN_E_TIME,   /* not done within CHAIN_MS */
	CHAIN_E_FAILED, /* ended with another status than 0 */
	CHAIN_E_FULL,   /* more output than fits */
};

/* What %u, %t and %k stand for; NULL: sshd did not tell, and the word is empty. */
struct chain_words {
	const char *user, *type, *key;
};

/**
 * chain_split() - the value's words, expanded, into @buf
 * @ret_argv: ends with NULL; points into @buf
 *
 * Return: 0 or CHAIN_E_SYNTAX.
 */
int chain_split(const char *value, const struct chain_words *words, char *buf,
    size_t buf_size, char *ret_argv[CHAIN_ARGS_MAX + 1]);

/**
 * chain_run() - run it and take what it prints
 *
 * Return: 0, CHAIN_E_*, or -errno.
 */
int chain_run(char *const argv[], char *ret, size_t ret_size, size_t *ret_len);

/** chain_text() - what went wrong, for the log */
const char *chain_text(int r);

#endif
