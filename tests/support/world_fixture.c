/* SPDX-License-Identifier: Apache-2.0 */
/* world_fixture.c - a world by hand; contract in world_fixture.h */
#include <stdio.h>
#include <string.h>

#include "common/published_format.h"
#include "tests/support/world_fixture.h"

#define FIXTURE_SEED 0x1234567890abcdefu
#define FIXTURE_UID 0x71000000u

static void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

/* One more element behind the others, zeroed. */
static void *
append(void **array, size_t *n, size_t size)
{
	char *grown = must(realloc(*array, (*n + 1) * size));

	*array = grown;
	return memset(grown + (*n)++ * size, 0, size);
}

void
world_fixture_init(struct world_fixture *fixture)
{
	struct clock_now now;

	memset(fixture, 0, sizeof(*fixture));
	clock_read(&now);
	(void)snprintf(fixture->instance.id, sizeof(fixture->instance.id), "%s",
	    "i-0123456789abcdef0");
	(void)snprintf(fixture->directory.account, sizeof(fixture->directory.account),
	    "%s", "123456789012");
	fixture->world.directory = &fixture->directory;
	fixture->world.instance = &fixture->instance;
	fixture->world.services[SNAPSHOT_SERVICE_LOGIN] = "login";
	fixture->world.services[SNAPSHOT_SERVICE_SUDO] = "sudo";
	fixture->world.n_services = WORLD_SERVICES_MIN;
	fixture->facts = (struct publish_facts){
		.fresh_s = 600,
		.grace_s = 86400,
		.sudo_grace_s = 14400,
		.on_revoke = ON_REVOKE_TERMINATE,
		.session_manager = SESSION_MANAGER_TERMINATE,
		.verified_wall_ms = now.wall_ms,
		.verified_boot_ms = now.boot_ms,
	};
}

void
world_fixture_done(struct world_fixture *fixture)
{
	struct world *world = &fixture->world;

	for (size_t i = 0; i < world->n_accounts; i++) {
		free(world->accounts[i].name);
		free(world->accounts[i].gecos);
		free(world->accounts[i].home);
		free(world->accounts[i].shell);
		free(world->accounts[i].people);
		free(world->accounts[i].gids);
	}
	for (size_t i = 0; i < world->n_groups; i++) {
		free(world->groups[i].name);
		free(world->groups[i].members);
	}
	for (size_t i = 0; i < world->n_people; i++)
		free(world->people[i].services);
	free(world->accounts);
	free(world->groups);
	free(world->people);
	memset(world, 0, sizeof(*world));
}

size_t
world_fixture_account(struct world_fixture *fixture, const char *name, uint32_t uid)
{
	struct world *world = &fixture->world;
	struct world_account *account;
	char home[80];

	account = append((void **)&world->accounts, &world->n_accounts, sizeof(*account));
	(void)snprintf(home, sizeof(home), "/home/%s", name);
	account->name = must(strdup(name));
	account->uid = account->gid = uid;
	account->flags = USER_NAME;
	account->gecos = must(strdup("AIDAEXAMPLE000000000"));
	account->home = must(strdup(home));
	account->shell = must(strdup("/bin/bash"));
	account->allow_mask = account->known_mask = 3;
	return world->n_accounts - 1;
}

size_t
world_fixture_group(struct world_fixture *fixture, const char *name, uint32_t gid)
{
	struct world *world = &fixture->world;
	struct world_group *group;

	group = append((void **)&world->groups, &world->n_groups, sizeof(*group));
	group->name = must(strdup(name));
	group->gid = gid;
	return world->n_groups - 1;
}

void
world_fixture_member(struct world_fixture *fixture, size_t group, size_t account)
{
	struct world_group *g = &fixture->world.groups[group];
	struct world_account *a = &fixture->world.accounts[account];

	*(uint32_t *)append((void **)&g->members, &g->n_members, sizeof(uint32_t)) =
	    (uint32_t)account;
	*(uint32_t *)append((void **)&a->gids, &a->n_gids, sizeof(uint32_t)) = g->gid;
}

struct world_person *
world_fixture_person(struct world_fixture *fixture,
    const struct directory_principal *principal, size_t account)
{
	struct world *world = &fixture->world;
	struct world_person *person;

	person = append((void **)&world->people, &world->n_people, sizeof(*person));
	person->principal = principal;
	person->claim = WORLD_CLAIM_OWNER;
	person->account = account;
	person->services = must(calloc(world->n_services, sizeof(*person->services)));
	for (size_t i = 0; i < world->n_services; i++)
		person->services[i].verdict = VERDICT_ALLOW;
	*(size_t *)append((void **)&world->accounts[account].people,
	    &world->accounts[account].n_people, sizeof(size_t)) = world->n_people - 1;
	return person;
}

void
world_fixture_crowd(struct world_fixture *fixture, size_t n)
{
	size_t group = world_fixture_group(fixture, "crowd", IDS_GROUP_USERS);
	char name[32];

	for (size_t i = 0; i < n; i++) {
		size_t account;

		(void)snprintf(name, sizeof(name), "user%05zu", i);
		account = world_fixture_account(fixture, name, FIXTURE_UID + (uint32_t)i);
		if (i % 5 != 0)
			world_fixture_member(fixture, group, account);
	}
}

void
world_fixture_publish(struct world_fixture *fixture, struct publish_file *file)
{
	struct publish_bytes bytes;
	uint64_t generation;
	bool changed;

	if (publish_encode_snapshot(
		&fixture->world, &fixture->facts, FIXTURE_SEED, &bytes) != 0 ||
	    publish_file_put(file, &bytes, &fixture->facts, &generation, &changed) != 0)
		abort();
	free(bytes.bytes);
}
