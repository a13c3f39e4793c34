/* SPDX-License-Identifier: Apache-2.0 */
/* publish_doors.c - what local accounts are to us, as a link; contract in publish.h */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base.h"
#include "common/published_format.h"
#include "daemon/log.h"
#include "daemon/publish.h"

/* What says that more are listed always has room. */
#define ROOM_FOR_MORE (sizeof(DOORS_LISTED_NAME "=" DOORS_ANYBODY " ") - 1)

struct text {
	char bytes[DOORS_TEXT_SIZE + 1];
	size_t len;
	bool is_cut;
};

static void
add_word(struct text *text, const char *key, const char *value)
{
	size_t left = sizeof(text->bytes) - ROOM_FOR_MORE - text->len;
	int n = snprintf(text->bytes + text->len, left, "%s=%s ", key, value);

	if (n > 0 && (size_t)n < left && (size_t)n < DOORS_WORD_SIZE - 1) {
		text->len += (size_t)n;
	} else {
		text->bytes[text->len] = '\0';
		text->is_cut = true;
	}
}

static void
add_names(struct text *text, const char *key, const struct config_list *names)
{
	for (size_t i = 0; names != NULL && i < names->n; i++)
		add_word(text, key, names->items[i]);
}

/*
 * Whoever must get in stands before whoever is to be judged. Who has no room among the latter
 * must not pass because of that; but nobody is kept out who may be one of the former.
 */
static void
make_text(const struct publish_facts *facts, struct text *ret_text)
{
	bool has_all;

	*ret_text = (struct text){ .bytes = " ", .len = 1 };
	if (facts->local != CONFIG_LOCAL_ANY)
		add_word(ret_text, DOORS_LOCAL, DOORS_LOCAL_CLOSED);
	add_names(ret_text, DOORS_BREAK_GLASS_NAME, facts->break_glass);
	has_all = !ret_text->is_cut;
	add_names(ret_text, DOORS_LISTED_NAME, facts->shared);
	if (has_all && ret_text->is_cut)
		ret_text->len += (size_t)snprintf(ret_text->bytes + ret_text->len,
		    ROOM_FOR_MORE + 1, "%s=%s ", DOORS_LISTED_NAME, DOORS_ANYBODY);
}

int
publish_doors(const char *path, const struct publish_facts *facts)
{
	char standing[DOORS_TEXT_SIZE + 1], temp[256];
	struct text text;
	ssize_t n;

	make_text(facts, &text);
	n = readlink(path, standing, sizeof(standing));
	if (n == (ssize_t)text.len && memcmp(standing, text.bytes, text.len) == 0)
		return 0;
	if (text.is_cut)
		log_line(LOG_WARNING,
		    "%s has no room for all of [accounts] break_glass and shared: while PAM "
		    "cannot open the snapshot, it refuses local accounts that may be shared",
		    path);
	(void)snprintf(temp, sizeof(temp), "%s.new", path);
	if (unlink(temp) < 0 && errno != ENOENT) /* of a run that was killed */
		return -errno;
	if (symlink(text.bytes, temp) < 0 || rename(temp, path) < 0)
		return -errno;
	return 0;
}
