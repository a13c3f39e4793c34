/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_values.h - the values of the configuration, each kind checked in one place
 *
 * Room: daemon. Pure. All return 0, -EINVAL with @why (CONFIG_WHY_SIZE bytes: what is wrong,
 * without file and line), or -ENOMEM.
 */
#ifndef DAEMON_CONFIG_VALUES_H
#define DAEMON_CONFIG_VALUES_H

#include "daemon/config.h"

#define CONFIG_WHY_SIZE 300

/** config_value_why() - fill @why; -EINVAL */
int config_value_why(char *why, const char *format, ...) BASE_PRINTF(2, 3);

/** config_value_list() - words separated by blanks; an empty text is an empty list */
int config_value_list(const char *value, struct config_list *ret_list, char *why);
void config_value_list_done(struct config_list *list);

int config_value_bool(const char *value, bool *ret_bool, char *why);

/** config_value_duration() - NUMBER with s, m, h or d; 1 s to 366 d */
int config_value_duration(const char *value, uint32_t *ret_s, char *why);

/* Checks of texts. */
int config_value_absolute(const char *value, char *why); /* a path, without ".." */
int config_value_home(const char *value, char *why);     /* a template: %u at most once */
int config_value_shell(const char *value, char *why);
int config_value_region(const char *value, char *why);
int config_value_account(const char *value, char *why); /* 12 digits */
int config_value_chain(const char *value, char *why);   /* a path, then words */
int config_value_ca_keys(const char *value, char *why);
int config_value_role(const char *value, char *why); /* the ARN of a role */
int config_value_tag_key(const char *value, char *why);
int config_value_domain(const char *value, char *why);
int config_value_proxy(const char *value, char *why);
int config_value_endpoint(const char *value, char *why); /* https, or http to loopback */
int
config_value_imds(const char *value, char *why); /* IMDS's two addresses, or loopback */

/** config_value_nearest() - "; did you mean X?" for a word, or "" */
void config_value_nearest(const char *word, const char *const *known, size_t n_known,
    char *ret, size_t ret_size);

#endif
