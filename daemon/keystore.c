/* SPDX-License-Identifier: Apache-2.0 */
/* keystore.c - public keys of people; contract in keystore.h */
#include <stdbool.h>
#include <string.h>

#include "daemon/keystore_parts.h"

static void
person_free(struct keystore_person *person)
{
	if (person == NULL)
		return;
	free(person->memory);
	free(person);
}

static void
person_freep(struct keystore_person **person)
{
	person_free(*person);
}

int
keystore_new(struct keystore **ret_store)
{
	struct keystore *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return -ENOMEM;
	*ret_store = store;
	return 0;
}

void
keystore_free(struct keystore *store)
{
	if (store == NULL)
		return;
	for (size_t i = 0; i < store->n; i++)
		person_free(store->people[i]);
	free(store->people);
	free(store);
}

static size_t
find(const struct keystore *store, const char *unique_id, bool *ret_found)
{
	size_t low = 0;
	size_t high = store->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(store->people[middle]->unique_id, unique_id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_found =
	    low < store->n && strcmp(store->people[low]->unique_id, unique_id) == 0;
	return low;
}

const struct keystore_person *
keystore_find(const struct keystore *store, const char *unique_id)
{
	bool is_known;
	size_t at = find(store, unique_id, &is_known);

	return is_known ? store->people[at] : NULL;
}

/* The next @len bytes and a NUL of a person's memory. */
static char *
put(char **at, const void *bytes, size_t len)
{
	char *copy = *at;

	memcpy(copy, bytes, len);
	copy[len] = '\0';
	*at += len + 1;
	return copy;
}

/* One piece of memory a person: a keystore has thousands. */
static int
fill(struct keystore_person *person, const char *unique_id,
    const struct directory_key *keys, size_t n_keys)
{
	size_t size = n_keys * sizeof(*keys) + strlen(unique_id) + 1;
	char *at;

	for (size_t i = 0; i < n_keys; i++)
		size +=
		    strlen(keys[i].key_id) + strlen(keys[i].type) + keys[i].blob_len + 3;
	person->memory = malloc(size);
	if (person->memory == NULL)
		return -ENOMEM;
	person->keys = person->memory;
	person->n_keys = n_keys;
	at = (char *)person->memory + n_keys * sizeof(*keys);
	person->unique_id = put(&at, unique_id, strlen(unique_id));
	for (size_t i = 0; i < n_keys; i++) {
		struct directory_key *copy = &person->keys[i];

		*copy = keys[i];
		copy->key_id = put(&at, keys[i].key_id, strlen(keys[i].key_id));
		copy->type = put(&at, keys[i].type, strlen(keys[i].type));
		copy->blob = (uint8_t *)put(&at, keys[i].blob, keys[i].blob_len);
	}
	return 0;
}

static int
make_room(struct keystore *store)
{
	size_t room = store->room == 0 ? 64 : store->room * 2;
	struct keystore_person **bigger;

	if (store->n < store->room)
		return 0;
	bigger = reallocarray(store->people, room, sizeof(struct keystore_person *));
	if (bigger == NULL)
		return -ENOMEM;
	store->people = bigger;
	store->room = room;
	return 0;
}

int
keystore_set(struct keystore *store, const char *unique_id,
    const struct directory_key *keys, size_t n_keys, int64_t wall_ms, int64_t boot_ms)
{
	_cleanup_(person_freep) struct keystore_person *person =
	    calloc(1, sizeof(*person));
	bool is_known;
	size_t at = find(store, unique_id, &is_known);
	int r;

	if (person == NULL)
		return -ENOMEM;
	person->checked_wall_ms = wall_ms;
	person->checked_boot_ms = boot_ms;
	r = fill(person, unique_id, keys, n_keys);
	if (r == 0 && !is_known)
		r = make_room(store);
	if (r != 0)
		return r;
	if (is_known) {
		person_free(store->people[at]);
	} else {
		memmove(&store->people[at + 1], &store->people[at],
		    (store->n - at) * sizeof(struct keystore_person *));
		store->n++;
	}
	store->people[at] = base_take_ptr(&person);
	return 0;
}

void
keystore_forget(struct keystore *store, const char *unique_id)
{
	bool is_known;
	size_t at = find(store, unique_id, &is_known);

	if (!is_known)
		return;
	person_free(store->people[at]);
	store->n--;
	memmove(&store->people[at], &store->people[at + 1],
	    (store->n - at) * sizeof(struct keystore_person *));
}
