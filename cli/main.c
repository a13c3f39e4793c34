/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - iamlogin: the command table and the options
 *
 * Room: cli.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "common/base.h"

/* for struct command's most: it gets its words as they are, options included */
#define OWN_OPTIONS INT_MAX

static const struct command {
	const char *name;
	int least, most; /* words behind it */
	int (*run)(const struct cli *cli);
	const char *usage;
	const char *help;
} commands[] = {
	{ "status", 0, 0, cmd_status, "status [--policy]",
	    "how fresh the data are; the IAM policy to paste" },
	{ "explain", 1, 1, cmd_explain, "explain USER",
	    "who USER is and which rule decides" },
	{ "users", 0, 0, cmd_users, "users", "the accounts that may be logged in to" },
	{ "keys", 1, 1, cmd_keys, "keys USER", "the public keys that open USER (root)" },
	{ "who", 0, 0, cmd_who, "who",
	    "the open sessions, and who is behind each (root)" },
	{ "refresh", 0, 0, cmd_refresh, "refresh [--accept]", "ask AWS now (root)" },
	{ "publish", 1, OWN_OPTIONS, cmd_publish, "publish OPTION...",
	    "what a publisher will say, whom it revokes (root)" },
	{ "enable", 0, OWN_OPTIONS, cmd_enable, "enable [OPTION...]",
	    "make this system use iamlogin (root)" },
	{ "disable", 0, OWN_OPTIONS, cmd_disable, "disable",
	    "take all of it back (root)" },
	{ "confirm", 0, 0, cmd_confirm, "confirm",
	    "keep what enable --confirm-within did (root)" },
	{ "doctor", 0, OWN_OPTIONS, cmd_doctor, "doctor [--bypass]",
	    "what is missing here; ways in that IAM does not govern (root)" },
	{ "guardrails", 0, OWN_OPTIONS, cmd_guardrails, "guardrails [--admins ARN]",
	    "policies that protect what the rules trust" },
	{ "seal", 0, 0, cmd_seal, "seal",
	    "wipe what is of this instance, for an image (root)" },
	{ "audit", 1, 2, cmd_audit, "audit verify|show [FILE]",
	    "check or read the records" },
};

static void
print_help(FILE *stream)
{
	size_t i;

	(void)fprintf(stream, "usage: iamlogin COMMAND [--json]\n\n");
	for (i = 0; i < BASE_N(commands); i++)
		(void)fprintf(stream, "  %-26s%s\n", commands[i].usage, commands[i].help);
	(void)fprintf(stream, "  %-26s%s\n  %-26s%s\n", "--help", "this text",
	    "--version", "the version");
}

static const struct command *
find_command(const char *name)
{
	size_t i;

	for (i = 0; i < BASE_N(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int
usage_error(const char *what, const char *word)
{
	output_error("%s '%s' (iamlogin --help)", what, word);
	return CLI_USAGE;
}

/* Options may stand anywhere; the other words move to the front. 0, or the exit code. */
static int
take_options(struct cli *cli, int argc, char **argv, bool *ret_done)
{
	const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;
	bool only_words = false;
	int i, n = 0;

	*ret_done = false;
	if (command != NULL && command->most == OWN_OPTIONS) {
		cli->n_args = argc - 1;
		cli->args = argv + 1;
		return CLI_OK;
	}
	for (i = 1; i < argc; i++) {
		if (only_words || argv[i][0] != '-') {
			argv[n++] = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			only_words = true;
		} else if (strcmp(argv[i], "--json") == 0) {
			cli->json = true;
		} else if (strcmp(argv[i], "--accept") == 0) {
			cli->accept = true;
		} else if (strcmp(argv[i], "--policy") == 0) {
			cli->policy = true;
		} else if (strcmp(argv[i], "--help") == 0) {
			print_help(stdout);
			*ret_done = true;
			return CLI_OK;
		} else if (strcmp(argv[i], "--version") == 0) {
			(void)printf("iamlogin %s\n", PACKAGE_VERSION);
			*ret_done = true;
			return CLI_OK;
		} else {
			*ret_done = true;
			return usage_error("unknown option", argv[i]);
		}
	}
	cli->n_args = n;
	cli->args = argv;
	return CLI_OK;
}

int
main(int argc, char **argv)
{
	const struct command *command;
	struct cli cli = { .json = false };
	bool is_done;
	int r;

	r = take_options(&cli, argc, argv, &is_done);
	if (is_done)
		return r != CLI_OK ? r : output_flush();
	if (cli.n_args == 0) {
		print_help(stderr);
		return CLI_USAGE;
	}
	command = find_command(cli.args[0]);
	if (command == NULL)
		return usage_error("unknown command", cli.args[0]);
	cli.n_args--;
	cli.args++;
	if (cli.n_args < command->least || cli.n_args > command->most ||
	    (cli.accept && command->run != cmd_refresh) ||
	    (cli.policy && command->run != cmd_status)) {
		output_error("usage: iamlogin %s", command->usage);
		return CLI_USAGE;
	}
	r = command->run(&cli);
	return output_flush() == CLI_OK ? r : CLI_INTERNAL;
}
