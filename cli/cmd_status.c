/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_status.c - iamlogin status
 *
 * Room: cli. Exit: 0 fresh, 1 stale, 2 expired, empty or down.
 */
#include <string.h>

#include "cli/cli.h"
#include "cli/files.h"
#include "cli/output.h"
#include "cli/request.h"
#include "common/wire.h"

static void
print_label(const char *label)
{
	(void)printf("%-13s", label);
}

static void
print_freshness(struct json_object *json)
{
	print_label("state");
	output_text(output_string(json, "state"));
	(void)fputs(", verified ", stdout);
	output_age(output_number(json, "age_s", -1));
	(void)fputs(" ago (fresh for ", stdout);
	output_age(
	    output_number(json, "effective_fresh_s", output_number(json, "fresh_s", -1)));
	(void)fputs(", good for ", stdout);
	output_age(output_number(json, "grace_s", -1));
	(void)fputs(")\n", stdout);
}

/* The files do not know everything that the daemon counts: that is "-", not 0. */
static void
print_count(struct json_object *json, const char *what, const char *behind)
{
	int64_t count = output_number(json, what, -1);

	if (count >= 0)
		(void)printf("%lld %s%s", (long long)count, what, behind);
	else
		(void)printf("- %s%s", what, behind);
}

/* Which manifest is in force, and how the publisher fares. */
static void
print_fleet(struct json_object *fleet)
{
	struct json_object *error;

	if (fleet == NULL)
		return;
	print_label("manifest");
	(void)printf(
	    "serial %lld, issued ", (long long)output_number(fleet, "serial", 0));
	output_text(output_string(fleet, "issued"));
	(void)fputs(", view ", stdout);
	output_text(output_string(fleet, "view"));
	(void)fputs(" of ", stdout);
	output_text(output_string(fleet, "owner"));
	(void)printf(", %lld revoked\n", (long long)output_number(fleet, "revoked", 0));
	error = output_field(fleet, "publisher_error");
	if (error == NULL)
		return;
	print_label("publisher");
	(void)fputs("failed ", stdout);
	output_text(output_string(error, "time"));
	(void)fputs(": ", stdout);
	output_text(output_string(error, "what"));
	(void)putchar('\n');
}

static void
print_content(struct json_object *json)
{
	print_label("source");
	output_text(output_string(json, "source"));
	(void)putchar('\n');
	print_fleet(output_field(json, "fleet"));
	print_label("content");
	print_count(json, "people", ", ");
	print_count(json, "accounts", ", ");
	print_count(json, "groups", ", generation ");
	(void)printf("%lld\n", (long long)output_number(json, "generation", 0));
	print_label("instance");
	output_text(output_string(json, "instance"));
	(void)fputs(" of account ", stdout);
	output_text(output_string(json, "account"));
	(void)putchar('\n');
}

static void
print_credentials(struct json_object *json)
{
	struct json_object *credentials = output_field(json, "credentials");

	if (credentials == NULL)
		return;
	print_label("credentials");
	output_text(output_string(credentials, "role"));
	(void)fputs(" until ", stdout);
	output_text(output_string(credentials, "expires"));
	(void)putchar('\n');
}

static void
print_listing(struct json_object *json)
{
	struct json_object *listing = output_field(json, "listing");

	if (listing == NULL)
		return;
	print_label("listing");
	(void)printf("%lld of %lld people, done in about ",
	    (long long)output_number(listing, "done", 0),
	    (long long)output_number(listing, "people", 0));
	output_age(output_number(listing, "left_s", -1));
	(void)putchar('\n');
}

static void
print_trouble(struct json_object *json)
{
	struct json_object *error = output_field(json, "last_error");
	struct json_object *missing = output_array(json, "missing_permissions");
	struct json_object *held = output_field(json, "held");
	size_t i;

	if (error != NULL) {
		print_label("last error");
		output_text(output_string(error, "what"));
		(void)fputs(" (", stdout);
		output_text(output_string(error, "action"));
		(void)fputs(": ", stdout);
		output_text(output_string(error, "code"));
		(void)fputs(") at ", stdout);
		output_text(output_string(error, "time"));
		(void)putchar('\n');
	}
	for (i = 0; i < output_length(missing); i++) {
		print_label(i == 0 ? "missing" : "");
		output_text(
		    json_object_get_string(json_object_array_get_idx(missing, i)));
		(void)putchar('\n');
	}
	if (held != NULL) {
		print_label("held");
		output_text(output_string(held, "reason"));
		(void)printf(" (%lld people, before %lld): iamlogin refresh --accept\n",
		    (long long)output_number(held, "new", 0),
		    (long long)output_number(held, "old", 0));
	}
}

/* A document to paste: as it is, or both where a role is assumed for the directory. */
static int
print_policy(struct json_object *json)
{
	struct json_object *policy = output_field(json, "policy");

	if (policy == NULL) {
		output_error("only the daemon knows the policy, and it is silent");
		return STATUS_DOWN;
	}
	output_json(output_field(policy, "assumed") != NULL
			? policy
			: output_field(policy, "instance"));
	return CLI_OK;
}

static int
exit_code(struct json_object *json)
{
	const char *state = output_string(json, "state");

	if (state != NULL && strcmp(state, "FRESH") == 0)
		return CLI_OK;
	if (state != NULL && strcmp(state, "STALE") == 0)
		return STATUS_STALE;
	return STATUS_DOWN;
}

int
cmd_status(const struct cli *cli)
{
	const struct request request = { .op = WIRE_STATUS, .wait_ms = REQUEST_MS };
	_cleanup_reply_ struct request_reply reply = { .json = NULL };
	bool is_down;

	is_down = request_json(&request, &reply) != 0 || reply.json == NULL;
	if (is_down) {
		request_note_files(&reply);
		request_reply_done(&reply);
		reply.json = files_status();
	}
	if (cli->policy)
		return print_policy(reply.json);
	if (cli->json) {
		output_json(reply.json);
	} else {
		print_freshness(reply.json);
		print_content(reply.json);
		print_credentials(reply.json);
		print_listing(reply.json);
		print_trouble(reply.json);
		if (output_length(output_array(reply.json, "missing_permissions")) > 0)
			(void)print_policy(reply.json);
	}
	return is_down ? STATUS_DOWN : exit_code(reply.json);
}
