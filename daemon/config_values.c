/* SPDX-License-Identifier: Apache-2.0 */
/* config_values.c - values of the configuration; contract in config_values.h */
#include <stdarg.h>
#include <string.h>

#include "common/text.h"
#include "daemon/config_values.h"

#define DURATION_MAX_S (366u * 86400u)
#define WORD_MAX 64 /* longer words are not worth a suggestion */

static const char digits[] = "0123456789";

int
config_value_why(char *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, CONFIG_WHY_SIZE, format, args);
	va_end(args);
	return -EINVAL;
}

int
config_value_list(const char *value, struct config_list *ret_list, char *why)
{
	struct config_list list = { 0 };
	size_t len;

	(void)why;
	/* A line of 198 bytes has no more than 99 words. */
	list.items = calloc(strlen(value) / 2 + 1, sizeof(char *));
	if (list.items == NULL)
		return -ENOMEM;
	for (value += strspn(value, " \t"); *value != '\0';
	     value += strspn(value, " \t")) {
		len = strcspn(value, " \t");
		list.items[list.n] = strndup(value, len);
		if (list.items[list.n++] == NULL) {
			config_value_list_done(&list);
			return -ENOMEM;
		}
		value += len;
	}
	*ret_list = list;
	return 0;
}

void
config_value_list_done(struct config_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct config_list){ 0 };
}

int
config_value_bool(const char *value, bool *ret_bool, char *why)
{
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return config_value_why(why, "yes or no is expected");
	*ret_bool = value[0] == 'y';
	return 0;
}

int
config_value_duration(const char *value, uint32_t *ret_s, char *why)
{
	static const char units[] = "smhd";
	static const uint32_t unit_s[] = { 1, 60, 3600, 86400 };
	size_t len = strspn(value, digits);
	char number[16];
	uint32_t n;
	const char *unit;

	unit = value[len] != '\0' ? strchr(units, value[len]) : NULL;
	if (len == 0 || len >= sizeof(number) || unit == NULL || value[len + 1] != '\0')
		return config_value_why(
		    why, "a duration is a number with s, m, h or d, as in 10m");
	memcpy(number, value, len);
	number[len] = '\0';
	if (text_parse_u32(number, DURATION_MAX_S / unit_s[unit - units], &n) != 0 ||
	    n == 0)
		return config_value_why(why, "a duration is 1s to 366d");
	*ret_s = n * unit_s[unit - units];
	return 0;
}

/* A path that can stand in struct passwd too: no colon. */
int
config_value_absolute(const char *value, char *why)
{
	size_t len = strlen(value);

	if (value[0] != '/')
		return config_value_why(why, "an absolute path is expected");
	if (len == 1 || value[len - 1] == '/')
		return config_value_why(why, "the path may not end in '/'");
	if (strchr(value, ':') != NULL)
		return config_value_why(why, "no ':' in a path");
	for (const char *p = value; (p = strchr(p, '/')) != NULL;) {
		size_t part;

		p++;
		part = strcspn(p, "/");
		if (part == 0 || (part <= 2 && strspn(p, ".") >= part))
			return config_value_why(why, "no '.', '..' or '//' in a path");
	}
	return 0;
}

/* The same as keys/chain.c takes; an empty value is none. */
int
config_value_chain(const char *value, char *why)
{
	size_t words = 0;

	if (value[0] == '\0')
		return 0;
	if (value[0] != '/')
		return config_value_why(why, "\"%s\" is no absolute path", value);
	for (const char *at = value; (at = strchr(at, '%')) != NULL; at += 2)
		if (at[1] == '\0' || strchr("utk%", at[1]) == NULL)
			return config_value_why(
			    why, "only %%u, %%t, %%k and %%%% are known behind a %%");
	for (const char *at = value; *at != '\0'; at += strspn(at, " \t")) {
		words++;
		at += strcspn(at, " \t");
	}
	if (words > 16)
		return config_value_why(why, "more than 16 words");
	return 0;
}

/* It stands in sshd_config, too, as one word; an empty value is none. */
int
config_value_ca_keys(const char *value, char *why)
{
	if (value[0] == '\0')
		return 0;
	if (strpbrk(value, " \t%\"'#") != NULL)
		return config_value_why(why, "no blank, quote, # or %% in this path");
	return config_value_absolute(value, why);
}

int
config_value_home(const char *value, char *why)
{
	size_t n = 0;

	for (const char *p = value; (p = strchr(p, '%')) != NULL; p += 2) {
		if (p[1] != 'u' || ++n > 1)
			return config_value_why(
			    why, "of all %% only %%u is known, and only once");
	}
	return config_value_absolute(value, why);
}

int
config_value_shell(const char *value, char *why)
{
	if (strpbrk(value, " \t%") != NULL)
		return config_value_why(why, "the path of a shell, without arguments");
	return config_value_absolute(value, why);
}

int
config_value_region(const char *value, char *why)
{
	size_t len = strlen(value);

	if (len > 32 || value[0] < 'a' || value[0] > 'z' ||
	    strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789-") != len ||
	    strchr(value, '-') == NULL)
		return config_value_why(why, "a region is expected, as in eu-central-1");
	return 0;
}

int
config_value_account(const char *value, char *why)
{
	if (strlen(value) != 12 || strspn(value, digits) != 12)
		return config_value_why(why, "an account has 12 digits");
	return 0;
}

/* arn:PARTITION:iam::ACCOUNT:role/[PATH/]NAME */
int
config_value_role(const char *value, char *why)
{
	size_t partition_len =
	    strncmp(value, "arn:aws", 7) == 0 ? strcspn(value + 4, ":") : 0;
	const char *at = value + 4 + partition_len;

	if (partition_len != 0 && partition_len <= 16 && strlen(value) <= 2048 &&
	    strncmp(at, ":iam::", 6) == 0 && strspn(at + 6, digits) == 12 &&
	    strncmp(at + 18, ":role/", 6) == 0 && at[24] != '\0' &&
	    strspn(at + 24,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
		"_+=,.@/-") == strlen(at + 24))
		return 0;
	return config_value_why(
	    why, "the ARN of a role is expected: arn:aws:iam::ACCOUNT:role/NAME");
}

int
config_value_tag_key(const char *value, char *why)
{
	if (strlen(value) > 128)
		return config_value_why(why, "a tag key has at most 128 characters");
	if (strchr(value, '=') != NULL)
		return config_value_why(why, "a tag key alone is expected, without '='");
	return 0;
}

int
config_value_domain(const char *value, char *why)
{
	size_t len = strlen(value);

	if (value[0] == '@')
		return config_value_why(why, "the domain without its '@'");
	if (len > 253 || value[0] == '.' || value[len - 1] == '.' ||
	    strspn(value,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") !=
		len)
		return config_value_why(why, "a domain is expected, as in corp.com");
	return 0;
}

static size_t
smallest(size_t a, size_t b, size_t c)
{
	a = a < b ? a : b;
	return a < c ? a : c;
}

/* Levenshtein's distance of two words of at most WORD_MAX bytes. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1];
	size_t n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < n; j++) {
			size_t above = row[j + 1];

			row[j + 1] = smallest(
			    above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1));
			diagonal = above;
		}
	}
	return row[n];
}

void
config_value_nearest(const char *word, const char *const *known, size_t n_known,
    char *ret, size_t ret_size)
{
	const char *best = NULL;
	size_t best_distance = 4;

	ret[0] = '\0';
	if (strlen(word) > WORD_MAX)
		return;
	for (size_t i = 0; i < n_known; i++) {
		size_t d = distance(word, known[i]);

		if (d < best_distance && d < strlen(known[i])) {
			best = known[i];
			best_distance = d;
		}
	}
	if (best != NULL)
		(void)snprintf(ret, ret_size, "; did you mean %s?", best);
}
