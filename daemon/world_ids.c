/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world_ids.c - which uid an account gets; contract in world_parts.h
 *
 * A tag can only choose among what is free for certain. Somebody who may tag themselves
 * cannot take the number that another one has, had, or would be given on the first login.
 */
#include <errno.h>
#include <string.h>

#include "common/text.h"
#include "daemon/world_parts.h"

const char *
world_ledger_kind(const struct world_candidate *candidate)
{
	return candidate->is_listed
		   ? WORLD_KIND_SHARED
		   : directory_kind_name(candidate->people[0]->principal->kind);
}

const char *
world_ledger_id(const struct world_candidate *candidate)
{
	return candidate->is_listed ? candidate->name
				    : candidate->people[0]->principal->id;
}

/* How many tags of the key, ignoring case; the first one's value. */
static size_t
count_tags(const struct directory_principal *who, const char *key, const char **ret_value)
{
	size_t n = 0;

	for (size_t i = 0; i < who->n_tags; i++)
		if (text_equal_fold(who->tags[i].key, key) && n++ == 0)
			*ret_value = who->tags[i].value;
	return n;
}

/* Is it the number that this one would get without a tag? 1: yes; 0: no; or -ENOMEM. */
static int
is_hash_of(const char *kind, const char *unique_id, uint32_t id)
{
	uint32_t hash = idmap_hash(kind, unique_id);

	if (hash == 0)
		return -ENOMEM;
	return hash == id;
}

/* Would anybody get the number without a tag? 1: yes; 0: no; or -ENOMEM. */
static int
is_somebodys_hash(
    const struct world_making *making, const struct directory_principal *who, uint32_t id)
{
	const struct directory *directory = making->world->directory;
	const struct config_list *shared = &making->config->accounts.shared;
	int r = 0;

	for (size_t i = 0; r == 0 && i < directory->n_principals; i++) {
		const struct directory_principal *other = &directory->principals[i];

		if (other != who)
			r = is_hash_of(directory_kind_name(other->kind), other->id, id);
	}
	for (size_t i = 0; r == 0 && i < directory->n_groups; i++)
		if (directory->groups[i].id != NULL)
			r = is_hash_of("group", directory->groups[i].id, id);
	for (size_t i = 0; r == 0 && i < shared->n; i++)
		r = is_hash_of(WORLD_KIND_SHARED, shared->items[i], id);
	return r;
}

/* Who is out of scope claims nothing: else a stranger's tag could keep somebody out. */
static bool
is_claimed_by_older(
    const struct world_making *making, const struct directory_principal *who, uint32_t id)
{
	const struct world *world = making->world;
	const char *value = NULL;
	uint32_t theirs;

	for (size_t i = 0; i < world->n_people; i++) {
		const struct directory_principal *other = world->people[i].principal;

		if (other != who && world_older(other, who) < 0 &&
		    count_tags(other, making->config->accounts.uid_tag, &value) == 1 &&
		    text_parse_u32(value, UINT32_MAX, &theirs) == 0 && theirs == id)
			return true;
	}
	return false;
}

/* The number that the tag names; 0: there is no tag. Returns 0, 1: refused, or -ENOMEM. */
static int
tagged_id(const struct world_making *making, const struct world_candidate *candidate,
    uint32_t *ret_id, enum verdict_reason *ret_reason)
{
	const char *key = making->config->accounts.uid_tag;
	const struct directory_principal *who;
	const char *value = NULL;
	size_t n;
	int r;

	*ret_id = 0;
	if (key == NULL || candidate->is_listed)
		return 0;
	who = candidate->people[0]->principal;
	n = count_tags(who, key, &value);
	if (n == 0)
		return 0;
	*ret_reason = REASON_DUPLICATE_TAG;
	if (n > 1)
		return 1;
	*ret_reason = REASON_BAD_UID;
	if (text_parse_u32(value, UINT32_MAX, ret_id) != 0 || !idmap_is_usable(*ret_id))
		return 1;
	*ret_reason = REASON_ID_COLLISION;
	r = is_somebodys_hash(making, who, *ret_id);
	return r != 0 ? r : is_claimed_by_older(making, who, *ret_id);
}

int
world_id(struct world_making *making, const struct world_candidate *candidate,
    uint32_t *ret_id, enum world_uid_from *ret_from, enum verdict_reason *ret_reason)
{
	const char *kind = world_ledger_kind(candidate);
	const char *unique_id = world_ledger_id(candidate);
	enum verdict_reason reason = REASON_ID_COLLISION;
	uint32_t wanted = 0;
	int r = 0;

	*ret_from = WORLD_UID_FROM_LEDGER;
	if (!idmap_find(making->ids, kind, unique_id, ret_id)) {
		r = tagged_id(making, candidate, &wanted, &reason);
		*ret_from = wanted != 0 ? WORLD_UID_FROM_TAG : WORLD_UID_FROM_HASH;
		if (r == 0 && wanted != 0 && !world_id_is_free(making, wanted))
			r = 1;
		if (r == 0)
			r = idmap_assign_id(
			    making->ids, kind, unique_id, wanted, making->now_ms, ret_id);
	}
	if (r == 0 && !world_id_is_free(making, *ret_id))
		r = 1;
	*ret_reason = reason;
	return r;
}
