/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader.c - the current generation of a published file; contract in reader.h
 *
 * Hazard slots, all sequentially consistent: a thread writes the map into its slot and
 * reads `current` again; whoever replaces the map changes `current` first and reads the
 * slots afterwards. One of the two sees the other. A retired map belongs to the thread
 * that took it out of `retired`, so that an address which is used again cannot be
 * unmapped by a sweep that still remembers the old one.
 *
 * What is protected is whatever an atomic pointer, the source, keeps: `current`, or a pin.
 */
#include <pthread.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/reader.h"

#define READER_SLOT_TRIES 8
#define READER_REREADS 4
#define READER_RENEWALS 4
#define READER_LOOK_CALLS 64
#define READER_LOOK_MS 60000

enum reader_claim {
	READER_CLAIMED,
	READER_EMPTY, /* nothing is mapped */
	READER_BUSY,  /* no slot, or replaced faster than we can read */
};

/*
 * Where a call looks first, by where its guard lies: on a stack, and threads differ by whole
 * stacks, so the top bits of a product. Any slot will do; asking who the thread is costs a
 * call into libc.
 */
static inline unsigned
first_slot(const struct reader_guard *guard)
{
	uint64_t page = (uintptr_t)guard >> 12;

	return (unsigned)(page * 0x9e3779b97f4a7c15u >> 58);
}
_Static_assert(READER_SLOTS == 1 << (64 - 58), "six bits of the product");

/*
 * @map is now in @slot; make sure that it was still current after everybody could see
 * that.
 */
static enum reader_claim
settle(
    _Atomic(struct published *) *source, struct reader_slot *slot, struct published **map)
{
	for (int i = 0; i < READER_REREADS; i++) {
		struct published *current = atomic_load(source);

		if (current == *map)
			return READER_CLAIMED;
		atomic_store(&slot->map, current);
		*map = current;
		if (current == NULL)
			return READER_EMPTY; /* and the slot is free again */
	}
	atomic_store(&slot->map, NULL);
	return READER_BUSY;
}

static enum reader_claim
claim_from(struct reader *reader, _Atomic(struct published *) *source, unsigned start,
    unsigned tries, struct published **ret_map, struct reader_slot **ret_slot)
{
	struct published *map = atomic_load(source);

	if (map == NULL)
		return READER_EMPTY;
	for (unsigned i = 0; i < tries; i++) {
		struct reader_slot *slot = &reader->slots[(start + i) % READER_SLOTS];
		struct published *nobody = NULL;
		enum reader_claim claim;

		if (!atomic_compare_exchange_strong(&slot->map, &nobody, map))
			continue;
		claim = settle(source, slot, &map);
		*ret_map = map;
		*ret_slot = slot;
		return claim;
	}
	return READER_BUSY;
}

static bool
is_in_a_slot(struct reader *reader, const struct published *map)
{
	for (unsigned i = 0; i < READER_SLOTS; i++) {
		if (atomic_load(&reader->slots[i].map) == map)
			return true;
	}
	return false;
}

/* False: no place, which needs more threads in retire() at once than places left over. */
static bool
put_aside(struct reader *reader, struct published *map)
{
	for (unsigned i = 0; i < READER_RETIRED; i++) {
		struct published *nobody = NULL;

		if (atomic_compare_exchange_strong(&reader->retired[i], &nobody, map))
			return true;
	}
	return false;
}

/* A map without a place stays mapped for ever: better than unmapped under a reader. */
static void
sweep(struct reader *reader)
{
	for (unsigned i = 0; i < READER_RETIRED; i++) {
		struct published *map;

		if (atomic_load(&reader->retired[i]) == NULL)
			continue;
		map = atomic_exchange(&reader->retired[i], NULL);
		if (map == NULL)
			continue;
		if (is_in_a_slot(reader, map))
			(void)put_aside(reader, map);
		else
			published_close(map);
	}
}

static void
retire(struct reader *reader, struct published *map)
{
	if (map == NULL)
		return;
	if (put_aside(reader, map)) {
		sweep(reader);
	} else {
		sweep(reader);
		(void)put_aside(reader, map);
	}
}

/*
 * @generation was found at the path after `newest` was @before. It is lower only if the
 * daemon had to count anew: whoever set `newest` had found that at the path already.
 */
static void
note_generation(struct reader *reader, uint64_t before, uint64_t generation)
{
	uint64_t newest = before;

	if (generation < before) {
		(void)atomic_compare_exchange_strong(
		    &reader->newest, &newest, generation);
		return;
	}
	while (newest < generation &&
	       !atomic_compare_exchange_weak(&reader->newest, &newest, generation))
		;
}

/* May this be answered from, as far as is known without a system call? */
static inline bool
is_live(struct reader *reader, const struct published *map)
{
	return published_state(map) == PUBLISHED_LIVE &&
	       map->generation ==
		   atomic_load_explicit(&reader->newest, memory_order_relaxed);
}

/*
 * Open what stands at the path. A file that is superseded already was replaced between
 * our open and now: again, a few times. The last one will do if @any: it stood there during
 * this call, and nothing newer has been answered from.
 */
static int
open_live(struct reader *reader, bool any, struct published **ret_map)
{
	int r;

	for (int i = 0; i < READER_RENEWALS; i++) {
		uint64_t before = atomic_load(&reader->newest);
		struct published *map;

		r = published_open(reader->path, reader->magic, &map);
		if (r != 0)
			return r;
		if (published_state(map) == PUBLISHED_LIVE ||
		    (any && i == READER_RENEWALS - 1)) {
			note_generation(reader, before, map->generation);
			*ret_map = map;
			return 0;
		}
		published_close(map);
	}
	return -EAGAIN;
}

/*
 * Replace @old (NULL: none), which this call holds in @slot (NULL: none), by what stands at
 * the path, or by nothing when that cannot be opened: @old must not be answered from
 * again.
 */
static int
renew(struct reader *reader, struct published *old, struct reader_slot *slot)
{
	struct published *fresh = NULL, *expected = old;
	int r = open_live(reader, false, &fresh);
	bool is_ours;

	is_ours = atomic_compare_exchange_strong(&reader->current, &expected, fresh);
	if (slot != NULL)
		atomic_store(&slot->map, NULL);
	if (!is_ours) {
		published_close(fresh);
		/* Somebody else was quicker: theirs will do, if they have one. */
		return expected != NULL ? 0 : r;
	}
	if (r == 0)
		atomic_store_explicit(
		    &reader->looked_ms, clock_coarse_ms(), memory_order_relaxed);
	retire(reader, old);
	return r;
}

/*
 * Now and then: is @map still what stands at the path? A daemon killed between rename and
 * marking leaves the old file LIVE. A path that cannot be looked at (a chroot, or nothing
 * there) says nothing against a live map.
 */
__attribute__((noinline, cold)) static bool
is_replaced_now(struct reader *reader, const struct published *map)
{
	int saved_errno = errno;
	int64_t looked, now;
	struct stat st;

	now = clock_coarse_ms();
	looked = atomic_load_explicit(&reader->looked_ms, memory_order_relaxed);
	if (now - looked < READER_LOOK_MS ||
	    !atomic_compare_exchange_strong(&reader->looked_ms, &looked, now))
		return false;
	if (lstat(reader->path, &st) < 0) {
		errno = saved_errno;
		return false;
	}
	return st.st_dev != map->dev || st.st_ino != map->ino;
}

static inline bool
is_replaced(struct reader *reader, const struct published *map, struct reader_slot *slot)
{
	uint32_t calls = atomic_load_explicit(&slot->calls, memory_order_relaxed) + 1;

	atomic_store_explicit(&slot->calls, calls, memory_order_relaxed);
	return calls % READER_LOOK_CALLS == 0 && is_replaced_now(reader, map);
}

/* Everything that may open a file, with cancellation off: a descriptor would be lost. */
static int
acquire_slowly(struct reader *reader, unsigned start, struct reader_guard *guard)
{
	struct published *map = NULL;
	struct reader_slot *slot = NULL;
	int r;

	for (int i = 0; i < READER_RENEWALS; i++) {
		enum reader_claim claim = claim_from(
		    reader, &reader->current, start, READER_SLOT_TRIES, &map, &slot);

		if (claim == READER_BUSY)
			break;
		if (claim == READER_CLAIMED) {
			if (is_live(reader, map)) {
				*guard = (struct reader_guard){ map, slot };
				return 0;
			}
			r = renew(reader, map, slot);
		} else {
			r = renew(reader, NULL, NULL);
		}
		if (r == -EAGAIN)
			break;
		if (r != 0)
			return r;
	}
	r = open_live(reader, true, &map);
	if (r == 0)
		*guard = (struct reader_guard){ map, NULL };
	return r;
}

/* Nothing mapped, nothing live, or no slot: rare, and out of the way of the others. */
__attribute__((noinline, cold)) static int
acquire_anew(struct reader *reader, struct published *map, struct reader_slot *slot,
    struct reader_guard *ret_guard)
{
	struct reader_guard guard = READER_GUARD_NONE;
	int saved_errno = errno, saved_state, r = 0;

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &saved_state);
	if (map != NULL)
		r = renew(reader, map, slot);
	if (r == 0 || r == -EAGAIN)
		r = acquire_slowly(reader, first_slot(ret_guard), &guard);
	(void)pthread_setcancelstate(saved_state, NULL);
	errno = saved_errno;
	if (r == 0)
		*ret_guard = guard;
	return r;
}

/* What nearly every call is: the first slot is free, and the map is live. */
int
reader_acquire(struct reader *reader, struct reader_guard *ret_guard)
{
	struct reader_slot *slot = &reader->slots[first_slot(ret_guard)];
	struct published *map = atomic_load(&reader->current), *nobody = NULL;

	if (map == NULL || !atomic_compare_exchange_strong(&slot->map, &nobody, map))
		return acquire_anew(reader, NULL, NULL, ret_guard);
	if (atomic_load(&reader->current) != map) {
		atomic_store(&slot->map, NULL);
		return acquire_anew(reader, NULL, NULL, ret_guard);
	}
	if (!is_live(reader, map) || is_replaced(reader, map, slot))
		return acquire_anew(reader, map, slot, ret_guard);
	*ret_guard = (struct reader_guard){ map, slot };
	return 0;
}

/* A map of its own for @pin, unless somebody else was quicker; with cancellation off. */
static int
open_for_pin(struct reader *reader, _Atomic(struct published *) *pin)
{
	struct published *fresh, *nobody = NULL;
	int saved_errno = errno, saved_state;
	int r;

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &saved_state);
	r = open_live(reader, true, &fresh);
	if (r == 0 && !atomic_compare_exchange_strong(pin, &nobody, fresh))
		published_close(fresh);
	(void)pthread_setcancelstate(saved_state, NULL);
	errno = saved_errno;
	return r;
}

int
reader_pin(struct reader *reader, _Atomic(struct published *) *pin,
    struct reader_guard *ret_guard)
{
	for (int i = 0; i < READER_RENEWALS; i++) {
		struct reader_slot *slot;
		struct published *map;
		int r;

		switch (claim_from(
		    reader, pin, first_slot(ret_guard), READER_SLOTS, &map, &slot)) {
		case READER_CLAIMED:
			*ret_guard = (struct reader_guard){ map, slot };
			return 0;
		case READER_BUSY:
			break;
		case READER_EMPTY:
			r = open_for_pin(reader, pin);
			if (r != 0)
				return r;
		}
	}
	return -EAGAIN;
}

void
reader_unpin(struct reader *reader, _Atomic(struct published *) *pin)
{
	retire(reader, atomic_exchange(pin, NULL));
}
