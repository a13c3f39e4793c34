/* SPDX-License-Identifier: Apache-2.0 */
/* test_json_strict.c - what is JSON to us, with every json-c there is */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base.h"
#include "daemon/json_strict.h"

static void
test_text_of_every_length_of_utf8_is_read_as_it_is(void **state)
{
	static const struct {
		const char *json, *text;
	} table[] = {
		{ "{\"a\":\"plain\"}", "plain" },
		{ "{\"a\":\"\xc2\x80\"}", "\xc2\x80" },
		{ "{\"a\":\"\xc3\xa9\xdf\xbf\"} \r\n\t", "\xc3\xa9\xdf\xbf" },
		{ "{\"a\":\"\xe0\xa0\x80\xef\xbf\xbd\"}", "\xe0\xa0\x80\xef\xbf\xbd" },
		{ "{\"a\":\"\xf0\x90\x80\x80\"}", "\xf0\x90\x80\x80" },
		{ "{\"a\":\"\xf4\x8f\xbf\xbf x\"}", "\xf4\x8f\xbf\xbf x" },
		{ "{\"a\":\"\\u00e9\xc3\xa9\"}", "\xc3\xa9\xc3\xa9" },
		{ "{\"a\":\"\\\\\xc3\xa9\\\"\"}", "\\\xc3\xa9\"" },
		{ "{\"a\":\"\\n\x7f\"}", "\n\x7f" },
	};
	(void)state;

	for (size_t i = 0; i < BASE_N(table); i++) {
		struct json_object *object, *member;

		if (json_strict(table[i].json, strlen(table[i].json), 4, &object) != 0)
			fail_msg("%s", table[i].json);
		assert_true(json_object_object_get_ex(object, "a", &member));
		assert_string_equal(json_object_get_string(member), table[i].text);
		json_object_put(object);
	}
}

static void
test_what_is_not_one_object_in_utf8_is_refused(void **state)
{
	static const char *const bad[] = { "", " ", "[]", "\"\xc3\xa9\"", "{", "{}x",
		"{} \xc3\xa9", "{\xc3\xa9}", "{\"a\":\"\xc3\"}",
		"{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\\\xc3\xa9\"}", "{\"a\":\"\xc3\xa9",
		"{\"a\":\"\xc3\xa9\\", "{\"a\":1,}",
		"{\"a\":{\"b\":{\"c\":{\"d\":{}}}}}" };
	(void)state;

	for (size_t i = 0; i < BASE_N(bad); i++) {
		struct json_object *object = NULL;

		if (json_strict(bad[i], strlen(bad[i]), 4, &object) !=
		    JSON_STRICT_E_SYNTAX)
			fail_msg("%s", bad[i]);
		assert_null(object);
	}
}

static void
test_nothing_is_read_behind_the_length(void **state)
{
	struct json_object *object;
	(void)state;

	assert_int_equal(json_strict("{}garbage", 2, 4, &object), 0);
	json_object_put(object);
	assert_int_equal(json_strict("{\"\xc3\xa9\":1}x", 8, 4, &object), 0);
	json_object_put(object);
	assert_int_equal(
	    json_strict("{\"\xc3\xa9\":1}x", 9, 4, &object), JSON_STRICT_E_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_of_every_length_of_utf8_is_read_as_it_is),
		cmocka_unit_test(test_what_is_not_one_object_in_utf8_is_refused),
		cmocka_unit_test(test_nothing_is_read_behind_the_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
