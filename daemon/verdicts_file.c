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
file_new(size_t n)
{
	struct verdicts *verdicts = calloc(1, sizeof(*verdicts));

	if (verdicts == NULL)
		return NULL;
	verdicts->entries = calloc(n + 1, sizeof(verdicts->entries[0]));
	if (verdicts->entries == NULL) {
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
	for (size_t i = 0; i < verdicts->n; i++) {
		free(verdicts->entries[i].id);
		free(verdicts->entries[i].name);
	}
	free(verdicts->entries);
	free(verdicts);
}

static struct verdicts *
file_of_world(const struct world *world)
{
	struct verdicts *verdicts = file_new(world->n_people);

	for (size_t i = 0; verdicts != NULL && i < world->n_people; i++) {
		const struct world_person *person = &world->people[i];
		struct verdicts_entry *entry = &verdicts->entries[verdicts->n++];

		entry->kind = person->principal->kind;
		entry->id = strdup(person->principal->id);
		entry->name = strdup(person->principal->name);
		memcpy(entry->account, person->mapping.name, sizeof(entry->account));
		for (size_t s = 0; s < WORLD_SERVICES; s++) {
			entry->verdict[s] = person->services[s].verdict;
			entry->reason[s] = person->services[s].reason;
		}
		if (entry->id == NULL || entry->name == NULL) {
			verdicts_file_free(verdicts);
			verdicts = NULL;
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

		fprintf(
		    stream, "%s\n{\"kind\":%d,\"id\":", i > 0 ? "," : "", (int)e->kind);
		statefile_json(stream, e->id);
		fputs(",\"name\":", stream);
		statefile_json(stream, e->name);
		fputs(",\"account\":", stream);
		statefile_json(stream, e->account);
		for (size_t s = 0; s < WORLD_SERVICES; s++)
			fprintf(stream, ",\"v%zu\":%d,\"r%zu\":\"%s\"", s,
			    (int)e->verdict[s], s, verdict_reason_name(e->reason[s]));
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

/* false: not of our making, so none of it is believed */
static bool
file_parse_entry(struct json_object *o, struct verdicts_entry *entry)
{
	const char *id = statefile_text(o, "id"), *name = statefile_text(o, "name");
	const char *account = statefile_text(o, "account"), *reason;
	struct json_object *number;
	char key[4];

	if (id == NULL || name == NULL || account == NULL ||
	    strlen(account) >= sizeof(entry->account) ||
	    !json_object_object_get_ex(o, "kind", &number))
		return false;
	entry->kind = (enum principal_kind)json_object_get_int(number);
	(void)snprintf(entry->account, sizeof(entry->account), "%s", account);
	for (size_t s = 0; s < WORLD_SERVICES; s++) {
		(void)snprintf(key, sizeof(key), "v%zu", s);
		if (!json_object_object_get_ex(o, key, &number))
			return false;
		entry->verdict[s] = (enum verdict)json_object_get_int(number);
		(void)snprintf(key, sizeof(key), "r%zu", s);
		reason = statefile_text(o, key);
		entry->reason[s] =
		    reason != NULL ? verdict_reason_by_name(reason) : REASON_N;
	}
	entry->id = strdup(id);
	entry->name = strdup(name);
	return entry->id != NULL && entry->name != NULL;
}

struct verdicts *
verdicts_file_load(void)
{
	_cleanup_statefile_ struct json_object *o = NULL;
	struct json_object *people = NULL;
	struct verdicts *verdicts;
	char path[512];
	size_t n;

	file_path(path);
	if (statefile_read(path, &o) != 0 ||
	    !json_object_object_get_ex(o, "people", &people) ||
	    !json_object_is_type(people, json_type_array))
		return NULL;
	n = json_object_array_length(people);
	verdicts = file_new(n);
	for (size_t i = 0; verdicts != NULL && i < n; i++) {
		bool whole = file_parse_entry(json_object_array_get_idx(people, i),
		    &verdicts->entries[verdicts->n++]);

		if (!whole) {
			verdicts_file_free(verdicts);
			verdicts = NULL;
		}
	}
	return verdicts;
}
