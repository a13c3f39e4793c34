/* SPDX-License-Identifier: Apache-2.0 */
/* instance.c - what this machine is; contract in instance.h */
#include <string.h>

#include "daemon/instance.h"

int
instance_new(struct instance **ret_instance)
{
	struct instance *instance = calloc(1, sizeof(*instance));

	if (instance == NULL)
		return -ENOMEM;
	*ret_instance = instance;
	return 0;
}

int
instance_add_tag(struct instance *instance, const char *key, const char *value)
{
	_cleanup_free_ char *key_copy = strdup(key);
	_cleanup_free_ char *value_copy = strdup(value);
	struct directory_tag *bigger;

	bigger = reallocarray(instance->tags, instance->n_tags + 1, sizeof(*bigger));
	if (bigger != NULL)
		instance->tags = bigger;
	if (bigger == NULL || key_copy == NULL || value_copy == NULL)
		return -ENOMEM;
	instance->tags[instance->n_tags++] = (struct directory_tag){
		.key = base_take_ptr(&key_copy),
		.value = base_take_ptr(&value_copy),
	};
	return 0;
}

int
instance_copy(const struct instance *from, struct instance **ret_instance)
{
	_cleanup_instance_ struct instance *copy = NULL;
	int r;

	r = instance_new(&copy);
	if (r != 0)
		return r;
	*copy = *from;
	copy->tags = NULL;
	copy->n_tags = 0;
	for (size_t i = 0; i < from->n_tags; i++) {
		r = instance_add_tag(copy, from->tags[i].key, from->tags[i].value);
		if (r != 0)
			return r;
	}
	*ret_instance = base_take_ptr(&copy);
	return 0;
}

/* The hint is advice, not a fact about the machine: it does not count. */
bool
instance_same(const struct instance *a, const struct instance *b)
{
	if (strcmp(a->id, b->id) != 0 || strcmp(a->account, b->account) != 0 ||
	    strcmp(a->region, b->region) != 0 ||
	    strcmp(a->partition, b->partition) != 0 || a->tags_state != b->tags_state ||
	    a->n_tags != b->n_tags)
		return false;
	for (size_t i = 0; i < a->n_tags; i++)
		if (strcmp(a->tags[i].key, b->tags[i].key) != 0 ||
		    strcmp(a->tags[i].value, b->tags[i].value) != 0)
			return false;
	return true;
}

void
instance_free(struct instance *instance)
{
	if (instance == NULL)
		return;
	for (size_t i = 0; i < instance->n_tags; i++) {
		free(instance->tags[i].key);
		free(instance->tags[i].value);
	}
	free(instance->tags);
	free(instance);
}
