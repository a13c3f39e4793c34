/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_explain.c - iamlogin explain USER
 *
 * Room: cli. Exit: 0 allowed, 1 denied, 2 not knowable, 3 nobody of that name.
 */
#include <string.h>

#include "cli/cli.h"
#include "cli/files.h"
#include "cli/output.h"
#include "cli/request.h"
#include "common/published.h"
#include "common/verdict.h"
#include "common/wire.h"

static void
print_verdict(struct json_object *json)
{
	const char *reason = output_string(json, "reason");
	enum verdict_reason code =
	    reason != NULL ? verdict_reason_by_name(reason) : REASON_N;

	output_text(output_string(json, "query"));
	(void)fputs(": ", stdout);
	output_text(output_string(json, "verdict"));
	if (code != REASON_N && code != REASON_NONE)
		(void)printf(
		    " (%s): %s", verdict_reason_name(code), verdict_reason_text(code));
	(void)putchar('\n');
}

static void
print_account(struct json_object *account)
{
	struct json_object *groups = output_array(account, "groups");
	size_t i;

	if (account == NULL)
		return;
	(void)fputs("account  ", stdout);
	output_text(output_string(account, "name"));
	(void)printf("  uid %lld  gid %lld  home ",
	    (long long)output_number(account, "uid", -1),
	    (long long)output_number(account, "gid", -1));
	output_text(output_string(account, "home"));
	(void)fputs("  shell ", stdout);
	output_text(output_string(account, "shell"));
	(void)fputs("\ngroups  ", stdout);
	for (i = 0; i < output_length(groups); i++) {
		(void)putchar(' ');
		output_text(json_object_get_string(json_object_array_get_idx(groups, i)));
	}
	(void)putchar('\n');
}

static void
print_rule(struct json_object *rule)
{
	struct json_object *terms = output_array(rule, "terms"), *term;
	size_t i;

	(void)fputs("    ", stdout);
	output_cell(output_string(rule, "line"), 18);
	output_cell(output_string(rule, "value"), 8);
	output_text(output_string(rule, "text"));
	(void)putchar('\n');
	for (i = 0; i < output_length(terms); i++) {
		term = json_object_array_get_idx(terms, i);
		(void)fputs("      ", stdout);
		output_cell(output_string(term, "text"), 16);
		output_cell(output_string(term, "value"), 8);
		output_text(output_string(term, "why"));
		(void)putchar('\n');
	}
}

static void
print_services(struct json_object *services)
{
	struct json_object *rules;
	size_t i;

	if (!json_object_is_type(services, json_type_object))
		return;
	json_object_object_foreach(services, name, service)
	{
		(void)fputs("  ", stdout);
		output_text(name);
		(void)fputs(": ", stdout);
		output_text(output_string(service, "verdict"));
		(void)putchar('\n');
		rules = output_array(service, "rules");
		for (i = 0; i < output_length(rules); i++)
			print_rule(json_object_array_get_idx(rules, i));
	}
}

static void
print_person(struct json_object *person)
{
	struct json_object *keys = output_array(person, "keys"), *key;
	size_t i;

	(void)fputs("person   ", stdout);
	output_text(output_string(person, "arn"));
	(void)fputs("  ", stdout);
	output_text(output_string(person, "kind"));
	(void)fputs(" ", stdout);
	output_text(output_string(person, "id"));
	(void)fputs("  account by ", stdout);
	output_text(output_string(person, "mapping"));
	(void)fputs(", claim ", stdout);
	output_text(output_string(person, "claim"));
	(void)putchar('\n');
	for (i = 0; i < output_length(keys); i++) {
		key = json_object_array_get_idx(keys, i);
		(void)fputs("  key ", stdout);
		output_cell(output_string(key, "type"), 12);
		output_cell(output_string(key, "fingerprint"), 50);
		output_cell(output_string(key, "source"), 4);
		output_text(output_string(key, "status"));
		(void)fputs(", checked ", stdout);
		output_age(output_number(key, "checked_age_s", -1));
		(void)fputs(" ago\n", stdout);
	}
	print_services(output_field(person, "services"));
}

/* Of an account of several people: how many, and to whom no person is told the rules. */
static void
print_shared(struct json_object *json)
{
	struct json_object *counts = output_field(json, "counts");
	struct json_object *rules = output_array(json, "rules");
	size_t i;

	if (counts == NULL)
		return;
	(void)printf(
	    "shared    %lld people: %lld may log in, %lld not knowable, %lld denied\n",
	    (long long)output_number(counts, "people", 0),
	    (long long)output_number(counts, "allowed", 0),
	    (long long)output_number(counts, "unknown", 0),
	    (long long)output_number(counts, "denied", 0));
	for (i = 0; i < output_length(rules); i++) {
		(void)fputs("rule     ", stdout);
		output_text(json_object_get_string(json_object_array_get_idx(rules, i)));
		(void)putchar('\n');
	}
}

static void
print_explanation(struct json_object *json)
{
	struct json_object *people = output_array(json, "people");
	struct json_object *hints = output_array(json, "hints");
	size_t i;

	print_verdict(json);
	print_account(output_field(json, "account"));
	print_shared(json);
	for (i = 0; i < output_length(people); i++)
		print_person(json_object_array_get_idx(people, i));
	(void)fputs("data     ", stdout);
	output_text(output_string(json, "state"));
	(void)fputs(", ", stdout);
	output_age(output_number(json, "age_s", -1));
	(void)fputs(" old\n", stdout);
	for (i = 0; i < output_length(hints); i++) {
		(void)fputs("hint     ", stdout);
		output_text(json_object_get_string(json_object_array_get_idx(hints, i)));
		(void)putchar('\n');
	}
}

static int
exit_code(struct json_object *json)
{
	const char *verdict = output_string(json, "verdict");
	int64_t code = output_number(json, "exit", -1);

	if (code >= CLI_OK && code <= EXPLAIN_NOBODY)
		return (int)code;
	if (verdict != NULL && strcmp(verdict, verdict_name(VERDICT_ALLOW)) == 0)
		return CLI_OK;
	if (verdict != NULL && strcmp(verdict, verdict_name(VERDICT_DENY)) == 0)
		return EXPLAIN_DENIED;
	return EXPLAIN_UNKNOWN;
}

/* The daemon is silent: what the files know. 0, or the exit code. */
static int
explain_from_files(const char *query, struct request_reply *reply)
{
	int r;

	request_note_files(reply);
	request_reply_done(reply);
	r = files_explain(query, &reply->json);
	if (r == PUBLISHED_E_NOTFOUND) {
		output_error("nobody of that name may log in here");
		return EXPLAIN_NOBODY;
	}
	if (r != 0) {
		output_error("there is no snapshot that can be read (%d)", r);
		return EXPLAIN_UNKNOWN;
	}
	return 0;
}

int
cmd_explain(const struct cli *cli)
{
	const struct request request = {
		.op = WIRE_EXPLAIN, .wait_ms = REQUEST_MS, .query = cli->args[0]
	};
	_cleanup_reply_ struct request_reply reply = { .json = NULL };
	int code, r;

	r = request_json(&request, &reply);
	if (r == REQUEST_E_DENIED)
		return request_denied();
	if (r == REQUEST_E_NOTFOUND && reply.json == NULL) {
		output_error("nobody of that name");
		return EXPLAIN_NOBODY;
	}
	if (reply.json == NULL) {
		code = explain_from_files(cli->args[0], &reply);
		if (code != 0)
			return code;
	}
	if (cli->json)
		output_json(reply.json);
	else
		print_explanation(reply.json);
	return r == REQUEST_E_NOTFOUND ? EXPLAIN_NOBODY : exit_code(reply.json);
}
