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

#include "common/published_format.h"
#include "common/verdict.h"
#include "daemon/config.h"
#include "daemon/directory.h"
#include "daemon/idmap.h"
#include "daemon/instance.h"
#include "daemon/local.h"
#include "daemon/mapping.h"

/*
 * A service's number is its bit in the published masks: SNAPSHOT_SERVICE_LOGIN, _SUDO, then
 * [login:NAME] in the order of the configuration.
 */
#define WORLD_SERVICES_MIN CONFIG_SERVICE_FIRST

enum world_claim {
	WORLD_CLAIM_NONE = 0, /* maps to no account */
	WORLD_CLAIM_OWNER,
	WORLD_CLAIM_REFUSED, /* an older principal owns the name or the id */
	WORLD_CLAIM_SHARED,  /* one of several: [accounts] shared lists the name */
};

struct world_verdict {
	enum verdict verdict;
	enum verdict_reason reason;
	/* "[login] allow #2: match:platform", with the term that failed; or NULL. Of
	 * world.pool: thousands of people are refused with the same words. */
	const char *rule;
};

enum world_uid_from {
	WORLD_UID_FROM_HASH = 0,
	WORLD_UID_FROM_LEDGER, /* it had the id already */
	WORLD_UID_FROM_TAG,
	WORLD_UID_FROM_LOCAL, /* /etc/passwd */
};

/* One principal in scope, in the order of directory.principals. */
struct world_person {
	const struct directory_principal *principal;
	struct mapping mapping;
	enum world_claim claim;
	size_t account; /* index into accounts when it is published, else SIZE_MAX */
	struct world_verdict *services; /* world.n_services of them: the person's own, by
	                                 * the best way in */
	bool by_way; /* another way in may be another verdict: world_access() */
	/* what [login] and [sudo] say whatever account the person maps to: as a guest */
	enum verdict guest_login, guest_sudo;
};

/* Texts and gids are of world.pool. */
struct world_account {
	char *name;
	uint32_t uid;
	uint32_t gid;   /* = uid, but of USER_LOCAL: as /etc/passwd has it */
	uint32_t flags; /* USER_NAME when [login] allows somebody; USER_RUNAS when mapped
	                 * by tag; USER_SHARED, _LOCAL, _RETIRED, _BY_WAY */
	enum world_uid_from uid_from;
	char *gecos; /* the person's stable id; of a listed shared name "shared" */
	char *home;
	char *shell;
	/* Indexes into world.people of those with a claim, the oldest first: a part of
	 * world.claims. None: retired, or a listed local account that nobody maps to. */
	size_t *people;
	size_t n_people;
	bool
	    has_guests; /* whoever passes [login] may come, with a key of Instance Connect
	                 * or a certificate */
	/* sorted, without gid: iamlogin-users, iamlogin-sudo, IAM groups */
	uint32_t *gids;
	size_t n_gids;
	/* shared: somebody may; the bit of sudo: all who may log in may */
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
	const struct config *config; /* not owned */
	const char
	    *services[SNAPSHOT_SERVICES_MAX]; /* names; texts of the configuration */
	size_t n_services;                    /* WORLD_SERVICES_MIN or more */
	struct world_person *people;          /* in scope */
	struct world_verdict *verdicts;       /* n_services for each of them */
	struct pool *pool;                    /* the verdicts' and accounts' texts */
	size_t n_people;
	size_t *claims; /* backs the accounts' people */
	size_t n_claims;
	struct world_account *accounts; /* published ones, sorted by name */
	size_t n_accounts;
	struct world_group *groups; /* sorted by name */
	size_t n_groups;
};

/**
 * world_build() - decide everything
 * @config: has to outlive the world
 *
 * Published accounts: people whom [login] allows (visible = authorized) or every mapped
 * person in scope (visible = all); shared names whom somebody may use, likewise; every local
 * account that [accounts] shared lists (USER_LOCAL); and retired ones from the ledger
 * (USER_RETIRED, uid and last name, allow_mask 0) whose name no living account has taken.
 * known_mask has the bits whose verdict is not UNKNOWN. An account is USER_SHARED when its
 * name is listed or a role maps to it: several people may stand behind a role.
 *
 * Where Instance Connect is on, or certificates are trusted, everybody whom [login] lets in
 * may be a guest on a listed name: its masks are then about all of them.
 *
 * Groups: iamlogin-users (all with USER_NAME or _LOCAL), iamlogin-sudo (all whom [sudo]
 * allows), and IAM groups of these people whose name passes text_is_group_name() and is
 * neither local, reserved, nor an account's. A shared account is in the groups that all its
 * people are in.
 *
 * Return: 0 or -ENOMEM; then *ret_world is untouched.
 */
int world_build(const struct config *config, struct directory *directory,
    const struct instance *instance, const struct local *local, struct idmap *ids,
    int64_t now_ms, struct world **ret_world);

struct world *world_ref(struct world *world);
void world_unref(struct world *world);

/** world_has_claim() - does the person stand behind an account, alone or with others? */
static inline bool
world_has_claim(const struct world_person *person)
{
	return person->claim == WORLD_CLAIM_OWNER || person->claim == WORLD_CLAIM_SHARED;
}

/** world_account_by_name() - NULL when absent */
const struct world_account *
world_account_by_name(const struct world *world, const char *name);

/** world_person_by_id() - NULL when not in scope */
const struct world_person *
world_person_by_id(const struct world *world, enum principal_kind kind, const char *id);

/**
 * world_account_verdict() - may the account be used for a service, by whomever?
 * @ret_verdict: its rule belongs to the world; NULL where several people are behind it
 *
 * Of an account of one person that person's own verdict; of a shared one what its masks
 * say; DENY for a retired one and for one with nobody behind it.
 */
void world_account_verdict(const struct world *world, const struct world_account *account,
    size_t service, struct world_verdict *ret_verdict);

/**
 * world_access() - may this person come in this way?
 * @service: number of the service: world_service()
 * @access: how; via is not NULL
 * @ret_reason, @ret_rule: may be NULL; the rule is the caller's, NULL when memory is out
 *
 * Where the rules do not speak of ways this is the person's verdict of the service.
 *
 * Return: the verdict.
 */
enum verdict
world_access(const struct world *world, const struct world_person *person, size_t service,
    const struct rules_access *access, enum verdict_reason *ret_reason, char **ret_rule);

/** world_guest_access() - the same, whatever account the person has */
enum verdict world_guest_access(const struct world *world,
    const struct world_person *person, size_t service, const struct rules_access *access,
    enum verdict_reason *ret_reason, char **ret_rule);

/** world_service() - of a PAM service's name: that of [login:NAME], else of [login] */
size_t world_service(const struct world *world, const char *name);

static inline void
world_unrefp(struct world **world)
{
	world_unref(*world);
}
#define _cleanup_world_ _cleanup_(world_unrefp)

#endif
