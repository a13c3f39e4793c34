/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli.h - the commands of iamlogin(1), and the exit codes they share
 *
 * Room: cli. A command prints its answer to stdout (JSON with --json), what is wrong to
 * stderr, and returns the exit code.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>

enum {
	CLI_OK = 0,
	CLI_USAGE = 64,
	CLI_INTERNAL = 70,
	CLI_NOT_ROOT = 77,
	CLI_CONFIG = 78,
};

/* what STATUS, EXPLAIN and REFRESH mean by 1, 2 and 3 */
enum {
	STATUS_STALE = 1,
	STATUS_DOWN = 2,
	EXPLAIN_DENIED = 1,
	EXPLAIN_UNKNOWN = 2,
	EXPLAIN_NOBODY = 3,
	KEYS_FAILED = 1,
	REFRESH_FAILED = 1,
	REFRESH_HELD = 2,
	AUDIT_BROKEN = 1,
	WHO_FAILED = 1,
	ENABLE_REFUSED = 1,
	ENABLE_FAILED = 2,
	SEAL_LEFT = 1,
	PUBLISH_FAILED = 1,
	PUBLISH_HELD = 2,
};

struct cli {
	bool json;
	bool accept; /* refresh --accept */
	bool policy; /* status --policy */
	int n_args;  /* words behind the command, options taken out */
	char *const *args;
};

int cmd_status(const struct cli *cli);
int cmd_explain(const struct cli *cli);
int cmd_users(const struct cli *cli);
int cmd_keys(const struct cli *cli);
int cmd_refresh(const struct cli *cli);
int cmd_audit(const struct cli *cli);
int cmd_who(const struct cli *cli);
int cmd_doctor(const struct cli *cli);
int cmd_guardrails(const struct cli *cli);
int cmd_seal(const struct cli *cli);
int cmd_enable(const struct cli *cli);
int cmd_disable(const struct cli *cli);
int cmd_publish(const struct cli *cli);
int cmd_confirm(const struct cli *cli);

#endif
