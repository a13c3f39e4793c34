/* SPDX-License-Identifier: Apache-2.0 */
/* world.c - owning, finding and building a world; contract in world.h */
#include <string.h>

#include "daemon/world_parts.h"

struct world *
world_ref(struct world *world)
{
	world->refs++;
	return world;
}

void
world_unref(struct world *world)
{
	if (world == NULL || --world->refs > 0)
		return;
	pool_free(world->pool);
	free(world->verdicts);
	free(world->people);
	free(world->claims);
	free(world->accounts);
	for (size_t i = 0; i < world->n_groups; i++) {
		free(world->groups[i].name);
		free(world->groups[i].members);
	}
	free(world->groups);
	instance_free(world->instance);
	directory_unref(world->directory);
	free(world);
}

const struct world_account *
world_account_by_name(const struct world *world, const char *name)
{
	size_t low = 0;
	size_t high = world->n_accounts;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(world->accounts[middle].name, name);

		if (order == 0)
			return &world->accounts[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct world_person *
world_person_by_id(const struct world *world, enum principal_kind kind, const char *id)
{
	size_t low = 0;
	size_t high = world->n_people;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct directory_principal *p = world->people[middle].principal;
		int order =
		    p->kind != kind ? (p->kind < kind ? -1 : 1) : strcmp(p->id, id);

		if (order == 0)
			return &world->people[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

size_t
world_service(const struct world *world, const char *name)
{
	for (size_t s = WORLD_SERVICES_MIN; s < world->n_services; s++)
		if (strcmp(world->services[s], name) == 0)
			return s;
	return SNAPSHOT_SERVICE_LOGIN;
}

void
world_account_verdict(const struct world *world, const struct world_account *account,
    size_t service, struct world_verdict *ret_verdict)
{
	uint32_t bit = WORLD_BIT(service);
	struct world_verdict verdict = { .verdict = VERDICT_DENY,
		.reason = REASON_WITHDRAWN };

	if (account->n_people == 1 && (account->flags & USER_SHARED) == 0) {
		*ret_verdict = world->people[account->people[0]].services[service];
		return;
	}
	if ((account->flags & USER_RETIRED) == 0) {
		verdict.reason = REASON_NO_RULE;
		if ((account->known_mask & bit) == 0) {
			verdict.verdict = VERDICT_UNKNOWN;
			verdict.reason = REASON_NOT_KNOWABLE;
		} else if ((account->allow_mask & bit) != 0) {
			verdict.verdict = VERDICT_ALLOW;
			verdict.reason = REASON_RULE_ALLOWS;
		}
	}
	*ret_verdict = verdict;
}

int
world_older(const struct directory_principal *a, const struct directory_principal *b)
{
	if (a->created_s != b->created_s)
		return a->created_s < b->created_s ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return strcmp(a->id, b->id);
}

bool
world_id_is_free(const struct world_making *making, uint32_t id)
{
	return !local_has_uid(making->local, id) && !local_has_gid(making->local, id);
}

static void
name_services(const struct config *config, struct world *world)
{
	world->services[SNAPSHOT_SERVICE_LOGIN] = "login";
	world->services[SNAPSHOT_SERVICE_SUDO] = "sudo";
	world->n_services = WORLD_SERVICES_MIN;
	for (size_t i = 0; i < config->n_services; i++)
		world->services[world->n_services++] =
		    config_service_name(&config->services[i]);
}

static void
making_done(struct world_making *making)
{
	free(making->mapped);
	free(making->candidates);
}

int
world_build(const struct config *config, struct directory *directory,
    const struct instance *instance, const struct local *local, struct idmap *ids,
    int64_t now_ms, struct world **ret_world)
{
	_cleanup_world_ struct world *world = calloc(1, sizeof(*world));
	_cleanup_(making_done) struct world_making making = {
		.config = config,
		.local = local,
		.ids = ids,
		.now_ms = now_ms,
		.world = world,
	};
	int r;

	if (world == NULL)
		return -ENOMEM;
	world->refs = 1;
	world->config = config;
	world->directory = directory_ref(directory);
	name_services(config, world);
	r = instance_copy(instance, &world->instance);
	if (r == 0)
		r = pool_new(&world->pool);
	if (r == 0)
		r = world_people(&making);
	if (r == 0)
		r = world_accounts(&making);
	if (r == 0)
		r = world_groups(&making);
	if (r != 0)
		return r;
	*ret_world = base_take_ptr(&world);
	return 0;
}
