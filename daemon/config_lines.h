/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_lines.h - the lines of the configuration, refused before inih can misread them
 *
 * Room: daemon. inih joins indented lines to the one before, cuts long lines in two, stops
 * at a NUL, takes ':' for '=', ignores what follows ']', and says none of it. So each line is
 * checked here first, and what reaches inih means the same to both:
 *
 *   blank lines, and lines whose first byte is ';' or '#'
 *   [section]            then nothing but blanks, or a blank and ';' with a comment
 *   key = value          likewise; a comment inside a line needs a blank before its ';',
 *                        and '#' starts none there: with a blank before it, it is refused
 *
 * A line is at most CONFIG_LINE_MAX bytes of UTF-8 without its newline, and not indented.
 */
#ifndef DAEMON_CONFIG_LINES_H
#define DAEMON_CONFIG_LINES_H

#include <stdbool.h>
#include <stdio.h>

#include "common/base.h"

#define CONFIG_LINE_MAX 198 /* INI_MAX_LINE 200, less newline and NUL */
#define CONFIG_ERROR_SIZE 400

struct config_lines {
	FILE *stream;
	const char *name; /* of the file */
	unsigned number;  /* of the line last given out, from 1 */
	bool has_failed;  /* then error is set, or the stream failed */
	char *error;      /* CONFIG_ERROR_SIZE bytes; "" with has_failed: a read error */
	int (*section)(const char *section, struct config_lines *lines);
};

/** config_lines_read() - for ini_parse_stream(): the next good line; NULL at the end */
char *config_lines_read(char *ret, int ret_size, void *lines);

/**
 * config_lines_refuse() - "FILE:LINE: …"; only the first refusal is kept
 *
 * Return: -EINVAL
 */
int config_lines_refuse(struct config_lines *lines, const char *format, ...)
    BASE_PRINTF(2, 3);

/** config_lines_refuse_at() - as above, for another line; 0: of the file as a whole */
int config_lines_refuse_at(struct config_lines *lines, unsigned number, const char *text);

#endif
