/* SPDX-License-Identifier: Apache-2.0 */
/* enable_nsswitch.c - see enable_nsswitch.h */
#include <string.h>

#include "cli/enable_nsswitch.h"
#include "cli/lines.h"
#include "common/base.h"

static const char *const databases[] = { "passwd", "group", "initgroups" };

/* Which of the databases the line is about, or BASE_N(); @ret_rest is what follows ':'. */
static size_t
database_of(struct span line, struct span *ret_rest)
{
	struct span rest = lines_up_to(line, '#'), name;
	size_t i, len;

	if (!lines_word(&rest, &name))
		return BASE_N(databases);
	for (i = 0; i < BASE_N(databases); i++) {
		len = strlen(databases[i]);
		if (!lines_starts(name, databases[i]) || name.len <= len ||
		    name.at[len] != ':')
			continue;
		*ret_rest = (struct span){ .at = name.at + len + 1,
			.len = (size_t)(rest.at + rest.len - name.at) - len - 1 };
		return i;
	}
	return BASE_N(databases);
}

struct place {
	const char *behind; /* where the word has to go; NULL when there is no files */
	bool is_there, is_first, returns;
};

/* "[NOTFOUND=return]" in any case: whom files does not know, nobody else is asked about. */
static bool
ends_the_search(struct span action)
{
	char text[128];
	size_t i;

	lines_copy(action, text, sizeof(text));
	for (i = 0; text[i] != '\0'; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			text[i] = (char)(text[i] - 'A' + 'a');
	return strstr(text, "notfound=return") != NULL;
}

static struct place
find_place(struct span rest)
{
	struct place place = { .behind = NULL };
	bool is_at_files = false; /* what follows still belongs to it */
	struct span word;

	while (lines_pam_word(&rest, &word)) {
		if (word.at[0] == '[') {
			if (!is_at_files)
				continue;
			place.returns = place.returns || ends_the_search(word);
			place.behind = word.at + word.len;
			continue;
		}
		is_at_files = false;
		if (lines_is(word, "iamlogin")) {
			place.is_there = true;
			place.is_first = place.behind == NULL;
		} else if (place.behind == NULL &&
			   (lines_is(word, "files") || lines_is(word, "compat"))) {
			place.behind = word.at + word.len;
			is_at_files = true;
		}
	}
	return place;
}

static int
add_to_line(FILE *out, struct span line, struct span rest)
{
	struct place place = find_place(rest);

	if (place.behind == NULL)
		return ENABLE_NSSWITCH_E_NO_FILES;
	if (place.is_first)
		return ENABLE_NSSWITCH_E_ORDER;
	if (place.returns)
		return ENABLE_NSSWITCH_E_RETURNS;
	if (place.is_there) {
		(void)fwrite(line.at, 1, line.len, out);
		return 0;
	}
	(void)fwrite(line.at, 1, (size_t)(place.behind - line.at), out);
	(void)fputs(" iamlogin", out);
	(void)fwrite(place.behind, 1, (size_t)(line.at + line.len - place.behind), out);
	return 0;
}

static void
remove_from_line(FILE *out, struct span line, struct span rest)
{
	const char *from = line.at, *end = line.at + line.len;
	struct span word;

	while (lines_pam_word(&rest, &word)) {
		const char *blank = word.at;

		if (!lines_is(word, "iamlogin"))
			continue;
		while (blank > from && (blank[-1] == ' ' || blank[-1] == '\t'))
			blank--;
		(void)fwrite(from, 1, (size_t)(blank - from), out);
		from = word.at + word.len;
	}
	(void)fwrite(from, 1, (size_t)(end - from), out);
}

static int
edit(const char *text, bool is_adding, FILE *out)
{
	bool seen[BASE_N(databases)] = { false };
	const char *cursor = text;
	struct span line, rest = { .at = NULL };
	size_t i;
	int r;

	while (lines_next(&cursor, &line)) {
		i = database_of(line, &rest);
		if (i == BASE_N(databases)) {
			(void)fwrite(line.at, 1, line.len, out);
		} else if (!is_adding) {
			remove_from_line(out, line, rest);
		} else {
			seen[i] = true;
			r = add_to_line(out, line, rest);
			if (r != 0)
				return r;
		}
		if (line.at[line.len] == '\n')
			(void)fputc('\n', out);
		else if (is_adding && (!seen[0] || !seen[1]))
			(void)fputc('\n', out); /* another line is to follow */
	}
	for (i = 0; is_adding && i < 2; i++)
		if (!seen[i])
			(void)fprintf(out, "%s: files iamlogin\n", databases[i]);
	return 0;
}

static int
edited(const char *text, bool is_adding, char **ret_text)
{
	_cleanup_free_ char *result = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&result, &size);
	int r;

	if (out == NULL)
		return -ENOMEM;
	r = edit(text, is_adding, out);
	if (fclose(out) != 0)
		return -ENOMEM;
	if (r == 0)
		*ret_text = base_take_ptr(&result);
	return r;
}

int
enable_nsswitch_add(const char *text, char **ret_text)
{
	return edited(text, true, ret_text);
}

int
enable_nsswitch_remove(const char *text, char **ret_text)
{
	return edited(text, false, ret_text);
}
