/* SPDX-License-Identifier: Apache-2.0 */
/* guardrails.c - see guardrails.h */
#include <stdbool.h>
#include <string.h>

#include <json-c/json.h>

#include "cli/enable_conf.h"
#include "cli/guardrails.h"
#include "cli/lines.h"
#include "common/base.h"
#include "common/text.h"

#define GROUPS_MAX 12 /* of 128 bytes, twice each */

/* What the configuration trusts, each once, as written. */
struct trusted {
	struct json_object *tags, *instance_tags, *paths, *groups, *role_paths;
};

/* Below whichever path; a name has no slash, so no other user's ARN ends like this. */
#define OWN_USER \
	"arn:*:iam::*:user/${aws:username}", "arn:*:iam::*:user/*/${aws:username}"

static void
add(struct json_object *array, const char *text)
{
	for (size_t i = 0; i < json_object_array_length(array); i++)
		if (text_equal_fold(
			json_object_get_string(json_object_array_get_idx(array, i)),
			text))
			return;
	json_object_array_add(array, json_object_new_string(text));
}

/* The body of a term: quoted, or up to a blank or '&'. Returns what follows it. */
static const char *
take_body(const char *at, char body[256])
{
	size_t n = 0;

	if (*at == '"') {
		for (at++; *at != '\0' && *at != '"' && n + 1 < 256; at++) {
			if (*at == '\\' && at[1] != '\0')
				at++;
			body[n++] = *at;
		}
		at += *at == '"';
	} else {
		for (; *at != '\0' && strchr(" \t&;\n", *at) == NULL && n + 1 < 256; at++)
			body[n++] = *at;
	}
	body[n] = '\0';
	return at;
}

static void
add_term(struct trusted *trusted, const char *kind, size_t len, char *body)
{
	struct span name = { .at = kind, .len = len };
	char *value;

	if (lines_is(name, "path")) {
		add(trusted->paths, body);
	} else if (lines_is(name, "group")) {
		add(trusted->groups, body);
	} else if (lines_is(name, "tag") || lines_is(name, "instance") ||
		   lines_is(name, "match")) {
		value = strchr(body, '=');
		if (value != NULL)
			*value = '\0';
		if (!lines_is(name, "instance"))
			add(trusted->tags, body);
		if (!lines_is(name, "tag"))
			add(trusted->instance_tags, body);
	}
}

/* "kind:body & kind:body", and "kind:body kind:body" of [principals] */
static void
add_terms(struct trusted *trusted, const char *value)
{
	char body[256];

	while (*value != '\0') {
		size_t len = strspn(value, " \t&");
		const char *kind = value + len;

		len = strspn(kind, "abcdefghijklmnopqrstuvwxyz-");
		if (len == 0 || kind[len] != ':')
			return;
		value = take_body(kind + len + 1, body);
		add_term(trusted, kind, len, body);
	}
}

static bool
is_rule(struct span key)
{
	return lines_is(key, "allow") || lines_is(key, "deny") || lines_is(key, "users");
}

static void
gather_rules(struct trusted *trusted, const char *config)
{
	const char *cursor = config;
	struct span line, key;

	while (lines_next(&cursor, &line)) {
		char value[512];
		const char *equals = memchr(line.at, '=', line.len);
		struct span rest = line;

		if (equals == NULL || !lines_word(&rest, &key))
			continue;
		key = lines_up_to(key, '=');
		if (!is_rule(key))
			continue;
		equals++;
		lines_copy((struct span){ equals, (size_t)(line.at + line.len - equals) },
		    value, sizeof(value));
		add_terms(trusted, value);
	}
}

static void
gather(struct trusted *trusted, const char *config)
{
	_cleanup_free_ char *runas = enable_conf_get(config, "accounts", "runas_tag");
	_cleanup_free_ char *uid = enable_conf_get(config, "accounts", "uid_tag");
	_cleanup_free_ char *keys = enable_conf_get(config, "keys", "tags");
	_cleanup_free_ char *roles = enable_conf_get(config, "principals", "roles");
	struct trusted only_roles = { .paths = json_object_new_array(),
		.tags = json_object_new_array(),
		.groups = json_object_new_array(),
		.instance_tags = json_object_new_array() };
	char name[24];

	gather_rules(trusted, config);
	add(trusted->tags, runas != NULL ? runas : "SSMSessionRunAs");
	if (uid != NULL && uid[0] != '\0')
		add(trusted->tags, uid);
	for (int i = 1; (keys == NULL || strcmp(keys, "no") != 0) && i <= 5; i++) {
		(void)snprintf(name, sizeof(name), "iamlogin:key-%d", i);
		add(trusted->tags, name);
	}
	if (roles != NULL)
		add_terms(&only_roles, roles);
	trusted->role_paths = only_roles.paths;
	json_object_put(only_roles.tags);
	json_object_put(only_roles.groups);
	json_object_put(only_roles.instance_tags);
}

static struct json_object *
list(const char *const *texts, size_t n)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(array, json_object_new_string(texts[i]));
	return array;
}
#define LIST(...)                                  \
	list((const char *const[]){ __VA_ARGS__ }, \
	    BASE_N(((const char *const[]){ __VA_ARGS__ })))

/* A statement that denies, but to the administrators. */
static struct json_object *
deny(const char *sid, struct json_object *actions, const char *element,
    struct json_object *resources, const char *admins)
{
	struct json_object *statement = json_object_new_object();
	struct json_object *condition = json_object_new_object();
	struct json_object *unlike = json_object_new_object();

	json_object_object_add(
	    unlike, "aws:PrincipalArn", json_object_new_string(admins));
	json_object_object_add(condition, "ArnNotLike", unlike);
	json_object_object_add(statement, "Sid", json_object_new_string(sid));
	json_object_object_add(statement, "Effect", json_object_new_string("Deny"));
	json_object_object_add(statement, "Action", actions);
	json_object_object_add(statement, element, resources);
	json_object_object_add(statement, "Condition", condition);
	return statement;
}

/* IAM compares tag keys ignoring case, so the condition has to. */
static struct json_object *
with_keys(struct json_object *statement, struct json_object *keys)
{
	struct json_object *condition, *any = json_object_new_object();

	(void)json_object_object_get_ex(statement, "Condition", &condition);
	json_object_object_add(any, "aws:TagKeys", json_object_get(keys));
	json_object_object_add(condition, "ForAnyValue:StringEqualsIgnoreCase", any);
	return statement;
}

/* "path:/people/STAR" and "group:NAME" as ARNs of any account and partition. */
static struct json_object *
arns(struct json_object *names, const char *kind, bool is_path, const char *behind)
{
	struct json_object *array = json_object_new_array();
	char arn[512];

	for (size_t i = 0; i < json_object_array_length(names); i++) {
		const char *name =
		    json_object_get_string(json_object_array_get_idx(names, i));
		size_t len = strlen(name);

		if (is_path && len > 0 && name[len - 1] == '*')
			len--;
		(void)snprintf(arn, sizeof(arn), "arn:*:iam::*:%s%s%.*s%s", kind,
		    is_path ? "" : "/", (int)len, name, is_path ? behind : "");
		json_object_array_add(array, json_object_new_string(arn));
		if (is_path)
			continue;
		(void)snprintf(arn, sizeof(arn), "arn:*:iam::*:%s/*/%s", kind, name);
		json_object_array_add(array, json_object_new_string(arn));
	}
	return array;
}

/* At most GROUPS_MAX of them to a statement, so that each fits into a policy. */
static void
add_groups(
    struct json_object *all, struct json_object *groups, size_t from, const char *admins)
{
	struct json_object *some = json_object_new_array();
	char sid[40];

	for (size_t i = from;
	     i < json_object_array_length(groups) && i < from + GROUPS_MAX; i++)
		json_object_array_add(
		    some, json_object_get(json_object_array_get_idx(groups, i)));
	if (from == 0)
		(void)snprintf(sid, sizeof(sid), "GroupsDecide");
	else
		(void)snprintf(
		    sid, sizeof(sid), "GroupsDecide%zu", from / GROUPS_MAX + 1);
	json_object_array_add(all,
	    deny(sid, LIST("iam:AddUserToGroup", "iam:CreateGroup", "iam:UpdateGroup"),
		"Resource", arns(some, "group", false, ""), admins));
	json_object_put(some);
}

static void
add_people(struct json_object *all, const struct trusted *trusted, const char *admins)
{
	if (json_object_array_length(trusted->paths) > 0)
		json_object_array_add(all,
		    deny("PeopleArePutInScope", LIST("iam:CreateUser", "iam:UpdateUser"),
			"Resource", arns(trusted->paths, "user", true, "*"), admins));
	json_object_array_add(
	    all, deny("KeysAreTheirOwners",
		     LIST("iam:UploadSSHPublicKey", "iam:UpdateSSHPublicKey"),
		     "NotResource", LIST(OWN_USER), admins));
	for (size_t i = 0; i < json_object_array_length(trusted->groups); i += GROUPS_MAX)
		add_groups(all, trusted->groups, i, admins);
	if (json_object_array_length(trusted->role_paths) > 0)
		json_object_array_add(all,
		    deny("RolesArePutInScope",
			LIST("iam:CreateRole", "iam:UpdateAssumeRolePolicy"), "Resource",
			arns(trusted->role_paths, "role", true, "*"), admins));
}

static void
add_tags(struct json_object *all, const struct trusted *trusted, const char *admins)
{
	json_object_array_add(
	    all, with_keys(deny("TagsDecide",
			       LIST("iam:TagUser", "iam:UntagUser", "iam:TagRole",
				   "iam:UntagRole", "iam:CreateUser", "iam:CreateRole"),
			       "Resource", LIST("*"), admins),
		     trusted->tags));
	/* Session Manager takes the account from a session tag, too */
	json_object_array_add(
	    all, with_keys(deny("SessionsDoNotChooseTheAccount", LIST("sts:TagSession"),
			       "Resource", LIST("*"), admins),
		     trusted->tags));
	if (json_object_array_length(trusted->instance_tags) > 0)
		json_object_array_add(all,
		    with_keys(deny("InstanceTagsDecide",
				  LIST("ec2:CreateTags", "ec2:DeleteTags"), "Resource",
				  LIST("arn:*:ec2:*:*:instance/*"), admins),
			trusted->instance_tags));
	json_object_array_add(
	    all, deny("SessionDocumentsDecide",
		     LIST("ssm:CreateDocument", "ssm:UpdateDocument",
			 "ssm:UpdateDocumentDefaultVersion", "ssm:DeleteDocument",
			 "ssm:ModifyDocumentPermission"),
		     "Resource",
		     LIST("arn:*:ssm:*:*:document/SSM-SessionManagerRunShell"), admins));
}

static struct json_object *
document(struct json_object *statements)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "Version", json_object_new_string("2012-10-17"));
	json_object_object_add(o, "Statement", statements);
	return o;
}

/* As many statements to a policy as fit into it. */
static struct json_object *
pack(struct json_object *statements)
{
	struct json_object *policies = json_object_new_array(), *now = NULL,
			   *inside = NULL;

	for (size_t i = 0; i < json_object_array_length(statements); i++) {
		struct json_object *one = json_object_array_get_idx(statements, i);

		if (now != NULL &&
		    strlen(json_object_to_json_string_ext(now, JSON_C_TO_STRING_PLAIN)) +
			    strlen(json_object_to_json_string_ext(
				one, JSON_C_TO_STRING_PLAIN)) +
			    2 >
			GUARDRAILS_POLICY_MAX)
			now = NULL;
		if (now == NULL) {
			inside = json_object_new_array();
			now = document(inside);
			json_object_array_add(policies, now);
		}
		json_object_array_add(inside, json_object_get(one));
	}
	return policies;
}

struct json_object *
guardrails_policies(const char *config, const char *admins)
{
	struct trusted trusted = { .tags = json_object_new_array(),
		.instance_tags = json_object_new_array(),
		.paths = json_object_new_array(),
		.groups = json_object_new_array() };
	struct json_object *statements = json_object_new_array(), *policies;

	gather(&trusted, config);
	add_people(statements, &trusted, admins);
	add_tags(statements, &trusted, admins);
	policies = pack(statements);
	json_object_put(statements);
	json_object_put(trusted.tags);
	json_object_put(trusted.instance_tags);
	json_object_put(trusted.paths);
	json_object_put(trusted.groups);
	json_object_put(trusted.role_paths);
	return policies;
}

static struct json_object *
allow(const char *sid, struct json_object *actions, struct json_object *resources,
    const char *operator, const char * key, const char *value)
{
	struct json_object *statement = json_object_new_object();
	struct json_object *condition = json_object_new_object();
	struct json_object *pair = json_object_new_object();

	json_object_object_add(statement, "Sid", json_object_new_string(sid));
	json_object_object_add(statement, "Effect", json_object_new_string("Allow"));
	json_object_object_add(statement, "Action", actions);
	json_object_object_add(statement, "Resource", resources);
	if (key == NULL) {
		json_object_put(condition);
		json_object_put(pair);
		return statement;
	}
	json_object_object_add(pair, key, json_object_new_string(value));
	json_object_object_add(condition, operator, pair);
	json_object_object_add(statement, "Condition", condition);
	return statement;
}

struct json_object *
guardrails_callers(const char *config)
{
	_cleanup_free_ char *eic = enable_conf_get(config, "keys", "instance_connect");
	struct json_object *statements = json_object_new_array();

	if (eic == NULL || strcmp(eic, "no") != 0)
		json_object_array_add(
		    statements, allow("InstanceConnect",
				    LIST("ec2-instance-connect:SendSSHPublicKey"),
				    LIST("arn:*:ec2:*:*:instance/*"), "StringEquals",
				    "ec2:osuser", "${aws:username}"));
	json_object_array_add(
	    statements, allow("SessionManager", LIST("ssm:StartSession"),
			    LIST("arn:*:ec2:*:*:instance/*",
				"arn:*:ssm:*:*:document/SSM-SessionManagerRunShell"),
			    "BoolIfExists", "ssm:SessionDocumentAccessCheck", "true"));
	json_object_array_add(statements,
	    allow("OwnSessions", LIST("ssm:TerminateSession", "ssm:ResumeSession"),
		LIST("arn:*:ssm:*:*:session/${aws:username}-*"), NULL, NULL, NULL));
	json_object_array_add(
	    statements, allow("OwnKeys",
			    LIST("iam:UploadSSHPublicKey", "iam:ListSSHPublicKeys",
				"iam:GetSSHPublicKey", "iam:UpdateSSHPublicKey",
				"iam:DeleteSSHPublicKey"),
			    LIST(OWN_USER), NULL, NULL, NULL));
	return document(statements);
}
