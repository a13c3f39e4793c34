/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world_accounts.c - ids, living accounts and retired ones; see world.h
 *
 * Shared names get their ids first, by name, then everybody in the order of age: neither
 * depends on how IAM sorted its pages. What is published is in the byte order of names.
 */
#include <string.h>

#include "daemon/world_parts.h"

static const struct world_candidate *
candidate_of(const void *element)
{
	return *(const struct world_candidate *const *)element;
}

static int
by_age(const void *a, const void *b)
{
	const struct world_candidate *x = candidate_of(a);
	const struct world_candidate *y = candidate_of(b);

	if (x->is_listed != y->is_listed)
		return x->is_listed ? -1 : 1;
	if (x->is_listed)
		return strcmp(x->name, y->name);
	return world_older(x->people[0]->principal, y->people[0]->principal);
}

/* The home template with the account's name for %u; NULL: no memory. */
static char *
home_of(const char *template, const char *name)
{
	const char *at = strstr(template, "%u");
	char *home;
	int r;

	if (at == NULL)
		return strdup(template);
	r = asprintf(&home, "%.*s%s%s", (int)(at - template), template, name, at + 2);
	return r < 0 ? NULL : home;
}

/* @home as it is, no template. */
static int
fill_account(struct pool *pool, struct world_account *account, const char *name,
    const char *gecos, const char *home, const char *shell)
{
	const char *const texts[] = { home, gecos, name };
	char **const places[] = { &account->home, &account->gecos, &account->name };

	for (size_t i = 0; i < BASE_N(texts); i++) {
		*places[i] = pool_text(pool, texts[i]);
		if (*places[i] == NULL)
			return -ENOMEM;
	}
	account->shell = pool_shared(pool, shell);
	return account->shell != NULL ? 0 : -ENOMEM;
}

static bool
may_log_in(const struct world_candidate *candidate)
{
	return (candidate->allow_mask & WORLD_BIT(SNAPSHOT_SERVICE_LOGIN)) != 0;
}

static uint32_t
flags_of(const struct world_making *making, const struct world_candidate *candidate)
{
	bool is_all = making->config->accounts.visible == CONFIG_VISIBLE_ALL;
	uint32_t flags = 0;

	if (candidate->local != NULL)
		flags |= USER_LOCAL;
	if (may_log_in(candidate) || (is_all && candidate->n_people > 0))
		flags |= USER_NAME;
	if (candidate->is_listed)
		flags |= USER_SHARED;
	for (size_t i = 0; i < candidate->n_people; i++) {
		if (candidate->people[i]->mapping.by == MAPPING_TAG)
			flags |= USER_RUNAS;
		if (candidate->people[i]->by_way)
			flags |= USER_BY_WAY;
		/* whoever may assume the role stands behind it: nobody knows how many */
		if (candidate->people[i]->principal->kind == PRINCIPAL_ROLE)
			flags |= USER_SHARED;
	}
	return flags;
}

static void
fill_people(const struct world_making *making, const struct world_candidate *candidate,
    struct world_account *account)
{
	struct world *world = making->world;

	account->people = &world->claims[world->n_claims];
	account->n_people = candidate->n_people;
	account->has_guests = candidate->is_listed && config_has_guests(making->config);
	for (size_t i = 0; i < candidate->n_people; i++)
		world->claims[world->n_claims++] =
		    (size_t)(candidate->people[i] - world->people);
}

/* A listed local account: its ids, home and shell are those of /etc/passwd. */
static int
add_local(struct world_making *making, const struct world_candidate *candidate)
{
	struct world_account *account =
	    &making->world->accounts[making->world->n_accounts++];

	*account = (struct world_account){
		.uid = candidate->local->uid,
		.gid = candidate->local->gid,
		.uid_from = WORLD_UID_FROM_LOCAL,
		.flags = flags_of(making, candidate),
		.allow_mask = candidate->allow_mask,
		.known_mask = candidate->known_mask,
	};
	fill_people(making, candidate, account);
	return fill_account(making->world->pool, account, candidate->name,
	    WORLD_KIND_SHARED, candidate->local->home, candidate->local->shell);
}

static int
refuse_all(const struct world_making *making, const struct world_candidate *candidate,
    enum verdict_reason reason)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < candidate->n_people; i++)
		r = world_refuse_id(making->world, candidate->people[i], reason);
	return r;
}

/*
 * One living account. With visible = all it resolves by name for everybody who has one;
 * whether a login is allowed is in its masks, not in its being visible.
 */
static int
add_living(struct world_making *making, const struct world_candidate *candidate)
{
	const struct config *config = making->config;
	const char *kind = world_ledger_kind(candidate);
	const char *id = world_ledger_id(candidate);
	_cleanup_free_ char *home = home_of(config->accounts.home, candidate->name);
	struct world_account *account;
	enum verdict_reason reason;
	enum world_uid_from from;
	uint32_t uid;
	int r;

	if (home == NULL)
		return -ENOMEM;
	r = world_id(making, candidate, &uid, &from, &reason);
	if (r != 0)
		return r < 0 ? r : refuse_all(making, candidate, reason);
	account = &making->world->accounts[making->world->n_accounts++];
	*account = (struct world_account){
		.uid = uid,
		.gid = uid,
		.uid_from = from,
		.flags = flags_of(making, candidate),
		.allow_mask = candidate->allow_mask,
		.known_mask = candidate->known_mask,
	};
	fill_people(making, candidate, account);
	r = fill_account(making->world->pool, account, candidate->name,
	    candidate->is_listed ? WORLD_KIND_SHARED : id, home, config->accounts.shell);
	if (r != 0 || !may_log_in(candidate))
		return r;
	return idmap_authorized(
	    making->ids, kind, id, account->name, account->home, account->shell);
}

static int
by_account_name(const void *a, const void *b)
{
	const struct world_account *x = a;
	const struct world_account *y = b;

	return strcmp(x->name, y->name);
}

static int
add_all_living(struct world_making *making)
{
	_cleanup_free_ const struct world_candidate **sorted = NULL;
	bool is_all = making->config->accounts.visible == CONFIG_VISIBLE_ALL;
	size_t n = making->n_candidates;
	int r = 0;

	sorted = calloc(n + 1, sizeof(struct world_candidate *));
	if (sorted == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		sorted[i] = &making->candidates[i];
	qsort(sorted, n, sizeof(struct world_candidate *), by_age);
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (sorted[i]->local != NULL)
			r = add_local(making, sorted[i]);
		else if (is_all || may_log_in(sorted[i]))
			r = add_living(making, sorted[i]);
	}
	return r;
}

/* Of the kinds that people have; who is of another is none of them, whatever the id. */
static enum principal_kind
kind_by_name(const char *name)
{
	return strcmp(name, directory_kind_name(PRINCIPAL_ROLE)) == 0
		   ? PRINCIPAL_ROLE
		   : PRINCIPAL_IAM_USER;
}

/* The bits of a former account that cannot be known now. */
static uint32_t
unknown_mask(const struct world_making *making, const struct idmap_entry *entry)
{
	const uint32_t all = WORLD_BIT(making->world->n_services) - 1;
	const struct world_candidate *candidate;
	const struct world_person *person;
	uint32_t mask = 0;

	if (strcmp(entry->kind, WORLD_KIND_SHARED) == 0) {
		candidate = world_candidate(making, entry->unique_id);
		return candidate != NULL ? all & ~candidate->known_mask : 0;
	}
	person = world_person_by_id(
	    making->world, kind_by_name(entry->kind), entry->unique_id);
	for (size_t s = 0; person != NULL && s < making->world->n_services; s++)
		if (person->services[s].verdict == VERDICT_UNKNOWN)
			mask |= WORLD_BIT(s);
	return mask;
}

/*
 * Somebody who was authorized here and is not now: the id keeps its name. What cannot be
 * known now (a term is unknown) is not published as a refusal.
 */
static int
add_retired(struct world_making *making, const struct idmap_entry *entry)
{
	const uint32_t all = WORLD_BIT(making->world->n_services) - 1;
	struct world_account *account =
	    &making->world->accounts[making->world->n_accounts++];

	*account = (struct world_account){
		.uid = entry->id,
		.gid = entry->id,
		.uid_from = WORLD_UID_FROM_LEDGER,
		.flags = USER_RETIRED,
		.known_mask = all & ~unknown_mask(making, entry),
	};
	return fill_account(making->world->pool, account, entry->name, entry->unique_id,
	    entry->home, entry->shell);
}

static int
by_name_then_newest(const void *a, const void *b)
{
	const struct idmap_entry *const *x = a;
	const struct idmap_entry *const *y = b;
	int order = strcmp((*x)->name, (*y)->name);

	if (order != 0)
		return order;
	if ((*x)->since_ms != (*y)->since_ms)
		return (*x)->since_ms > (*y)->since_ms ? -1 : 1;
	return (*x)->id < (*y)->id ? -1 : (*x)->id > (*y)->id;
}

static bool
is_named_living(const struct world_account *living, size_t n_living, const char *name)
{
	size_t low = 0;
	size_t high = n_living;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(living[middle].name, name);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* Names are unique: the last of several former owners keeps one, local ones beat them. */
static int
add_all_retired(struct world_making *making, const struct idmap_entry **former, size_t n)
{
	struct world *world = making->world;
	size_t n_living = world->n_accounts;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (is_named_living(world->accounts, n_living, former[i]->name) ||
		    local_has_user(making->local, former[i]->name) ||
		    local_has_group(making->local, former[i]->name) ||
		    !world_id_is_free(making, former[i]->id) ||
		    (i > 0 && strcmp(former[i - 1]->name, former[i]->name) == 0))
			continue;
		r = add_retired(making, former[i]);
	}
	return r;
}

static void
sort_accounts(struct world *world)
{
	qsort(world->accounts, world->n_accounts, sizeof(*world->accounts),
	    by_account_name);
	for (size_t i = 0; i < world->n_accounts; i++)
		for (size_t p = 0; p < world->accounts[i].n_people; p++)
			world->people[world->accounts[i].people[p]].account = i;
}

int
world_accounts(struct world_making *making)
{
	_cleanup_free_ const struct idmap_entry **former = NULL;
	struct world *world = making->world;
	const struct idmap_entry *entry;
	size_t n_former = 0;
	size_t n_ledger = 0;
	int r;

	while (idmap_entry_at(making->ids, n_ledger) != NULL)
		n_ledger++;
	world->accounts =
	    calloc(making->n_candidates + n_ledger + 1, sizeof(*world->accounts));
	/* the ledger grows by the living */
	former = calloc(making->n_candidates + n_ledger + 1, sizeof(*former));
	if (world->accounts == NULL || former == NULL)
		return -ENOMEM;
	r = add_all_living(making);
	if (r != 0)
		return r;
	sort_accounts(world);
	for (size_t i = 0; (entry = idmap_entry_at(making->ids, i)) != NULL; i++)
		if (entry->name != NULL)
			former[n_former++] = entry;
	qsort(former, n_former, sizeof(*former), by_name_then_newest);
	r = add_all_retired(making, former, n_former);
	if (r == 0)
		sort_accounts(world);
	return r;
}
