/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_fixture.h - configurations from texts, for unit tests
 */
#ifndef SUPPORT_CONFIG_FIXTURE_H
#define SUPPORT_CONFIG_FIXTURE_H

#include <stddef.h>

#include "daemon/config.h"

struct config_fixture_refusal {
	const char *text;
	const char *error; /* begins so */
};

/** config_fixture_parse() - config_parse() of a text whose file is called f.conf */
int config_fixture_parse(
    const char *text, size_t len, struct config **ret_config, char error[400]);

/** config_fixture_good() - of a text that has to pass */
struct config *config_fixture_good(const char *text);

/** config_fixture_refusals() - each text is refused with its message */
void config_fixture_refusals(const struct config_fixture_refusal *table, size_t n);

#endif
