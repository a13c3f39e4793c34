/* SPDX-License-Identifier: Apache-2.0 */
/* enable_plan.c - see enable_plan.h */
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/diff.h"
#include "cli/enable_plan.h"
#include "cli/rewrite.h"

int
enable_plan_refuse(struct enable_plan *plan, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(plan->why, sizeof(plan->why), format, args);
	va_end(args);
	return 1;
}

static struct enable_change *
find(struct enable_plan *plan, const char *path)
{
	size_t i;

	for (i = 0; i < plan->n; i++)
		if (strcmp(plan->changes[i].path, path) == 0)
			return &plan->changes[i];
	return NULL;
}

bool
enable_plan_is_link(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

static int
read_file(struct enable_plan *plan, const char *path, char **ret_text)
{
	_cleanup_free_ char *real =
	    enable_plan_is_link(path) ? realpath(path, NULL) : NULL;
	int r = rewrite_read(real != NULL ? real : path, ret_text);

	if (r == REWRITE_E_LINK)
		return enable_plan_refuse(plan, "%s is no regular file", path);
	if (r == REWRITE_E_BINARY)
		return enable_plan_refuse(plan, "%s is not a text file", path);
	if (r < 0)
		return enable_plan_refuse(plan, "%s: %s", path, strerror(-r));
	return 0;
}

int
enable_plan_read(struct enable_plan *plan, const char *path, char **ret_text)
{
	const struct enable_change *change = find(plan, path);

	if (change == NULL)
		return read_file(plan, path, ret_text);
	*ret_text = strdup(change->after);
	return *ret_text != NULL ? 0 : enable_plan_refuse(plan, "out of memory");
}

int
enable_plan_set(struct enable_plan *plan, const char *path, char *after, mode_t mode)
{
	struct enable_change *change = find(plan, path);
	_cleanup_free_ char *before = NULL, *text = after;
	int r;

	if (change != NULL) {
		free(change->after);
		change->after = base_take_ptr(&text);
		return 0;
	}
	r = read_file(plan, path, &before);
	if (r != 0 || (before != NULL && strcmp(before, text) == 0))
		return r;
	if (enable_plan_is_link(path))
		return enable_plan_refuse(plan,
		    "%s is a symbolic link: another tool manages it, and has to change it",
		    path);
	if (plan->n == ENABLE_PLAN_MAX)
		return enable_plan_refuse(plan, "too many files");
	change = &plan->changes[plan->n];
	change->path = strdup(path);
	if (change->path == NULL)
		return enable_plan_refuse(plan, "out of memory");
	change->before = base_take_ptr(&before);
	change->after = base_take_ptr(&text);
	change->mode = mode;
	plan->n++;
	return 0;
}

void
enable_plan_print(const struct enable_plan *plan, FILE *out)
{
	size_t i;

	for (i = 0; i < plan->n; i++)
		diff_print(out, plan->changes[i].path, plan->changes[i].before,
		    plan->changes[i].after);
}

void
enable_plan_done(struct enable_plan *plan)
{
	size_t i;

	for (i = 0; i < plan->n; i++) {
		free(plan->changes[i].path);
		free(plan->changes[i].before);
		free(plan->changes[i].after);
	}
	plan->n = 0;
}
