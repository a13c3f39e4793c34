/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h - the grammar of names and numbers, and strangers' text made safe to show
 *
 * Room: common. libc only; no locale, no regex, no allocation.
 */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TEXT_OS_NAME_MAX 32 /* bytes, without the NUL */

/**
 * text_is_os_name() - [a-z_][a-z0-9_.-]{0,31}, no trailing dot, no two dots together
 * @name: @len bytes, need not end in NUL
 *
 * The only names that iamlogin publishes or asks for (design section 5). A value that fails
 * maps to nobody: it is never trimmed, folded or split.
 */
bool text_is_os_name(const char *name, size_t len);

/**
 * text_is_group_name() - may an IAM group's name stand in /etc/group's world as it is?
 *
 * 1 to 32 bytes of [A-Za-z0-9_.@+=-], first byte a letter or '_': no comma (Session
 * Manager's parser splits there), parenthesis, colon or space.
 */
bool text_is_group_name(const char *name, size_t len);

/**
 * text_parse_u32() - a decimal number and nothing else
 *
 * Digits only, no sign, space, leading zero (but "0"), or value above @max.
 *
 * Return: 0, or -EINVAL.
 */
int text_parse_u32(const char *text, uint32_t max, uint32_t *ret_value);

/** text_is_same() - memcmp(3) of two names, where they are not very short, without a call */
static inline bool
text_is_same(const char *a, const char *b, size_t len)
{
	uint64_t left, right;

	if (len < sizeof(left))
		return memcmp(a, b, len) == 0;
	for (size_t i = 0; i + sizeof(left) < len; i += sizeof(left)) {
		memcpy(&left, a + i, sizeof(left));
		memcpy(&right, b + i, sizeof(right));
		if (left != right)
			return false;
	}
	/* The last eight, in part for the second time. */
	memcpy(&left, a + len - sizeof(left), sizeof(left));
	memcpy(&right, b + len - sizeof(right), sizeof(right));
	return left == right;
}

/** text_equal_fold() - equal but for the case of A-Z, as IAM compares tag keys and names */
bool text_equal_fold(const char *a, const char *b);

/**
 * text_escape() - a stranger's bytes as printable ASCII
 *
 * Bytes below 0x20, 0x7f and above, and '\' become \xHH; at most @ret_size - 1 bytes are
 * written, always NUL-terminated; what does not fit ends in "...".
 */
void text_escape(const char *text, size_t len, char *ret, size_t ret_size);

#endif
