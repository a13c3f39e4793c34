/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.c - see wire.h
 */
#include <string.h>

#include "common/bytes.h"
#include "common/wire.h"

#define TLV_HEADER_SIZE 4

static const uint8_t magic[4] = { 'I', 'L', 'G', '1' };

void
wire_start(struct wire_packet *packet, uint8_t op, uint16_t flags, uint32_t request_id,
    uint32_t value)
{
	memcpy(packet->bytes, magic, sizeof(magic));
	packet->bytes[4] = WIRE_VERSION;
	packet->bytes[5] = op;
	bytes_put_u16(packet->bytes + 6, flags);
	bytes_put_u32(packet->bytes + 8, request_id);
	bytes_put_u32(packet->bytes + 12, value);
	packet->len = WIRE_HEADER_SIZE;
}

int
wire_put(struct wire_packet *packet, uint16_t type, const void *bytes, size_t len)
{
	uint8_t *at = packet->bytes + packet->len;

	if (len > UINT16_MAX || TLV_HEADER_SIZE + len > WIRE_PACKET_MAX - packet->len)
		return WIRE_E_FULL;
	bytes_put_u16(at, type);
	bytes_put_u16(at + 2, (uint16_t)len);
	if (len > 0)
		memcpy(at + TLV_HEADER_SIZE, bytes, len);
	packet->len += TLV_HEADER_SIZE + len;
	return 0;
}

int
wire_put_text(struct wire_packet *packet, uint16_t type, const char *text)
{
	return text == NULL ? 0 : wire_put(packet, type, text, strlen(text));
}

int
wire_put_u32(struct wire_packet *packet, uint16_t type, uint32_t value)
{
	uint8_t raw[4];

	bytes_put_u32(raw, value);
	return wire_put(packet, type, raw, sizeof(raw));
}

int
wire_put_i64(struct wire_packet *packet, uint16_t type, int64_t value)
{
	uint8_t raw[8];

	bytes_put_i64(raw, value);
	return wire_put(packet, type, raw, sizeof(raw));
}

/*
 * The value of the TLV at @at, and where the next one starts. The caller has at < len; a TLV
 * that would leave the packet is not one.
 */
static int
tlv_at(const uint8_t *bytes, size_t len, size_t at, uint16_t *ret_type, size_t *ret_next)
{
	size_t value_len;

	if (len - at < TLV_HEADER_SIZE)
		return WIRE_E_SHORT;
	value_len = bytes_get_u16(bytes + at + 2);
	if (len - at - TLV_HEADER_SIZE < value_len)
		return WIRE_E_SHORT;
	*ret_type = bytes_get_u16(bytes + at);
	*ret_next = at + TLV_HEADER_SIZE + value_len;
	return 0;
}

int
wire_parse(const uint8_t *bytes, size_t len, struct wire_header *ret_header)
{
	uint16_t type;
	size_t at;

	if (len < WIRE_HEADER_SIZE || len > WIRE_PACKET_MAX)
		return WIRE_E_SHORT;
	if (memcmp(bytes, magic, sizeof(magic)) != 0 || bytes[4] != WIRE_VERSION)
		return WIRE_E_MAGIC;
	for (at = WIRE_HEADER_SIZE; at < len;)
		if (tlv_at(bytes, len, at, &type, &at) != 0)
			return WIRE_E_SHORT;

	*ret_header = (struct wire_header){
		.version = bytes[4],
		.op = bytes[5],
		.flags = bytes_get_u16(bytes + 6),
		.request_id = bytes_get_u32(bytes + 8),
		.value = bytes_get_u32(bytes + 12),
	};
	return 0;
}

int
wire_get(const uint8_t *bytes, size_t len, uint16_t type, const uint8_t **ret_value,
    size_t *ret_len)
{
	uint16_t found = 0;
	size_t at, next;

	for (at = WIRE_HEADER_SIZE; at < len; at = next) {
		if (tlv_at(bytes, len, at, &found, &next) != 0)
			return WIRE_E_ABSENT;
		if (found == type) {
			*ret_value = bytes + at + TLV_HEADER_SIZE;
			*ret_len = next - at - TLV_HEADER_SIZE;
			return 0;
		}
	}
	return WIRE_E_ABSENT;
}

int
wire_get_u32(const uint8_t *bytes, size_t len, uint16_t type, uint32_t *ret_value)
{
	const uint8_t *value;
	size_t value_len;

	if (wire_get(bytes, len, type, &value, &value_len) != 0 || value_len != 4)
		return WIRE_E_ABSENT;
	*ret_value = bytes_get_u32(value);
	return 0;
}

int
wire_get_i64(const uint8_t *bytes, size_t len, uint16_t type, int64_t *ret_value)
{
	const uint8_t *value;
	size_t value_len;

	if (wire_get(bytes, len, type, &value, &value_len) != 0 || value_len != 8)
		return WIRE_E_ABSENT;
	*ret_value = bytes_get_i64(value);
	return 0;
}

int
wire_get_text(const uint8_t *bytes, size_t len, uint16_t type, char *ret, size_t ret_size)
{
	const uint8_t *value;
	size_t value_len;

	if (wire_get(bytes, len, type, &value, &value_len) != 0 ||
	    value_len >= ret_size || memchr(value, '\0', value_len) != NULL)
		return WIRE_E_ABSENT;
	memcpy(ret, value, value_len);
	ret[value_len] = '\0';
	return 0;
}
