/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bytes.h - little-endian numbers in a buffer, wherever they lie
 *
 * Room: common. libc only. The published files and the socket are little-endian on every
 * machine; memcpy makes an unaligned address legal and costs nothing on x86-64 and arm64.
 */
#ifndef COMMON_BYTES_H
#define COMMON_BYTES_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t
bytes_get_u16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return le16toh(v);
}

static inline uint32_t
bytes_get_u32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static inline uint64_t
bytes_get_u64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

static inline int64_t
bytes_get_i64(const uint8_t *p)
{
	return (int64_t)bytes_get_u64(p);
}

static inline void
bytes_put_u16(uint8_t *p, uint16_t v)
{
	v = htole16(v);
	memcpy(p, &v, sizeof(v));
}

static inline void
bytes_put_u32(uint8_t *p, uint32_t v)
{
	v = htole32(v);
	memcpy(p, &v, sizeof(v));
}

static inline void
bytes_put_u64(uint8_t *p, uint64_t v)
{
	v = htole64(v);
	memcpy(p, &v, sizeof(v));
}

static inline void
bytes_put_i64(uint8_t *p, int64_t v)
{
	bytes_put_u64(p, (uint64_t)v);
}

#endif
