/* SPDX-License-Identifier: Apache-2.0 */
/* directory.c - people and groups: building, finishing, finding; contract in directory.h */
#include <string.h>

#include "daemon/directory.h"

/*
 * Room for one more element in an array without a capacity field: it is full exactly when
 * its count is 0 or a power of two.
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

static char *
copy_or_null(const char *text)
{
	return text != NULL ? strdup(text) : NULL;
}

static void
key_done(struct directory_key *key)
{
	free(key->key_id);
	free(key->type);
	free(key->blob);
}

static void
principal_done(struct directory_principal *principal)
{
	free(principal->id);
	free(principal->name);
	free(principal->path);
	free(principal->arn);
	for (size_t i = 0; i < principal->n_tags; i++) {
		free(principal->tags[i].key);
		free(principal->tags[i].value);
	}
	free(principal->tags);
	for (size_t i = 0; i < principal->n_groups; i++)
		free(principal->groups[i]);
	free(principal->groups);
	for (size_t i = 0; i < principal->n_keys; i++)
		key_done(&principal->keys[i]);
	free(principal->keys);
}

static void
group_done(struct directory_group *group)
{
	free(group->name);
	free(group->id);
	free(group->path);
}

int
directory_new(struct directory **ret_directory)
{
	struct directory *directory = calloc(1, sizeof(*directory));

	if (directory == NULL)
		return -ENOMEM;
	directory->refs = 1;
	*ret_directory = directory;
	return 0;
}

int
directory_add_principal(struct directory *directory, enum principal_kind kind,
    const char *id, const char *name, const char *path, const char *arn,
    int64_t created_s, struct directory_principal **ret_principal)
{
	void *array = directory->principals;
	struct directory_principal made = { .kind = kind, .created_s = created_s };
	int r;

	r = grow(&array, directory->n_principals, sizeof(made));
	directory->principals = array;
	if (r != 0)
		return r;
	made.id = strdup(id);
	made.name = strdup(name);
	made.path = strdup(path);
	made.arn = strdup(arn);
	if (made.id == NULL || made.name == NULL || made.path == NULL ||
	    made.arn == NULL) {
		principal_done(&made);
		return -ENOMEM;
	}
	directory->principals[directory->n_principals] = made;
	*ret_principal = &directory->principals[directory->n_principals++];
	return 0;
}

int
directory_add_tag(
    struct directory_principal *principal, const char *key, const char *value)
{
	_cleanup_free_ char *key_copy = strdup(key);
	_cleanup_free_ char *value_copy = strdup(value);
	void *array = principal->tags;
	int r;

	r = grow(&array, principal->n_tags, sizeof(*principal->tags));
	principal->tags = array;
	if (r != 0 || key_copy == NULL || value_copy == NULL)
		return -ENOMEM;
	principal->tags[principal->n_tags++] = (struct directory_tag){
		.key = base_take_ptr(&key_copy),
		.value = base_take_ptr(&value_copy),
	};
	return 0;
}

int
directory_add_membership(struct directory_principal *principal, const char *group)
{
	_cleanup_free_ char *copy = strdup(group);
	void *array = principal->groups;
	int r;

	r = grow(&array, principal->n_groups, sizeof(*principal->groups));
	principal->groups = array;
	if (r != 0 || copy == NULL)
		return -ENOMEM;
	principal->groups[principal->n_groups++] = base_take_ptr(&copy);
	return 0;
}

int
directory_add_key(struct directory_principal *principal, const char *key_id,
    const struct sshkey *key, enum keysfile_source source)
{
	struct directory_key made = { .source = source, .blob_len = key->blob_len };
	void *array = principal->keys;
	int r;

	r = grow(&array, principal->n_keys, sizeof(made));
	principal->keys = array;
	if (r != 0)
		return r;
	made.key_id = strdup(key_id);
	made.type = strdup(key->type);
	made.blob = malloc(key->blob_len + 1);
	if (made.key_id == NULL || made.type == NULL || made.blob == NULL) {
		key_done(&made);
		return -ENOMEM;
	}
	memcpy(made.blob, key->blob, key->blob_len);
	principal->keys[principal->n_keys++] = made;
	return 0;
}

int
directory_add_group(
    struct directory *directory, const char *name, const char *id, const char *path)
{
	struct directory_group made = { .name = strdup(name) };
	void *array = directory->groups;
	int r;

	r = grow(&array, directory->n_groups, sizeof(made));
	directory->groups = array;
	made.id = copy_or_null(id);
	made.path = copy_or_null(path);
	if (r != 0 || made.name == NULL || (id != NULL && made.id == NULL) ||
	    (path != NULL && made.path == NULL)) {
		group_done(&made);
		return -ENOMEM;
	}
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
	for (size_t i = 1; i < principal->n_groups; i++) {
		if (strcmp(principal->groups[kept], principal->groups[i]) == 0)
			free(principal->groups[i]);
		else
			principal->groups[++kept] = principal->groups[i];
	}
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
			groups[kept].id = base_take_ptr(&groups[i].id);
		if (groups[kept].path == NULL)
			groups[kept].path = base_take_ptr(&groups[i].path);
		group_done(&groups[i]);
	}
	directory->n_groups = kept + 1;
	return 0;
}

int
directory_finish(struct directory *directory)
{
	_cleanup_free_ const char **arns = NULL;
	size_t n = directory->n_principals;

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
	for (size_t i = 0; i < directory->n_principals; i++)
		principal_done(&directory->principals[i]);
	free(directory->principals);
	for (size_t i = 0; i < directory->n_groups; i++)
		group_done(&directory->groups[i]);
	free(directory->groups);
	free(directory);
}
