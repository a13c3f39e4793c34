/* SPDX-License-Identifier: Apache-2.0 */
/* sigv4_canonical.c - the canonical forms; contract in sigv4_canonical.h */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/sigv4_canonical.h"

struct pair {
	char *name;
	char *value;
	size_t order;
};

struct pairs {
	struct pair *all;
	size_t n;
};

static void
pairs_done(struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->n; i++) {
		buf_wipe_text(pairs->all[i].name);
		buf_wipe_text(pairs->all[i].value);
	}
	free(pairs->all);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Whatever mix of raw and escaped octets comes: each ends up escaped exactly once. */
static void
encode_once(const char *text, size_t len, const char *keep, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		char octet = text[i];

		if (octet == '%' && i + 2 < len && hex_digit(text[i + 1]) >= 0 &&
		    hex_digit(text[i + 2]) >= 0) {
			octet =
			    (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
			i += 2;
		}
		buf_percent(out, &octet, 1, keep);
	}
}

/* Take back the last segment: "/a/b" becomes "/a". */
static void
drop_segment(struct buf *path)
{
	while (path->len > 0 && path->bytes[path->len - 1] != '/')
		path->len--;
	if (path->len > 0)
		path->len--;
}

/* RFC 3986 5.2.4, and empty segments go as well. */
static void
normalise(const char *path, struct buf *out)
{
	const char *at = path;
	bool ends_in_slash = false;

	while (*at == '/') {
		size_t len = strcspn(++at, "/");

		ends_in_slash = true;
		if (len == 2 && strncmp(at, "..", 2) == 0) {
			drop_segment(out);
		} else if (len > 0 && !(len == 1 && *at == '.')) {
			buf_text(out, "/");
			buf_add(out, at, len);
			ends_in_slash = false;
		}
		at += len;
	}
	if (ends_in_slash || out->len == 0)
		buf_text(out, "/");
}

int
sigv4_canonical_path(const char *path, bool is_s3, struct buf *out)
{
	_cleanup_buf_ struct buf plain = BUF_EMPTY;

	if (path[0] != '/')
		return -EINVAL;
	if (is_s3) {
		encode_once(path, strlen(path), "/", out);
		return out->has_failed ? -ENOMEM : 0;
	}
	normalise(path, &plain);
	if (plain.has_failed)
		return -ENOMEM;
	buf_percent(out, plain.bytes, plain.len, "/");
	return out->has_failed ? -ENOMEM : 0;
}

static int
compare_parameters(const void *a, const void *b)
{
	const struct pair *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return order != 0 ? order : strcmp(left->value, right->value);
}

static int
compare_headers(const void *a, const void *b)
{
	const struct pair *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	if (order != 0)
		return order;
	return left->order < right->order ? -1 : left->order > right->order;
}

static char *
encoded(const char *text, size_t len)
{
	struct buf out = BUF_EMPTY;

	encode_once(text, len, "", &out);
	return buf_take(&out);
}

static int
split_query(const char *query, struct pairs *pairs)
{
	size_t most = 1;

	for (const char *at = query; *at != '\0'; at++)
		most += *at == '&';
	pairs->all = calloc(most, sizeof(*pairs->all));
	if (pairs->all == NULL)
		return -ENOMEM;
	for (const char *at = query; *at != '\0'; at += *at == '&') {
		size_t len = strcspn(at, "&"), name_len = strcspn(at, "=&");
		struct pair *pair = &pairs->all[pairs->n];

		if (len > 0) {
			size_t value_at = name_len < len ? name_len + 1 : len;

			pair->name = encoded(at, name_len);
			pair->value = encoded(at + value_at, len - value_at);
			pairs->n++;
			if (pair->name == NULL || pair->value == NULL)
				return -ENOMEM;
		}
		at += len;
	}
	return 0;
}

int
sigv4_canonical_query(const char *query, struct buf *out)
{
	_cleanup_(pairs_done) struct pairs pairs = { .all = NULL };
	int r = split_query(query, &pairs);

	if (r != 0)
		return r;
	qsort(pairs.all, pairs.n, sizeof(*pairs.all), compare_parameters);
	for (size_t i = 0; i < pairs.n; i++)
		buf_printf(out, "%s%s=%s", i == 0 ? "" : "&", pairs.all[i].name,
		    pairs.all[i].value);
	buf_add(out, "", 0);
	return out->has_failed ? -ENOMEM : 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Trimmed; every run of blanks and folded lines becomes one space. */
static char *
collapsed(const char *value)
{
	struct buf out = BUF_EMPTY;

	for (const char *at = value; *at != '\0'; at++) {
		if (!is_blank(*at)) {
			buf_add(&out, at, 1);
		} else if (out.len > 0 && !is_blank(at[1]) && at[1] != '\0') {
			buf_text(&out, " ");
		}
	}
	return buf_take(&out);
}

static char *
lowered(const char *name)
{
	struct buf out = BUF_EMPTY;

	for (; *name != '\0'; name++) {
		char c = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;

		buf_add(&out, &c, 1);
	}
	return buf_take(&out);
}

int
sigv4_canonical_headers(
    const struct sigv4_header *headers, size_t n, struct buf *lines, struct buf *names)
{
	_cleanup_(pairs_done) struct pairs pairs = { .all = NULL };
	bool has_host = false;

	pairs.all = calloc(n + 1, sizeof(*pairs.all));
	if (pairs.all == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct pair *pair = &pairs.all[pairs.n++];

		pair->name = lowered(headers[i].name);
		pair->value = collapsed(headers[i].value);
		pair->order = i;
		if (pair->name == NULL || pair->value == NULL)
			return -ENOMEM;
		has_host = has_host || strcmp(pair->name, "host") == 0;
	}
	if (!has_host)
		return -EINVAL;
	qsort(pairs.all, pairs.n, sizeof(*pairs.all), compare_headers);
	for (size_t i = 0; i < pairs.n; i++) {
		const struct pair *pair = &pairs.all[i];
		bool is_more = i > 0 && strcmp(pair[-1].name, pair->name) == 0;

		if (!is_more) {
			buf_printf(lines, "%s%s:", i == 0 ? "" : "\n", pair->name);
			buf_printf(names, "%s%s", i == 0 ? "" : ";", pair->name);
		}
		buf_printf(lines, "%s%s", is_more ? "," : "", pair->value);
	}
	buf_text(lines, "\n");
	return lines->has_failed || names->has_failed ? -ENOMEM : 0;
}
