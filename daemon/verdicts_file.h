/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdicts_file.h - the verdicts that the trail already has, in memory and on disk
 *
 * Room: daemon, main thread; of verdicts.c alone.
 */
#ifndef DAEMON_VERDICTS_FILE_H
#define DAEMON_VERDICTS_FILE_H

#include "common/snapshot.h"
#include "daemon/world.h"

struct verdicts_entry {
	const char *id, *name;
	const char *account; /* "" when there is none */
	const char *marks;   /* two bytes for each service, see verdicts_mark() */
	uint8_t kind;        /* enum principal_kind */
};

/* Sorted by kind, then id: the order of world.people. */
struct verdicts {
	struct verdicts_entry *entries;
	size_t n, room;
	const char
	    *services[SNAPSHOT_SERVICES_MAX]; /* as of the world it was made from */
	size_t n_services;
	struct pool *pool; /* the texts */
};

/* What was recorded of one service. */
struct verdicts_mark {
	uint8_t verdict; /* enum verdict */
	uint8_t reason;  /* enum verdict_reason */
};

/** verdicts_mark() - of @service, below n_services; none is 0, so that few texts are many */
static inline struct verdicts_mark
verdicts_mark(const struct verdicts_entry *entry, size_t service)
{
	return (struct verdicts_mark){
		.verdict = (uint8_t)(entry->marks[2 * service] - 1),
		.reason = (uint8_t)(entry->marks[2 * service + 1] - 1),
	};
}

/** verdicts_file_load() - NULL when there is none that can be read */
struct verdicts *verdicts_file_load(void);

/** verdicts_file_replace() - by those of @world; what fails is logged and costs repetition */
void verdicts_file_replace(struct verdicts **verdicts, const struct world *world);

void verdicts_file_free(struct verdicts *verdicts);

#endif
