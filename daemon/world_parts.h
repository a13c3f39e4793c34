/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world_parts.h - the steps of world_build(), shared by the world_*.c files only
 *
 * Room: daemon. people (scope, mapping) -> claims -> verdicts -> candidates -> ids ->
 * accounts -> groups.
 */
#ifndef DAEMON_WORLD_PARTS_H
#define DAEMON_WORLD_PARTS_H

#include "common/snapshot.h"
#include "daemon/access.h"
#include "daemon/world.h"

#define WORLD_BIT(service) (1u << (service))

/* Everybody with a claim on one name. */
struct world_candidate {
	const char *name;
	struct world_person **people; /* the oldest first; only the owner unless listed */
	uint32_t n_people;            /* 0: a listed local account that nobody maps to */
	bool is_listed;               /* in [accounts] shared */
	const struct local_user *local; /* NULL: an account of ours */
	uint32_t allow_mask, known_mask;
};

/* What every step reads, and the world in the making. */
struct world_making {
	const struct config *config;
	const struct local *local;
	struct idmap *ids;
	int64_t now_ms;
	struct world *world;
	struct world_person **mapped; /* to a name; by name, then age */
	size_t n_mapped;
	struct world_candidate *candidates; /* sorted by name: unique */
	size_t n_candidates;
};

/* All return 0 or -ENOMEM, unless it says otherwise. */

/** world_people() - scope, mapping, claims, verdicts and the candidates for accounts */
int world_people(struct world_making *making);

/** world_candidate() - NULL when nobody claims the name */
const struct world_candidate *
world_candidate(const struct world_making *making, const char *name);

/** world_verdicts() - a person's verdicts from rules, mapping and claim, with their texts */
int world_verdicts(const struct world_making *making, struct world_person *person);

/** world_refuse_id() - the account gets no id, for @reason: deny */
int world_refuse_id(
    const struct world *world, struct world_person *person, enum verdict_reason reason);

/**
 * world_id() - the uid of an account of ours: ledger, else uid_tag, else hash
 * @ret_reason: why it gets none, ID_COLLISION, BAD_UID or DUPLICATE_TAG
 *
 * A number of a tag is free when it is usable and nobody's: not in the ledger, not local,
 * not what anybody of the directory or a listed name would get from the hash, and not
 * claimed by the tag of an older principal in scope, whether that one may log in or not.
 *
 * Return: 0, 1 with *ret_reason, or -ENOMEM.
 */
int world_id(struct world_making *making, const struct world_candidate *candidate,
    uint32_t *ret_id, enum world_uid_from *ret_from, enum verdict_reason *ret_reason);

#define WORLD_KIND_SHARED "shared" /* of the ledger: the name itself is what is hashed */

/** world_ledger_kind(), world_ledger_id() - whom the ledger knows an account's id under */
const char *world_ledger_kind(const struct world_candidate *candidate);
const char *world_ledger_id(const struct world_candidate *candidate);

/** world_accounts() - ids, living accounts, retired ones; sorted by name */
int world_accounts(struct world_making *making);

/** world_groups() - iamlogin-users, iamlogin-sudo, IAM groups; gids of accounts */
int world_groups(struct world_making *making);

/** world_older() - creation date, then id: <0 when @a is the older */
int world_older(const struct directory_principal *a, const struct directory_principal *b);

/** world_id_is_free() - neither a local user nor a local group has this number */
bool world_id_is_free(const struct world_making *making, uint32_t id);

#endif
