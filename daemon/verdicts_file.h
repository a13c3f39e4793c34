/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdicts_file.h - the verdicts that the trail already has, in memory and on disk
 *
 * Room: daemon, main thread; of verdicts.c alone.
 */
#ifndef DAEMON_VERDICTS_FILE_H
#define DAEMON_VERDICTS_FILE_H

#include "common/text.h"
#include "daemon/world.h"

struct verdicts_entry {
	enum principal_kind kind;
	char *id, *name;
	char account[TEXT_OS_NAME_MAX + 1];
	enum verdict verdict[WORLD_SERVICES];
	enum verdict_reason reason[WORLD_SERVICES];
};

/* Sorted by kind, then id: the order of world.people. */
struct verdicts {
	struct verdicts_entry *entries;
	size_t n;
};

/** verdicts_file_load() - NULL when there is none that can be read */
struct verdicts *verdicts_file_load(void);

/** verdicts_file_replace() - by those of @world; what fails is logged and costs repetition */
void verdicts_file_replace(struct verdicts **verdicts, const struct world *world);

void verdicts_file_free(struct verdicts *verdicts);

#endif
