/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tally.h - how often, by name
 *
 * Room: daemon. A fixed table: what does not fit any more is counted under "other", so that
 * a service that invents error codes cannot fill memory, status or metrics.
 */
#ifndef DAEMON_TALLY_H
#define DAEMON_TALLY_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct tally {
	char name[64]; /* "" ends the table; ours, or [A-Za-z0-9._:-] of AWS */
	uint64_t n;
};

/** tally_add() - one more of @name; @size is that of the table, at least 2 */
static inline void
tally_add(struct tally *table, size_t size, const char *name)
{
	for (size_t i = 0; i < size; i++) {
		if (table[i].name[0] == '\0')
			(void)snprintf(table[i].name, sizeof(table[i].name), "%s",
			    i + 1 < size ? name : "other");
		if (i + 1 == size || strcmp(table[i].name, name) == 0) {
			table[i].n++;
			return;
		}
	}
}

#endif
