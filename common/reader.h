/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader.h - the current generation of a published file, kept mapped between calls
 *
 * Room: common. libc only. The one piece of static mutable state in a plug-in: no lock, no
 * thread-local, no descriptor. A mapping in use is protected by one of 64 hazard slots of a
 * cache line each, claimed per call by compare-and-swap; a newer generation is noticed by
 * the live line of the mapped one, without a system call; old maps are unmapped when in no
 * slot. A lock would be held for ever in the child of a fork(2) that met it; epochs hang for
 * the same reason; grace periods crash (measured: HACKING.md, "The reader").
 *
 * Safe with threads, fork(2) and cancellation. After fork the slot of a thread that no
 * longer exists stays taken and pins at most the map it protected.
 */
#ifndef COMMON_READER_H
#define COMMON_READER_H

#include <stdatomic.h>
#include <stdint.h>

#include "common/published.h"

#define READER_SLOTS 64
#define READER_RETIRED 80 /* above the number of slots: one place is always free to use */

struct reader_slot {
	_Atomic(struct published *) map;
	_Atomic uint32_t calls; /* through this slot: every 64th looks at the path … */
} __attribute__((aligned(64)));

struct reader {
	const char *path;
	const char *magic;
	_Atomic(struct published *) current;
	_Atomic uint64_t newest;   /* the generation that was last found at the path */
	_Atomic int64_t looked_ms; /* … but at most once a minute (coarse clock) */
	_Atomic(struct published *) retired[READER_RETIRED];
	struct reader_slot slots[READER_SLOTS];
};

#define READER_INIT(path_, magic_)                 \
	{                                          \
		.path = (path_), .magic = (magic_) \
	}

/* What a caller holds between reader_acquire() and reader_release(). */
struct reader_guard {
	const struct published *file;
	struct reader_slot *slot; /* NULL: a private map of this call alone */
};

#define READER_GUARD_NONE  \
	{                  \
		NULL, NULL \
	}

/**
 * reader_acquire() - the current generation, protected until reader_release()
 *
 * A generation that was superseded is never answered from once the path cannot be opened:
 * somebody may be missing from the new one on purpose. Nor is an older one answered from
 * once a newer one was, whichever thread that was: the daemon renames first and marks the old
 * one afterwards, and may be killed between the two.
 *
 * Cost: no system call in steady state, some 15 ns.
 *
 * Return: as published_open().
 */
int reader_acquire(struct reader *reader, struct reader_guard *ret_guard) MUST_CHECK;

/** reader_release() - idempotent; errno kept */
static inline void
reader_release(struct reader_guard *guard)
{
	if (guard->slot != NULL)
		atomic_store_explicit(&guard->slot->map, NULL, memory_order_release);
	else
		published_close((struct published *)(uintptr_t)guard->file);
	*guard = (struct reader_guard)READER_GUARD_NONE;
}

#define _cleanup_reader_guard_ _cleanup_(reader_release)

/**
 * reader_pin() - protect the map that @pin keeps; if it keeps none, open one for it
 *
 * For what goes over several calls: the map of a pin is its own, is not replaced, and lives
 * until reader_unpin(). Cost: the first call some 30 us, then no system call.
 *
 * Return: as published_open(); -EAGAIN when every slot is taken: there is no second map that
 * could stand in for this one.
 */
int reader_pin(struct reader *reader, _Atomic(struct published *) *pin,
    struct reader_guard *ret_guard) MUST_CHECK;

/** reader_unpin() - give the map of @pin away; unmapped when nobody reads it; errno kept */
void reader_unpin(struct reader *reader, _Atomic(struct published *) *pin);

#endif
