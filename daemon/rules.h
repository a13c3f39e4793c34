/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules.h - the three-valued rules of [login] and [sudo]
 *
 * Room: daemon. Pure.
 *
 *   rule = term *( "&" term )        blanks around & only
 *   term = kind ":" body
 *   body = 1*( any byte but blank & ; " \ )  |  '"' *( any but " \ | '\"' | '\\' ) '"'
 *
 * kinds: group:NAME user:NAME path:/a/ or /a/STAR tag:KEY[=VALUE] instance:KEY[=VALUE]
 * match:KEY via:WAY caller:ARN or caller:ARN-STAR. Tag keys compare ignoring ASCII case;
 * names and values are exact. "KEY=" matches the empty value only; KEY alone any value.
 * path:/a/STAR (an asterisk) matches at /a/ and below. match:KEY: the person's tag and the
 * instance's have a value in common; several values in one tag are separated by space or
 * ':'. via: is how somebody comes in, one of rules_way(); caller: who sent the key by EC2
 * Instance Connect, as CloudTrail has it.
 */
#ifndef DAEMON_RULES_H
#define DAEMON_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/verdict.h"
#include "daemon/directory.h"
#include "daemon/instance.h"

#define RULES_TERMS_MAX 16
#define RULES_MAX 64
#define RULES_LINE_MAX 198

enum rules_value {
	RULES_FALSE = 0,
	RULES_UNKNOWN,
	RULES_TRUE,
};

enum rules_kind {
	RULES_GROUP = 1,
	RULES_USER,
	RULES_PATH,
	RULES_TAG,
	RULES_INSTANCE,
	RULES_MATCH,
	RULES_VIA,
	RULES_CALLER,
};

/* How somebody comes in. Where it is not known yet the whole of it is NULL. */
struct rules_access {
	const char *via; /* one of rules_way(), or another method, which no term names */
	const char *caller; /* an ARN; NULL: the way has none */
};

struct rules_term {
	enum rules_kind kind;
	char *text;  /* as written */
	char *key;   /* of tag, instance, match; else the whole body */
	char *value; /* NULL: any value */
};

struct rules_rule {
	char *text; /* as written, without surrounding blanks */
	struct rules_term terms[RULES_TERMS_MAX];
	size_t n_terms;
};

/* One section: [login], [sudo] or [login:SERVICE]. */
struct rules_set {
	char *section; /* "login", "sudo", "login:cron" */
	struct rules_rule *allow;
	size_t n_allow;
	struct rules_rule *deny;
	size_t n_deny;
};

/* What decided, for records and explain; texts live as long as the set. */
struct rules_outcome {
	enum rules_value
	    value; /* TRUE = allowed, FALSE = denied, UNKNOWN = not knowable */
	enum verdict_reason reason; /* RULE_ALLOWS, RULE_DENIES, NO_RULE, NOT_KNOWABLE */
	const struct rules_rule *rule; /* NULL with NO_RULE */
	size_t number;                 /* of the rule in its list, from 1 */
	bool is_deny;
	const struct rules_term
	    *term; /* the unknown (or, with one false allow rule, false) term */
	const char
	    *why; /* static text for an unknown term: the switch or permission missing */
};

/**
 * rules_parse() - one rule's text
 * @ret_error: on -EINVAL one line for people that names the byte position. 200 bytes.
 */
int rules_parse(const char *text, struct rules_rule *ret_rule, char ret_error[200]);
void rules_rule_done(struct rules_rule *rule);

/** rules_way() - "iam-key", "tag-key", "eic", "password", …; NULL past the last */
const char *rules_way(size_t n);

/** rules_is_about_access() - a term of via: or caller: */
bool rules_is_about_access(const struct rules_term *term);

/**
 * rules_eval_term() - @ret_why may be NULL; set (static text) when the value is UNKNOWN
 * @access: NULL: not known, and via: and caller: are UNKNOWN
 */
enum rules_value rules_eval_term(const struct rules_term *term,
    const struct directory_principal *who, const struct instance *instance,
    const struct rules_access *access, const char **ret_why);

/** rules_eval_rule() - AND: FALSE if any term is false, else UNKNOWN if any is, else TRUE */
enum rules_value
rules_eval_rule(const struct rules_rule *rule, const struct directory_principal *who,
    const struct instance *instance, const struct rules_access *access,
    const struct rules_term **ret_term, const char **ret_why);

/**
 * rules_eval() - a section's answer for a principal
 *
 * A true deny denies; else an unknown deny makes it UNKNOWN; else a true allow allows; else
 * an unknown allow makes it UNKNOWN; else denied (NO_RULE).
 */
void rules_eval(const struct rules_set *set, const struct directory_principal *who,
    const struct instance *instance, const struct rules_access *access,
    struct rules_outcome *ret_outcome);

/** rules_tag() - the value of a tag, ignoring the key's case; NULL when absent */
const char *rules_tag(const struct directory_tag *tags, size_t n_tags, const char *key);

#endif
