/* SPDX-License-Identifier: Apache-2.0 */
/* directory_find.c - finding and comparing; contract in directory.h */
#include <string.h>

#include "daemon/directory.h"

const struct directory_principal *
directory_principal_by_id(
    const struct directory *directory, enum principal_kind kind, const char *id)
{
	size_t low = 0;
	size_t high = directory->n_principals;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct directory_principal *p = &directory->principals[middle];
		int order =
		    p->kind != kind ? (p->kind < kind ? -1 : 1) : strcmp(p->id, id);

		if (order == 0)
			return p;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct directory_group *
directory_group_by_name(const struct directory *directory, const char *name)
{
	size_t low = 0;
	size_t high = directory->n_groups;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(directory->groups[middle].name, name);

		if (order == 0)
			return &directory->groups[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const char *
directory_kind_name(enum principal_kind kind)
{
	switch (kind) {
	case PRINCIPAL_IAM_USER:
		return "iam-user";
	case PRINCIPAL_ROLE:
		return "role";
	case PRINCIPAL_PERSON:
		return "person";
	}
	return "unknown";
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_key(const struct directory_key *a, const struct directory_key *b)
{
	return a->source == b->source && same_text(a->key_id, b->key_id) &&
	       same_text(a->type, b->type) && a->blob_len == b->blob_len &&
	       memcmp(a->blob, b->blob, a->blob_len) == 0;
}

static bool
same_assigned(const struct directory_assigned *a, const struct directory_assigned *b)
{
	return a->uid == b->uid && a->is_by_tag == b->is_by_tag &&
	       same_text(a->os_name, b->os_name);
}

static bool
same_principal(const struct directory_principal *a, const struct directory_principal *b)
{
	if (a->kind != b->kind || !same_text(a->id, b->id) ||
	    !same_text(a->name, b->name) || !same_text(a->path, b->path) ||
	    !same_text(a->arn, b->arn) || a->created_s != b->created_s ||
	    a->n_tags != b->n_tags || a->n_groups != b->n_groups ||
	    a->n_keys != b->n_keys || !same_assigned(&a->assigned, &b->assigned))
		return false;
	for (size_t i = 0; i < a->n_tags; i++)
		if (!same_text(a->tags[i].key, b->tags[i].key) ||
		    !same_text(a->tags[i].value, b->tags[i].value))
			return false;
	for (size_t i = 0; i < a->n_groups; i++)
		if (!same_text(a->groups[i], b->groups[i]))
			return false;
	for (size_t i = 0; i < a->n_keys; i++)
		if (!same_key(&a->keys[i], &b->keys[i]))
			return false;
	return true;
}

bool
directory_same(const struct directory *a, const struct directory *b)
{
	if (a->n_principals != b->n_principals || a->n_groups != b->n_groups ||
	    strcmp(a->account, b->account) != 0)
		return false;
	for (size_t i = 0; i < a->n_principals; i++)
		if (!same_principal(&a->principals[i], &b->principals[i]))
			return false;
	for (size_t i = 0; i < a->n_groups; i++)
		if (a->groups[i].gid != b->groups[i].gid ||
		    !same_text(a->groups[i].name, b->groups[i].name) ||
		    !same_text(a->groups[i].id, b->groups[i].id) ||
		    !same_text(a->groups[i].path, b->groups[i].path))
			return false;
	return true;
}
