/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_disable.c - iamlogin disable and iamlogin confirm
 *
 * Room: cli. Exit: 0 done, or nothing to do; 1 refused; 2 failed; 77 not root.
 */
#include <string.h>

#include "cli/ancestry.h"
#include "cli/cli.h"
#include "cli/enable_build.h"
#include "cli/enable_pam_debian.h"
#include "cli/enable_services.h"
#include "cli/enable_store.h"
#include "cli/imds_fence.h"
#include "cli/output.h"
#include "cli/request.h"
#include "cli/rewrite.h"
#include "common/process.h"

static int
failed(const char *why)
{
	output_error("%s", why);
	return ENABLE_FAILED;
}

/* Files that were changed since enable no longer know us, but pam-auth-update's memory does. */
static void
forget_profile(void)
{
	_cleanup_plan_ struct enable_plan plan = { .n = 0 };
	size_t i;

	if (!enable_pam_debian_rules() || enable_pam_debian(&plan, false) != 0)
		return;
	for (i = 0; i < plan.n; i++)
		(void)rewrite_put(plan.changes[i].path, plan.changes[i].after,
		    plan.changes[i].path, 0644);
}

static int
restore(struct enable_store *store, bool is_quiet)
{
	bool service = enable_store_flag(store, "service");
	bool fence = enable_store_flag(store, "fence");
	size_t n_edited = 0;

	if (enable_store_restore(store, enable_build_undo, &n_edited) != 0)
		return failed(store->why);
	if (n_edited > 0)
		forget_profile();
	if (fence)
		(void)imds_fence_down();
	enable_services_stop(service);
	enable_store_dissolve(store);
	if (is_quiet)
		return CLI_OK;
	if (n_edited == 0)
		(void)puts("every file is as it was before iamlogin enable");
	else
		(void)printf("%zu files had been changed since iamlogin enable: only our "
			     "lines were taken out of them\n",
		    n_edited);
	return CLI_OK;
}

static int
roll_back(struct enable_store *store, bool is_quiet)
{
	bool service = enable_store_flag(store, "service");
	bool fence = enable_store_flag(store, "fence"), is_last;

	if (enable_store_undo(store) != 0)
		return failed(store->why);
	is_last = store->state == ENABLE_STATE_NONE;
	if (is_last && fence)
		(void)imds_fence_down();
	enable_services_stop(is_last && service);
	if (is_last)
		enable_store_dissolve(store);
	if (!is_quiet)
		(void)puts("the change that nobody confirmed is taken back");
	return CLI_OK;
}

int
cmd_disable(const struct cli *cli)
{
	_cleanup_store_ struct enable_store store = { .lock = -1 };
	bool only_unconfirmed = false, is_quiet = false;
	int i, r = CLI_OK;

	for (i = 0; i < cli->n_args; i++) {
		if (strcmp(cli->args[i], "--rollback") == 0) {
			only_unconfirmed = true;
		} else if (strcmp(cli->args[i], "--quiet") == 0) {
			is_quiet = true;
		} else {
			output_error("usage: iamlogin disable [--rollback] [--quiet]");
			return CLI_USAGE;
		}
	}
	if (geteuid() != 0)
		return request_denied();
	if (enable_store_open(&store) != 0)
		return failed(store.why);
	if (store.state == ENABLE_STATE_PENDING ||
	    store.state == ENABLE_STATE_UNCONFIRMED)
		r = roll_back(&store, is_quiet);
	if (r != CLI_OK || only_unconfirmed)
		return r;
	if (store.state != ENABLE_STATE_NONE)
		return restore(&store, is_quiet);
	if (!is_quiet)
		(void)puts("iamlogin is not enabled here");
	return CLI_OK;
}

/* Somebody who still sits in the session that made the change has shown nothing. */
static bool
is_new_login(const struct enable_store *store)
{
	int64_t started = enable_store_number(store, "started");
	int64_t session = enable_store_number(store, "session");
	uint64_t login;
	uint32_t mine;

	if (ancestry_login(&login) != 0 || (int64_t)login <= started)
		return false;
	return session < 0 || process_audit_session(&mine) != 0 || mine != session;
}

int
cmd_confirm(const struct cli *cli)
{
	_cleanup_store_ struct enable_store store = { .lock = -1 };

	(void)cli;
	if (geteuid() != 0)
		return request_denied();
	if (enable_store_open(&store) != 0)
		return failed(store.why);
	if (store.state != ENABLE_STATE_UNCONFIRMED) {
		output_error("nothing waits to be confirmed");
		return ENABLE_REFUSED;
	}
	if (!is_new_login(&store)) {
		output_error("this login is older than the change, or none: log in anew "
			     "(ssh, or the console) and confirm from there");
		return ENABLE_REFUSED;
	}
	if (enable_store_commit(&store) != 0)
		return failed(store.why);
	enable_services_cancel();
	(void)puts("confirmed; `iamlogin disable` takes it back");
	return CLI_OK;
}
