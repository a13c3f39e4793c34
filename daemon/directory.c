/* SPDX-License-Identifier: Apache-2.0 */
/* directory.c - people and groups: building, finishing, finding; contract in directory.h */
#include <string.h>

#include "daemon/directory.h"

/*
 * Room for one more principal or group: they are sorted where they stand, so their arrays
 * are the heap's. One without a capacity field is full when its count is 0 or a power of two.
 */
static int
grow(void **array, size_t n, size_t size)
{
	size_t room = n == 0 ? 1 : n * 2;
	void *bigger;

	if ((n & (n - 1)) != 0)
		return 0;
	bigger = reallocarray(*array, room, size);
	if (bigger == NULL)
		return -ENOMEM;
	*array = bigger;
	return 0;
}

int
directory_new(struct directory **ret_directory)
{
	_cleanup_free_ struct directory *directory = calloc(1, sizeof(*directory));
	int r;

	if (directory == NULL)
		return -ENOMEM;
	directory->refs = 1;
	r = pool_new(&directory->pool);
	if (r == 0)
		*ret_directory = base_take_ptr(&directory);
	return r;
}

int
directory_add_principal(struct directory *directory, enum principal_kind kind,
    const char *id, const char *name, const char *path, const char *arn,
    int64_t created_s, struct directory_principal **ret_principal)
{
	void *array = directory->principals;
	struct directory_principal made = {
		.kind = kind, .created_s = created_s, .pool = directory->pool
	};
	int r;

	r = grow(&array, directory->n_principals, sizeof(made));
	directory->principals = array;
	if (r != 0)
		return r;
	made.id = pool_text(made.pool, id);
	made.name = pool_text(made.pool, name);
	made.path = pool_shared(made.pool, path);
	made.arn = pool_text(made.pool, arn);
	if (made.id == NULL || made.name == NULL || made.path == NULL || made.arn == NULL)
		return -ENOMEM;
	directory->principals[directory->n_principals] = made;
	*ret_principal = &directory->principals[directory->n_principals++];
	return 0;
}

int
directory_add_tag(
    struct directory_principal *principal, const char *key, const char *value)
{
	struct directory_tag made = {
		.key = pool_shared(principal->pool, key),
		.value = pool_shared(principal->pool, value),
	};
	struct directory_tag *tags =
	    pool_grow(principal->pool, principal->tags, principal->n_tags, sizeof(made));

	if (tags == NULL || made.key == NULL || made.value == NULL)
		return -ENOMEM;
	tags[principal->n_tags++] = made;
	principal->tags = tags;
	return 0;
}

int
directory_add_membership(struct directory_principal *principal, const char *group)
{
	const char *name = pool_shared(principal->pool, group);
	const char **groups = pool_grow(
	    principal->pool, principal->groups, principal->n_groups, sizeof(name));

	if (groups == NULL || name == NULL)
		return -ENOMEM;
	groups[principal->n_groups++] = name;
	principal->groups = groups;
	return 0;
}

int
directory_add_key(struct directory_principal *principal, const char *key_id,
    const struct sshkey *key, enum keysfile_source source)
{
	struct pool *pool = principal->pool;
	struct directory_key made = {
		.key_id = pool_text(pool, key_id),
		.type = pool_shared(pool, key->type),
		.blob = (uint8_t *)pool_bytes(pool, key->blob, key->blob_len),
		.blob_len = key->blob_len,
		.source = source,
	};
	struct directory_key *keys =
	    pool_grow(pool, principal->keys, principal->n_keys, sizeof(made));

	if (keys == NULL || made.key_id == NULL || made.type == NULL || made.blob == NULL)
		return -ENOMEM;
	keys[principal->n_keys++] = made;
	principal->keys = keys;
	return 0;
}

int
directory_assign(
    struct directory_principal *principal, const struct directory_assigned *assigned)
{
	principal->assigned = *assigned;
	principal->assigned.os_name = pool_shared(principal->pool, assigned->os_name);
	return principal->assigned.os_name != NULL ? 0 : -ENOMEM;
}

int
directory_add_group(
    struct directory *directory, const char *name, const char *id, const char *path)
{
	struct pool *pool = directory->pool;
	struct directory_group made = {
		.name = pool_shared(pool, name),
		.id = id != NULL ? pool_text(pool, id) : NULL,
		.path = path != NULL ? pool_shared(pool, path) : NULL,
	};
	void *array = directory->groups;
	int r;

	r = grow(&array, directory->n_groups, sizeof(made));
	directory->groups = array;
	if (r != 0 || made.name == NULL || (id != NULL && made.id == NULL) ||
	    (path != NULL && made.path == NULL))
		return -ENOMEM;
	directory->groups[directory->n_groups++] = made;
	return 0;
}

static int
by_kind_and_id(const void *a, const void *b)
{
	const struct directory_principal *x = a;
	const struct directory_principal *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return strcmp(x->id, y->id);
}

static int
by_group_name(const void *a, const void *b)
{
	const struct directory_group *x = a;
	const struct directory_group *y = b;

	return strcmp(x->name, y->name);
}

static int
by_text(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y);
}

/* A person who is met twice in a group (by the group and by the person) is in it once. */
static void
finish_memberships(struct directory_principal *principal)
{
	size_t kept = 0;

	if (principal->n_groups == 0)
		return;
	qsort(principal->groups, principal->n_groups, sizeof(char *), by_text);
	for (size_t i = 1; i < principal->n_groups; i++)
		if (strcmp(principal->groups[kept], principal->groups[i]) != 0)
			principal->groups[++kept] = principal->groups[i];
	principal->n_groups = kept + 1;
}

/*
 * Each person's list of groups names a group again: equal ones become one, and one without
 * an id takes the other's. Two ids under one name are a listing that changed half-way.
 */
static int
finish_groups(struct directory *directory)
{
	struct directory_group *groups = directory->groups;
	size_t kept = 0;

	if (directory->n_groups == 0)
		return 0;
	qsort(groups, directory->n_groups, sizeof(*groups), by_group_name);
	for (size_t i = 1; i < directory->n_groups; i++)
		if (strcmp(groups[i - 1].name, groups[i].name) == 0 &&
		    groups[i - 1].id != NULL && groups[i].id != NULL &&
		    strcmp(groups[i - 1].id, groups[i].id) != 0)
			return DIRECTORY_E_DUPLICATE;
	for (size_t i = 1; i < directory->n_groups; i++) {
		if (strcmp(groups[kept].name, groups[i].name) != 0) {
			groups[++kept] = groups[i];
			continue;
		}
		if (groups[kept].id == NULL)
			groups[kept].id = groups[i].id;
		if (groups[kept].path == NULL)
			groups[kept].path = groups[i].path;
		if (groups[kept].gid == 0)
			groups[kept].gid = groups[i].gid;
	}
	directory->n_groups = kept + 1;
	return 0;
}

int
directory_finish(struct directory *directory)
{
	_cleanup_free_ const char **arns = NULL;
	size_t n = directory->n_principals;

	pool_seal(directory->pool);
	for (size_t i = 0; i < n; i++)
		finish_memberships(&directory->principals[i]);
	if (n > 0) {
		qsort(directory->principals, n, sizeof(*directory->principals),
		    by_kind_and_id);
		arns = calloc(n, sizeof(*arns));
		if (arns == NULL)
			return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && by_kind_and_id(&directory->principals[i - 1],
				 &directory->principals[i]) == 0)
			return DIRECTORY_E_DUPLICATE;
		arns[i] = directory->principals[i].arn;
	}
	if (n > 0)
		qsort(arns, n, sizeof(*arns), by_text);
	for (size_t i = 1; i < n; i++)
		if (strcmp(arns[i - 1], arns[i]) == 0)
			return DIRECTORY_E_DUPLICATE;
	return finish_groups(directory);
}

struct directory *
directory_ref(struct directory *directory)
{
	(void)__atomic_add_fetch(&directory->refs, 1, __ATOMIC_RELAXED);
	return directory;
}

void
directory_unref(struct directory *directory)
{
	if (directory == NULL ||
	    __atomic_sub_fetch(&directory->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	free(directory->principals);
	free(directory->groups);
	pool_free(directory->pool);
	free(directory);
}
