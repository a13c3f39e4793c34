/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_keys.h - every section and key of the configuration, in one table
 *
 * Room: daemon. Design section 10 names more than this version carries out; those keys are
 * in the table too, so that they are refused as "not in this version" and not as typing
 * errors. Where this version does one of their values anyway, that value is accepted.
 */
#ifndef DAEMON_CONFIG_KEYS_H
#define DAEMON_CONFIG_KEYS_H

#include "common/published_format.h"
#include "daemon/config.h"
#include "daemon/config_lines.h"

#define CONFIG_SERVICES_MAX (SNAPSHOT_SERVICES_MAX - 2) /* beside login and sudo */
#define CONFIG_KEYS_MAX 96

/* One reading of one file. */
struct config_reading {
	struct config_lines lines;
	struct config *config;
	bool seen[CONFIG_KEYS_MAX];
	unsigned tag_line; /* of the first [instance] tag; 0: none */
	unsigned service_line[CONFIG_SERVICES_MAX]; /* of each [login:NAME] */
	bool is_out_of_memory;
};

/** config_keys_section() - for config_lines.section: is there such a section? */
int config_keys_section(const char *section, struct config_lines *lines);

/**
 * config_keys_set() - one key of one section into the configuration
 *
 * Return: 0, -EINVAL with the lines' error set, or -ENOMEM.
 */
int config_keys_set(struct config_reading *reading, const char *section, const char *key,
    const char *value);

#endif
