/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world_fixture.h - a world by hand, for tests of what is published from it
 *
 * No rules, no mapping: a test says what was decided. Everything is heap memory that
 * world_fixture_done() frees; a failed allocation aborts.
 */
#ifndef SUPPORT_WORLD_FIXTURE_H
#define SUPPORT_WORLD_FIXTURE_H

#include "daemon/publish.h"
#include "daemon/world.h"

struct world_fixture {
	struct world world;
	struct directory directory;
	struct instance instance;
	struct publish_facts facts;
};

/** world_fixture_init() - an empty world on i-0123456789abcdef0, verified now */
void world_fixture_init(struct world_fixture *fixture);
void world_fixture_done(struct world_fixture *fixture);

/** world_fixture_account() - one more, with USER_NAME and both verdicts allow; its index */
size_t
world_fixture_account(struct world_fixture *fixture, const char *name, uint32_t uid);

/** world_fixture_group() - one more, empty; its index */
size_t world_fixture_group(struct world_fixture *fixture, const char *name, uint32_t gid);

/** world_fixture_member() - account @account is in group @group, in both directions */
void world_fixture_member(struct world_fixture *fixture, size_t group, size_t account);

/** world_fixture_person() - one more with a claim on an account, allowed in everything */
struct world_person *world_fixture_person(struct world_fixture *fixture,
    const struct directory_principal *principal, size_t account);

/** world_fixture_crowd() - @n accounts user00000…, four in five of them in a group "crowd" */
void world_fixture_crowd(struct world_fixture *fixture, size_t n);

/** world_fixture_publish() - encode the snapshot and put it at @path as the daemon does */
void world_fixture_publish(struct world_fixture *fixture, struct publish_file *file);

#endif
