/* SPDX-License-Identifier: Apache-2.0 */
/* test_pool.c - memory of many small things: daemon/pool.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/pool.h"

#define MANY 5000

static void
test_arrays_keep_their_elements_whatever_grows_between(void **state)
{
	_cleanup_pool_ struct pool *pool = NULL;
	uint64_t *one = NULL;
	char **two = NULL;
	(void)state;

	assert_int_equal(pool_new(&pool), 0);
	for (size_t i = 0; i < MANY; i++) {
		one = pool_grow(pool, one, i, sizeof(*one));
		assert_non_null(one);
		assert_int_equal((uintptr_t)one % sizeof(uint64_t), 0);
		one[i] = i * 3;
		if (i % 100 != 0)
			continue;
		two = pool_grow(pool, two, i / 100, sizeof(*two));
		assert_non_null(two);
		two[i / 100] = pool_text(pool, "text");
		assert_non_null(two[i / 100]);
	}
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(one[i], i * 3);
	for (size_t i = 0; i < MANY / 100; i++)
		assert_string_equal(two[i], "text");
}

static void
test_an_array_grows_where_it_stands_while_texts_come(void **state)
{
	_cleanup_pool_ struct pool *pool = NULL;
	uint32_t *array, *first;
	(void)state;

	assert_int_equal(pool_new(&pool), 0);
	first = array = pool_grow(pool, NULL, 0, sizeof(*array));
	for (size_t i = 1; i < 20; i++) {
		assert_non_null(pool_text(pool, "between"));
		array = pool_grow(pool, array, i, sizeof(*array));
		assert_ptr_equal(array, first);
	}
}

static void
test_equal_texts_are_kept_once(void **state)
{
	_cleanup_pool_ struct pool *pool = NULL;
	const char *kept[MANY];
	char text[32];
	(void)state;

	assert_int_equal(pool_new(&pool), 0);
	for (size_t i = 0; i < MANY; i++) {
		(void)snprintf(text, sizeof(text), "text %zu", i);
		kept[i] = pool_shared(pool, text);
		assert_string_equal(kept[i], text);
	}
	for (size_t i = 0; i < MANY; i++) {
		(void)snprintf(text, sizeof(text), "text %zu", i);
		assert_ptr_equal(pool_shared(pool, text), kept[i]);
	}
	assert_string_equal(pool_shared(pool, ""), "");
	assert_ptr_not_equal(pool_text(pool, "text 1"), kept[1]);
	pool_seal(pool);
	assert_string_equal(kept[77], "text 77");
	assert_string_equal(pool_shared(pool, "text 77"), "text 77");
}

static void
test_texts_of_any_length_and_bytes_with_zeros(void **state)
{
	static char large[1 << 20];
	_cleanup_pool_ struct pool *pool = NULL;
	const char *copy;
	(void)state;

	memset(large, 'x', sizeof(large) - 1);
	assert_int_equal(pool_new(&pool), 0);
	assert_string_equal(pool_text(pool, large), large);
	assert_string_equal(pool_shared(pool, large), large);
	copy = pool_bytes(pool, "a\0b", 3);
	assert_memory_equal(copy, "a\0b", 4);
	assert_string_equal(pool_bytes(pool, NULL, 0), "");
	assert_null(pool_bytes(pool, "", SIZE_MAX));
	assert_null(pool_grow(pool, NULL, SIZE_MAX / 4, 8));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arrays_keep_their_elements_whatever_grows_between),
		cmocka_unit_test(test_an_array_grows_where_it_stands_while_texts_come),
		cmocka_unit_test(test_equal_texts_are_kept_once),
		cmocka_unit_test(test_texts_of_any_length_and_bytes_with_zeros),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
