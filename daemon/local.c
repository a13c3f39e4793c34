/* SPDX-License-Identifier: Apache-2.0 */
/* local.c - local accounts and groups; contract in local.h */
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "daemon/local.h"

/* Names and ids, each sorted, of one of the two files. */
struct table {
	char **names;
	size_t n_names;
	size_t names_room;
	uint32_t *ids;
	size_t n_ids;
	size_t ids_room;
};

struct local {
	struct local_user *entries; /* sorted by name, then line */
	size_t n_entries;
	size_t entries_room;
	struct table users;
	struct table groups; /* ids: also the primary gids in passwd */
};

static int
add_name(struct table *table, const char *name)
{
	char **bigger = table->names;
	size_t room = table->names_room;

	if (table->n_names == room) {
		room = room == 0 ? 64 : room * 2;
		bigger = reallocarray(table->names, room, sizeof(char *));
		if (bigger == NULL)
			return -ENOMEM;
		table->names = bigger;
		table->names_room = room;
	}
	table->names[table->n_names] = strdup(name);
	return table->names[table->n_names++] != NULL ? 0 : -ENOMEM;
}

static int
add_id(struct table *table, uint32_t id)
{
	size_t room = table->ids_room;
	uint32_t *bigger;

	if (table->n_ids == room) {
		room = room == 0 ? 64 : room * 2;
		bigger = reallocarray(table->ids, room, sizeof(uint32_t));
		if (bigger == NULL)
			return -ENOMEM;
		table->ids = bigger;
		table->ids_room = room;
	}
	table->ids[table->n_ids++] = id;
	return 0;
}

/* libc reads ids with strtoul(3), so leading zeros count for it; nothing else does here. */
static int
parse_id(const char *text, uint32_t *ret_id)
{
	while (text[0] == '0' && text[1] != '\0')
		text++;
	return text_parse_u32(text, UINT32_MAX, ret_id);
}

static void
entry_done(struct local_user *entry)
{
	free(entry->name);
	free(entry->home);
	free(entry->shell);
}

/* name : passwd : uid : gid : gecos : home : shell; any other line is nobody to log in as */
static int
add_entry(struct local *local, char *const *fields, size_t n)
{
	struct local_user entry = { .line = local->n_entries };
	size_t room = local->entries_room;
	struct local_user *bigger;

	if (n != 7 || parse_id(fields[2], &entry.uid) != 0 ||
	    parse_id(fields[3], &entry.gid) != 0)
		return 0;
	if (local->n_entries == room) {
		room = room == 0 ? 64 : room * 2;
		bigger = reallocarray(local->entries, room, sizeof(*bigger));
		if (bigger == NULL)
			return -ENOMEM;
		local->entries = bigger;
		local->entries_room = room;
	}
	entry.name = strdup(fields[0]);
	entry.home = strdup(fields[5]);
	entry.shell = strdup(fields[6]);
	if (entry.name == NULL || entry.home == NULL || entry.shell == NULL) {
		entry_done(&entry);
		return -ENOMEM;
	}
	local->entries[local->n_entries++] = entry;
	return 0;
}

/*
 * One line, cut at its colons. A name counts even where the rest of its line does not
 * parse: taking over a name that an administrator mistyped the uid of would be worse.
 * NIS lines (+, -) name nobody.
 */
static int
add_line(struct local *local, struct table *table, char *line)
{
	char *fields[8] = { NULL };
	size_t n = 0;
	uint32_t id;
	int r;

	for (char *rest = line; rest != NULL && n < BASE_N(fields);)
		fields[n++] = strsep(&rest, ":");
	if (n < 2 || fields[0][0] == '\0' || strchr("+-#", fields[0][0]) != NULL)
		return 0;
	r = add_name(table, fields[0]);
	if (r == 0 && n > 2 && parse_id(fields[2], &id) == 0)
		r = add_id(table, id);
	if (r == 0 && table == &local->users && n > 3 && parse_id(fields[3], &id) == 0)
		r = add_id(&local->groups, id);
	if (r == 0 && table == &local->users)
		r = add_entry(local, fields, n);
	return r;
}

static int
read_table(struct local *local, struct table *table, const char *path)
{
	_cleanup_fclose_ FILE *stream = NULL;
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int r;

	stream = fopen(path, "re");
	if (stream == NULL)
		return -errno;
	for (;;) {
		errno = 0;
		n = getline(&line, &size, stream);
		if (n < 0)
			break;
		line[strcspn(line, "\n")] = '\0';
		r = add_line(local, table, line);
		if (r != 0)
			return r;
	}
	if (ferror(stream) || errno == ENOMEM)
		return errno != 0 ? -errno : -EIO;
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y);
}

static int
by_id(const void *a, const void *b)
{
	const uint32_t *x = a;
	const uint32_t *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int
by_entry(const void *a, const void *b)
{
	const struct local_user *x = a;
	const struct local_user *y = b;
	int order = strcmp(x->name, y->name);

	if (order != 0)
		return order;
	return x->line < y->line ? -1 : x->line > y->line;
}

static void
sort(struct table *table)
{
	if (table->n_names > 0)
		qsort(table->names, table->n_names, sizeof(char *), by_name);
	if (table->n_ids > 0)
		qsort(table->ids, table->n_ids, sizeof(uint32_t), by_id);
}

int
local_load(const char *passwd, const char *group, struct local **ret_local)
{
	_cleanup_local_ struct local *local = calloc(1, sizeof(*local));
	int r;

	if (local == NULL)
		return -ENOMEM;
	r = read_table(local, &local->users, passwd);
	if (r == 0)
		r = read_table(local, &local->groups, group);
	if (r != 0)
		return r;
	sort(&local->users);
	sort(&local->groups);
	if (local->n_entries > 0)
		qsort(
		    local->entries, local->n_entries, sizeof(*local->entries), by_entry);
	*ret_local = base_take_ptr(&local);
	return 0;
}

static void
table_done(struct table *table)
{
	for (size_t i = 0; i < table->n_names; i++)
		free(table->names[i]);
	free(table->names);
	free(table->ids);
}

void
local_free(struct local *local)
{
	if (local == NULL)
		return;
	table_done(&local->users);
	table_done(&local->groups);
	for (size_t i = 0; i < local->n_entries; i++)
		entry_done(&local->entries[i]);
	free(local->entries);
	free(local);
}

static bool
has_name(const struct table *table, const char *name)
{
	return table->n_names > 0 && bsearch(&name, table->names, table->n_names,
					 sizeof(char *), by_name) != NULL;
}

static bool
has_id(const struct table *table, uint32_t id)
{
	return table->n_ids > 0 &&
	       bsearch(&id, table->ids, table->n_ids, sizeof(uint32_t), by_id) != NULL;
}

const struct local_user *
local_user(const struct local *local, const char *name)
{
	size_t low = 0;
	size_t high = local->n_entries;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(local->entries[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < local->n_entries && strcmp(local->entries[low].name, name) == 0
		   ? &local->entries[low]
		   : NULL;
}

bool
local_has_user(const struct local *local, const char *name)
{
	return has_name(&local->users, name);
}

bool
local_has_group(const struct local *local, const char *name)
{
	return has_name(&local->groups, name);
}

bool
local_has_uid(const struct local *local, uint32_t uid)
{
	return has_id(&local->users, uid);
}

bool
local_has_gid(const struct local *local, uint32_t gid)
{
	return has_id(&local->groups, gid);
}
