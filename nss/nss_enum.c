/* SPDX-License-Identifier: Apache-2.0 */
/* nss_enum.c - where an enumeration stands; contract in nss_enum.h */
#include "nss/nss_enum.h"

static uint64_t
position_of(const struct published *file, uint32_t index)
{
	return file->generation << 32 | index;
}

int
nss_enum_get(struct nss_enum *cursor, const struct published *file,
    uint64_t *ret_position, uint32_t *ret_index)
{
	uint64_t position = atomic_load(&cursor->position);

	if ((file->flags & PUBLISHED_ENUMERATE) == 0)
		return PUBLISHED_E_NOTFOUND;
	if (position != 0 && position >> 32 != (file->generation & UINT32_MAX))
		return PUBLISHED_E_NOTFOUND;
	*ret_position = position;
	*ret_index = (uint32_t)position;
	return 0;
}

bool
nss_enum_advance(struct nss_enum *cursor, const struct published *file, uint64_t position,
    uint32_t next_index)
{
	return atomic_compare_exchange_strong(
	    &cursor->position, &position, position_of(file, next_index));
}
