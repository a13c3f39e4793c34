/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confvalue.h - one value out of iamlogin.conf, where there is no daemon to ask
 *
 * Room: common. libc only. The daemon reads the whole of it, and refuses what is wrong in it
 * (daemon/config.h); this finds a value in a file that it has accepted.
 */
#ifndef COMMON_CONFVALUE_H
#define COMMON_CONFVALUE_H

#include <stddef.h>

#include "common/base.h"

#define CONFVALUE_CONF_SIZE 65536 /* of the file that is read, with NUL */
#define CONFVALUE_SIZE 199        /* iamlogin.conf(5): a line has at most 198 bytes */

enum {
	CONFVALUE_E_NONE = 1, /* not there, or empty */
};

/**
 * confvalue_find() - the value of @key in @section of the text of iamlogin.conf
 * @section: with its brackets: "[keys]"
 *
 * Return: 0 or CONFVALUE_E_NONE.
 */
int confvalue_find(const char *conf, const char *section, const char *key,
    char ret_value[CONFVALUE_SIZE]) MUST_CHECK;

#endif
