/* SPDX-License-Identifier: Apache-2.0 */
/* verdicts.c - changes of verdicts as audit records; contract in verdicts.h */
#include <string.h>

#include "daemon/verdicts.h"
#include "daemon/verdicts_file.h"

#define NO_SERVICE SIZE_MAX

void
verdicts_fill_person(struct record *record, const struct world_person *person)
{
	record->person.kind = directory_kind_name(person->principal->kind);
	record->person.id = person->principal->id;
	record->person.arn = person->principal->arn;
	record->person.name = person->principal->name;
}

static void
verdicts_write(struct daemon *d, const struct world *world,
    const struct world_person *person, size_t service, const char *name)
{
	const struct world_verdict *verdict = &person->services[service];
	struct record record;

	record_init(&record, RECORD_VERDICT);
	record.verdict = verdict->verdict;
	record.reason = verdict->reason;
	record.rule = verdict->rule;
	record.service = name;
	record.account = person->mapping.name[0] != '\0' ? person->mapping.name : NULL;
	if (person->account < world->n_accounts)
		record.uid = world->accounts[person->account].uid;
	verdicts_fill_person(&record, person);
	audit_write(d->audit, &record);
}

static void
verdicts_gone(struct daemon *d, const struct verdicts_entry *was)
{
	struct record record;

	record_init(&record, RECORD_VERDICT);
	record.reason = REASON_OUT_OF_SCOPE;
	record.service = "login";
	record.account = was->account[0] != '\0' ? was->account : NULL;
	record.person.kind = directory_kind_name((enum principal_kind)was->kind);
	record.person.id = was->id;
	record.person.name = was->name;
	audit_write(d->audit, &record);
}

static struct verdicts_mark
verdicts_now(const struct world_person *is, size_t service)
{
	return (struct verdicts_mark){
		.verdict = (uint8_t)is->services[service].verdict,
		.reason = (uint8_t)is->services[service].reason,
	};
}

static bool
verdicts_same(struct verdicts_mark a, struct verdicts_mark b)
{
	return a.verdict == b.verdict && a.reason == b.reason;
}

/* [login], and [sudo] where it allows or did. */
static bool
verdicts_first(struct daemon *d, const struct world *world,
    const struct verdicts_entry *was, const struct world_person *is)
{
	bool any = false;

	for (size_t s = 0; s < WORLD_SERVICES_MIN; s++) {
		struct verdicts_mark now = verdicts_now(is, s);
		bool sudo_matters =
		    now.verdict == VERDICT_ALLOW ||
		    (was != NULL && verdicts_mark(was, s).verdict == VERDICT_ALLOW);

		if (s != SNAPSHOT_SERVICE_LOGIN && !sudo_matters)
			continue;
		if (was != NULL && verdicts_same(verdicts_mark(was, s), now) &&
		    strcmp(was->account, is->mapping.name) == 0)
			continue;
		verdicts_write(d, world, is, s, world->services[s]);
		any = true;
	}
	return any;
}

/*
 * One [login:NAME]: @old and @new are its numbers, NO_SERVICE where there is no such section;
 * then [login] decides. What only follows [login] is not said again.
 */
static bool
verdicts_refined(struct daemon *d, const struct world *world,
    const struct verdicts_entry *was, const struct world_person *is, size_t old,
    size_t new, const char *name)
{
	struct verdicts_mark login = verdicts_now(is, SNAPSHOT_SERVICE_LOGIN);
	struct verdicts_mark now = new != NO_SERVICE ? verdicts_now(is, new) : login;
	struct verdicts_mark before = login;
	bool followed = true;

	if (was != NULL) {
		struct verdicts_mark first = verdicts_mark(was, SNAPSHOT_SERVICE_LOGIN);

		before = old != NO_SERVICE ? verdicts_mark(was, old) : first;
		followed = verdicts_same(before, first);
	}
	if (verdicts_same(before, now) || (followed && verdicts_same(now, login)))
		return false;
	verdicts_write(
	    d, world, is, new != NO_SERVICE ? new : SNAPSHOT_SERVICE_LOGIN, name);
	return true;
}

static size_t
verdicts_service(const char *const *names, size_t n, const char *name)
{
	for (size_t i = WORLD_SERVICES_MIN; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return NO_SERVICE;
}

static bool
verdicts_one(struct daemon *d, const struct world *world,
    const struct verdicts_entry *was, const struct world_person *is)
{
	const struct verdicts *before = d->verdicts;
	bool any = verdicts_first(d, world, was, is);

	for (size_t s = WORLD_SERVICES_MIN; s < world->n_services; s++) {
		size_t old = was == NULL ? NO_SERVICE
					 : verdicts_service(before->services,
					       before->n_services, world->services[s]);

		any = verdicts_refined(d, world, was, is, old, s, world->services[s]) ||
		      any;
	}
	for (size_t s = WORLD_SERVICES_MIN; was != NULL && s < before->n_services; s++)
		if (verdicts_service(world->services, world->n_services,
			before->services[s]) == NO_SERVICE)
			any = verdicts_refined(d, world, was, is, s, NO_SERVICE,
				  before->services[s]) ||
			      any;
	return any || was == NULL;
}

static bool
verdicts_same_services(const struct verdicts *before, const struct world *world)
{
	if (before->n_services != world->n_services)
		return false;
	for (size_t s = 0; s < world->n_services; s++)
		if (strcmp(before->services[s], world->services[s]) != 0)
			return false;
	return true;
}

static int
verdicts_order(const struct verdicts_entry *was, const struct world_person *is)
{
	if (was->kind != (uint8_t)is->principal->kind)
		return was->kind < (uint8_t)is->principal->kind ? -1 : 1;
	return strcmp(was->id, is->principal->id);
}

void
verdicts_record_changes(struct daemon *d, const struct world *world)
{
	const struct verdicts *before = d->verdicts;
	size_t i = 0, n_before = before != NULL ? before->n : 0;
	bool any = false;

	/* both are in the order of kind and id: one walk */
	for (size_t j = 0; j < world->n_people; j++) {
		const struct world_person *is = &world->people[j];
		const struct verdicts_entry *was = NULL;

		for (; i < n_before && verdicts_order(&before->entries[i], is) < 0; i++) {
			verdicts_gone(d, &before->entries[i]);
			any = true;
		}
		if (i < n_before && verdicts_order(&before->entries[i], is) == 0)
			was = &before->entries[i++];
		any = verdicts_one(d, world, was, is) || any;
	}
	for (; i < n_before; i++) {
		verdicts_gone(d, &before->entries[i]);
		any = true;
	}
	if (any || before == NULL || !verdicts_same_services(before, world))
		verdicts_file_replace(&d->verdicts, world);
}

void
verdicts_load(struct daemon *d)
{
	d->verdicts = verdicts_file_load();
}

void
verdicts_free(struct daemon *d)
{
	verdicts_file_free(d->verdicts);
	d->verdicts = NULL;
}
