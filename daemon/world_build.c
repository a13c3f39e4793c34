/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world_build.c - people, claims and accounts; see world.h
 *
 * Two orders decide, and neither depends on how IAM sorted its pages, so that every host
 * comes to the same end: age (creation date, then id) for names and ids, and the byte order
 * of names for what is published.
 */
#include <string.h>

#include "daemon/world_parts.h"

static int
by_name_then_age(const void *a, const void *b)
{
	const struct world_person *const *x = a;
	const struct world_person *const *y = b;
	int order = strcmp((*x)->mapping.name, (*y)->mapping.name);

	return order != 0 ? order : world_older((*x)->principal, (*y)->principal);
}

static int
by_age(const void *a, const void *b)
{
	const struct world_person *const *x = a;
	const struct world_person *const *y = b;

	return world_older((*x)->principal, (*y)->principal);
}

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

/* Pointers to those who map to an account; *ret_n of them. */
static int
mapped_people(const struct world *world, struct world_person ***ret_people, size_t *ret_n)
{
	struct world_person **people = calloc(world->n_people + 1, sizeof(*people));
	size_t n = 0;

	if (people == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < world->n_people; i++)
		if (world->people[i].mapping.reason == REASON_NONE)
			people[n++] = &world->people[i];
	*ret_people = people;
	*ret_n = n;
	return 0;
}

int
world_people(struct world_making *making)
{
	_cleanup_free_ struct world_person **mapped = NULL;
	struct world *world = making->world;
	size_t n = 0;
	int r;

	r = find_people(making);
	if (r == 0)
		r = mapped_people(world, &mapped, &n);
	if (r != 0)
		return r;
	qsort(mapped, n, sizeof(*mapped), by_name_then_age);
	for (size_t i = 0; i < n; i++) {
		bool is_first = i == 0 || strcmp(mapped[i - 1]->mapping.name,
					      mapped[i]->mapping.name) != 0;

		mapped[i]->claim = is_first ? WORLD_CLAIM_OWNER : WORLD_CLAIM_REFUSED;
	}
	for (size_t i = 0; r == 0 && i < world->n_people; i++)
		r = world_verdicts(making, &world->people[i]);
	return r;
}

/* The home template with the account's name for %u. */
static char *
home_of(const char *template, const char *name)
{
	const char *at = strstr(template, "%u");
	size_t size = strlen(template) + strlen(name) + 1;
	char *home = malloc(size);

	if (home == NULL)
		return NULL;
	if (at == NULL)
		(void)snprintf(home, size, "%s", template);
	else
		(void)snprintf(
		    home, size, "%.*s%s%s", (int)(at - template), template, name, at + 2);
	return home;
}

static int
fill_account(struct world_account *account, const char *name, const char *gecos,
    const char *home, const char *shell)
{
	account->name = strdup(name);
	account->gecos = strdup(gecos);
	account->home = home_of(home, name);
	account->shell = strdup(shell);
	return account->name != NULL && account->gecos != NULL && account->home != NULL &&
		       account->shell != NULL
		   ? 0
		   : -ENOMEM;
}

static void
set_masks(struct world_account *account, const struct world_person *person)
{
	for (unsigned s = 0; s < WORLD_SERVICES; s++) {
		if (person->services[s].verdict == VERDICT_ALLOW)
			account->allow_mask |= WORLD_BIT(s);
		if (person->services[s].verdict != VERDICT_UNKNOWN)
			account->known_mask |= WORLD_BIT(s);
	}
}

static bool
may_log_in(const struct world_person *person)
{
	return person->services[SNAPSHOT_SERVICE_LOGIN].verdict == VERDICT_ALLOW;
}

/*
 * One living account. With visible = all it resolves by name for everybody who has one;
 * whether a login is allowed is in its masks, not in its being visible.
 */
static int
add_living(struct world_making *making, struct world_person *person)
{
	const struct config *config = making->config;
	const char *kind = directory_kind_name(person->principal->kind);
	struct world_account *account;
	bool from_ledger;
	uint32_t uid;
	int r;

	r = idmap_assign(
	    making->ids, kind, person->principal->id, making->now_ms, &uid, &from_ledger);
	if (r < 0)
		return r;
	if (r != 0 || !world_id_is_free(making, uid))
		return world_refuse_id(person);
	account = &making->world->accounts[making->world->n_accounts++];
	*account = (struct world_account){
		.uid = uid,
		.uid_from_ledger = from_ledger,
		.person = (size_t)(person - making->world->people),
		.flags = USER_NAME |
			 (person->mapping.by == MAPPING_TAG ? (uint32_t)USER_RUNAS : 0u),
	};
	set_masks(account, person);
	r = fill_account(account, person->mapping.name, person->principal->id,
	    config->accounts.home, config->accounts.shell);
	if (r != 0 || !may_log_in(person))
		return r;
	return idmap_authorized(making->ids, kind, person->principal->id, account->name,
	    account->home, account->shell);
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
	_cleanup_free_ struct world_person **mapped = NULL;
	bool is_all = making->config->accounts.visible == CONFIG_VISIBLE_ALL;
	size_t n = 0;
	int r;

	r = mapped_people(making->world, &mapped, &n);
	if (r != 0)
		return r;
	qsort(mapped, n, sizeof(*mapped), by_age);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (mapped[i]->claim == WORLD_CLAIM_OWNER &&
		    (is_all || may_log_in(mapped[i])))
			r = add_living(making, mapped[i]);
	return r;
}

static enum principal_kind
kind_by_name(const char *name)
{
	for (int kind = PRINCIPAL_IAM_USER; kind <= PRINCIPAL_PERSON; kind++)
		if (strcmp(directory_kind_name((enum principal_kind)kind), name) == 0)
			return (enum principal_kind)kind;
	return (enum principal_kind)0;
}

/*
 * Somebody who was authorized here and is not now: the id keeps its name. What cannot be
 * known now (a term is unknown) is not published as a refusal.
 */
static int
add_retired(struct world_making *making, const struct idmap_entry *entry)
{
	struct world_account *account;
	const struct world_person *person;

	account = &making->world->accounts[making->world->n_accounts++];
	*account = (struct world_account){
		.uid = entry->id,
		.uid_from_ledger = true,
		.person = SIZE_MAX,
		.flags = USER_RETIRED,
		.known_mask = WORLD_ALL_SERVICES,
	};
	person = world_person_by_id(
	    making->world, kind_by_name(entry->kind), entry->unique_id);
	for (unsigned s = 0; person != NULL && s < WORLD_SERVICES; s++)
		if (person->services[s].verdict == VERDICT_UNKNOWN)
			account->known_mask &= ~WORLD_BIT(s);
	return fill_account(
	    account, entry->name, entry->unique_id, entry->home, entry->shell);
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
		if (world->accounts[i].person != SIZE_MAX)
			world->people[world->accounts[i].person].account = i;
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
	    calloc(world->n_people + n_ledger + 1, sizeof(*world->accounts));
	former = calloc(world->n_people + n_ledger + 1, sizeof(*former));
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
