/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_sets.h - keys whose values are words of a few, rules, or tags
 *
 * Room: daemon. Pure. Each adds @value to the configuration: 0, -EINVAL with @why
 * (CONFIG_WHY_SIZE bytes), or -ENOMEM.
 */
#ifndef DAEMON_CONFIG_SETS_H
#define DAEMON_CONFIG_SETS_H

#include "daemon/config.h"

int config_set_kind(struct config *config, const char *value, char *why);
int config_set_fips(struct config *config, const char *value, char *why);
int config_set_dual_stack(struct config *config, const char *value, char *why);
int config_set_min_rsa_bits(struct config *config, const char *value, char *why);
int config_set_directory(struct config *config, const char *value, char *why);
int config_set_visible(struct config *config, const char *value, char *why);
int config_set_on_revoke(struct config *config, const char *value, char *why);
int config_set_session_manager(struct config *config, const char *value, char *why);
int config_set_tag(struct config *config, const char *value, char *why);
int config_set_local(struct config *config, const char *value, char *why);
int config_set_shared(struct config *config, const char *value, char *why);
int config_set_roles(struct config *config, const char *value, char *why);
int config_set_users(struct config *config, const char *value, char *why);
int config_set_login_allow(struct config *config, const char *value, char *why);
int config_set_login_deny(struct config *config, const char *value, char *why);
int config_set_sudo_allow(struct config *config, const char *value, char *why);
int config_set_sudo_deny(struct config *config, const char *value, char *why);

/** config_set_rule() - one more rule of any section */
int config_set_rule(struct rules_set *set, bool is_deny, const char *value, char *why);

#endif
