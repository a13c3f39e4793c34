/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sshkey_parts.h - what is left of a blob, field by field
 *
 * Room: common; for sshkey.c and sshcert.c alone.
 */
#ifndef COMMON_SSHKEY_PARTS_H
#define COMMON_SSHKEY_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct sshkey_cursor {
	const uint8_t *at;
	size_t left;
};

/* RFC 4251 section 5, "string": u32 big-endian length, then the bytes. */
static inline bool
sshkey_take_string(struct sshkey_cursor *cursor, const uint8_t **ret, size_t *ret_len)
{
	size_t len;

	if (cursor->left < 4)
		return false;
	len = (size_t)cursor->at[0] << 24 | (size_t)cursor->at[1] << 16 |
	      (size_t)cursor->at[2] << 8 | cursor->at[3];
	if (len > cursor->left - 4)
		return false;
	*ret = cursor->at + 4;
	*ret_len = len;
	cursor->at += 4 + len;
	cursor->left -= 4 + len;
	return true;
}

static inline bool
sshkey_take_equal(struct sshkey_cursor *cursor, const char *text)
{
	const uint8_t *p;
	size_t len;

	return sshkey_take_string(cursor, &p, &len) && len == strlen(text) &&
	       memcmp(p, text, len) == 0;
}

/* "uint64" with @size 8, "uint32" with 4 */
static inline bool
sshkey_take_number(struct sshkey_cursor *cursor, size_t size, uint64_t *ret)
{
	uint64_t number = 0;

	if (cursor->left < size)
		return false;
	for (size_t i = 0; i < size; i++)
		number = number << 8 | cursor->at[i];
	cursor->at += size;
	cursor->left -= size;
	*ret = number;
	return true;
}

#endif
