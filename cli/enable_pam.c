/* SPDX-License-Identifier: Apache-2.0 */
/* enable_pam.c - see enable_pam.h */
#include <string.h>

#include "cli/enable_pam.h"
#include "cli/lines.h"
#include "common/base.h"

#define SESSION_LINE "session    requisite    pam_iamlogin.so\n"
#define ACCOUNT_LINE \
	"account    [success=ok ignore=ignore default=die]    pam_iamlogin.so\n"

struct pam_line {
	struct span type,
	    module;      /* type without the leading '-'; module without directory */
	bool is_include; /* @include, include or substack */
	bool has_close;  /* the argument "close" */
};

static struct span
base_name(struct span path)
{
	size_t i;

	for (i = path.len; i > 0; i--)
		if (path.at[i - 1] == '/')
			return (struct span){ .at = path.at + i, .len = path.len - i };
	return path;
}

static bool
parse(struct span line, struct pam_line *ret)
{
	struct span rest = lines_up_to(line, '#'), control, word;

	*ret = (struct pam_line){ .is_include = false };
	if (!lines_word(&rest, &ret->type))
		return false;
	if (lines_is(ret->type, "@include")) {
		ret->is_include = true;
		return lines_word(&rest, &ret->module);
	}
	if (ret->type.at[0] == '-') {
		ret->type.at++;
		ret->type.len--;
	}
	if (!lines_pam_word(&rest, &control) || !lines_word(&rest, &word))
		return false;
	ret->is_include = lines_is(control, "include") || lines_is(control, "substack");
	ret->module = base_name(word);
	while (lines_word(&rest, &word))
		ret->has_close = ret->has_close || lines_is(word, "close");
	return true;
}

static bool
is_session(const struct pam_line *line)
{
	/* Debian's common-session; @include of another type's file does not open sessions */
	if (lines_is(line->type, "@include"))
		return lines_find(line->module, "session");
	return lines_is_fold(line->type, "session");
}

/* The line is continued on the next one; what follows it must not be torn apart. */
static bool
continues(struct span line)
{
	return line.len > 0 && line.at[line.len - 1] == '\\';
}

/* Byte offsets of the places in question; -1 where there is none. */
struct places {
	long behind_loginuid, before_session, ours, before_account;
};

static struct places
find_places(const char *text)
{
	struct places places = { -1, -1, -1, -1 };
	const char *cursor = text;
	struct span line;
	struct pam_line pam;
	bool is_continued = false;

	while (lines_next(&cursor, &line)) {
		bool was_continued = is_continued;
		long at = line.at - text;

		is_continued = continues(line);
		if (was_continued || !parse(line, &pam))
			continue;
		if (places.before_account < 0 && lines_is_fold(pam.type, "account"))
			places.before_account = at;
		if (!is_session(&pam))
			continue;
		if (lines_is(pam.module, "pam_iamlogin.so") && places.ours < 0)
			places.ours = at;
		while (is_continued && lines_is(pam.module, "pam_loginuid.so") &&
		       lines_next(&cursor, &line))
			is_continued = continues(line);
		if (lines_is(pam.module, "pam_loginuid.so"))
			places.behind_loginuid = cursor - text;
		if (places.before_session < 0 &&
		    !(lines_is(pam.module, "pam_selinux.so") && pam.has_close))
			places.before_session = at;
	}
	return places;
}

static int
insert(const char *text, long at, const char *line, char **ret_text)
{
	size_t len = strlen(text), added = strlen(line), offset = (size_t)at;
	bool needs_newline = offset > 0 && text[offset - 1] != '\n';
	char *result = malloc(len + added + 2);
	char *to = result;

	if (result == NULL)
		return -ENOMEM;
	memcpy(to, text, offset);
	to += offset;
	if (needs_newline)
		*to++ = '\n';
	memcpy(to, line, added);
	memcpy(to + added, text + offset, len - offset + 1);
	*ret_text = result;
	return 0;
}

static int
unchanged(const char *text, char **ret_text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return -ENOMEM;
	*ret_text = copy;
	return 0;
}

/* Nothing but comments and empty lines between two places. */
static bool
is_nothing_between(const char *text, long from, long to)
{
	const char *cursor = text + from;
	struct span line, word;

	while (cursor < text + to && lines_next(&cursor, &line)) {
		line = lines_up_to(line, '#');
		if (lines_word(&line, &word))
			return false;
	}
	return true;
}

int
enable_pam_add_session(const char *text, char **ret_text)
{
	struct places places = find_places(text);
	long at =
	    places.behind_loginuid >= 0 ? places.behind_loginuid : places.before_session;

	if (at < 0)
		return ENABLE_PAM_E_NO_PLACE;
	if (places.ours >= 0) {
		if (places.ours < at || is_nothing_between(text, at, places.ours))
			return unchanged(text, ret_text);
		return ENABLE_PAM_E_ELSEWHERE;
	}
	return insert(text, at, SESSION_LINE, ret_text);
}

int
enable_pam_add_account(const char *text, char **ret_text)
{
	struct places places = find_places(text);
	const char *cursor = text;
	struct pam_line pam;
	struct span line;

	while (lines_next(&cursor, &line))
		if (parse(line, &pam) && lines_is_fold(pam.type, "account") &&
		    lines_is(pam.module, "pam_iamlogin.so"))
			return unchanged(text, ret_text);
	if (places.before_account < 0)
		return ENABLE_PAM_E_NO_PLACE;
	return insert(text, places.before_account, ACCOUNT_LINE, ret_text);
}

int
enable_pam_remove(const char *text, char **ret_text)
{
	const char *cursor = text;
	struct pam_line pam;
	struct span line;
	char *result = malloc(strlen(text) + 1);
	char *to = result;
	size_t len;

	if (result == NULL)
		return -ENOMEM;
	while (lines_next(&cursor, &line)) {
		if (parse(line, &pam) && lines_is(pam.module, "pam_iamlogin.so"))
			continue;
		len = (size_t)(cursor - line.at);
		memcpy(to, line.at, len);
		to += len;
	}
	*to = '\0';
	*ret_text = result;
	return 0;
}

bool
enable_pam_names_us(const char *text)
{
	const char *cursor = text;
	struct pam_line pam;
	struct span line;

	while (lines_next(&cursor, &line))
		if (parse(line, &pam) && lines_is(pam.module, "pam_iamlogin.so"))
			return true;
	return false;
}
