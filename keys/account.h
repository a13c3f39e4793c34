/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account.h - may this account be logged in to here and now? From the snapshot
 *
 * Room: keys.
 */
#ifndef KEYS_ACCOUNT_H
#define KEYS_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#define ACCOUNT_SERVICE "sshd"

/* What the snapshot says about the account, copied out of its mapping. */
struct account {
	const char *name;
	uint32_t uid;
	uint32_t service_bit;
	bool is_fresh;
	uint32_t fresh_s;
	bool is_shared;  /* several people may stand behind it */
	bool is_foreign; /* not ours: the command before us has the say */
	bool is_closed;  /* foreign, and closed by [accounts] local */
};

/**
 * account_find() - fill @account for its name
 *
 * No published file makes root ours, nor a local account that [accounts] shared does not list,
 * nor one of uid 0 under another name: whoever wrote it, keys for such a one would be keys
 * for the machine.
 *
 * Return: NULL when it may be logged in to, else why not, for the log.
 */
const char *account_find(struct account *account);

#endif
