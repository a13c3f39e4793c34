/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_publish.c - iamlogin publish: what a publisher is about to say, and whom it revokes
 *
 * Room: cli. For root, on the publisher. Exit: 0 done, 1 failed or nobody of that name, 2
 * something is held back, 77 for others.
 */
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "cli/request.h"
#include "common/base.h"
#include "common/wire.h"

struct options {
	uint32_t action; /* enum wire_publish */
	const char *who;
	int64_t until_s;
	bool json;
};

static int
usage(void)
{
	output_error("usage: iamlogin publish --dry-run | --confirm | --revoke PERSON "
		     "[--until TIME] | --unrevoke PERSON");
	return CLI_USAGE;
}

/* 2026-11-22, 2026-11-22T15:45Z, or 90m, 12h, 7d from now. */
static int
parse_until(const char *text, int64_t *ret_s)
{
	struct tm tm = { .tm_isdst = 0 };
	const char *end;
	char *unit;
	long long n = strtoll(text, &unit, 10);
	int64_t seconds = unit[0] == 'm' ? 60 : unit[0] == 'h' ? 3600 : 86400;

	if (unit > text && n > 0 && n < 100000 && strchr("mhd", unit[0]) != NULL &&
	    unit[0] != '\0' && unit[1] == '\0') {
		*ret_s = (int64_t)time(NULL) + n * seconds;
		return 0;
	}
	end = strptime(text, "%Y-%m-%dT%H:%MZ", &tm);
	if (end == NULL || *end != '\0') {
		memset(&tm, 0, sizeof(tm));
		end = strptime(text, "%Y-%m-%d", &tm);
	}
	if (end == NULL || *end != '\0')
		return -EINVAL;
	*ret_s = (int64_t)timegm(&tm);
	return *ret_s > (int64_t)time(NULL) ? 0 : -EINVAL;
}

static int
take(struct options *options, const struct cli *cli)
{
	for (int i = 0; i < cli->n_args; i++) {
		const char *word = cli->args[i];
		const char *next = i + 1 < cli->n_args ? cli->args[i + 1] : NULL;
		uint32_t action = 0;

		if (strcmp(word, "--json") == 0) {
			options->json = true;
			continue;
		}
		if (strcmp(word, "--until") == 0 && next != NULL) {
			if (parse_until(next, &options->until_s) != 0) {
				output_error(
				    "--until %s: 2026-11-22, 2026-11-22T15:45Z or "
				    "12h is expected, in the future",
				    next);
				return CLI_USAGE;
			}
			i++;
			continue;
		}
		if (strcmp(word, "--dry-run") == 0)
			action = WIRE_PUBLISH_PREVIEW;
		else if (strcmp(word, "--confirm") == 0)
			action = WIRE_PUBLISH_CONFIRM;
		else if (strcmp(word, "--revoke") == 0 && next != NULL)
			action = WIRE_PUBLISH_REVOKE;
		else if (strcmp(word, "--unrevoke") == 0 && next != NULL)
			action = WIRE_PUBLISH_WITHDRAW;
		if (action == 0 || options->action != 0)
			return usage();
		options->action = action;
		if (action >= WIRE_PUBLISH_REVOKE)
			options->who = cli->args[++i];
	}
	if (options->action == 0 ||
	    (options->until_s != 0 && options->action != WIRE_PUBLISH_REVOKE))
		return usage();
	return CLI_OK;
}

static void
print_change(struct json_object *change)
{
	const char *kind = output_string(change, "change");
	struct json_object *what = output_array(change, "what");

	(void)printf("  %c ", kind == NULL     ? '?'
			      : kind[0] == 'a' ? '+'
			      : kind[0] == 'r' ? '-'
					       : '~');
	output_text(output_string(change, "name"));
	(void)fputs("  ", stdout);
	output_text(output_string(change, "id"));
	for (size_t i = 0; i < output_length(what); i++) {
		(void)fputs(i == 0 ? "  " : ", ", stdout);
		output_text(json_object_get_string(json_object_array_get_idx(what, i)));
	}
	(void)putchar('\n');
}

/* Whether anything is held back in one of the views. */
static bool
print_view(struct json_object *view)
{
	struct json_object *changes = output_array(view, "changes");
	struct json_object *held = output_field(view, "held");

	(void)fputs("view ", stdout);
	output_text(output_string(view, "view"));
	(void)printf(": serial %lld, %lld people, %zu changes\n",
	    (long long)output_number(view, "serial", 0),
	    (long long)output_number(view, "people", 0), output_length(changes));
	if (held != NULL)
		(void)printf(
		    "  held for another %lld s: %lld new people, %lld new members "
		    "of groups of [sudo]\n",
		    (long long)output_number(held, "left_s", 0),
		    (long long)output_number(held, "people", 0),
		    (long long)output_number(held, "sudo", 0));
	for (size_t i = 0; i < output_length(changes); i++)
		print_change(json_object_array_get_idx(changes, i));
	return held != NULL;
}

static int
print_preview(struct json_object *views)
{
	bool is_held = false;

	for (size_t i = 0; i < output_length(views); i++)
		is_held = print_view(json_object_array_get_idx(views, i)) || is_held;
	return is_held ? PUBLISH_HELD : CLI_OK;
}

/* Who says so, as far as sudo knows: a name for the record, not a proof. */
static const char *
actor(void)
{
	const char *name = getenv("SUDO_USER");

	return name != NULL && name[0] != '\0' && strlen(name) <= 64 ? name : "root";
}

int
cmd_publish(const struct cli *cli)
{
	struct options options = { .action = 0 };
	struct request request = { .op = WIRE_PUBLISH, .wait_ms = REQUEST_MS };
	_cleanup_reply_ struct request_reply reply = { .json = NULL };
	int r = take(&options, cli);

	if (r != CLI_OK)
		return r;
	if (geteuid() != 0)
		return request_denied();
	request.event = options.action;
	request.query = options.who;
	request.actor = actor();
	request.until_s = options.until_s;
	r = request_json(&request, &reply);
	if (r == REQUEST_E_DENIED)
		return request_denied();
	if (r != 0) {
		output_error("%s", reply.message[0] != '\0' ? reply.message : "failed");
		return PUBLISH_FAILED;
	}
	if (reply.json != NULL && options.json)
		output_json(reply.json);
	else if (reply.json != NULL)
		return print_preview(reply.json);
	else
		(void)printf("%s\n", reply.message);
	return CLI_OK;
}
