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
file_add(struct verdicts *verdicts, const char *id, const char *name, const char *account,
    const struct verdicts_mark *marks)
{
	char text[2 * SNAPSHOT_SERVICES_MAX + 1] = "";
	struct verdicts_entry made = {
		.id = pool_text(verdicts->pool, id),
		.name = pool_text(verdicts->pool, name),
	};

	for (size_t s = 0; s < verdicts->n_services; s++) {
		text[2 * s] = (char)(marks[s].verdict + 1);
		text[2 * s + 1] = (char)(marks[s].reason + 1);
	}
	made.marks = pool_shared(verdicts->pool, text);
	made.account = made.name != NULL && strcmp(name, account) == 0
			   ? made.name
			   : pool_text(verdicts->pool, account);
	if (made.id == NULL || made.name == NULL || made.account == NULL ||
	    made.marks == NULL ||
	    (verdicts->n == verdicts->room &&
		file_room(verdicts, verdicts->n * 2 + 16) != 0))
		return NULL;
	verdicts->entries[verdicts->n] = made;
	return &verdicts->entries[verdicts->n++];
}

static bool
file_add_service(struct verdicts *verdicts, const char *name)
{
	char *text = pool_shared(verdicts->pool, name);

	if (text == NULL || verdicts->n_services == SNAPSHOT_SERVICES_MAX)
		return false;
	verdicts->services[verdicts->n_services++] = text;
	return true;
}

static bool
file_add_services(struct verdicts *verdicts, const struct world *world)
{
	for (size_t s = 0; s < world->n_services; s++)
		if (!file_add_service(verdicts, world->services[s]))
			return false;
	return true;
}

static struct verdicts *
file_of_world(const struct world *world)
{
	struct verdicts_mark marks[SNAPSHOT_SERVICES_MAX];
	struct verdicts *verdicts = file_new();

	if (verdicts != NULL && (file_room(verdicts, world->n_people + 1) != 0 ||
				    !file_add_services(verdicts, world))) {
		verdicts_file_free(verdicts);
		return NULL;
	}
	for (size_t i = 0; verdicts != NULL && i < world->n_people; i++) {
		const struct world_person *person = &world->people[i];
		struct verdicts_entry *entry;

		for (size_t s = 0; s < world->n_services; s++)
			marks[s] = (struct verdicts_mark){
				.verdict = (uint8_t)person->services[s].verdict,
				.reason = (uint8_t)person->services[s].reason,
			};
		entry = file_add(verdicts, person->principal->id, person->principal->name,
		    person->mapping.name, marks);
		if (entry == NULL) {
			verdicts_file_free(verdicts);
			return NULL;
		}
		entry->kind = (uint8_t)person->principal->kind;
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
	fputs("{\"v\":1,\"services\":[", stream);
	for (size_t i = 0; i < verdicts->n_services; i++) {
		fputs(i > 0 ? "," : "", stream);
		statefile_json(stream, verdicts->services[i]);
	}
	fputs("],\"people\":[", stream);
	for (size_t i = 0; i < verdicts->n; i++) {
		const struct verdicts_entry *e = &verdicts->entries[i];

		fprintf(stream, "%s\n{\"kind\":%d,\"id\":", i > 0 ? "," : "", e->kind);
		statefile_json(stream, e->id);
		fputs(",\"name\":", stream);
		statefile_json(stream, e->name);
		fputs(",\"account\":", stream);
		statefile_json(stream, e->account);
		for (size_t s = 0; s < verdicts->n_services; s++) {
			struct verdicts_mark mark = verdicts_mark(e, s);

			fprintf(stream, ",\"v%zu\":%d,\"r%zu\":\"%s\"", s, mark.verdict,
			    s, verdict_reason_name((enum verdict_reason)mark.reason));
		}
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

/* Its services; a file of a version that did not name them has the first two. */
static int
file_parse_services(struct json_object *rest, struct verdicts *verdicts)
{
	struct json_object *names, *name;
	size_t n;

	if (!json_object_object_get_ex(rest, "services", &names))
		return file_add_service(verdicts, "login") &&
			       file_add_service(verdicts, "sudo")
			   ? 0
			   : -ENOMEM;
	if (!json_object_is_type(names, json_type_array))
		return STATEFILE_E_DAMAGED;
	n = json_object_array_length(names);
	for (size_t i = 0; i < n; i++) {
		name = json_object_array_get_idx(names, i);
		if (!json_object_is_type(name, json_type_string) ||
		    !file_add_service(verdicts, json_object_get_string(name)))
			return STATEFILE_E_DAMAGED;
	}
	return n < WORLD_SERVICES_MIN ? STATEFILE_E_DAMAGED : 0;
}

/* Not of our making: none of it is believed. */
static int
file_parse_entry(struct json_object *o, struct verdicts *verdicts)
{
	const char *id = statefile_text(o, "id"), *name = statefile_text(o, "name");
	const char *account = statefile_text(o, "account"), *reason;
	struct verdicts_mark marks[SNAPSHOT_SERVICES_MAX];
	struct verdicts_entry *entry;
	struct json_object *number;
	char key[8];

	for (size_t s = 0; s < verdicts->n_services; s++) {
		(void)snprintf(key, sizeof(key), "v%u", (unsigned)s);
		if (!json_object_object_get_ex(o, key, &number))
			return STATEFILE_E_DAMAGED;
		marks[s].verdict = (uint8_t)(json_object_get_int(number) & 0x7f);
		(void)snprintf(key, sizeof(key), "r%u", (unsigned)s);
		reason = statefile_text(o, key);
		marks[s].reason =
		    (uint8_t)(reason != NULL ? verdict_reason_by_name(reason) : REASON_N);
	}
	if (id == NULL || name == NULL || account == NULL ||
	    !json_object_object_get_ex(o, "kind", &number))
		return STATEFILE_E_DAMAGED;
	entry = file_add(verdicts, id, name, account, marks);
	if (entry == NULL)
		return -ENOMEM;
	entry->kind = (uint8_t)json_object_get_int(number);
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
	if (verdicts != NULL)
		r = file_parse_services(rest, verdicts);
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
