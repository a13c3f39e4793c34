/* SPDX-License-Identifier: Apache-2.0 */
/* config_fixture.c - configurations from texts; contract in config_fixture.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/config_fixture.h"

int
config_fixture_parse(
    const char *text, size_t len, struct config **ret_config, char error[400])
{
	_cleanup_fclose_ FILE *stream = NULL;
	_cleanup_free_ char *copy = malloc(len + 1);

	assert_non_null(copy);
	memcpy(copy, text, len);
	copy[len] = '\n'; /* fmemopen(3) does not open 0 bytes */
	stream = fmemopen(copy, len + 1, "r");
	assert_non_null(stream);
	return config_parse(stream, "f.conf", ret_config, error);
}

struct config *
config_fixture_good(const char *text)
{
	struct config *config = NULL;
	char error[400] = "";

	if (config_fixture_parse(text, strlen(text), &config, error) != 0)
		fail_msg("refused: %s", error);
	return config;
}

void
config_fixture_refusals(const struct config_fixture_refusal *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct config *config = NULL;
		char error[400] = "";

		if (config_fixture_parse(
			table[i].text, strlen(table[i].text), &config, error) != -EINVAL)
			fail_msg("'%s' was accepted", table[i].text);
		if (strncmp(error, table[i].error, strlen(table[i].error)) != 0)
			fail_msg("'%s': got '%s'", table[i].text, error);
		assert_null(config);
	}
}
