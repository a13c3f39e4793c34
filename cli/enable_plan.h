/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enable_plan.h - which files are to become what
 *
 * Room: cli. A plan is made completely, and can be shown, before the first byte is written.
 */
#ifndef CLI_ENABLE_PLAN_H
#define CLI_ENABLE_PLAN_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "common/base.h"

#define ENABLE_PLAN_MAX 32

struct enable_change {
	char *path;
	char *before; /* NULL: there is no such file */
	char *after;
	mode_t mode; /* of a file that is new */
};

struct enable_plan {
	struct enable_change changes[ENABLE_PLAN_MAX];
	size_t n;
	char why
	    [512]; /* why there can be no plan: one or more lines for the administrator */
};

/**
 * enable_plan_read() - a file as it would be after the plan so far
 *
 * Return: 0 with malloc'd text (NULL: no such file), or 1 with @plan->why.
 */
int enable_plan_read(struct enable_plan *plan, const char *path, char **ret_text);

/**
 * enable_plan_set() - @path is to become @after, which the plan takes over
 *
 * No change when it is that already. Return: 0, or 1 with @plan->why.
 */
int enable_plan_set(struct enable_plan *plan, const char *path, char *after, mode_t mode);

/** enable_plan_is_link() - some other tool's: it can be read, and must not be replaced */
bool enable_plan_is_link(const char *path);

/** enable_plan_refuse() - set @plan->why; always 1 */
int
enable_plan_refuse(struct enable_plan *plan, const char *format, ...) BASE_PRINTF(2, 3);

/** enable_plan_print() - the whole as a unified diff */
void enable_plan_print(const struct enable_plan *plan, FILE *out);

void enable_plan_done(struct enable_plan *plan);
#define _cleanup_plan_ _cleanup_(enable_plan_done)

#endif
