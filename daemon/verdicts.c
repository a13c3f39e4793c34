/* SPDX-License-Identifier: Apache-2.0 */
/* verdicts.c - changes of verdicts as audit records; contract in verdicts.h */
#include <string.h>

#include "daemon/verdicts.h"
#include "daemon/verdicts_file.h"

static const char *const service_names[WORLD_SERVICES_MIN] = { "login", "sudo" };

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
    const struct world_person *person, size_t service)
{
	const struct world_verdict *verdict = &person->services[service];
	struct record record;

	record_init(&record, RECORD_VERDICT);
	record.verdict = verdict->verdict;
	record.reason = verdict->reason;
	record.rule = verdict->rule;
	record.service = service_names[service];
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
	record.service = service_names[SNAPSHOT_SERVICE_LOGIN];
	record.account = was->account[0] != '\0' ? was->account : NULL;
	record.person.kind = directory_kind_name((enum principal_kind)was->kind);
	record.person.id = was->id;
	record.person.name = was->name;
	audit_write(d->audit, &record);
}

static bool
verdicts_differ(
    const struct verdicts_entry *was, const struct world_person *is, size_t service)
{
	const struct world_verdict *now = &is->services[service];

	return was->verdict[service] != (uint8_t)now->verdict ||
	       was->reason[service] != (uint8_t)now->reason ||
	       strcmp(was->account, is->mapping.name) != 0;
}

static bool
verdicts_one(struct daemon *d, const struct world *world,
    const struct verdicts_entry *was, const struct world_person *is)
{
	bool any = false;

	for (size_t s = 0; s < WORLD_SERVICES_MIN; s++) {
		bool sudo_matters = is->services[s].verdict == VERDICT_ALLOW ||
				    (was != NULL && was->verdict[s] == VERDICT_ALLOW);

		if ((s != SNAPSHOT_SERVICE_LOGIN && !sudo_matters) ||
		    (was != NULL && !verdicts_differ(was, is, s)))
			continue;
		verdicts_write(d, world, is, s);
		any = true;
	}
	return any || was == NULL;
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
	if (any || before == NULL)
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
