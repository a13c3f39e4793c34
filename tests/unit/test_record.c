/* SPDX-License-Identifier: Apache-2.0 */
/* test_record.c - one record is one line of JSON, whatever strangers put into it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/record.h"

static char line[RECORD_LINE_MAX + 1];

static int
format(const struct record *record)
{
	int n = record_format(record, line, sizeof(line));

	if (n >= 0) {
		assert_int_equal(strlen(line), n);
		assert_int_equal(line[n - 1], '\n');
		assert_true(strchr(line, '\n') == line + n - 1);
	}
	return n;
}

static struct record
minimal(void)
{
	struct record record;

	record_init(&record, RECORD_LOGIN);
	record.wall_ms = 0;
	return record;
}

static void
test_minimal_record_has_only_what_is_set(void **state)
{
	struct record record = minimal();

	(void)state;
	assert_true(format(&record) > 0);
	assert_string_equal(line,
	    "{\"v\":1,\"time\":\"1970-01-01T00:00:00.000Z\",\"event\":\"login\","
	    "\"verdict\":\"deny\",\"code\":0,\"reason\":\"none\"}\n");
}

static void
test_fields_stand_in_the_published_order(void **state)
{
	static const char *const order[] = { "v", "seq", "prev", "time", "event",
		"verdict", "code", "reason", "rule", "message", "account", "uid",
		"person", "kind", "id", "arn", "name", "claimed", "verified", "key",
		"type", "fingerprint", "source", "request", "via", "service", "rhost",
		"tty", "ruser", "tunnel", "session", "pid", "boot", "instance",
		"aws_account", "region", "serial", "generation", "age_s", "state",
		"writer", "instance_s", "duration_s" };
	struct record r = minimal();
	const char *at = line;
	char quoted[32];
	size_t i;

	(void)state;
	r.seq = r.uid = r.session = r.pid = r.generation = 7;
	r.age_s = r.instance_s = r.duration_s = 7;
	r.prev = r.rule = r.message = r.account = r.via = r.service = r.rhost = "x";
	r.person.kind = r.person.id = r.person.arn = r.person.name = "x";
	r.person.claimed = r.person.verified = "x";
	r.key.type = r.key.fingerprint = r.key.source = r.key.request = "x";
	r.tty = r.ruser = r.tunnel = r.boot = r.instance = r.aws_account = r.region =
	    r.serial = "x";
	r.state = r.writer = "x";
	assert_true(format(&r) > 0);
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		(void)snprintf(quoted, sizeof(quoted), "\"%s\":", order[i]);
		at = strstr(at, quoted);
		assert_non_null(at);
	}
}

static void
expect_account(const char *account, const char *escaped)
{
	struct record record = minimal();
	char expected[256];

	record.account = account;
	assert_true(format(&record) > 0);
	(void)snprintf(expected, sizeof(expected), "\"account\":\"%s\"}\n", escaped);
	assert_non_null(strstr(line, expected));
}

static void
test_nothing_from_outside_ends_the_string_or_the_line(void **state)
{
	(void)state;
	expect_account("a\nb", "a\\u000ab");
	expect_account("a\"b", "a\\\"b");
	expect_account("a\\", "a\\\\");
	expect_account("\x1b[2J", "\\u001b[2J");
	expect_account("\x7f\r\t", "\\u007f\\u000d\\u0009");
	expect_account("%n%s", "%n%s");
	expect_account("\",\"verdict\":\"allow", "\\\",\\\"verdict\\\":\\\"allow");
}

static void
test_only_valid_utf8_passes(void **state)
{
	(void)state;
	expect_account("M\xc3\xbcller", "M\xc3\xbcller");
	expect_account("\xf0\x9f\x94\x91", "\xf0\x9f\x94\x91");
	expect_account("\xff", "\\u00ff");
	expect_account("\xc3", "\\u00c3");                       /* cut short */
	expect_account("\xc0\xaf", "\\u00c0\\u00af");            /* overlong '/' */
	expect_account("\xe0\x80\xaf", "\\u00e0\\u0080\\u00af"); /* overlong */
	expect_account("\xed\xa0\x80", "\\u00ed\\u00a0\\u0080"); /* surrogate */
	expect_account("\xf4\x90\x80\x80", "\\u00f4\\u0090\\u0080\\u0080");
	expect_account("\xc2\x9b"
		       "2J",
	    "\\u009b2J"); /* C1 CSI */
	expect_account("\xe2\x80\xae"
		       "x",
	    "\\u202ex"); /* right-to-left override */
}

static void
test_long_texts_are_cut_and_say_so(void **state)
{
	static char text[2000];
	struct record record = minimal();
	const char *at;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	record.rhost = text;
	assert_true(format(&record) > 0);
	at = strstr(line, "\"rhost\":\"");
	assert_non_null(at);
	assert_int_equal(strspn(at + 9, "a"), 512);
	assert_memory_equal(at + 9 + 512, "...\"}", 5);

	/* a sequence of UTF-8 is not cut in two */
	text[511] = '\xc3';
	text[512] = '\xbc';
	assert_true(format(&record) > 0);
	at = strstr(line, "\"rhost\":\"");
	assert_non_null(at);
	assert_int_equal(strspn(at + 9, "a"), 511);
	assert_memory_equal(at + 9 + 511, "...\"}", 5);
}

static void
test_no_text_can_keep_a_record_away(void **state)
{
	static char bad[5000], prev[65];
	struct record r = minimal();

	(void)state;
	memset(bad, '\x01', sizeof(bad) - 1);
	memset(prev, 'f', sizeof(prev) - 1);
	r.seq = r.uid = r.session = r.pid = r.generation = INT64_MAX;
	r.age_s = r.instance_s = r.duration_s = INT64_MAX;
	r.wall_ms = INT64_MAX;
	r.prev = prev;
	r.rule = r.message = r.account = r.via = r.service = r.rhost = bad;
	r.person.kind = r.person.id = r.person.arn = r.person.name = bad;
	r.person.claimed = r.person.verified = bad;
	r.key.type = r.key.fingerprint = r.key.source = r.key.request = bad;
	r.tty = r.ruser = r.boot = r.instance = r.aws_account = r.region = r.serial = bad;
	r.state = r.writer = bad;
	assert_in_range(format(&r), 1, RECORD_LINE_MAX);
	assert_non_null(strstr(line, prev)); /* a digest is never cut */
	/* the daemon's and PAM's buffer */
	assert_in_range(record_format(&r, line, RECORD_LINE_MAX), 1, RECORD_LINE_MAX - 1);
}

static void
test_a_buffer_that_is_too_small_is_refused(void **state)
{
	struct record record = minimal();
	char small[20];

	(void)state;
	assert_int_equal(record_format(&record, small, sizeof(small)), -ENOSPC);
	assert_int_equal(record_format(&record, small, 0), -ENOSPC);
}

static void
expect_time(int64_t wall_ms, const char *time)
{
	struct record record = minimal();
	char expected[64];

	record.wall_ms = wall_ms;
	assert_true(format(&record) > 0);
	(void)snprintf(expected, sizeof(expected), "\"time\":\"%s\"", time);
	assert_non_null(strstr(line, expected));
}

static void
test_time_is_utc_with_milliseconds(void **state)
{
	(void)state;
	/* date -u -d @N +%FT%TZ */
	expect_time(951782399999, "2000-02-28T23:59:59.999Z");
	expect_time(951782400000, "2000-02-29T00:00:00.000Z");
	expect_time(1709251199001, "2024-02-29T23:59:59.001Z");
	expect_time(1795435200000, "2026-11-23T12:00:00.000Z");
	expect_time(4107542400000, "2100-03-01T00:00:00.000Z");
	expect_time(-1, "1970-01-01T00:00:00.000Z");
	expect_time(INT64_MAX, "9999-12-31T23:59:59.999Z");
}

static void
test_fingerprint_is_as_ssh_keygen_prints_it(void **state)
{
	/* SHA-256 of nothing; printf '' | sha256sum | xxd -r -p | base64 */
	static const uint8_t sha256[32] = { 0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c,
		0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41,
		0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8,
		0x55 };
	char text[51];

	(void)state;
	record_fingerprint(sha256, text);
	assert_string_equal(text, "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_minimal_record_has_only_what_is_set),
		cmocka_unit_test(test_fields_stand_in_the_published_order),
		cmocka_unit_test(test_nothing_from_outside_ends_the_string_or_the_line),
		cmocka_unit_test(test_only_valid_utf8_passes),
		cmocka_unit_test(test_long_texts_are_cut_and_say_so),
		cmocka_unit_test(test_no_text_can_keep_a_record_away),
		cmocka_unit_test(test_a_buffer_that_is_too_small_is_refused),
		cmocka_unit_test(test_time_is_utc_with_milliseconds),
		cmocka_unit_test(test_fingerprint_is_as_ssh_keygen_prints_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
