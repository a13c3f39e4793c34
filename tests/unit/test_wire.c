/* SPDX-License-Identifier: Apache-2.0 */
/* test_wire.c - the socket protocol's packets */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/bytes.h"
#include "common/wire.h"

static struct wire_packet packet;

static void
test_packet_is_read_back_as_written(void **state)
{
	struct wire_header header;
	const uint8_t *value;
	char text[8];
	uint32_t u32;
	int64_t i64;
	size_t len;

	(void)state;
	wire_start(&packet, WIRE_KEYS, WIRE_WAIT, 0xdeadbeef, 2000);
	assert_int_equal(wire_put_text(&packet, WIRE_T_NAME, "alice"), 0);
	assert_int_equal(wire_put(&packet, WIRE_T_KEY_BLOB, "\0\1", 2), 0);
	assert_int_equal(wire_put_u32(&packet, WIRE_T_PID, 4294967295u), 0);
	assert_int_equal(wire_put_i64(&packet, WIRE_T_AGE_MS, -5), 0);
	assert_int_equal(wire_put_text(&packet, WIRE_T_TTY, NULL), 0);

	assert_int_equal(wire_parse(packet.bytes, packet.len, &header), 0);
	assert_int_equal(header.version, 1);
	assert_int_equal(header.op, WIRE_KEYS);
	assert_int_equal(header.flags, WIRE_WAIT);
	assert_int_equal(header.request_id, 0xdeadbeef);
	assert_int_equal(header.value, 2000);
	assert_int_equal(
	    wire_get_text(packet.bytes, packet.len, WIRE_T_NAME, text, sizeof(text)), 0);
	assert_string_equal(text, "alice");
	assert_int_equal(
	    wire_get(packet.bytes, packet.len, WIRE_T_KEY_BLOB, &value, &len), 0);
	assert_int_equal(len, 2);
	assert_memory_equal(value, "\0\1", 2);
	assert_int_equal(wire_get_u32(packet.bytes, packet.len, WIRE_T_PID, &u32), 0);
	assert_true(u32 == 4294967295u);
	assert_int_equal(wire_get_i64(packet.bytes, packet.len, WIRE_T_AGE_MS, &i64), 0);
	assert_true(i64 == -5);
	assert_int_equal(
	    wire_get(packet.bytes, packet.len, WIRE_T_TTY, &value, &len), WIRE_E_ABSENT);
}

static void
test_header_has_the_documented_bytes(void **state)
{
	static const uint8_t expected[WIRE_HEADER_SIZE] = { 'I', 'L', 'G', '1', 1,
		WIRE_ACCOUNT, 1, 0, 4, 3, 2, 1, 0xb8, 0x0b, 0, 0 };

	(void)state;
	wire_start(&packet, WIRE_ACCOUNT, WIRE_WAIT, 0x01020304, 3000);
	assert_int_equal(packet.len, WIRE_HEADER_SIZE);
	assert_memory_equal(packet.bytes, expected, sizeof(expected));
}

static void
test_every_cut_of_a_packet_is_refused(void **state)
{
	struct wire_header header;
	size_t len;

	(void)state;
	wire_start(&packet, WIRE_STATUS, 0, 1, 0);
	assert_int_equal(wire_put_text(&packet, WIRE_T_NAME, "alice"), 0);
	for (len = 0; len < packet.len; len++)
		if (len != WIRE_HEADER_SIZE)
			assert_int_equal(
			    wire_parse(packet.bytes, len, &header), WIRE_E_SHORT);
	assert_int_equal(wire_parse(packet.bytes, WIRE_HEADER_SIZE, &header), 0);
}

static void
test_trailing_bytes_are_refused(void **state)
{
	struct wire_header header;
	size_t extra;

	(void)state;
	for (extra = 1; extra < 4; extra++) {
		wire_start(&packet, WIRE_STATUS, 0, 1, 0);
		assert_int_equal(wire_put_u32(&packet, WIRE_T_PID, 7), 0);
		bytes_put_u32(packet.bytes + packet.len, 0);
		assert_int_equal(
		    wire_parse(packet.bytes, packet.len + extra, &header), WIRE_E_SHORT);
	}
}

static void
test_a_length_beyond_the_packet_is_refused(void **state)
{
	static const uint16_t lengths[] = { 5, 0x7fff, 0x8000, 0xffff };
	struct wire_header header;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		wire_start(&packet, WIRE_STATUS, 0, 1, 0);
		assert_int_equal(wire_put_u32(&packet, WIRE_T_PID, 7), 0);
		bytes_put_u16(packet.bytes + WIRE_HEADER_SIZE + 2, lengths[i]);
		assert_int_equal(
		    wire_parse(packet.bytes, packet.len, &header), WIRE_E_SHORT);
	}
}

static void
test_another_magic_or_version_is_refused(void **state)
{
	struct wire_header header;
	size_t at;

	(void)state;
	for (at = 0; at < 5; at++) {
		wire_start(&packet, WIRE_STATUS, 0, 1, 0);
		packet.bytes[at] ^= 3;
		assert_int_equal(
		    wire_parse(packet.bytes, packet.len, &header), WIRE_E_MAGIC);
	}
}

static void
test_the_first_value_of_a_type_counts(void **state)
{
	uint32_t value;

	(void)state;
	wire_start(&packet, WIRE_STATUS, 0, 1, 0);
	assert_int_equal(wire_put_u32(&packet, 999, 1), 0); /* unknown: ignored */
	assert_int_equal(wire_put_u32(&packet, WIRE_T_UID, 2), 0);
	assert_int_equal(wire_put_u32(&packet, WIRE_T_UID, 3), 0);
	assert_int_equal(wire_get_u32(packet.bytes, packet.len, WIRE_T_UID, &value), 0);
	assert_int_equal(value, 2);
}

static void
test_values_of_another_length_are_absent(void **state)
{
	uint32_t u32 = 77;
	int64_t i64 = 77;

	(void)state;
	wire_start(&packet, WIRE_STATUS, 0, 1, 0);
	assert_int_equal(wire_put(&packet, WIRE_T_UID, "abc", 3), 0);
	assert_int_equal(wire_put(&packet, WIRE_T_AGE_MS, "abcd", 4), 0);
	assert_int_equal(
	    wire_get_u32(packet.bytes, packet.len, WIRE_T_UID, &u32), WIRE_E_ABSENT);
	assert_int_equal(
	    wire_get_i64(packet.bytes, packet.len, WIRE_T_AGE_MS, &i64), WIRE_E_ABSENT);
	assert_int_equal(u32, 77);
	assert_int_equal(i64, 77);
}

static void
test_text_with_nul_or_too_long_is_absent(void **state)
{
	char text[6] = "kept";

	(void)state;
	wire_start(&packet, WIRE_STATUS, 0, 1, 0);
	assert_int_equal(wire_put(&packet, WIRE_T_NAME, "root\0x", 6), 0);
	assert_int_equal(wire_put_text(&packet, WIRE_T_TTY, "sixsix"), 0);
	assert_int_equal(wire_put_text(&packet, WIRE_T_RUSER, "five5"), 0);
	assert_int_equal(
	    wire_get_text(packet.bytes, packet.len, WIRE_T_NAME, text, sizeof(text)),
	    WIRE_E_ABSENT);
	assert_int_equal(
	    wire_get_text(packet.bytes, packet.len, WIRE_T_TTY, text, sizeof(text)),
	    WIRE_E_ABSENT);
	assert_string_equal(text, "kept");
	assert_int_equal(
	    wire_get_text(packet.bytes, packet.len, WIRE_T_RUSER, text, sizeof(text)), 0);
	assert_string_equal(text, "five5");
}

static void
test_a_full_packet_stays_as_it_was(void **state)
{
	static uint8_t big[65535];
	struct wire_header header;
	size_t len;

	(void)state;
	wire_start(&packet, WIRE_STATUS, 0, 1, 0);
	assert_int_equal(wire_put(&packet, WIRE_T_JSON, big, sizeof(big)), WIRE_E_FULL);
	assert_int_equal(packet.len, WIRE_HEADER_SIZE);
	len = WIRE_PACKET_MAX - WIRE_HEADER_SIZE - 4;
	assert_int_equal(wire_put(&packet, WIRE_T_JSON, big, len), 0);
	assert_int_equal(packet.len, WIRE_PACKET_MAX);
	assert_int_equal(wire_parse(packet.bytes, packet.len, &header), 0);
	assert_int_equal(wire_put(&packet, WIRE_T_TTY, "", 0), WIRE_E_FULL);
	assert_int_equal(packet.len, WIRE_PACKET_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packet_is_read_back_as_written),
		cmocka_unit_test(test_header_has_the_documented_bytes),
		cmocka_unit_test(test_every_cut_of_a_packet_is_refused),
		cmocka_unit_test(test_trailing_bytes_are_refused),
		cmocka_unit_test(test_a_length_beyond_the_packet_is_refused),
		cmocka_unit_test(test_another_magic_or_version_is_refused),
		cmocka_unit_test(test_the_first_value_of_a_type_counts),
		cmocka_unit_test(test_values_of_another_length_are_absent),
		cmocka_unit_test(test_text_with_nul_or_too_long_is_absent),
		cmocka_unit_test(test_a_full_packet_stays_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
