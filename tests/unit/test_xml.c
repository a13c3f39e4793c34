/* SPDX-License-Identifier: Apache-2.0 */
/* test_xml.c - XML as a stream, and what it refuses */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/buf.h"
#include "daemon/xml.h"

/* A trace of events: "+path" and "-path=text;". */
static int
on_open(void *context, const char *path)
{
	buf_printf(context, "+%s;", path);
	return 0;
}

static int
on_close(void *context, const char *path, const char *text, size_t len)
{
	assert_int_equal(strlen(text), len);
	buf_printf(context, "-%s=%s;", path, text);
	return 0;
}

static const struct xml_handlers handlers = { on_open, on_close };

static int
parse_bytes(const char *bytes, size_t len)
{
	_cleanup_buf_ struct buf trace = BUF_EMPTY;

	return xml_parse(bytes, len, &handlers, &trace);
}

static int
parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

static void
test_xml_tells_paths_and_texts(void **state)
{
	_cleanup_buf_ struct buf trace = BUF_EMPTY;
	const char *text =
	    "<?xml version=\"1.0\"?>\n<a xmlns=\"urn:x\"> <b>1 &lt; 2</b>\n"
	    "<c/><!-- no --><d><![CDATA[<e>]]></d></a>\n";

	(void)state;
	assert_int_equal(xml_parse(text, strlen(text), &handlers, &trace), 0);
	assert_string_equal(
	    trace.bytes, "+a;+a/b;-a/b=1 < 2;+a/c;-a/c=;+a/d;-a/d=<e>;-a=;");
}

static int
on_open_but_skip(void *context, const char *path)
{
	if (strstr(path, "policy") != NULL)
		return XML_SKIP;
	return on_open(context, path);
}

static void
test_xml_reads_past_what_is_skipped(void **state)
{
	static const struct xml_handlers skipping = { on_open_but_skip, on_close };
	_cleanup_buf_ struct buf trace = BUF_EMPTY;
	const char *text = "<a>1<policy>x<b><policy/></b>y</policy><c>2</c></a>";

	(void)state;
	assert_int_equal(xml_parse(text, strlen(text), &skipping, &trace), 0);
	assert_string_equal(trace.bytes, "+a;+a/c;-a/c=2;-a=;");
}

static void
test_xml_keeps_no_text_of_what_is_skipped(void **state)
{
	static const struct xml_handlers skipping = { on_open_but_skip, on_close };
	static char text[XML_TEXT_MAX * 3];
	_cleanup_buf_ struct buf trace = BUF_EMPTY;
	size_t len = sizeof(text) - 1;

	(void)state;
	memset(text, 'x', len);
	memcpy(text, "<a><policy>", 11);
	memcpy(text + len - 13, "</policy></a>", 13);
	assert_int_equal(xml_parse(text, len, &skipping, &trace), 0);
	assert_string_equal(trace.bytes, "+a;-a=;");
}

static void
test_xml_bounds_the_depth_of_what_is_skipped(void **state)
{
	static const struct xml_handlers skipping = { on_open_but_skip, on_close };
	_cleanup_buf_ struct buf trace = BUF_EMPTY, text = BUF_EMPTY;

	(void)state;
	buf_text(&text, "<policy>");
	for (int i = 0; i < 1000; i++)
		buf_text(&text, "<b>");
	assert_int_equal(
	    xml_parse(text.bytes, text.len, &skipping, &trace), XML_E_LIMIT);
}

static void
test_xml_fed_byte_by_byte_is_the_same(void **state)
{
	_cleanup_buf_ struct buf trace = BUF_EMPTY;
	const char *text = "<a><b>1 &lt; 2</b><c/></a>";
	struct xml *xml = NULL;

	(void)state;
	assert_int_equal(xml_new(&handlers, &trace, &xml), 0);
	for (size_t i = 0; i < strlen(text); i++)
		assert_int_equal(xml_feed(xml, text + i, 1), 0);
	assert_int_equal(xml_finish(xml), 0);
	xml_free(xml);
	assert_string_equal(trace.bytes, "+a;+a/b;-a/b=1 < 2;+a/c;-a/c=;-a=;");
	assert_int_equal(xml_new(&handlers, &trace, &xml), 0);
	assert_int_equal(xml_feed(xml, "<a><b>", 6), 0);
	assert_int_equal(xml_finish(xml), XML_E_MALFORMED);
	assert_int_equal(xml_feed(xml, "</b></a>", 8), XML_E_MALFORMED);
	xml_free(xml);
}

static void
test_xml_refuses_a_doctype_and_with_it_entity_bombs(void **state)
{
	(void)state;
	assert_int_equal(parse("<!DOCTYPE a><a/>"), XML_E_DOCTYPE);
	assert_int_equal(parse("<!DOCTYPE a [<!ENTITY x \"y\"><!ENTITY z \"&x;&x;&x;\">]>"
			       "<a>&z;</a>"),
	    XML_E_DOCTYPE);
	assert_int_equal(
	    parse("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"), XML_E_DOCTYPE);
	assert_int_equal(parse("<a>&unknown;</a>"), XML_E_MALFORMED);
}

static void
test_xml_refuses_what_is_not_well_formed(void **state)
{
	(void)state;
	assert_int_equal(parse(""), XML_E_MALFORMED);
	assert_int_equal(parse("   "), XML_E_MALFORMED);
	assert_int_equal(parse("{\"a\":1}"), XML_E_MALFORMED);
	assert_int_equal(parse("<a><b></a></b>"), XML_E_MALFORMED);
	assert_int_equal(parse("<a><b>cut o"), XML_E_MALFORMED);
	assert_int_equal(parse("<a/><a/>"), XML_E_MALFORMED);
	assert_int_equal(parse("<a>\xff\xfe</a>"), XML_E_MALFORMED);
	assert_int_equal(parse_bytes("<a>\0</a>", 8), XML_E_MALFORMED);
}

static int
parse_nested(size_t depth)
{
	_cleanup_buf_ struct buf text = BUF_EMPTY;

	for (size_t i = 0; i < depth; i++)
		buf_text(&text, "<a>");
	for (size_t i = 0; i < depth; i++)
		buf_text(&text, "</a>");
	return parse(text.bytes);
}

static void
test_xml_stops_below_64_levels(void **state)
{
	(void)state;
	assert_int_equal(parse_nested(XML_DEPTH_MAX), 0);
	assert_int_equal(parse_nested(XML_DEPTH_MAX + 1), XML_E_LIMIT);
	assert_int_equal(parse_nested(100000), XML_E_LIMIT);
}

static int
parse_sized(const char *before, char fill, size_t n, const char *after)
{
	_cleanup_buf_ struct buf text = BUF_EMPTY;

	buf_text(&text, before);
	for (size_t i = 0; i < n; i++)
		buf_add(&text, &fill, 1);
	buf_text(&text, after);
	return parse(text.bytes);
}

static void
test_xml_bounds_names_and_texts(void **state)
{
	(void)state;
	assert_int_equal(parse_sized("<a>", 'x', XML_TEXT_MAX, "</a>"), 0);
	assert_int_equal(parse_sized("<a>", 'x', XML_TEXT_MAX + 1, "</a>"), XML_E_LIMIT);
	assert_int_equal(parse_sized("<", 'x', XML_NAME_MAX, "/>"), 0);
	assert_int_equal(parse_sized("<", 'x', XML_NAME_MAX + 1, "/>"), XML_E_LIMIT);
}

static int
stop_at_b(void *context, const char *path)
{
	(*(unsigned *)context)++;
	return strcmp(path, "a/b") == 0;
}

static int
count_close(void *context, const char *path, const char *text, size_t len)
{
	(void)path;
	(void)text;
	(void)len;
	(*(unsigned *)context)++;
	return 0;
}

static void
test_xml_says_nothing_more_to_a_handler_that_had_enough(void **state)
{
	static const struct xml_handlers stopping = { stop_at_b, count_close };
	const char *text = "<a><b>1</b><b>2</b></a>";
	unsigned n = 0;

	(void)state;
	assert_int_equal(xml_parse(text, strlen(text), &stopping, &n), XML_E_STOPPED);
	assert_int_equal(n, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xml_tells_paths_and_texts),
		cmocka_unit_test(test_xml_reads_past_what_is_skipped),
		cmocka_unit_test(test_xml_keeps_no_text_of_what_is_skipped),
		cmocka_unit_test(test_xml_bounds_the_depth_of_what_is_skipped),
		cmocka_unit_test(test_xml_fed_byte_by_byte_is_the_same),
		cmocka_unit_test(test_xml_refuses_a_doctype_and_with_it_entity_bombs),
		cmocka_unit_test(test_xml_refuses_what_is_not_well_formed),
		cmocka_unit_test(test_xml_stops_below_64_levels),
		cmocka_unit_test(test_xml_bounds_names_and_texts),
		cmocka_unit_test(test_xml_says_nothing_more_to_a_handler_that_had_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
