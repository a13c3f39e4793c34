/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules_parse.c - a rule's text into terms; grammar in rules.h
 *
 * A term that could never be true is refused here: in an allow line it would be dead, in a
 * deny line it would silently let people in.
 */
#include <stdarg.h>
#include <string.h>

#include "daemon/rules.h"
#include "daemon/utf8.h"

#define IAM_NAME_MAX 128 /* of a group; a user has 64 (IAM User Guide, IAM quotas) */

static const struct {
	const char *name;
	enum rules_kind kind;
} kinds[] = {
	{ "group", RULES_GROUP },
	{ "user", RULES_USER },
	{ "path", RULES_PATH },
	{ "tag", RULES_TAG },
	{ "instance", RULES_INSTANCE },
	{ "match", RULES_MATCH },
	{ "via", RULES_VIA },
	{ "caller", RULES_CALLER },
};

/* Where we are in the text, and where to say what is wrong. */
struct cursor {
	const char *text;
	size_t at;
	size_t end;  /* a blank or the NUL stands there */
	char *error; /* 200 bytes */
};

static int BASE_PRINTF(3, 4) refuse(struct cursor *c, size_t at, const char *format, ...)
{
	char what[160];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	(void)snprintf(c->error, 200, "byte %zu: %s", at + 1, what);
	return -EINVAL;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void
skip_blanks(struct cursor *c)
{
	while (c->at < c->end && is_blank(c->text[c->at]))
		c->at++;
}

static bool
is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Printable ASCII but the blank. */
static bool
is_graphic(char c)
{
	return (unsigned char)c > 0x20 && (unsigned char)c < 0x7f;
}

/* "body" between the quotes, with \" and \\ undone. */
static int
parse_quoted(struct cursor *c, char *ret, size_t *ret_len)
{
	size_t opened = c->at++;
	size_t len = 0;

	while (c->at < c->end && c->text[c->at] != '"') {
		char byte = c->text[c->at];

		if (is_control(byte))
			return refuse(c, c->at, "a control byte");
		if (byte == '\\') {
			c->at++;
			if (c->text[c->at] != '"' && c->text[c->at] != '\\')
				return refuse(
				    c, c->at - 1, "only \\\" and \\\\ are known escapes");
			byte = c->text[c->at];
		}
		ret[len++] = byte;
		c->at++;
	}
	if (c->at >= c->end)
		return refuse(c, opened, "the quote is not closed");
	c->at++;
	if (c->at < c->end && !is_blank(c->text[c->at]) && c->text[c->at] != '&')
		return refuse(c, c->at, "text after the closing quote");
	*ret_len = len;
	return 0;
}

static int
parse_body(struct cursor *c, char *ret, size_t *ret_len)
{
	size_t len = 0;

	if (c->text[c->at] == '"')
		return parse_quoted(c, ret, ret_len);
	while (c->at < c->end && !is_blank(c->text[c->at]) && c->text[c->at] != '&') {
		char byte = c->text[c->at];

		if (is_control(byte))
			return refuse(c, c->at, "a control byte");
		if (byte == ';' || byte == '"' || byte == '\\')
			return refuse(c, c->at,
			    "%c stands only inside quotes, as in tag:\"a=b c\"", byte);
		ret[len++] = byte;
		c->at++;
	}
	*ret_len = len;
	return 0;
}

static int
parse_kind(struct cursor *c, enum rules_kind *ret_kind)
{
	const char *word = c->text + c->at;
	size_t len = 0;

	while (word[len] >= 'a' && word[len] <= 'z')
		len++;
	if (len == 0 || word[len] != ':')
		return refuse(
		    c, c->at, "expected a term such as group:NAME or tag:KEY=VALUE");
	for (size_t i = 0; i < BASE_N(kinds); i++) {
		if (strlen(kinds[i].name) == len &&
		    memcmp(kinds[i].name, word, len) == 0) {
			*ret_kind = kinds[i].kind;
			c->at += len + 1;
			return 0;
		}
	}
	return refuse(c, c->at,
	    "unknown term %.*s: (known: group user path tag instance match via caller)",
	    (int)(len > 40 ? 40 : len), word);
}

/*
 * IAM's alphabet of names: aws-facts "Names, quotas, tags"; no wildcards in particular. No body
 * is empty, here and below.
 */
static bool
is_iam_name(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || strchr("_+=,.@-", c) != NULL))
			return false;
	}
	return len <= IAM_NAME_MAX;
}

/* "/", "/a/", or one of them with an asterisk behind; printable ASCII, as IAM's */
static bool
is_iam_path(const char *path)
{
	size_t len = strlen(path);

	if (path[len - 1] == '*')
		len--;
	if (path[0] != '/' || path[len - 1] != '/')
		return false;
	for (size_t i = 1; i < len; i++)
		if (!is_graphic(path[i]) || path[i] == '*' || path[i] == '?' ||
		    (path[i] == '/' && path[i - 1] == '/'))
			return false;
	return true;
}

/* "arn:…", printable ASCII, with an asterisk at the end or none */
static bool
is_arn_pattern(const char *arn)
{
	size_t len = strlen(arn);

	if (strncmp(arn, "arn:", 4) != 0 || len == 4)
		return false;
	for (size_t i = 4; i < len; i++)
		if (!is_graphic(arn[i]) || arn[i] == '?' ||
		    (arn[i] == '*' && i + 1 < len))
			return false;
	return true;
}

static bool
is_way(const char *via)
{
	const char *way;

	for (size_t i = 0; (way = rules_way(i)) != NULL; i++)
		if (strcmp(way, via) == 0)
			return true;
	return false;
}

/* Checks the body of @term and splits KEY=VALUE; @at is where the body begins. */
static int
finish_term(struct cursor *c, size_t at, struct rules_term *term)
{
	char *equals = NULL;

	switch (term->kind) {
	case RULES_GROUP:
	case RULES_USER:
		if (!is_iam_name(term->key))
			return refuse(
			    c, at, "no IAM name: letters, digits and _+=,.@- only");
		return 0;
	case RULES_PATH:
		if (!is_iam_path(term->key))
			return refuse(
			    c, at, "a path is /a/ (exactly) or /a/* (and below)");
		return 0;
	case RULES_VIA:
		if (!is_way(term->key))
			return refuse(c, at,
			    "via: takes iam-key, tag-key, file-key, eic, cert, password, "
			    "keyboard-interactive, gssapi-with-mic or hostbased");
		return 0;
	case RULES_CALLER:
		if (!is_arn_pattern(term->key))
			return refuse(c, at,
			    "caller: takes an ARN, arn:…, or the beginning of one with * behind");
		return 0;
	case RULES_MATCH:
		if (strchr(term->key, '=') != NULL)
			return refuse(c, at, "match: takes a tag key without a value");
		return 0;
	case RULES_TAG:
	case RULES_INSTANCE:
	default:
		equals = strchr(term->key, '=');
		break;
	}
	if (equals == NULL)
		return 0;
	if (equals == term->key)
		return refuse(c, at, "a tag key stands before '='");
	term->value = strdup(equals + 1);
	if (term->value == NULL)
		return -ENOMEM;
	*equals = '\0';
	return 0;
}

static void
term_done(struct rules_term *term)
{
	free(term->text);
	free(term->key);
	free(term->value);
}

static int
parse_term(struct cursor *c, struct rules_term *term)
{
	char body[RULES_LINE_MAX]; /* a kind and its colon stand before it */
	size_t begin = c->at;
	size_t body_at;
	size_t len = 0;
	int r;

	r = parse_kind(c, &term->kind);
	if (r != 0)
		return r;
	body_at = c->at;
	r = parse_body(c, body, &len);
	if (r != 0)
		return r;
	if (len == 0)
		return refuse(c, body_at, "nothing after the colon");
	term->text = strndup(c->text + begin, c->at - begin);
	term->key = strndup(body, len);
	if (term->text == NULL || term->key == NULL)
		return -ENOMEM;
	return finish_term(c, body_at, term);
}

static int
parse_terms(struct cursor *c, struct rules_rule *rule)
{
	int r;

	for (;;) {
		if (rule->n_terms == RULES_TERMS_MAX)
			return refuse(c, c->at, "more than %d terms", RULES_TERMS_MAX);
		r = parse_term(c, &rule->terms[rule->n_terms++]);
		if (r != 0)
			return r;
		skip_blanks(c);
		if (c->at == c->end)
			return 0;
		if (c->text[c->at] != '&')
			return refuse(c, c->at, "expected & between two terms");
		c->at++;
		skip_blanks(c);
	}
}

int
rules_parse(const char *text, struct rules_rule *ret_rule, char ret_error[200])
{
	struct cursor c = { .text = text, .end = strlen(text), .error = ret_error };
	struct rules_rule rule = { 0 };
	size_t wrong;
	int r;

	if (c.end > RULES_LINE_MAX)
		return refuse(
		    &c, RULES_LINE_MAX, "a rule has at most %d bytes", RULES_LINE_MAX);
	if (!utf8_is_valid(text, c.end, &wrong))
		return refuse(&c, wrong, "not UTF-8");
	skip_blanks(&c);
	while (c.end > c.at && is_blank(text[c.end - 1]))
		c.end--;
	if (c.at == c.end)
		return refuse(&c, c.at, "an empty rule");

	rule.text = strndup(text + c.at, c.end - c.at);
	r = rule.text != NULL ? parse_terms(&c, &rule) : -ENOMEM;
	if (r != 0) {
		rules_rule_done(&rule);
		return r;
	}
	*ret_rule = rule;
	return 0;
}

void
rules_rule_done(struct rules_rule *rule)
{
	for (size_t i = 0; i < rule->n_terms; i++)
		term_done(&rule->terms[i]);
	free(rule->text);
	*rule = (struct rules_rule){ 0 };
}
