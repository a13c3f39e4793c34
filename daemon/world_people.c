/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world_people.c - who is in scope, who maps to which name, whose it is; see world.h
 *
 * Age (creation date, then id) decides about names, whatever the order of IAM's pages, so
 * that every host comes to the same end. A claim is about the name, not about access: a
 * denied owner keeps it, else denying somebody would hand the account to the next.
 */
#include <string.h>

#include "daemon/world_parts.h"

static int
find_people(struct world_making *making)
{
	struct world *world = making->world;
	const struct directory *directory = world->directory;

	world->people = calloc(directory->n_principals + 1, sizeof(*world->people));
	if (world->people == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < directory->n_principals; i++) {
		struct world_person *person = &world->people[world->n_people];

		if (!mapping_in_scope(making->config, &directory->principals[i]))
			continue;
		person->principal = &directory->principals[i];
		person->account = SIZE_MAX;
		mapping_of(
		    making->config, making->local, person->principal, &person->mapping);
		world->n_people++;
	}
	return 0;
}

static int
make_verdicts(struct world *world)
{
	world->verdicts =
	    calloc(world->n_people * world->n_services + 1, sizeof(*world->verdicts));
	if (world->verdicts == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < world->n_people; i++)
		world->people[i].services = world->verdicts + i * world->n_services;
	return 0;
}

static int
by_name_then_age(const void *a, const void *b)
{
	const struct world_person *const *x = a;
	const struct world_person *const *y = b;
	int order = strcmp((*x)->mapping.name, (*y)->mapping.name);

	return order != 0 ? order : world_older((*x)->principal, (*y)->principal);
}

static int
find_mapped(struct world_making *making)
{
	struct world *world = making->world;

	making->mapped = calloc(world->n_people + 1, sizeof(*making->mapped));
	world->claims = calloc(world->n_people + 1, sizeof(*world->claims));
	if (making->mapped == NULL || world->claims == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < world->n_people; i++)
		if (world->people[i].mapping.reason == REASON_NONE)
			making->mapped[making->n_mapped++] = &world->people[i];
	qsort(
	    making->mapped, making->n_mapped, sizeof(*making->mapped), by_name_then_age);
	return 0;
}

/* The people of one name, from @at on: all of them where it is listed, else the oldest. */
static size_t
add_claims(struct world_making *making, size_t at)
{
	struct world_person **people = &making->mapped[at];
	const struct mapping *mapping = &people[0]->mapping;
	size_t n = 1;

	while (at + n < making->n_mapped &&
	       strcmp(people[n]->mapping.name, mapping->name) == 0)
		n++;
	for (size_t i = 0; i < n; i++)
		people[i]->claim = mapping->is_shared ? WORLD_CLAIM_SHARED
				   : i == 0           ? WORLD_CLAIM_OWNER
						      : WORLD_CLAIM_REFUSED;
	making->candidates[making->n_candidates++] = (struct world_candidate){
		.name = mapping->name,
		.people = people,
		.n_people = mapping->is_shared ? (uint32_t)n : 1,
		.is_listed = mapping->is_shared,
	};
	return n;
}

static int
by_candidate(const void *a, const void *b)
{
	const struct world_candidate *x = a;
	const struct world_candidate *y = b;

	return strcmp(x->name, y->name);
}

const struct world_candidate *
world_candidate(const struct world_making *making, const char *name)
{
	const struct world_candidate key = { .name = name };

	return making->n_candidates == 0
		   ? NULL
		   : bsearch(&key, making->candidates, making->n_candidates, sizeof(key),
			 by_candidate);
}

/* PAM has to know every listed local account, also one that nobody maps to. */
static void
add_local_targets(struct world_making *making)
{
	const struct config_list *shared = &making->config->accounts.shared;
	for (size_t i = 0; i < shared->n; i++) {
		if (mapping_local_target(
			making->config, making->local, shared->items[i]) == NULL ||
		    world_candidate(making, shared->items[i]) != NULL)
			continue;
		making->candidates[making->n_candidates++] = (struct world_candidate){
			.name = shared->items[i],
			.is_listed = true,
		};
		qsort(making->candidates, making->n_candidates,
		    sizeof(*making->candidates), by_candidate);
	}
	for (size_t i = 0; i < making->n_candidates; i++)
		making->candidates[i].local = mapping_local_target(
		    making->config, making->local, making->candidates[i].name);
}

static int
find_candidates(struct world_making *making)
{
	making->candidates =
	    calloc(making->n_mapped + making->config->accounts.shared.n + 1,
		sizeof(*making->candidates));
	if (making->candidates == NULL)
		return -ENOMEM;
	for (size_t at = 0; at < making->n_mapped;)
		at += add_claims(making, at);
	add_local_targets(making);
	return 0;
}

/* Somebody may come in: then the account may be entered; open_session looks at the person. */
static enum verdict
anybody(const struct world_candidate *candidate, size_t service)
{
	enum verdict best = VERDICT_DENY;

	for (size_t i = 0; i < candidate->n_people; i++) {
		enum verdict one = candidate->people[i]->services[service].verdict;

		if (one == VERDICT_ALLOW)
			return one;
		if (one == VERDICT_UNKNOWN)
			best = one;
	}
	return best;
}

/*
 * People who share a uid can act as one another, so what one of them may do with sudo all of
 * them may: everybody who may be in has to be admitted, whose login is unknown included.
 */
static enum verdict
everybody(const struct world_candidate *candidate, size_t service)
{
	enum verdict worst = VERDICT_DENY;
	bool any = false;

	for (size_t i = 0; i < candidate->n_people; i++) {
		const struct world_verdict *own = candidate->people[i]->services;

		if (own[SNAPSHOT_SERVICE_LOGIN].verdict == VERDICT_DENY)
			continue;
		if (own[service].verdict == VERDICT_DENY)
			return VERDICT_DENY;
		if (!any || own[service].verdict == VERDICT_UNKNOWN)
			worst = own[service].verdict;
		any = true;
	}
	return worst;
}

static void
set_mask(struct world_candidate *candidate, size_t service, enum verdict verdict)
{
	candidate->allow_mask &= ~WORLD_BIT(service);
	candidate->known_mask |= WORLD_BIT(service);
	if (verdict == VERDICT_ALLOW)
		candidate->allow_mask |= WORLD_BIT(service);
	if (verdict == VERDICT_UNKNOWN)
		candidate->known_mask &= ~WORLD_BIT(service);
}

/*
 * A key of Instance Connect opens a listed name for whomever [login] lets in, mapped to it or
 * not: then anybody and everybody are all of them.
 */
static void
set_guest_masks(const struct world *world, struct world_candidate *candidate)
{
	enum verdict login = VERDICT_DENY, sudo = VERDICT_DENY;
	bool any = false;

	for (size_t i = 0; i < world->n_people; i++) {
		const struct world_person *person = &world->people[i];

		if (person->guest_login == VERDICT_DENY)
			continue;
		if (login != VERDICT_ALLOW)
			login = person->guest_login;
		if (!any || (sudo != VERDICT_DENY && person->guest_sudo != VERDICT_ALLOW))
			sudo = person->guest_sudo;
		any = true;
	}
	set_mask(candidate, SNAPSHOT_SERVICE_LOGIN, login);
	set_mask(candidate, SNAPSHOT_SERVICE_SUDO, sudo);
}

static void
set_masks(const struct world_making *making, struct world_candidate *candidate)
{
	const struct world *world = making->world;

	for (size_t s = 0; s < world->n_services; s++)
		set_mask(candidate, s,
		    s == SNAPSHOT_SERVICE_SUDO ? everybody(candidate, s)
					       : anybody(candidate, s));
	if (candidate->is_listed && config_has_guests(making->config))
		set_guest_masks(world, candidate);
}

int
world_people(struct world_making *making)
{
	struct world *world = making->world;
	int r;

	r = find_people(making);
	if (r == 0)
		r = make_verdicts(world);
	if (r == 0)
		r = find_mapped(making);
	if (r == 0)
		r = find_candidates(making);
	for (size_t i = 0; r == 0 && i < world->n_people; i++)
		r = world_verdicts(making, &world->people[i]);
	for (size_t i = 0; r == 0 && i < making->n_candidates; i++)
		set_masks(making, &making->candidates[i]);
	return r;
}
