/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_keys.c - iamlogin keys USER: which keys open the account, and whose they are
 *
 * Room: cli. For root. Exit: 0, 1 when they cannot be read, 77 for others.
 */
#include "cli/cli.h"
#include "cli/files.h"
#include "cli/output.h"
#include "cli/request.h"
#include "common/wire.h"

static void
print_keys(struct json_object *keys)
{
	struct json_object *key;
	size_t i;

	for (i = 0; i < output_length(keys); i++) {
		key = json_object_array_get_idx(keys, i);
		output_cell(output_string(key, "type"), 20);
		output_cell(output_string(key, "fingerprint"), 50);
		output_cell(output_string(key, "source"), 4);
		output_cell(output_string(key, "status"), 8);
		output_text(output_string(key, "person"));
		(void)putchar('\n');
	}
}

int
cmd_keys(const struct cli *cli)
{
	const struct request request = {
		.op = WIRE_KEYS, .wait_ms = 2 * REQUEST_MS, .name = cli->args[0]
	};
	_cleanup_reply_ struct request_reply reply = { .json = NULL };
	int r;

	if (geteuid() != 0)
		return request_denied();
	r = request_json(&request, &reply);
	if (r == REQUEST_E_DENIED)
		return request_denied();
	if (r != 0 || !json_object_is_type(reply.json, json_type_array)) {
		if (r == REQUEST_E_SILENT)
			request_note_files(&reply);
		request_reply_done(&reply);
		reply.json = files_keys(cli->args[0]);
	}
	if (reply.json == NULL)
		return KEYS_FAILED;
	if (cli->json)
		output_json(reply.json);
	else
		print_keys(reply.json);
	return CLI_OK;
}
