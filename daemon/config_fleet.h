/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_fleet.h - the keys of a directory over S3: kind = s3, and [publish]
 *
 * Room: daemon. Pure. Checks and setters as in config_values.h and config_sets.h.
 */
#ifndef DAEMON_CONFIG_FLEET_H
#define DAEMON_CONFIG_FLEET_H

#include "daemon/config_keys.h"

int config_fleet_bucket(const char *value, char *why); /* with at most one {region} */
int config_fleet_view(const char *value, char *why);
int config_fleet_owner(const char *value, char *why);
int config_fleet_kms(const char *value, char *why);
int config_fleet_set_public_key(struct config *config, const char *value, char *why);
int config_fleet_set_poll(struct config *config, const char *value, char *why);
int config_fleet_set_style(struct config *config, const char *value, char *why);
int config_fleet_set_regions(struct config *config, const char *value, char *why);
int config_fleet_set_attributes(struct config *config, const char *value, char *why);
int config_fleet_set_view(struct config *config, const char *value, char *why);

int config_fleet_defaults(struct config *config);

/** config_fleet_check() - what no single line can say */
int config_fleet_check(struct config_reading *reading);

void config_fleet_done(struct config *config);

#endif
