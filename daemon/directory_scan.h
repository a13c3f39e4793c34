/* SPDX-License-Identifier: Apache-2.0 */
/*
 * directory_scan.h - where JSON values begin and end, without building anything
 *
 * Room: daemon. Pure. Knows strings, brackets and depth, not more: it cuts a large document
 * into slices, and each slice that is wanted goes to a real parser. What is not wanted is
 * stepped over, so it need only be balanced.
 */
#ifndef DAEMON_DIRECTORY_SCAN_H
#define DAEMON_DIRECTORY_SCAN_H

#include <stddef.h>

#include "common/base.h"

#define DIRECTORY_SCAN_DEPTH 32

struct directory_slice {
	const char *at;
	size_t len;
};

/* One step through the members of an object or the elements of an array. */
struct directory_scan {
	const char *at;
	const char *end;
	char close; /* '}' or ']' */
	size_t n;   /* members or elements given out */
};

enum {
	DIRECTORY_SCAN_E_END = 1, /* no more members or elements */
	DIRECTORY_SCAN_E_SYNTAX,
};

/** directory_scan_begin() - into an object ('{') or array ('['); SYNTAX if it is none */
int directory_scan_begin(
    struct directory_slice whole, char open, struct directory_scan *ret_scan);

/**
 * directory_scan_next() - the next member or element
 * @ret_name: of an object: between its quotes, as written; names with a backslash are
 *            SYNTAX, for they could hide a second member of one name. Of an array: empty.
 *
 * Return: 0, DIRECTORY_SCAN_E_END when the container is closed and nothing but blanks
 * follows, or DIRECTORY_SCAN_E_SYNTAX.
 */
int directory_scan_next(struct directory_scan *scan, struct directory_slice *ret_name,
    struct directory_slice *ret_value);

/** directory_scan_unique() - an object with no member name twice? 0 or SYNTAX */
int
directory_scan_unique(struct directory_slice object, struct directory_slice *ret_twice);

#endif
