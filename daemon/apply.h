/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply.h - a new listing becomes the world, the world becomes the published files
 *
 * Room: daemon, main thread. The guards stand here: a clone drops what another instance
 * knew, another account is refused, and a listing that shrinks by more than half waits for
 * a second one. A failure anywhere leaves the last good state published.
 */
#ifndef DAEMON_APPLY_H
#define DAEMON_APPLY_H

#include "daemon/daemon.h"

enum {
	APPLY_E_HELD = 1, /* shrank by more than half: a second listing must confirm */
	APPLY_E_ACCOUNT,  /* not the account of [aws] account */
};

struct apply_held {
	bool is_held;
	size_t old_people, new_people;
	int64_t since_wall_ms;
};

/**
 * apply_directory() - take over a complete listing
 * @directory: ownership passes; @instance: may be NULL, then the last one stays
 * @accept: an administrator says that a shrunken listing is right
 *
 * Return: 0, APPLY_E_HELD, APPLY_E_ACCOUNT, or -errno.
 */
int apply_directory(struct daemon *d, struct directory *directory,
    struct instance *instance, bool accept, struct apply_held *held);

/**
 * apply_confirm() - IMDS says which instance this is, before anything else is known
 *
 * What another instance or account knew is dropped; what this one knew comes into force if
 * it is not yet.
 *
 * Return: 0 or APPLY_E_ACCOUNT.
 */
int apply_confirm(struct daemon *d, const struct instance *instance);

/**
 * apply_lost_tags() - did asking for the instance's tags fail, of which some were known?
 *
 * An error removes nobody: tags that were known stay in force, with the listing they came
 * with. A refusal is an answer: they are switched off for us, and unknown.
 */
bool apply_lost_tags(const struct daemon *d, const struct net_result *result);

/** apply_rebuild() - the same directory, decided again (local files or keys changed) */
int apply_rebuild(struct daemon *d);

/** apply_verified() - the same directory was found again at this time */
void apply_verified(struct daemon *d, int64_t wall_ms, int64_t boot_ms);

/** apply_publish() - both files from the present world; keys first */
int apply_publish(struct daemon *d);

/** apply_fresh() - another effective fresh time (seconds): published with the next put */
void apply_fresh(struct daemon *d, uint32_t effective_fresh_s);

#endif
