/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.h - what an earlier run has said already
 *
 * Room: warden. A run happens at each publication; what has not changed is not said again.
 * A file of lines in a directory of root's under /run, replaced by rename: what a run did
 * not see again is forgotten, so that it is said when it comes back. Without the file
 * everything is new.
 */
#ifndef WARDEN_MEMORY_H
#define WARDEN_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#define MEMORY_KEY_SIZE 128
#define MEMORY_KEYS_MAX 2048

struct memory_keys {
	char (*items)[MEMORY_KEY_SIZE];
	size_t n, room;
};

struct memory {
	struct memory_keys before, now;
};

/** memory_read() - what the last run knew; an unreadable file is an empty one */
void memory_read(struct memory *ret_memory);

/** memory_is_new() - note @key; was it unknown to the last run and to this one? */
bool memory_is_new(struct memory *memory, const char *key);

/** memory_write() - for the next run, and free */
void memory_write(struct memory *memory);

#endif
