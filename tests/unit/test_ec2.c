/* SPDX-License-Identifier: Apache-2.0 */
/* test_ec2.c - DescribeTags */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ec2.h"

#define ME "i-0123456789abcdef0"
#define ITEM(resource, key, value)                                      \
	"<item><key>" key "</key><resourceId>" resource "</resourceId>" \
	"<resourceType>instance</resourceType><value>" value "</value></item>"
#define PAGE(items, rest)                                                           \
	"<?xml version=\"1.0\"?><DescribeTagsResponse xmlns=\"urn:x\"><requestId>r" \
	"</requestId><tagSet>" items "</tagSet>" rest "</DescribeTagsResponse>"

static int
parse(const char *text, struct instance **ret_instance, char **ret_token)
{
	struct instance *instance = NULL;

	*ret_token = NULL;
	assert_int_equal(instance_new(&instance), 0);
	memcpy(instance->id, ME, sizeof(ME));
	*ret_instance = instance;
	return ec2_parse(text, strlen(text), instance, ret_token);
}

static void
test_tags_of_a_page(void **state)
{
	_cleanup_instance_ struct instance *instance = NULL;
	_cleanup_free_ char *token = NULL;

	(void)state;
	assert_int_equal(parse(PAGE(ITEM(ME, "platform", "acme") ITEM(ME, "none", ""),
				   "<nextToken>abc</nextToken>"),
			     &instance, &token),
	    0);
	assert_int_equal(instance->n_tags, 2);
	assert_string_equal(instance->tags[0].value, "acme");
	assert_string_equal(instance->tags[1].value, "");
	assert_string_equal(token, "abc");
}

static void
test_no_tags_is_an_answer(void **state)
{
	_cleanup_instance_ struct instance *instance = NULL;
	_cleanup_free_ char *token = NULL;

	(void)state;
	assert_int_equal(parse(PAGE("", "<nextToken/>"), &instance, &token), 0);
	assert_int_equal(instance->n_tags, 0);
	assert_null(token);
}

static void
test_another_resource_or_half_an_item_is_garbage(void **state)
{
	static const char *const bad[] = { "", "<html/>", "<DescribeTagsResponse/>",
		PAGE(ITEM("i-0fedcba9876543210", "platform", "acme"), ""),
		PAGE("<item><key>a</key><resourceId>" ME "</resourceId></item>", ""),
		PAGE("<item><key>a</key><value>b</value></item>", ""),
		PAGE("<item><key>a</key><key>b</key><value>c</value><resourceId>" ME
		     "</resourceId></item>",
		    "") };

	(void)state;
	for (size_t i = 0; i < BASE_N(bad); i++) {
		_cleanup_instance_ struct instance *instance = NULL;
		_cleanup_free_ char *token = NULL;

		assert_int_equal(parse(bad[i], &instance, &token), EC2_E_GARBAGE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tags_of_a_page),
		cmocka_unit_test(test_no_tags_is_an_answer),
		cmocka_unit_test(test_another_resource_or_half_an_item_is_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
