/* SPDX-License-Identifier: Apache-2.0 */
/* pam_stack.c - see pam_stack.h */
#include <string.h>

#include "cli/lines.h"
#include "cli/pam_stack.h"
#include "cli/rewrite.h"
#include "common/base.h"

#define DEPTH_MAX 16
#define LINES_MAX 256
#define JUMP 100 /* action JUMP + n skips n modules */

enum action {
	ACTION_IGNORE = 0,
	ACTION_BAD,
	ACTION_DIE,
	ACTION_OK,
	ACTION_DONE,
	ACTION_RESET,
};

struct line {
	unsigned level; /* of substack */
	int action;     /* for what the module is taken to return */
	bool denies;    /* pam_iamlogin or pam_deny */
	bool is_ours;
	char text[160];
};

struct stack {
	const char *dir, *type;
	struct line lines[LINES_MAX];
	size_t n;
	bool is_broken;
};

static int
action_of(struct span value)
{
	static const struct {
		const char *name;
		int action;
	} names[] = { { "ignore", ACTION_IGNORE }, { "bad", ACTION_BAD },
		{ "die", ACTION_DIE }, { "ok", ACTION_OK }, { "done", ACTION_DONE },
		{ "reset", ACTION_RESET } };
	char text[16];
	size_t i;

	for (i = 0; i < BASE_N(names); i++)
		if (lines_is(value, names[i].name))
			return names[i].action;
	lines_copy(value, text, sizeof(text));
	return JUMP + (int)strtoul(text, NULL, 10);
}

/* "[success=1 default=ignore]" for one return value; without it and default: bad */
static int
bracket_action(struct span control, const char *returned)
{
	struct span rest = { .at = control.at + 1, .len = control.len - 1 }, word;
	int found = ACTION_BAD;

	rest = lines_up_to(rest, ']');
	while (lines_word(&rest, &word)) {
		struct span name = lines_up_to(word, '='), value;

		if (name.len == word.len)
			continue;
		value = (struct span){ .at = word.at + name.len + 1,
			.len = word.len - name.len - 1 };
		if (lines_is(name, returned))
			return action_of(value);
		if (lines_is(name, "default"))
			found = action_of(value);
	}
	return found;
}

static int
control_action(struct span control, bool denies, bool is_ours)
{
	if (control.at[0] == '[')
		return bracket_action(control, !denies   ? "success"
					       : is_ours ? "perm_denied"
							 : "auth_err");
	if (lines_is_fold(control, "required"))
		return denies ? ACTION_BAD : ACTION_OK;
	if (lines_is_fold(control, "requisite"))
		return denies ? ACTION_DIE : ACTION_OK;
	if (lines_is_fold(control, "sufficient"))
		return denies ? ACTION_IGNORE : ACTION_DONE;
	if (lines_is_fold(control, "optional"))
		return denies ? ACTION_IGNORE : ACTION_OK;
	return ACTION_BAD;
}

static void load(struct stack *stack, const char *file, unsigned level, unsigned depth);

static void
add_module(struct stack *stack, const char *file, struct span line, struct span control,
    struct span module, unsigned level)
{
	struct line *new = &stack->lines[stack->n];
	char text[120];

	if (stack->n == LINES_MAX) {
		stack->is_broken = true;
		return;
	}
	stack->n++;
	new->is_ours = lines_find(module, "pam_iamlogin.so");
	new->denies = new->is_ours || lines_find(module, "pam_deny.so");
	new->level = level;
	new->action = control_action(control, new->denies, new->is_ours);
	lines_copy(line, text, sizeof(text));
	(void)snprintf(new->text, sizeof(new->text), "%.36s: %s", file, text);
}

static void
load_line(struct stack *stack, const char *file, struct span line, unsigned level,
    unsigned depth)
{
	struct span rest = lines_up_to(line, '#'), type, control, module;
	char name[128];

	if (!lines_word(&rest, &type))
		return;
	if (lines_is(type, "@include")) {
		if (lines_word(&rest, &module)) {
			lines_copy(module, name, sizeof(name));
			load(stack, name, level, depth + 1);
		}
		return;
	}
	if (type.at[0] == '-') {
		type.at++;
		type.len--;
	}
	if (!lines_is_fold(type, stack->type) || !lines_pam_word(&rest, &control) ||
	    !lines_word(&rest, &module))
		return;
	lines_copy(module, name, sizeof(name));
	if (lines_is_fold(control, "include")) {
		load(stack, name, level, depth + 1);
	} else if (lines_is_fold(control, "substack")) {
		load(stack, name, level + 1, depth + 1);
	} else {
		add_module(stack, file, line, control, module, level);
	}
}

/* Lines that end in a backslash go on in the next one. */
static void
load(struct stack *stack, const char *file, unsigned level, unsigned depth)
{
	_cleanup_free_ char *text = NULL, *real = NULL;
	const char *cursor;
	struct span line;
	char path[512];
	char *at;

	(void)snprintf(path, sizeof(path), "%s%s%s", file[0] == '/' ? "" : stack->dir,
	    file[0] == '/' ? "" : "/", file);
	real = realpath(path, NULL);
	if (depth > DEPTH_MAX || real == NULL || rewrite_read(real, &text) != 0 ||
	    text == NULL) {
		stack->is_broken = true;
		return;
	}
	while ((at = strstr(text, "\\\n")) != NULL)
		memcpy(at, "  ", 2);
	cursor = text;
	while (lines_next(&cursor, &line))
		load_line(stack, file, line, level, depth);
}

enum impression {
	IMPRESSION_NONE = 0,
	IMPRESSION_POSITIVE,
	IMPRESSION_NEGATIVE,
};

/* The next line that is not deeper than @level, @skip of them further on. */
static size_t
skip(const struct stack *stack, size_t i, unsigned level, int n)
{
	while (n-- > 0 && i < stack->n && stack->lines[i].level >= level) {
		i++;
		while (i < stack->n && stack->lines[i].level > level)
			i++;
	}
	return i;
}

/* "done" and "die" in a substack end the substack only. */
static size_t
end_of_level(const struct stack *stack, size_t i, unsigned level)
{
	if (level == 0)
		return stack->n;
	while (i < stack->n && stack->lines[i].level >= level)
		i++;
	return i;
}

static enum impression
dispatch(const struct stack *stack, char ret_where[160])
{
	enum impression now = IMPRESSION_NONE;
	size_t i = 0;

	while (i < stack->n) {
		const struct line *line = &stack->lines[i++];

		switch (line->action) {
		case ACTION_OK:
		case ACTION_DONE:
			if (now == IMPRESSION_NEGATIVE)
				break;
			if (now == IMPRESSION_NONE || line->action == ACTION_DONE)
				memcpy(ret_where, line->text, sizeof(line->text));
			now = IMPRESSION_POSITIVE;
			if (line->action == ACTION_DONE)
				i = end_of_level(stack, i, line->level);
			break;
		case ACTION_BAD:
		case ACTION_DIE:
			if (now != IMPRESSION_NEGATIVE)
				memcpy(ret_where, line->text, sizeof(line->text));
			now = IMPRESSION_NEGATIVE;
			if (line->action == ACTION_DIE)
				i = end_of_level(stack, i, line->level);
			break;
		case ACTION_RESET:
			now = IMPRESSION_NONE;
			break;
		case ACTION_IGNORE:
			break;
		default:
			i = skip(stack, i, line->level, line->action - JUMP);
		}
	}
	return now;
}

enum pam_stack_result
pam_stack_evaluate(
    const char *dir, const char *service, const char *type, char ret_where[160])
{
	struct stack *stack = calloc(1, sizeof(*stack));
	enum pam_stack_result result;
	bool is_there = false;
	size_t i;

	ret_where[0] = '\0';
	if (stack == NULL)
		return PAM_STACK_BROKEN;
	stack->dir = dir;
	stack->type = type;
	load(stack, service, 0, 0);
	for (i = 0; i < stack->n; i++)
		is_there = is_there || stack->lines[i].is_ours;
	if (stack->is_broken)
		result = PAM_STACK_BROKEN;
	else if (stack->n == 0)
		result = PAM_STACK_EMPTY;
	else if (dispatch(stack, ret_where) != IMPRESSION_POSITIVE)
		result = PAM_STACK_DENIES;
	else
		result = is_there ? PAM_STACK_SUCCEEDS : PAM_STACK_ABSENT;
	free(stack);
	return result;
}
