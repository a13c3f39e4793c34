/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world.h - everything decided: people, accounts, groups, verdicts; immutable
 *
 * Room: daemon. world_build() is pure but for the ledger, in which it enters new ids. What
 * the files publish, what the server answers and what explain says all come from here.
 */
#ifndef DAEMON_WORLD_H
#define DAEMON_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/verdict.h"
#include "daemon/config.h"
#include "daemon/directory.h"
#include "daemon/idmap.h"
#include "daemon/instance.h"
#include "daemon/local.h"
#include "daemon/mapping.h"

#define WORLD_SERVICES 2 /* SNAPSHOT_SERVICE_LOGIN, SNAPSHOT_SERVICE_SUDO */

enum world_claim {
	WORLD_CLAIM_NONE = 0, /* maps to no account */
	WORLD_CLAIM_OWNER,
	WORLD_CLAIM_REFUSED, /* an older principal owns the name or the id */
};

struct world_verdict {
	enum verdict verdict;
	enum verdict_reason reason;
	char *
	    rule; /* "[login] allow #2: match:platform", with the term that failed; or NULL */
};

/* One principal in scope, in the order of directory.principals. */
struct world_person {
	const struct directory_principal *principal;
	struct mapping mapping;
	enum world_claim claim;
	size_t account; /* index into accounts when claim is OWNER, else SIZE_MAX */
	struct world_verdict services[WORLD_SERVICES];
};

struct world_account {
	char *name;
	uint32_t uid;   /* = gid */
	uint32_t flags; /* USER_NAME when [login] allows; USER_RUNAS when mapped by tag */
	bool uid_from_ledger;
	char *gecos; /* the person's stable id */
	char *home;
	char *shell;
	size_t person; /* index into people; SIZE_MAX: retired, nobody any more */
	uint32_t
	    *gids; /* sorted, without uid: iamlogin-users, iamlogin-sudo, IAM groups */
	size_t n_gids;
	uint32_t allow_mask;
	uint32_t known_mask;
};

struct world_group {
	uint32_t gid;
	char *name;
	uint32_t *members; /* indexes into accounts that are in it */
	size_t n_members;
};

struct world {
	unsigned refs;               /* main thread only: not atomic */
	struct directory *directory; /* owned reference */
	struct instance *instance;   /* owned copy */
	struct world_person *people; /* in scope */
	size_t n_people;
	struct world_account *accounts; /* published ones, sorted by name */
	size_t n_accounts;
	struct world_group *groups; /* sorted by name */
	size_t n_groups;
};

/**
 * world_build() - decide everything
 *
 * Published accounts: people whom [login] allows (visible = authorized) or every mapped
 * person in scope (visible = all), and retired ones from the ledger (USER_RETIRED, uid and
 * last name, allow_mask 0) whose name no living account has taken. known_mask has the bits
 * whose verdict is not UNKNOWN. Groups: iamlogin-users (all with USER_NAME), iamlogin-sudo
 * (all whom [sudo] allows), and IAM groups of these people whose name passes
 * text_is_group_name() and is neither local, reserved, nor an account's.
 *
 * Return: 0 or -ENOMEM; then *ret_world is untouched.
 */
int world_build(const struct config *config, struct directory *directory,
    const struct instance *instance, const struct local *local, struct idmap *ids,
    int64_t now_ms, struct world **ret_world);

struct world *world_ref(struct world *world);
void world_unref(struct world *world);

/** world_account_by_name() - NULL when absent */
const struct world_account *
world_account_by_name(const struct world *world, const char *name);

/** world_person_by_id() - NULL when not in scope */
const struct world_person *
world_person_by_id(const struct world *world, enum principal_kind kind, const char *id);

static inline void
world_unrefp(struct world **world)
{
	world_unref(*world);
}
#define _cleanup_world_ _cleanup_(world_unrefp)

#endif
