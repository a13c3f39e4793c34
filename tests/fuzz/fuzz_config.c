/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_config.c - a whole configuration: refused with file and line, or good as it stands */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int condition)
{
	if (!condition)
		abort();
}

static void
check_config(const struct config *config)
{
	check(config->fresh_s > 0 && config->grace_s > 0 && config->sudo_grace_s > 0);
	check(config->accounts.home[0] == '/' && config->accounts.home[1] != '\0');
	check(config->accounts.shell[0] == '/');
	check(strstr(config->accounts.home, "..") == NULL ||
	      strstr(config->accounts.home, "/../") == NULL);
	check(config->login.n_allow <= RULES_MAX && config->login.n_deny <= RULES_MAX);
	check(config->source == CONFIG_SOURCE_FILE || config->n_instance_tags == 0);
	for (size_t i = 0; i < config->users.n_terms; i++)
		check(config->users.terms[i].kind >= RULES_GROUP &&
		      config->users.terms[i].kind <= RULES_PATH);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *config = NULL;
	char error[400] = "";
	uint8_t *copy;
	FILE *stream;
	int r;

	if (size == 0)
		return 0;
	copy = malloc(size);
	if (copy == NULL)
		return 0;
	memcpy(copy, data, size);
	stream = fmemopen(copy, size, "r");
	if (stream != NULL) {
		r = config_parse(stream, "f", &config, error);
		check(r == 0 || r == -EINVAL);
		if (r == 0)
			check_config(config);
		else
			check(config == NULL && strncmp(error, "f:", 2) == 0 &&
			      strchr(error, '\n') == NULL);
		config_free(config);
		(void)fclose(stream);
	}
	free(copy);
	return 0;
}
