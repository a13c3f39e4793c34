/* SPDX-License-Identifier: Apache-2.0 */
/* nss_child.c - tests of the NSS module in children; contract in nss_child.h */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/support/nss_child.h"

#define CHILD_SECONDS 20

struct nss_module nss_child_module;
static struct world_fixture fixture;
static int *failed_line; /* shared with the children */

void
nss_child_end(int line)
{
	if (failed_line != NULL)
		*failed_line = line;
	_exit(line != 0);
}

enum nss_status
nss_child_look(const char *name, int *ret_error)
{
	static char buffer[1024];
	struct passwd pw;
	enum nss_status status =
	    nss_child_module.getpwnam_r(name, &pw, buffer, sizeof(buffer), ret_error);

	return status != NSS_STATUS_SUCCESS || pw.pw_uid == NSS_CHILD_ALICE
		   ? status
		   : NSS_STATUS_RETURN;
}

bool
nss_child_finds_alice(void)
{
	int error;

	return nss_child_look("alice", &error) == NSS_STATUS_SUCCESS;
}

bool
nss_child_is_unavailable(int expected)
{
	int error = 0;

	return nss_child_look("alice", &error) == NSS_STATUS_UNAVAIL && error == expected;
}

void
nss_child_publish(void)
{
	fixture.facts.fresh_s++;
	nss_module_publish(&fixture);
}

int64_t
nss_child_now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000 + ts.tv_nsec;
}

void
nss_child_ask_everything(void)
{
	long start = 0, size = 1;
	gid_t *gids = malloc(sizeof(gid_t));
	static char buffer[1024];
	struct passwd pw;
	struct group gr;
	int error;

	NEED(nss_child_finds_alice());
	NEED(nss_child_look("mallory", &error) == NSS_STATUS_NOTFOUND);
	NEED(nss_child_module.getpwuid_r(NSS_CHILD_ALICE, &pw, buffer, sizeof(buffer),
		 &error) == NSS_STATUS_SUCCESS);
	NEED(nss_child_module.getgrnam_r("team", &gr, buffer, sizeof(buffer), &error) ==
	     NSS_STATUS_SUCCESS);
	NEED(nss_child_module.getgrgid_r(NSS_CHILD_TEAM, &gr, buffer, sizeof(buffer),
		 &error) == NSS_STATUS_SUCCESS);
	NEED(nss_child_module.initgroups_dyn("alice", NSS_CHILD_ALICE, &start, &size,
		 &gids, 0, &error) == NSS_STATUS_SUCCESS);
	NEED(start == 2);
	(void)nss_child_module.setpwent(0);
	(void)nss_child_module.setgrent(0);
	NEED(nss_child_module.getpwent_r(&pw, buffer, sizeof(buffer), &error) ==
	     NSS_STATUS_SUCCESS);
	NEED(nss_child_module.getgrent_r(&gr, buffer, sizeof(buffer), &error) ==
	     NSS_STATUS_SUCCESS);
	(void)nss_child_module.endpwent();
	(void)nss_child_module.endgrent();
	free(gids);
}

void
nss_child_run(void (*work)(void))
{
	int status = -1;
	pid_t child;

	*failed_line = 0;
	child = fork();
	if (child == 0) {
		(void)alarm(CHILD_SECONDS);
		work();
		nss_child_end(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status))
		fail_msg("killed by signal %d", WTERMSIG(status));
	if (status != 0)
		fail_msg("line %d does not hold", *failed_line);
}

static int
setup(void **state)
{
	int fd;

	(void)state;
	failed_line = mmap(NULL, sizeof(*failed_line), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fd = open(NSS_MODULE_DOORBELL, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	if (failed_line == MAP_FAILED || fd < 0)
		return -1;
	(void)close(fd);
	world_fixture_init(&fixture);
	(void)world_fixture_account(&fixture, "alice", NSS_CHILD_ALICE);
	world_fixture_member(
	    &fixture, world_fixture_group(&fixture, "team", NSS_CHILD_TEAM), 0);
	world_fixture_member(
	    &fixture, world_fixture_group(&fixture, "two", NSS_CHILD_TEAM + 1), 0);
	fixture.facts.enumerate = true;
	nss_child_publish();
	return 0;
}

int
nss_child_main(int argc, char **argv, const struct CMUnitTest *tests, size_t n)
{
	nss_module_load(argc, argv, &nss_child_module);
	return _cmocka_run_group_tests("nss module in children", tests, n, setup, NULL);
}
