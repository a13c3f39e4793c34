/* SPDX-License-Identifier: Apache-2.0 */
/* policy.c - the least that IAM has to allow; contract in policy.h */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "daemon/policy.h"

struct policy {
	const struct config *config;
	const char *partition;
	char account[13]; /* of the directory; "*" while it is not known */
	struct json_object *statements;
};

static void
add_text(struct json_object *array, const char *text)
{
	json_object_array_add(array, json_object_new_string(text));
}

/* Takes @actions and @resources; a statement about nothing is none. */
static void
add_statement(struct policy *policy, const char *sid, struct json_object *actions,
    struct json_object *resources)
{
	struct json_object *statement = json_object_new_object();

	if (json_object_array_length(resources) == 0) {
		json_object_put(actions);
		json_object_put(resources);
		json_object_put(statement);
		return;
	}
	json_object_object_add(statement, "Sid", json_object_new_string(sid));
	json_object_object_add(statement, "Effect", json_object_new_string("Allow"));
	json_object_object_add(statement, "Action", actions);
	json_object_object_add(statement, "Resource", resources);
	json_object_array_add(policy->statements, statement);
}

static void
add_everywhere(struct policy *policy, const char *sid, const char *action)
{
	struct json_object *actions = json_object_new_array();
	struct json_object *resources = json_object_new_array();

	add_text(actions, action);
	add_text(resources, "*");
	add_statement(policy, sid, actions, resources);
}

static void
add_arn(const struct policy *policy, struct json_object *resources, const char *kind,
    const char *path, const char *name)
{
	char arn[800];

	(void)snprintf(arn, sizeof(arn), "arn:%s:iam::%s:%s%s%s", policy->partition,
	    policy->account, kind, path, name);
	for (size_t i = 0; i < json_object_array_length(resources); i++)
		if (strcmp(
			json_object_get_string(json_object_array_get_idx(resources, i)),
			arn) == 0)
			return;
	add_text(resources, arn);
}

/* The people of [principals], as narrow as they are named. */
static struct json_object *
people(const struct policy *policy)
{
	const struct config_scope *scope = &policy->config->users;
	struct json_object *resources = json_object_new_array();

	for (size_t i = 0; i < scope->n_terms; i++) {
		const struct rules_term *term = &scope->terms[i];
		size_t len = strlen(term->key);

		if (term->kind == RULES_GROUP) { /* its members have any path */
			add_arn(policy, resources, "user", "/", "*");
		} else if (term->kind == RULES_USER) {
			add_arn(policy, resources, "user", "/", term->key);
			add_arn(policy, resources, "user", "/*/", term->key);
		} else {
			add_arn(policy, resources, "user", term->key,
			    len > 0 && term->key[len - 1] == '*' ? "" : "*");
		}
	}
	return resources;
}

static struct json_object *
groups(const struct policy *policy)
{
	const struct config_scope *scope = &policy->config->users;
	struct json_object *resources = json_object_new_array();

	for (size_t i = 0; i < scope->n_terms; i++) {
		if (scope->terms[i].kind != RULES_GROUP)
			continue;
		add_arn(policy, resources, "group", "/", scope->terms[i].key);
		add_arn(policy, resources, "group", "/*/", scope->terms[i].key);
	}
	return resources;
}

static struct json_object *
roles(const struct policy *policy)
{
	const struct config_scope *scope = &policy->config->roles;
	struct json_object *resources = json_object_new_array();

	for (size_t i = 0; i < scope->n_terms; i++) {
		const char *path = scope->terms[i].key;

		add_arn(policy, resources, "role", path,
		    path[strlen(path) - 1] == '*' ? "" : "*");
	}
	return resources;
}

static bool
has_path_term(const struct config *config)
{
	for (size_t i = 0; i < config->users.n_terms; i++)
		if (config->users.terms[i].kind == RULES_PATH)
			return true;
	return false;
}

static void add_fleet(struct policy *policy);

static void
add_directory(struct policy *policy)
{
	const struct config *config = policy->config;
	bool is_details = config->directory == CONFIG_DIRECTORY_DETAILS;
	struct json_object *actions;

	if (config->source == CONFIG_SOURCE_S3) {
		add_fleet(policy);
		return;
	}
	actions = json_object_new_array();
	if (is_details && config->users.n_terms + config->roles.n_terms > 0)
		add_everywhere(policy, "Directory", "iam:GetAccountAuthorizationDetails");
	else if (has_path_term(config))
		add_everywhere(policy, "Directory", "iam:ListUsers");
	if (!is_details && config->roles.n_terms > 0)
		add_everywhere(policy, "RolesInScope", "iam:ListRoles");
	if (!is_details) {
		add_text(actions, "iam:GetGroup");
		add_statement(policy, "Groups", actions, groups(policy));
		actions = json_object_new_array();
		add_text(actions, "iam:GetRole");
		add_statement(policy, "Roles", actions, roles(policy));
		actions = json_object_new_array();
	}
	if (!is_details || config->keys_iam)
		add_text(actions, "iam:GetUser");
	if (!is_details)
		add_text(actions, "iam:ListGroupsForUser");
	if (config->keys_iam) {
		add_text(actions, "iam:ListSSHPublicKeys");
		add_text(actions, "iam:GetSSHPublicKey");
	}
	if (json_object_array_length(actions) > 0)
		add_statement(policy, "People", actions, people(policy));
	else
		json_object_put(actions);
}

/* What a host of a fleet needs: two objects of its view, and nothing of IAM. */
static void
add_fleet(struct policy *policy)
{
	const struct config_fleet *fleet = &policy->config->fleet;
	const char *word = strstr(fleet->bucket, "{region}");
	struct json_object *actions = json_object_new_array();
	struct json_object *resources = json_object_new_array();
	char arn[256];

	(void)snprintf(arn, sizeof(arn), "arn:%s:s3:::%.*s%s%s/%s/*", policy->partition,
	    word != NULL ? (int)(word - fleet->bucket) : 100, fleet->bucket,
	    word != NULL ? "*" : "", word != NULL ? word + strlen("{region}") : "",
	    fleet->view);
	add_text(actions, "s3:GetObject");
	add_text(resources, arn);
	add_statement(policy, "Directory", actions, resources);
}

static struct json_object *
document(struct policy *policy)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "Version", json_object_new_string("2012-10-17"));
	json_object_object_add(o, "Statement", policy->statements);
	return o;
}

struct json_object *
policy_json(const struct config *config, const struct instance *instance)
{
	struct json_object *both = json_object_new_object();
	struct json_object *actions, *resources;
	bool is_known = instance != NULL && instance->account[0] != '\0';
	struct policy policy = { .config = config,
		.partition = is_known && instance->partition[0] != '\0'
				 ? instance->partition
				 : "aws",
		.statements = json_object_new_array() };

	config_directory_account(config, policy.account);
	if (policy.account[0] == '\0')
		(void)snprintf(policy.account, sizeof(policy.account), "%s",
		    config->aws.account != NULL ? config->aws.account
		    : is_known                  ? instance->account
						: "*");
	if (config->aws.role_arn != NULL) {
		add_directory(&policy);
		json_object_object_add(both, "assumed", document(&policy));
		policy.statements = json_object_new_array();
		actions = json_object_new_array();
		resources = json_object_new_array();
		add_text(actions, "sts:AssumeRole");
		add_text(resources, config->aws.role_arn);
		add_statement(&policy, "Directory", actions, resources);
	} else {
		add_directory(&policy);
	}
	/* where the switch is on, IMDS has them and nobody has to be asked */
	if (config_wants_instance_tags(config) &&
	    (instance == NULL || !instance->has_imds_tags))
		add_everywhere(&policy, "InstanceTags", "ec2:DescribeTags");
	json_object_object_add(both, "instance", document(&policy));
	return both;
}
