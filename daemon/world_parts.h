/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world_parts.h - the steps of world_build(), shared by the world_*.c files only
 *
 * Room: daemon. people (scope, mapping) -> claims -> verdicts -> ids -> accounts -> groups.
 */
#ifndef DAEMON_WORLD_PARTS_H
#define DAEMON_WORLD_PARTS_H

#include "common/snapshot.h"
#include "daemon/world.h"

#define WORLD_BIT(service) (1u << (service))
#define WORLD_ALL_SERVICES ((1u << WORLD_SERVICES) - 1)

/* What every step reads, and the world in the making. */
struct world_making {
	const struct config *config;
	const struct local *local;
	struct idmap *ids;
	int64_t now_ms;
	struct world *world;
};

/* All return 0 or -ENOMEM. */

/** world_people() - scope, mapping and claims; verdicts follow */
int world_people(struct world_making *making);

/** world_verdicts() - a person's verdicts from rules, mapping and claim, with their texts */
int world_verdicts(const struct world_making *making, struct world_person *person);

/** world_refuse_id() - the id of an account is another's: deny */
int world_refuse_id(struct world_person *person);

/** world_accounts() - ids, living accounts, retired ones; sorted by name */
int world_accounts(struct world_making *making);

/** world_groups() - iamlogin-users, iamlogin-sudo, IAM groups; gids of accounts */
int world_groups(struct world_making *making);

/** world_older() - creation date, then id: <0 when @a is the older */
int world_older(const struct directory_principal *a, const struct directory_principal *b);

/** world_id_is_free() - neither a local user nor a local group has this number */
bool world_id_is_free(const struct world_making *making, uint32_t id);

#endif
