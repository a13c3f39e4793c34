/* SPDX-License-Identifier: Apache-2.0 */
/* verdicts_file.c - contract in verdicts_file.h */
#include <json-c/json.h>
#include <string.h>

#include "common/paths.h"
#include "daemon/log.h"
#include "daemon/statefile.h"
#include "daemon/verdicts_file.h"

static void
file_path(char ret[512])
{
	(void)snprintf(ret, 512, "%s/verdicts.json", paths_state_dir);
}

static struct verdicts *
file_new(void)
{
	struct verdicts *verdicts = calloc(1, sizeof(*verdicts));

	if (verdicts != NULL && pool_new(&verdicts->pool) != 0) {
		free(verdicts);
		return NULL;
	}
	return verdicts;
}

void
verdicts_file_free(struct verdicts *verdicts)
{
	if (verdicts == NULL)
		return;
	pool_free(verdicts->pool);
	free(verdicts->entries);
	free(verdicts);
}

static int
file_room(struct verdicts *verdicts, size_t room)
{
	struct verdicts_entry *all =
	    reallocarray(verdicts->entries, room, sizeof(*verdicts->entries));

	if (all == NULL)
		return -ENOMEM;
	verdicts->entries = all;
	verdicts->room = room;
	return 0;
}

/* One more entry with its texts; most accounts are called as their people are. */
static struct verdicts_entry *
file_add(struct verdicts *verdicts, const char *id, const char *name, const char *account)
{
	struct verdicts_entry made = {
		.id = pool_text(verdicts->pool, id),
		.name = pool_text(verdicts->pool, name),
	};

	made.account = made.name != NULL && strcmp(name, account) == 0
			   ? made.name
			   : pool_text(verdicts->pool, account);
	if (made.id == NULL || made.name == NULL || made.account == NULL ||
	    (verdicts->n == verdicts->room &&
		file_room(verdicts, verdicts->n * 2 + 16) != 0))
		return NULL;
	verdicts->entries[verdicts->n] = made;
	return &verdicts->entries[verdicts->n++];
}

static struct verdicts *
file_of_world(const struct world *world)
{
	struct verdicts *verdicts = file_new();

	if (verdicts != NULL && file_room(verdicts, world->n_people + 1) != 0) {
		verdicts_file_free(verdicts);
		return NULL;
	}
	for (size_t i = 0; verdicts != NULL && i < world->n_people; i++) {
		const struct world_person *person = &world->people[i];
		struct verdicts_entry *entry = file_add(verdicts, person->principal->id,
		    person->principal->name, person->mapping.name);

		if (entry == NULL) {
			verdicts_file_free(verdicts);
			return NULL;
		}
		entry->kind = (uint8_t)person->principal->kind;
		for (size_t s = 0; s < WORLD_SERVICES_MIN; s++) {
			entry->verdict[s] = (uint8_t)person->services[s].verdict;
			entry->reason[s] = (uint8_t)person->services[s].reason;
		}
	}
	return verdicts;
}

static int
file_save(const struct verdicts *verdicts)
{
	FILE *stream = NULL;
	char path[512];
	int r;

	file_path(path);
	r = statefile_begin(path, &stream);
	if (r != 0)
		return r;
	fputs("{\"v\":1,\"people\":[", stream);
	for (size_t i = 0; i < verdicts->n; i++) {
		const struct verdicts_entry *e = &verdicts->entries[i];

		fprintf(stream, "%s\n{\"kind\":%d,\"id\":", i > 0 ? "," : "", e->kind);
		statefile_json(stream, e->id);
		fputs(",\"name\":", stream);
		statefile_json(stream, e->name);
		fputs(",\"account\":", stream);
		statefile_json(stream, e->account);
		for (size_t s = 0; s < WORLD_SERVICES_MIN; s++)
			fprintf(stream, ",\"v%zu\":%d,\"r%zu\":\"%s\"", s, e->verdict[s],
			    s, verdict_reason_name((enum verdict_reason)e->reason[s]));
		fputc('}', stream);
	}
	fputs("]}\n", stream);
	return statefile_commit(path, stream);
}

void
verdicts_file_replace(struct verdicts **verdicts, const struct world *world)
{
	struct verdicts *now = file_of_world(world);
	int r = now == NULL ? -ENOMEM : file_save(now);

	if (r != 0)
		log_error(r,
		    "the recorded verdicts could not be kept: a restart records them again");
	if (now == NULL)
		return;
	verdicts_file_free(*verdicts);
	*verdicts = now;
}

/* Not of our making: none of it is believed. */
static int
file_parse_entry(struct json_object *o, struct verdicts *verdicts)
{
	const char *id = statefile_text(o, "id"), *name = statefile_text(o, "name");
	const char *account = statefile_text(o, "account"), *reason;
	struct verdicts_entry *entry;
	struct json_object *number;
	char key[4];

	if (id == NULL || name == NULL || account == NULL ||
	    !json_object_object_get_ex(o, "kind", &number))
		return STATEFILE_E_DAMAGED;
	entry = file_add(verdicts, id, name, account);
	if (entry == NULL)
		return -ENOMEM;
	entry->kind = (uint8_t)json_object_get_int(number);
	for (size_t s = 0; s < WORLD_SERVICES_MIN; s++) {
		(void)snprintf(key, sizeof(key), "v%zu", s);
		if (!json_object_object_get_ex(o, key, &number))
			return STATEFILE_E_DAMAGED;
		entry->verdict[s] = (uint8_t)json_object_get_int(number);
		(void)snprintf(key, sizeof(key), "r%zu", s);
		reason = statefile_text(o, key);
		entry->reason[s] =
		    (uint8_t)(reason != NULL ? verdict_reason_by_name(reason) : REASON_N);
	}
	return 0;
}

struct verdicts *
verdicts_file_load(void)
{
	_cleanup_statefile_list_ struct statefile_list *people = NULL;
	_cleanup_statefile_ struct json_object *rest = NULL;
	struct verdicts *verdicts = NULL;
	char path[512];
	int r;

	file_path(path);
	r = statefile_list_open(path, "people", &people, &rest);
	if (r == 0)
		verdicts = file_new();
	while (r == 0 && verdicts != NULL) {
		_cleanup_statefile_ struct json_object *person = NULL;

		r = statefile_list_next(people, &person);
		if (r == 0)
			r = file_parse_entry(person, verdicts);
	}
	if (r == STATEFILE_E_END)
		return verdicts;
	verdicts_file_free(verdicts);
	return NULL;
}
