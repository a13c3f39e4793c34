/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_refresh.c - iamlogin refresh [--accept]
 *
 * Room: cli. For root. Exit: 0 published or unchanged, 1 failed, 2 held, 77 for others.
 */
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/request.h"
#include "common/wire.h"

int
cmd_refresh(const struct cli *cli)
{
	const struct request request = {
		.op = WIRE_REFRESH, .wait_ms = REQUEST_REFRESH_MS, .accept = cli->accept
	};
	_cleanup_reply_ struct request_reply reply = { .json = NULL };
	int r;

	if (geteuid() != 0)
		return request_denied();
	r = request_json(&request, &reply);
	if (cli->json && reply.json != NULL)
		output_json(reply.json);
	switch (r) {
	case 0:
		if (!cli->json)
			(void)printf(
			    "%s\n", reply.message[0] != '\0' ? reply.message : "done");
		return CLI_OK;
	case REQUEST_E_DENIED:
		return request_denied();
	case REQUEST_E_HELD:
		output_error("held: %s (if this is right: iamlogin refresh --accept)",
		    reply.message);
		return REFRESH_HELD;
	case REQUEST_E_SILENT:
		output_error("no answer from the daemon: %s", reply.message);
		return REFRESH_FAILED;
	default:
		output_error("failed: %s", reply.message);
		return REFRESH_FAILED;
	}
}
