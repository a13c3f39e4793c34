/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdicts_file.h - the verdicts that the trail already has, in memory and on disk
 *
 * Room: daemon, main thread; of verdicts.c alone.
 */
#ifndef DAEMON_VERDICTS_FILE_H
#define DAEMON_VERDICTS_FILE_H

#include "daemon/world.h"

struct verdicts_entry {
	const char *id, *name;
	const char *account; /* "" when there is none */
	uint8_t
	    kind; /* enum principal_kind, verdict, verdict_reason: as many as people */
	uint8_t verdict[WORLD_SERVICES_MIN];
	uint8_t reason[WORLD_SERVICES_MIN];
};

/* Sorted by kind, then id: the order of world.people. */
struct verdicts {
	struct verdicts_entry *entries;
	size_t n, room;
	struct pool *pool; /* the texts */
};

/** verdicts_file_load() - NULL when there is none that can be read */
struct verdicts *verdicts_file_load(void);

/** verdicts_file_replace() - by those of @world; what fails is logged and costs repetition */
void verdicts_file_replace(struct verdicts **verdicts, const struct world *world);

void verdicts_file_free(struct verdicts *verdicts);

#endif
