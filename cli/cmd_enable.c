/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_enable.c - iamlogin enable
 *
 * Room: cli. Exit: 0 done, or nothing to do; 1 refused, nothing changed; 2 failed and taken
 * back; 77 not root.
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/enable_ask.h"
#include "cli/enable_build.h"
#include "cli/enable_services.h"
#include "cli/enable_store.h"
#include "cli/imds_fence.h"
#include "cli/output.h"
#include "cli/request.h"
#include "cli/run.h"
#include "common/process.h"
#include "common/text.h"

static const struct option long_options[] = {
	{ "users", required_argument, NULL, 'u' },
	{ "roles", required_argument, NULL, 'r' },
	{ "allow", required_argument, NULL, 'a' },
	{ "sudo", required_argument, NULL, 's' },
	{ "break-glass", required_argument, NULL, 'b' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "confirm-within", required_argument, NULL, 'c' },
	{ "imds-fence", no_argument, NULL, 'i' },
	{ "imds-allow", required_argument, NULL, 'I' },
	{ "no-start", no_argument, NULL, 'S' },
	{ "quiet", no_argument, NULL, 'q' },
	{ NULL, 0, NULL, 0 },
};

/* "300", "90s", "5m" or "1h": at least 30 seconds, at most a day. */
static int
parse_time(const char *text, unsigned *ret_s)
{
	static const struct {
		char unit;
		uint32_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 } };
	size_t len = strlen(text), i;
	uint32_t value, factor = 1;
	char digits[16];

	if (len == 0 || len >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, text, len + 1);
	for (i = 0; i < BASE_N(units); i++)
		if (digits[len - 1] == units[i].unit) {
			factor = units[i].seconds;
			digits[len - 1] = '\0';
			break;
		}
	if (text_parse_u32(digits, 86400 / factor, &value) != 0 || value * factor < 30)
		return -EINVAL;
	*ret_s = value * factor;
	return 0;
}

static int
usage(void)
{
	output_error("usage: iamlogin enable [--users SELECTORS] [--roles SELECTORS] "
		     "[--allow RULE] [--sudo RULE] [--break-glass NAMES] "
		     "[--confirm-within TIME] [--imds-fence [--imds-allow USERS]] "
		     "[--no-start] [--dry-run] [--quiet]");
	return CLI_USAGE;
}

static void
take_option(struct enable_options *options, int c)
{
	const struct {
		int c;
		const char **value;
		bool *flag;
	} places[] = { { 'u', &options->users, NULL }, { 'r', &options->roles, NULL },
		{ 'a', &options->allow, NULL }, { 's', &options->sudo, NULL },
		{ 'b', &options->break_glass, NULL }, { 'I', &options->imds_users, NULL },
		{ 'n', NULL, &options->dry_run }, { 'i', NULL, &options->imds_fence },
		{ 'S', NULL, &options->no_start }, { 'q', NULL, &options->quiet } };
	size_t i;

	for (i = 0; i < BASE_N(places); i++) {
		if (places[i].c != c)
			continue;
		if (places[i].value != NULL)
			*places[i].value = optarg;
		else
			*places[i].flag = true;
	}
}

static int
parse(const struct cli *cli, struct enable_options *options)
{
	int c;

	optind = 0;
	while ((c = getopt_long(
		    cli->n_args + 1, cli->args - 1, "+", long_options, NULL)) != -1) {
		switch (c) {
		case 'c':
			if (parse_time(optarg, &options->confirm_s) == 0)
				break;
			output_error("--confirm-within %s: 30s to 24h", optarg);
			return CLI_USAGE;
		case '?':
			return usage();
		default:
			take_option(options, c);
		}
	}
	if (optind <= cli->n_args ||
	    (options->imds_users != NULL && !options->imds_fence))
		return usage();
	return CLI_OK;
}

static int
refused(const char *why)
{
	output_error("refused, and nothing was changed: %s", why);
	return ENABLE_REFUSED;
}

/* Everything is in place: does sshd take it? If not, all of it goes back. */
static int
verify(struct enable_store *store)
{
	_cleanup_plan_ struct enable_plan plan = { .n = 0 };

	if (enable_build_verify(&plan) == 0)
		return CLI_OK;
	output_error("%s", plan.why);
	if (enable_store_rollback(store) != 0)
		output_error("and it could not be taken back: %s", store->why);
	else
		output_error("everything is as it was");
	return ENABLE_FAILED;
}

static int
settle(struct enable_store *store, const struct enable_options *options)
{
	uint64_t ticks = 0;
	uint32_t session = 0;
	int64_t known = -1;

	if (options->confirm_s == 0) {
		if (enable_store_commit(store) == 0)
			return CLI_OK;
		output_error("%s", store->why);
		return ENABLE_FAILED;
	}
	(void)process_start_time(getpid(), &ticks);
	if (process_audit_session(&session) == 0)
		known = session;
	if (enable_store_wait(store, (int64_t)ticks, known) != 0 ||
	    enable_services_timer(options->confirm_s) != 0) {
		output_error("no timer could be set (%s)", store->why);
		(void)enable_store_rollback(store);
		output_error("everything is as it was");
		return ENABLE_FAILED;
	}
	return CLI_OK;
}

static void
tell(const struct enable_plan *plan, const struct enable_options *options)
{
	size_t i;

	if (options->quiet)
		return;
	for (i = 0; i < plan->n; i++)
		(void)printf("%s  %s\n",
		    plan->changes[i].before != NULL ? "changed" : "new    ",
		    plan->changes[i].path);
	if (!run_has_systemd())
		(void)printf(
		    "No systemd runs here: start iamlogind as iamlogind(8) says.\n");
	(void)printf("Keep this session open until a login has worked.\n");
	if (options->confirm_s > 0)
		(void)printf("In %u s all of it is taken back, unless you run `iamlogin "
			     "confirm` from a new login.\n",
		    options->confirm_s);
	else
		(void)printf("`iamlogin disable` takes all of it back.\n");
}

static int
apply(struct enable_store *store, const struct enable_plan *plan,
    const struct enable_options *options)
{
	int r;

	if (enable_store_apply(store, plan) != 0) {
		output_error("%s; everything is as it was", store->why);
		return ENABLE_FAILED;
	}
	r = verify(store);
	if (r == CLI_OK)
		r = settle(store, options);
	if (r == CLI_OK)
		tell(plan, options);
	return r;
}

static int
start(struct enable_store *store, const struct enable_options *options)
{
	int r = CLI_OK;

	if (enable_services_start(store, !options->no_start) != 0) {
		output_error("iamlogind does not start: systemctl status iamlogind");
		r = ENABLE_FAILED;
	}
	if (options->imds_fence &&
	    (enable_store_set_flag(store, "fence", true) != 0 || imds_fence_up() != 0)) {
		output_error("the fence around IMDS could not be loaded: nft -f %s",
		    IMDS_FENCE_PATH);
		r = ENABLE_FAILED;
	}
	return r;
}

static int
enable(struct enable_store *store, const struct enable_options *options)
{
	_cleanup_plan_ struct enable_plan plan = { .n = 0 };
	int r;

	if (options->imds_fence && !options->quiet)
		imds_fence_show_users(stdout);
	if (enable_build(&plan, options) != 0)
		return refused(plan.why);
	if (options->dry_run) {
		enable_plan_print(&plan, stdout);
		return CLI_OK;
	}
	if (plan.n == 0) {
		if (!options->quiet)
			(void)puts("nothing to change");
		return start(store, options);
	}
	r = apply(store, &plan, options);
	return r == CLI_OK ? start(store, options) : r;
}

int
cmd_enable(const struct cli *cli)
{
	struct enable_options options = { .users = NULL };
	_cleanup_store_ struct enable_store store = { .lock = -1 };
	struct enable_answers answers;
	int r;

	r = parse(cli, &options);
	if (r != CLI_OK)
		return r;
	if (geteuid() != 0)
		return request_denied();
	if (enable_store_open(&store) != 0)
		return refused(store.why);
	if (store.state == ENABLE_STATE_UNCONFIRMED)
		return refused(
		    "an earlier one waits for `iamlogin confirm` (or `iamlogin "
		    "disable`)");
	if (store.state == ENABLE_STATE_DISABLING)
		return refused("a disable was cut short: run `iamlogin disable` again");
	if (store.state == ENABLE_STATE_PENDING) {
		output_error("an earlier one was cut short, and is taken back first");
		if (enable_store_rollback(&store) != 0)
			return refused(store.why);
		enable_store_close(&store);
		if (enable_store_open(&store) != 0)
			return refused(store.why);
	}
	enable_ask(&options, &answers);
	return enable(&store, &options);
}
