/* SPDX-License-Identifier: Apache-2.0 */
/* diff.c - see diff.h */
#include <stdint.h>
#include <string.h>

#include "cli/diff.h"
#include "cli/lines.h"
#include "common/base.h"

#define CONTEXT 3
#define LINES_MAX 4000

struct text {
	struct span *lines;
	size_t n;
	bool no_newline; /* at the end */
};

static void
text_done(struct text *text)
{
	free(text->lines);
}
#define _cleanup_text_ _cleanup_(text_done)

static bool
split(const char *from, struct text *ret)
{
	const char *cursor = from;
	struct span line;
	size_t n = 0;

	*ret = (struct text){ .n = 0 };
	while (lines_next(&cursor, &line))
		n++;
	ret->lines = calloc(n + 1, sizeof(*ret->lines));
	if (ret->lines == NULL)
		return false;
	cursor = from;
	while (lines_next(&cursor, &ret->lines[ret->n]))
		ret->n++;
	ret->no_newline = n > 0 && from[strlen(from) - 1] != '\n';
	return true;
}

static bool
is_equal(const struct text *a, size_t i, const struct text *b, size_t j)
{
	/* a last line without its newline is another line */
	bool a_torn = a->no_newline && i + 1 == a->n,
	     b_torn = b->no_newline && j + 1 == b->n;

	return a_torn == b_torn && a->lines[i].len == b->lines[j].len &&
	       memcmp(a->lines[i].at, b->lines[j].at, a->lines[i].len) == 0;
}

/* One step of the edit script: a line of both, of the old, or of the new text. */
struct step {
	char mark; /* ' ', '-', '+' */
	size_t i, j;
};

struct script {
	const struct text *old, *new;
	struct step *steps;
	size_t n;
};

static void
add_step(struct script *script, char mark, size_t i, size_t j)
{
	script->steps[script->n++] = (struct step){ .mark = mark, .i = i, .j = j };
}

/* The middle part, [@head, old_end) against [@head, new_end), by dynamic programming. */
static void
add_middle(struct script *script, size_t head, size_t old_end, size_t new_end)
{
	size_t rows = old_end - head, columns = new_end - head, i = 0, j = 0, width;
	_cleanup_free_ uint16_t *common = NULL;

	width = columns + 1;
	if (rows <= LINES_MAX && columns <= LINES_MAX)
		common = calloc((rows + 1) * width, sizeof(*common));
	for (i = rows; common != NULL && i-- > 0;)
		for (j = columns; j-- > 0;)
			if (is_equal(script->old, head + i, script->new, head + j))
				common[i * width + j] =
				    (uint16_t)(common[(i + 1) * width + j + 1] + 1);
			else
				common[i * width + j] = common[(i + 1) * width + j] >=
								common[i * width + j + 1]
							    ? common[(i + 1) * width + j]
							    : common[i * width + j + 1];
	i = j = 0;
	while (i < rows || j < columns) {
		if (common != NULL && i < rows && j < columns &&
		    is_equal(script->old, head + i, script->new, head + j)) {
			add_step(script, ' ', head + i++, head + j++);
		} else if (i < rows && (j == columns || common == NULL ||
					   common[(i + 1) * width + j] >=
					       common[i * width + j + 1])) {
			add_step(script, '-', head + i, head + j);
			i++;
		} else {
			add_step(script, '+', head + i, head + j);
			j++;
		}
	}
}

static void
make_script(struct script *script)
{
	size_t head = 0, old_end = script->old->n, new_end = script->new->n, i;

	while (head < old_end && head < new_end &&
	       is_equal(script->old, head, script->new, head)) {
		add_step(script, ' ', head, head);
		head++;
	}
	while (old_end > head && new_end > head &&
	       is_equal(script->old, old_end - 1, script->new, new_end - 1)) {
		old_end--;
		new_end--;
	}
	add_middle(script, head, old_end, new_end);
	for (i = 0; old_end + i < script->old->n; i++)
		add_step(script, ' ', old_end + i, new_end + i);
}

static void
print_step(FILE *out, const struct script *script, const struct step *step)
{
	const struct text *text = step->mark == '+' ? script->new : script->old;
	size_t at = step->mark == '+' ? step->j : step->i;

	(void)fputc(step->mark, out);
	(void)fwrite(text->lines[at].at, 1, text->lines[at].len, out);
	(void)fputc('\n', out);
	if (text->no_newline && at + 1 == text->n)
		(void)fputs("\\ No newline at end of file\n", out);
}

static void
print_hunk(FILE *out, const struct script *script, size_t from, size_t to)
{
	size_t n_old = 0, n_new = 0, k;
	const struct step *first = &script->steps[from];

	for (k = from; k < to; k++) {
		n_old += script->steps[k].mark != '+';
		n_new += script->steps[k].mark != '-';
	}
	(void)fprintf(out, "@@ -%zu,%zu +%zu,%zu @@\n", first->i + (n_old > 0), n_old,
	    first->j + (n_new > 0), n_new);
	for (k = from; k < to; k++)
		print_step(out, script, &script->steps[k]);
}

/* Changes that are at most two contexts apart share a hunk. */
static void
print_hunks(FILE *out, const struct script *script)
{
	size_t k = 0, from, end;

	while (k < script->n) {
		if (script->steps[k].mark == ' ') {
			k++;
			continue;
		}
		from = k > CONTEXT ? k - CONTEXT : 0;
		end = k + 1;
		for (; k < script->n && k < end + 2 * CONTEXT; k++)
			if (script->steps[k].mark != ' ')
				end = k + 1;
		k = end;
		end = end + CONTEXT < script->n ? end + CONTEXT : script->n;
		print_hunk(out, script, from, end);
	}
}

void
diff_print(FILE *out, const char *path, const char *old, const char *new)
{
	_cleanup_text_ struct text a = { .n = 0 }, b = { .n = 0 };
	_cleanup_free_ struct step *steps = NULL;
	struct script script = { .old = &a, .new = &b };

	if (old != NULL && new != NULL && strcmp(old, new) == 0)
		return;
	if (!split(old != NULL ? old : "", &a) || !split(new != NULL ? new : "", &b))
		return;
	steps = calloc(a.n + b.n + 1, sizeof(*steps));
	if (steps == NULL)
		return;
	script.steps = steps;
	make_script(&script);
	(void)fprintf(out, "--- %s\n+++ %s\n", old != NULL ? path : "/dev/null",
	    new != NULL ? path : "/dev/null");
	print_hunks(out, &script);
}
