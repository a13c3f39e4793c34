/* SPDX-License-Identifier: Apache-2.0 */
/* nss_enum.c - a walk over a database; contract in nss_enum.h */
#include "nss/nss_enum.h"
#include "nss/nss_reader.h"

/* Before a map is opened for it: most hosts never list anybody. */
static int
is_on_now(void)
{
	_cleanup_reader_guard_ struct reader_guard guard = READER_GUARD_NONE;
	int r = reader_acquire(&nss_reader, &guard);

	if (r == 0 && (guard.file->flags & PUBLISHED_ENUMERATE) == 0)
		r = PUBLISHED_E_NOTFOUND;
	return r;
}

int
nss_enum_enter(struct nss_enum *cursor, struct reader_guard *ret_guard)
{
	_cleanup_reader_guard_ struct reader_guard guard = READER_GUARD_NONE;
	int r = 0;

	if (atomic_load(&cursor->walk) == NULL)
		r = is_on_now();
	if (r == 0)
		r = reader_pin(&nss_reader, &cursor->walk, &guard);
	if (r != 0)
		return r;
	if (published_state(guard.file) == PUBLISHED_REVOKED)
		return PUBLISHED_E_REVOKED;
	if ((guard.file->flags & PUBLISHED_ENUMERATE) == 0)
		return PUBLISHED_E_NOTFOUND;
	*ret_guard = guard;
	guard = (struct reader_guard)READER_GUARD_NONE;
	return 0;
}

/* Only the view, in a page of this process alone, is ever written to. */
static _Atomic uint32_t *
position_of(const struct reader_guard *guard)
{
	return &((struct published *)(uintptr_t)guard->file)->walked;
}

uint32_t
nss_enum_position(const struct reader_guard *guard)
{
	return atomic_load(position_of(guard));
}

bool
nss_enum_advance(const struct reader_guard *guard, uint32_t from, uint32_t next)
{
	return atomic_compare_exchange_strong(position_of(guard), &from, next);
}

void
nss_enum_reset(struct nss_enum *cursor)
{
	reader_unpin(&nss_reader, &cursor->walk);
}
