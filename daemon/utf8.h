/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utf8.h - is this text what it claims to be?
 *
 * Room: daemon. Pure.
 */
#ifndef DAEMON_UTF8_H
#define DAEMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/**
 * utf8_is_valid() - well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing
 * above U+10FFFF
 * @ret_at: may be NULL; on false, the offset of the first byte that does not belong
 */
bool utf8_is_valid(const char *text, size_t len, size_t *ret_at);

#endif
