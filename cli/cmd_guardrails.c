/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_guardrails.c - iamlogin guardrails [--admins ARN]
 *
 * Room: cli. Exit: 0, or 78 when there is no configuration to protect.
 */
#include <string.h>

#include "cli/cli.h"
#include "cli/guardrails.h"
#include "cli/output.h"
#include "cli/request.h"
#include "cli/rewrite.h"
#include "common/paths.h"
#include "common/wire.h"

#define ADMINS "arn:*:iam::*:role/iamlogin-admins/*"

/* The daemon knows what its role needs (`iamlogin status --policy`). */
static struct json_object *
instance_policy(void)
{
	const struct request request = { .op = WIRE_STATUS, .wait_ms = REQUEST_MS };
	_cleanup_reply_ struct request_reply reply = { .json = NULL };

	if (request_json(&request, &reply) != 0 || reply.json == NULL)
		return NULL;
	return json_object_get(output_field(reply.json, "policy"));
}

static void
print_text(struct json_object *policies, struct json_object *instance,
    struct json_object *callers, const char *admins)
{
	size_t n = output_length(policies), i;

	for (i = 0; i < n; i++) {
		(void)printf(
		    "# Service control policy %zu of %zu: for everybody but %s\n", i + 1,
		    n, admins);
		output_json(json_object_array_get_idx(policies, i));
	}
	if (instance != NULL) {
		(void)printf("# The instance's role\n");
		output_json(output_field(instance, "instance"));
		if (output_field(instance, "assumed") != NULL) {
			(void)printf("# The role that it assumes\n");
			output_json(output_field(instance, "assumed"));
		}
	} else {
		(void)printf("# The instance's role: iamlogin status --policy, where the "
			     "daemon runs\n");
	}
	(void)printf("# A person\n");
	output_json(callers);
}

static void
print_json(struct json_object *policies, struct json_object *instance,
    struct json_object *callers)
{
	_cleanup_json_ struct json_object *all = json_object_new_object();

	json_object_object_add(all, "v", json_object_new_int(1));
	json_object_object_add(
	    all, "service_control_policies", json_object_get(policies));
	json_object_object_add(all, "instance_role", json_object_get(instance));
	json_object_object_add(all, "person", json_object_get(callers));
	output_json(all);
}

int
cmd_guardrails(const struct cli *cli)
{
	_cleanup_json_ struct json_object *policies = NULL, *instance = NULL,
					  *callers = NULL;
	_cleanup_free_ char *config = NULL;
	const char *admins = ADMINS;
	bool is_json = false;
	int i;

	for (i = 0; i < cli->n_args; i++) {
		if (strcmp(cli->args[i], "--json") == 0) {
			is_json = true;
		} else if (strcmp(cli->args[i], "--admins") == 0 && i + 1 < cli->n_args) {
			admins = cli->args[++i];
		} else {
			output_error(
			    "usage: iamlogin guardrails [--admins ARN] [--json]");
			return CLI_USAGE;
		}
	}
	if (rewrite_read(paths_config, &config) != 0 || config == NULL) {
		output_error("%s cannot be read", paths_config);
		return CLI_CONFIG;
	}
	policies = guardrails_policies(config, admins);
	callers = guardrails_callers(config);
	instance = instance_policy();
	if (is_json)
		print_json(policies, instance, callers);
	else
		print_text(policies, instance, callers, admins);
	return CLI_OK;
}
