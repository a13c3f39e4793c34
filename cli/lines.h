/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines.h - a text file as lines and words, for the editors of `iamlogin enable`
 *
 * Room: cli. Pure; nothing is copied: a line and a word point into the text they came from.
 */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct span {
	const char *at;
	size_t len;
};

/**
 * lines_next() - the next line of @cursor, without its newline; the cursor moves behind it
 *
 * Return: false at the end of the text.
 */
bool lines_next(const char **cursor, struct span *ret_line);

/** lines_word() - the next run of bytes that are not blanks; @rest moves behind it */
bool lines_word(struct span *rest, struct span *ret_word);

/**
 * lines_pam_word() - the same, where "[a=b c=d]" is one word, as pam.conf(5) has it
 */
bool lines_pam_word(struct span *rest, struct span *ret_word);

/** lines_is() - exactly these bytes */
bool lines_is(struct span span, const char *text);

/** lines_is_fold() - the same but for the case of A-Z */
bool lines_is_fold(struct span span, const char *text);

/** lines_starts() - begins with @text */
bool lines_starts(struct span span, const char *text);

/** lines_up_to() - the part before the first @byte, or all of it */
struct span lines_up_to(struct span span, char byte);

/** lines_find() - is @text anywhere in it? */
bool lines_find(struct span span, const char *text);

/** lines_copy() - into a buffer, cut where it does not fit; NUL-terminated */
void lines_copy(struct span span, char *ret, size_t size);

#endif
