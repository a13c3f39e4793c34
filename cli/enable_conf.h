/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enable_conf.h - single values in /etc/iamlogin/iamlogin.conf
 *
 * Room: cli. Pure. The grammar's judge is `iamlogind --check`, not this file.
 */
#ifndef CLI_ENABLE_CONF_H
#define CLI_ENABLE_CONF_H

/**
 * enable_conf_get() - the value of @key in [@section], trimmed, without a comment
 *
 * The last one where it stands several times. Return: malloc'd, or NULL when it is not set
 * (or memory is out: the caller then asks again).
 */
char *enable_conf_get(const char *text, const char *section, const char *key);

/**
 * enable_conf_set() - @key = @value in [@section]
 *
 * Replaces the line where the key stands (all of them: the first is replaced, the others
 * go), else adds it as the last line of the section, else adds the section. Comments stay.
 *
 * Return: 0 with malloc'd text, or -ENOMEM.
 */
int enable_conf_set(const char *text, const char *section, const char *key,
    const char *value, char **ret_text);

#endif
