/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_wire.c - any bytes as a packet: nothing outside them is read
 *
 * What wire_parse() accepts is taken apart TLV by TLV, put together again and compared: the
 * reader and the writer agree on every packet that there is.
 */
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct wire_packet again;

static void
must(int ok)
{
	if (!ok)
		abort();
}

/* Every getter, for a type that may or may not be there. */
static void
get_each_way(const uint8_t *bytes, size_t len, uint16_t type)
{
	const uint8_t *value = NULL;
	size_t value_len = 0;
	char text[64];
	uint32_t u32;
	int64_t i64;

	if (wire_get(bytes, len, type, &value, &value_len) == 0)
		must(value >= bytes + WIRE_HEADER_SIZE &&
		     value + value_len <= bytes + len);
	if (wire_get_u32(bytes, len, type, &u32) == 0)
		must(value_len == 4 && u32 == bytes_get_u32(value));
	if (wire_get_i64(bytes, len, type, &i64) == 0)
		must(value_len == 8 && i64 == bytes_get_i64(value));
	if (wire_get_text(bytes, len, type, text, sizeof(text)) == 0)
		must(strlen(text) == value_len && memcmp(text, value, value_len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_header header;
	uint16_t type, len;
	uint8_t *bytes;
	size_t at;

	/* a buffer of exactly this size, so that ASan sees one byte too many */
	bytes = malloc(size + (size == 0));
	if (bytes == NULL)
		return 0;
	if (size > 0)
		memcpy(bytes, data, size);
	if (wire_parse(bytes, size, &header) == 0) {
		for (type = 0; type <= WIRE_T_N; type++)
			get_each_way(bytes, size, type);
		wire_start(
		    &again, header.op, header.flags, header.request_id, header.value);
		for (at = WIRE_HEADER_SIZE; at < size; at += 4u + len) {
			type = bytes_get_u16(bytes + at);
			len = bytes_get_u16(bytes + at + 2);
			get_each_way(bytes, size, type);
			must(wire_put(&again, type, bytes + at + 4, len) == 0);
		}
		must(again.len == size && memcmp(again.bytes, bytes, size) == 0);
	}
	free(bytes);
	return 0;
}
