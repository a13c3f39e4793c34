/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep_nss.c - the n-th failure in the built NSS module
 *
 * Whatever fails: a record is right or not given, NOTFOUND is what it would be without the
 * failure, errno is kept, and nothing is left behind. Runs under tests/plugin/in_namespace.sh.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base.h"
#include "common/published_format.h"
#include "tests/faults/sweep.h"
#include "tests/support/nss_module.h"

#define MODULE "libnss_iamlogin.so.2"
#define ALICE (IDS_FIRST + 2000)
#define RETIRED (IDS_FIRST + 2001)
#define ADMINS (IDS_FIRST + 5000)
#define ERRNO_BEFORE ETXTBSY
#define GROUPS 20

enum database {
	PASSWD_BY_NAME,
	PASSWD_BY_ID,
	GROUP_BY_NAME,
	GROUP_BY_ID,
	INITGROUPS,
};

struct scenario {
	const char *sentence;
	enum database database;
	const char *name;
	uint32_t id;
	enum nss_status status; /* when nothing fails */
	bool is_renewed;        /* another generation was published after a lookup */
	bool is_steady;         /* the same was looked up before: nothing can fail */
	bool is_small;          /* the buffer is too small at first */
	bool is_closed;         /* the process has closed its standard input */
};

static const struct scenario scenarios[] = {
	{ .sentence = "getpwnam finds alice, or is unavailable",
	    .database = PASSWD_BY_NAME,
	    .name = "alice",
	    .status = NSS_STATUS_SUCCESS },
	{ .sentence =
		"getpwnam finds the new alice of a new generation, or is unavailable",
	    .database = PASSWD_BY_NAME,
	    .name = "alice",
	    .status = NSS_STATUS_SUCCESS,
	    .is_renewed = true },
	{ .sentence = "getpwnam finds alice again without a call that can fail",
	    .database = PASSWD_BY_NAME,
	    .name = "alice",
	    .status = NSS_STATUS_SUCCESS,
	    .is_steady = true },
	{ .sentence = "getpwnam finds alice in a process without standard input",
	    .database = PASSWD_BY_NAME,
	    .name = "alice",
	    .status = NSS_STATUS_SUCCESS,
	    .is_closed = true },
	{ .sentence =
		"getpwnam with a small buffer asks for a larger one, or is unavailable",
	    .database = PASSWD_BY_NAME,
	    .name = "alice",
	    .status = NSS_STATUS_TRYAGAIN,
	    .is_small = true },
	{ .sentence = "getpwnam says that nobody has a name only when it could look",
	    .database = PASSWD_BY_NAME,
	    .name = "nobodyknows",
	    .status = NSS_STATUS_NOTFOUND },
	{ .sentence = "getpwnam of a retired name",
	    .database = PASSWD_BY_NAME,
	    .name = "retired",
	    .status = NSS_STATUS_NOTFOUND },
	{ .sentence = "getpwnam of root is never ours",
	    .database = PASSWD_BY_NAME,
	    .name = "root",
	    .status = NSS_STATUS_NOTFOUND },
	{ .sentence = "getpwuid finds alice, or is unavailable",
	    .database = PASSWD_BY_ID,
	    .name = "alice",
	    .id = ALICE,
	    .status = NSS_STATUS_SUCCESS },
	{ .sentence = "getpwuid finds who is retired, or is unavailable",
	    .database = PASSWD_BY_ID,
	    .name = "retired",
	    .id = RETIRED,
	    .status = NSS_STATUS_SUCCESS },
	{ .sentence = "getpwuid says that nobody has an id only when it could look",
	    .database = PASSWD_BY_ID,
	    .name = "",
	    .id = ALICE + 500,
	    .status = NSS_STATUS_NOTFOUND },
	{ .sentence = "getpwuid of uid 0 is never ours",
	    .database = PASSWD_BY_ID,
	    .name = "",
	    .status = NSS_STATUS_NOTFOUND },
	{ .sentence = "getgrnam finds a group with its member, or is unavailable",
	    .database = GROUP_BY_NAME,
	    .name = "HostAdmins",
	    .id = ADMINS,
	    .status = NSS_STATUS_SUCCESS },
	{ .sentence = "getgrnam finds alice's private group, or is unavailable",
	    .database = GROUP_BY_NAME,
	    .name = "alice",
	    .id = ALICE,
	    .status = NSS_STATUS_SUCCESS },
	{ .sentence = "getgrnam says that there is no group only when it could look",
	    .database = GROUP_BY_NAME,
	    .name = "nogroup",
	    .status = NSS_STATUS_NOTFOUND },
	{ .sentence = "getgrgid finds a group, or is unavailable",
	    .database = GROUP_BY_ID,
	    .name = "HostAdmins",
	    .id = ADMINS,
	    .status = NSS_STATUS_SUCCESS },
	{ .sentence = "getgrgid says that there is no group only when it could look",
	    .database = GROUP_BY_ID,
	    .name = "",
	    .id = ADMINS + 500,
	    .status = NSS_STATUS_NOTFOUND },
	{ .sentence = "initgroups gives all of alice's groups, or none",
	    .database = INITGROUPS,
	    .name = "alice",
	    .id = ALICE,
	    .status = NSS_STATUS_SUCCESS },
	{ .sentence = "initgroups gives the groups of a new generation, or none",
	    .database = INITGROUPS,
	    .name = "alice",
	    .id = ALICE,
	    .status = NSS_STATUS_SUCCESS,
	    .is_renewed = true },
	{ .sentence = "initgroups of somebody unknown",
	    .database = INITGROUPS,
	    .name = "nobodyknows",
	    .status = NSS_STATUS_NOTFOUND },
	{ .sentence = "initgroups of root adds none",
	    .database = INITGROUPS,
	    .name = "root",
	    .status = NSS_STATUS_NOTFOUND },
};

static struct nss_module nss;
static struct world_fixture fixture;
static const char *shell = "/bin/bash";

/* What one call gave. */
struct answer {
	enum nss_status status;
	int error;
	char buffer[1024];
	struct passwd pw;
	struct group gr;
	long n_gids;
	gid_t *gids;
};

static void
call(const struct scenario *s, bool is_armed, struct answer *answer)
{
	size_t room = s->is_small ? 4 : sizeof(answer->buffer);
	char *buffer = answer->buffer;
	int *error = &answer->error;
	long size = 1;

	memset(answer, 0, sizeof(*answer));
	answer->gids = malloc(sizeof(gid_t));
	if (answer->gids == NULL)
		sweep_wrong("no memory");
	errno = ERRNO_BEFORE;
	if (is_armed)
		sweep_arm();
	switch (s->database) {
	case PASSWD_BY_NAME:
		answer->status =
		    nss.getpwnam_r(s->name, &answer->pw, buffer, room, error);
		break;
	case PASSWD_BY_ID:
		answer->status = nss.getpwuid_r(s->id, &answer->pw, buffer, room, error);
		break;
	case GROUP_BY_NAME:
		answer->status =
		    nss.getgrnam_r(s->name, &answer->gr, buffer, room, error);
		break;
	case GROUP_BY_ID:
		answer->status = nss.getgrgid_r(s->id, &answer->gr, buffer, room, error);
		break;
	case INITGROUPS:
		answer->status = nss.initgroups_dyn(
		    s->name, ALICE, &answer->n_gids, &size, &answer->gids, 0, error);
		break;
	}
	sweep_disarm();
	if (errno != ERRNO_BEFORE)
		sweep_wrong("errno became %s", strerror(errno));
	free(answer->gids);
}

static bool
is_record_right(const struct scenario *s, const struct answer *answer)
{
	switch (s->database) {
	case PASSWD_BY_NAME:
	case PASSWD_BY_ID:
		return strcmp(answer->pw.pw_name, s->name) == 0 &&
		       strcmp(answer->pw.pw_passwd, "*") == 0 &&
		       strcmp(answer->pw.pw_shell, shell) == 0 &&
		       answer->pw.pw_uid == answer->pw.pw_gid &&
		       answer->pw.pw_uid ==
			   (strcmp(s->name, "alice") == 0 ? ALICE : RETIRED);
	case GROUP_BY_NAME:
	case GROUP_BY_ID:
		if (strcmp(answer->gr.gr_name, s->name) != 0 ||
		    answer->gr.gr_gid != s->id)
			return false;
		if (s->id != ADMINS)
			return answer->gr.gr_mem[0] == NULL;
		return strcmp(answer->gr.gr_mem[0], "alice") == 0 &&
		       answer->gr.gr_mem[1] == NULL;
	case INITGROUPS:
		return answer->n_gids == (long)fixture.world.accounts[0].n_gids;
	}
	return false;
}

static void
check(const struct scenario *s, const struct answer *answer)
{
	const struct fail_nth *nth = fail_nth();

	if (nth->n_failed == 0 && answer->status != s->status)
		sweep_wrong("status %d", (int)answer->status);
	if (answer->status != NSS_STATUS_SUCCESS && answer->n_gids != 0)
		sweep_wrong("%ld groups of a failure", answer->n_gids);
	if (answer->status == NSS_STATUS_SUCCESS && !is_record_right(s, answer))
		sweep_wrong("a record that is not right");
	if (answer->status == s->status)
		return;
	if (answer->status != NSS_STATUS_UNAVAIL && answer->status != NSS_STATUS_TRYAGAIN)
		sweep_wrong("status %d after a failure", (int)answer->status);
	if (answer->error != nth->error)
		sweep_wrong(
		    "it says %s, not %s", strerror(answer->error), strerror(nth->error));
}

/* As the daemon does it, from this process: it adopts what stands there. */
static void
publish_another(void)
{
	struct publish_file *file;

	shell = "/bin/zsh";
	for (size_t i = 0; i < fixture.world.n_accounts; i++) {
		free(fixture.world.accounts[i].shell);
		fixture.world.accounts[i].shell = strdup(shell);
	}
	fixture.facts.fresh_s += (uint32_t)getpid(); /* never the same content */
	world_fixture_member(
	    &fixture, world_fixture_group(&fixture, "later", ADMINS + 100), 0);
	if (publish_file_open(NSS_MODULE_SNAPSHOT, PUBLISHED_MAGIC_SNAPSHOT, 0644,
		(gid_t)-1, &file) != 0)
		sweep_wrong("publish_file_open");
	world_fixture_publish(&fixture, file);
	publish_file_free(file);
}

static void
run(void *data)
{
	const struct scenario *s = data;
	const struct fail_nth *nth = fail_nth();
	const struct scenario warm = { .database = PASSWD_BY_ID, .id = ALICE };
	struct answer answer;
	int n_fds;

	if (s->is_renewed || s->is_steady) {
		call(&warm, false, &answer);
		if (answer.status != NSS_STATUS_SUCCESS)
			sweep_wrong("the first lookup: %d", (int)answer.status);
	}
	if (s->is_renewed)
		publish_another();
	if (s->is_closed)
		(void)close(STDIN_FILENO);
	n_fds = sweep_count_fds();
	call(s, true, &answer);
	check(s, &answer);
	if (s->is_steady && nth->n_calls != 0)
		sweep_wrong("%u calls", nth->n_calls);
	if (sweep_count_fds() != n_fds)
		sweep_wrong("%d descriptors are left", sweep_count_fds() - n_fds);
	if (nth->n_blocks > 0)
		sweep_wrong("%d blocks of the heap are left", nth->n_blocks);
	if (nth->n_maps < 0 || nth->n_maps > 1)
		sweep_wrong("%d mappings are left", nth->n_maps);
}

static void
make_world(void)
{
	int fd;

	world_fixture_init(&fixture);
	(void)world_fixture_account(&fixture, "alice", ALICE);
	(void)world_fixture_account(&fixture, "retired", RETIRED);
	fixture.world.accounts[1].flags = USER_RETIRED;
	world_fixture_member(
	    &fixture, world_fixture_group(&fixture, "HostAdmins", ADMINS), 0);
	for (uint32_t i = 0; i < GROUPS; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "team-%u", i);
		world_fixture_member(
		    &fixture, world_fixture_group(&fixture, name, ADMINS + 1 + i), 0);
	}
	nss_module_publish(&fixture);
	fd = open(NSS_MODULE_DOORBELL, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		exit(1);
	(void)close(fd);
}

/* What the children of the last sweep published stands at the path; start from ours. */
static void
restore(void)
{
	nss_module_withdraw();
	(void)unlink(NSS_MODULE_SNAPSHOT);
	nss_module_publish(&fixture);
}

int
main(int argc, char **argv)
{
	size_t i;

	nss_module_load(argc, argv, &nss);
	make_world();
	if (!fail_nth_code(MODULE)) {
		(void)fprintf(stderr, "%s is not loaded\n", MODULE);
		return 1;
	}
	for (i = 0; i < BASE_N(scenarios); i++) {
		struct sweep one = {
			.sentence = scenarios[i].sentence,
			.run = run,
			.data = (void *)(uintptr_t)&scenarios[i],
		};

		sweep(&one);
		if (scenarios[i].is_renewed)
			restore();
	}
	return sweep_exit();
}
