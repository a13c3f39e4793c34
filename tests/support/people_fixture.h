/* SPDX-License-Identifier: Apache-2.0 */
/*
 * people_fixture.h - worlds built from a few people and rules, for unit tests of decisions
 */
#ifndef SUPPORT_PEOPLE_FIXTURE_H
#define SUPPORT_PEOPLE_FIXTURE_H

#include "common/published_format.h"
#include "common/snapshot.h"
#include "daemon/world.h"

#define LOGIN SNAPSHOT_SERVICE_LOGIN
#define SUDO SNAPSHOT_SERVICE_SUDO

/* What a test builds a world from; everything has a usual value. */
struct people_fixture {
	struct config *config;
	struct directory *directory;
	struct instance *instance;
	struct local *local;
	struct idmap *ids;
	struct world *world;
};

/* Scope /people/, login by HostAdmins or platform, sudo by both. */
extern const char people_fixture_config_usual[];

/* For cmocka: a known instance of platform acme, the usual configuration, nobody. */
int people_fixture_set_up(void **state);
int people_fixture_tear_down(void **state);

/** people_fixture_config(), people_fixture_local() - other texts than the usual ones */
void people_fixture_config(struct people_fixture *f, const char *text);
void people_fixture_local(
    struct people_fixture *f, const char *passwd_text, const char *group_text);

/** people_fixture_empty() - start over with a directory of nobody */
void people_fixture_empty(struct people_fixture *f);

/** people_fixture_add() - an IAM user of path /people/ */
struct directory_principal *people_fixture_add(
    struct people_fixture *f, const char *name, const char *id, int64_t created_s);

/** people_fixture_usual() - alice, bob and carol of the first login; dave if asked for */
void people_fixture_usual(struct people_fixture *f, bool with_dave);

/** people_fixture_build() - the world of a finished directory; _finish() finishes it first */
void people_fixture_build(struct people_fixture *f);
void people_fixture_finish(struct people_fixture *f);

/** people_fixture_person() - has to be there; people_fixture_group() - NULL when absent */
const struct world_person *
people_fixture_person(const struct people_fixture *f, const char *id);
const struct world_group *
people_fixture_group(const struct people_fixture *f, const char *name);

#endif
