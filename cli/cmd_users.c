/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_users.c - iamlogin users: from the snapshot, as NSS sees it
 *
 * Room: cli. Exit: 0, or 2 when there is no snapshot.
 */
#include "cli/cli.h"
#include "cli/files.h"
#include "cli/output.h"

static void
print_user(struct json_object *user)
{
	struct json_object *groups = output_array(user, "groups");
	size_t i;

	output_cell(output_string(user, "name"), 20);
	(void)printf("%-11lld ", (long long)output_number(user, "uid", -1));
	output_cell(output_string(user, "home"), 24);
	for (i = 0; i < output_length(groups); i++) {
		if (i > 0)
			(void)putchar(' ');
		output_text(json_object_get_string(json_object_array_get_idx(groups, i)));
	}
	(void)putchar('\n');
}

int
cmd_users(const struct cli *cli)
{
	_cleanup_json_ struct json_object *users = files_users();
	size_t i;

	if (users == NULL)
		return STATUS_DOWN;
	if (cli->json) {
		output_json(users);
		return CLI_OK;
	}
	output_cell("ACCOUNT", 20);
	output_cell("UID", 11);
	output_cell("HOME", 24);
	output_text("GROUPS");
	(void)putchar('\n');
	for (i = 0; i < output_length(users); i++)
		print_user(json_object_array_get_idx(users, i));
	return CLI_OK;
}
