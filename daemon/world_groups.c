/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world_groups.c - groups and who is in them; see world.h
 *
 * Only groups that somebody here is in become OS groups. One that cannot (its name, or its
 * number is another's) is left out: being in fewer groups never opens anything.
 */
#include <string.h>

#include "common/text.h"
#include "daemon/world_parts.h"

static const char users_name[] = "iamlogin-users";
static const char sudo_name[] = "iamlogin-sudo";

/* One living account in one IAM group. */
struct membership {
	const char *group;
	uint32_t account;
};

static int
by_group_then_account(const void *a, const void *b)
{
	const struct membership *x = a;
	const struct membership *y = b;
	int order = strcmp(x->group, y->group);

	if (order != 0)
		return order;
	return x->account < y->account ? -1 : x->account > y->account;
}

static bool
is_publishable(const struct world_making *making, const char *name)
{
	const struct config_list *reserved = &making->config->accounts.reserved;

	if (!text_is_group_name(name, strlen(name)) || local_is_reserved_name(name) ||
	    local_has_group(making->local, name) || local_has_user(making->local, name) ||
	    world_account_by_name(making->world, name) != NULL)
		return false;
	for (size_t i = 0; i < reserved->n; i++)
		if (strcmp(reserved->items[i], name) == 0)
			return false;
	return true;
}

static const struct directory_principal *
first_person(const struct world *world, size_t account)
{
	return world->people[world->accounts[account].people[0]].principal;
}

static bool
is_in(const struct directory_principal *who, const char *group)
{
	for (size_t g = 0; g < who->n_groups; g++)
		if (strcmp(who->groups[g], group) == 0)
			return true;
	return false;
}

/* Who shares an account shares its groups: it has those that everybody on it has. */
static bool
are_all_in(
    const struct world *world, const struct world_account *account, const char *group)
{
	for (size_t p = 1; p < account->n_people; p++)
		if (!is_in(world->people[account->people[p]].principal, group))
			return false;
	for (size_t p = 0; account->has_guests && p < world->n_people; p++)
		if (world->people[p].guest_login != VERDICT_DENY &&
		    !is_in(world->people[p].principal, group))
			return false;
	return true;
}

/* Sorted by group; *ret_n of them. */
static int
find_memberships(
    const struct world *world, struct membership **ret_memberships, size_t *ret_n)
{
	struct membership *memberships;
	size_t n = 0;

	for (size_t i = 0; i < world->n_accounts; i++)
		if (world->accounts[i].n_people > 0)
			n += first_person(world, i)->n_groups;
	memberships = calloc(n + 1, sizeof(*memberships));
	if (memberships == NULL)
		return -ENOMEM;
	n = 0;
	for (size_t i = 0; i < world->n_accounts; i++) {
		const struct directory_principal *who;

		if (world->accounts[i].n_people == 0)
			continue;
		who = first_person(world, i);
		for (size_t g = 0; g < who->n_groups; g++)
			if (are_all_in(world, &world->accounts[i], who->groups[g]))
				memberships[n++] =
				    (struct membership){ who->groups[g], (uint32_t)i };
	}
	qsort(memberships, n, sizeof(*memberships), by_group_then_account);
	*ret_memberships = memberships;
	*ret_n = n;
	return 0;
}

static int
add_group(struct world *world, const char *name, uint32_t gid, size_t members_room,
    struct world_group **ret_group)
{
	struct world_group *group = &world->groups[world->n_groups];

	*group = (struct world_group){ .gid = gid, .name = strdup(name) };
	group->members = calloc(members_room + 1, sizeof(*group->members));
	if (group->name == NULL || group->members == NULL) {
		free(group->name);
		free(group->members);
		return -ENOMEM;
	}
	world->n_groups++;
	*ret_group = group;
	return 0;
}

/* Ours: everybody who resolves by name or is a listed local account; whom [sudo] allows. */
static int
add_synthetic(struct world_making *making)
{
	struct world *world = making->world;
	struct world_group *users;
	struct world_group *sudo;
	int r;

	r = add_group(world, sudo_name, IDS_GROUP_SUDO, world->n_accounts, &sudo);
	if (r == 0)
		r = add_group(
		    world, users_name, IDS_GROUP_USERS, world->n_accounts, &users);
	if (r != 0)
		return r;
	for (size_t i = 0; i < world->n_accounts; i++) {
		const struct world_account *account = &world->accounts[i];

		if ((account->flags & (USER_NAME | USER_LOCAL)) != 0)
			users->members[users->n_members++] = (uint32_t)i;
		if ((account->allow_mask & WORLD_BIT(SNAPSHOT_SERVICE_SUDO)) != 0)
			sudo->members[sudo->n_members++] = (uint32_t)i;
	}
	return 0;
}

/* The ledger's key of a group: its unique id, or its name where the source has no ids. */
static int
assign_gid(struct world_making *making, const char *name, uint32_t *ret_gid)
{
	const struct directory_group *group =
	    directory_group_by_name(making->world->directory, name);
	char by_name[sizeof("name:") + TEXT_OS_NAME_MAX];

	(void)snprintf(by_name, sizeof(by_name), "name:%s", name);
	return idmap_assign(making->ids, "group",
	    group != NULL && group->id != NULL ? group->id : by_name, making->now_ms,
	    ret_gid);
}

/* @memberships: all of one group */
static int
add_iam_group(struct world_making *making, const struct membership *memberships, size_t n)
{
	const char *name = memberships[0].group;
	struct world_group *group;
	uint32_t gid;
	int r;

	if (!is_publishable(making, name))
		return 0;
	r = assign_gid(making, name, &gid);
	if (r < 0)
		return r;
	if (r != 0 || !world_id_is_free(making, gid))
		return 0;
	r = add_group(making->world, name, gid, n, &group);
	if (r != 0)
		return r;
	for (size_t i = 0; i < n; i++)
		group->members[group->n_members++] = memberships[i].account;
	return 0;
}

static int
by_group_name(const void *a, const void *b)
{
	const struct world_group *x = a;
	const struct world_group *y = b;

	return strcmp(x->name, y->name);
}

static int
by_gid(const void *a, const void *b)
{
	const uint32_t *x = a;
	const uint32_t *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Each account's gids from the groups' members. */
static int
fill_gids(struct world *world)
{
	for (size_t g = 0; g < world->n_groups; g++)
		for (size_t m = 0; m < world->groups[g].n_members; m++)
			world->accounts[world->groups[g].members[m]].n_gids++;
	for (size_t i = 0; i < world->n_accounts; i++) {
		struct world_account *account = &world->accounts[i];

		if (account->n_gids == 0)
			continue;
		account->gids = pool_grow(
		    world->pool, NULL, 0, account->n_gids * sizeof(*account->gids));
		if (account->gids == NULL)
			return -ENOMEM;
		account->n_gids = 0;
	}
	for (size_t g = 0; g < world->n_groups; g++) {
		for (size_t m = 0; m < world->groups[g].n_members; m++) {
			struct world_account *account =
			    &world->accounts[world->groups[g].members[m]];

			account->gids[account->n_gids++] = world->groups[g].gid;
		}
	}
	for (size_t i = 0; i < world->n_accounts; i++)
		if (world->accounts[i].n_gids > 0)
			qsort(world->accounts[i].gids, world->accounts[i].n_gids,
			    sizeof(uint32_t), by_gid);
	return 0;
}

int
world_groups(struct world_making *making)
{
	_cleanup_free_ struct membership *memberships = NULL;
	struct world *world = making->world;
	size_t n = 0;
	size_t end;
	int r;

	r = find_memberships(world, &memberships, &n);
	if (r != 0)
		return r;
	world->groups = calloc(n + 2, sizeof(*world->groups));
	if (world->groups == NULL)
		return -ENOMEM;
	r = add_synthetic(making);
	for (size_t at = 0; r == 0 && at < n; at = end) {
		for (end = at + 1; end < n && strcmp(memberships[at].group,
						  memberships[end].group) == 0;)
			end++;
		r = add_iam_group(making, &memberships[at], end - at);
	}
	if (r != 0)
		return r;
	qsort(world->groups, world->n_groups, sizeof(*world->groups), by_group_name);
	return fill_gids(world);
}
