/* SPDX-License-Identifier: Apache-2.0 */
/* later.c - things the network thread does at a later time; contract in later.h */
#include <errno.h>
#include <stdlib.h>

#include "daemon/later.h"

struct entry {
	struct entry *next;
	int64_t at_mono_ms;
	uint64_t number; /* of its adding */
	later_fn fn;
	void *context;
};

struct later {
	struct entry *first; /* soonest first */
	uint64_t n_added;
};

int
later_new(struct later **ret_later)
{
	struct later *later = calloc(1, sizeof(*later));

	if (later == NULL)
		return -ENOMEM;
	*ret_later = later;
	return 0;
}

void
later_free(struct later *later)
{
	if (later == NULL)
		return;
	while (later->first != NULL) {
		struct entry *entry = later->first;

		later->first = entry->next;
		free(entry);
	}
	free(later);
}

int
later_add(struct later *later, int64_t at_mono_ms, later_fn fn, void *context)
{
	struct entry **place = &later->first;
	struct entry *entry = malloc(sizeof(*entry));

	if (entry == NULL)
		return -ENOMEM;
	while (*place != NULL && (*place)->at_mono_ms <= at_mono_ms)
		place = &(*place)->next;
	*entry = (struct entry){
		.next = *place,
		.at_mono_ms = at_mono_ms,
		.number = later->n_added++,
		.fn = fn,
		.context = context,
	};
	*place = entry;
	return 0;
}

void
later_cancel(struct later *later, const void *context)
{
	struct entry **place = &later->first;

	while (*place != NULL) {
		struct entry *entry = *place;

		if (entry->context == context) {
			*place = entry->next;
			free(entry);
		} else {
			place = &entry->next;
		}
	}
}

/* An entry's function may add and cancel: the list is looked at anew after each. */
static void
run(struct later *later, int64_t until_mono_ms)
{
	uint64_t n_added = later->n_added;
	struct entry **place = &later->first;

	while (*place != NULL && (*place)->at_mono_ms <= until_mono_ms) {
		struct entry entry = **place;

		if (entry.number >= n_added) {
			place = &(*place)->next;
			continue;
		}
		free(*place);
		*place = entry.next;
		entry.fn(entry.context);
		place = &later->first;
	}
}

void
later_run(struct later *later, int64_t now_mono_ms)
{
	run(later, now_mono_ms);
}

void
later_flush(struct later *later)
{
	while (later->first != NULL)
		run(later, INT64_MAX);
}

int64_t
later_next_ms(const struct later *later)
{
	return later->first == NULL ? INT64_MAX : later->first->at_mono_ms;
}
