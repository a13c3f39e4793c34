/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_nss_calls.c [MODULE [as-owner]] - which system calls the built NSS module makes
 *
 * `as-owner` is this program again, started as the user who owns /run/iamlogin.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "tests/plugin/syscalls.h"
#include "tests/support/nss_child.h"

#define OWNER 64123 /* stands for the user iamlogin */
#define CALLS 1000
#define FAST_NS 1000000

static const char *module_path;

/* What libnss_iamlogin(8) lists under SYSTEM CALLS. */
static const int documented[] = {
#ifdef __NR_fstat
	__NR_fstat,
#endif
#ifdef __NR_lstat /* before glibc 2.33 */
	__NR_lstat,
#endif
#ifdef __NR_newfstatat
	__NR_newfstatat,
#endif
	__NR_openat, __NR_fcntl, __NR_mmap, __NR_munmap, __NR_close, __NR_utimensat,
	__NR_brk, __NR_mremap
};

static void
under_a_filter_of_the_documented_calls(void)
{
	NEED(syscalls_allow_only(
		 documented, BASE_N(documented), SECCOMP_RET_KILL_PROCESS) == 0);
	nss_child_ask_everything();
}

/* Every call refused as some sandboxes do: a failure, and neither a crash nor an absence. */
static void
under_a_filter_that_refuses_to_open(void)
{
	NEED(syscalls_allow_only(
		 documented + BASE_N(documented) - 3, 3, SECCOMP_RET_ERRNO | EPERM) == 0);
	NEED(nss_child_is_unavailable(EPERM));
	NEED(nss_child_is_unavailable(EPERM));
}

/* What the steady state is: everything asked once, and a walk begun. */
static void
warm_up(void)
{
	char buffer[256];
	struct passwd pw;
	int error;

	nss_child_ask_everything();
	(void)nss_child_module.setpwent(0);
	NEED(nss_child_module.getpwent_r(&pw, buffer, sizeof(buffer), &error) ==
	     NSS_STATUS_SUCCESS);
}

static void
check_quiet_calls(void)
{
	static gid_t room[8];
	static char buffer[1024];
	gid_t *gids = room;
	long start, size;
	struct passwd pw;
	struct group gr;
	int error;

	for (int i = 0; i < CALLS; i++) {
		NEED(nss_child_finds_alice());
		NEED(nss_child_module.getpwuid_r(NSS_CHILD_ALICE, &pw, buffer,
			 sizeof(buffer), &error) == NSS_STATUS_SUCCESS);
		NEED(nss_child_module.getpwuid_r(
			 0, &pw, buffer, sizeof(buffer), &error) == NSS_STATUS_NOTFOUND);
		NEED(nss_child_module.getgrnam_r("team", &gr, buffer, sizeof(buffer),
			 &error) == NSS_STATUS_SUCCESS);
		NEED(nss_child_module.getgrnam_r("mallory", &gr, buffer, sizeof(buffer),
			 &error) == NSS_STATUS_NOTFOUND);
		NEED(nss_child_module.getgrgid_r(NSS_CHILD_TEAM, &gr, buffer,
			 sizeof(buffer), &error) == NSS_STATUS_SUCCESS);
		for (int n = 0; n < 3; n++) {
			static const char *const strangers[] = { "root", "nobody",
				"www-data" };

			start = 0;
			size = 8;
			NEED(nss_child_module.initgroups_dyn(strangers[n], 0, &start,
				 &size, &gids, 0, &error) == NSS_STATUS_NOTFOUND);
		}
		NEED(nss_child_module.initgroups_dyn("alice", NSS_CHILD_ALICE, &start,
			 &size, &gids, 0, &error) == NSS_STATUS_SUCCESS);
		NEED(nss_child_look("Not.A.Name", &error) == NSS_STATUS_NOTFOUND);
	}
	NEED(nss_child_module.getpwent_r(&pw, buffer, sizeof(buffer), &error) ==
	     NSS_STATUS_NOTFOUND);
	NEED(syscalls_counted(-1) == 0);
}

static void
as_root_a_miss_alone_is_a_system_call(void)
{
	int error;

	warm_up();
	NEED(syscalls_count() == 0);
	check_quiet_calls();
	for (unsigned n = 1; n <= 100; n++) {
		NEED(nss_child_look("mallory", &error) == NSS_STATUS_NOTFOUND);
		NEED(syscalls_counted(-1) == n && syscalls_counted(__NR_utimensat) == n);
	}
}

/* Started as the daemon is: no doorbell, or a lookup of its own would wake it for ever. */
static int
as_owner(void)
{
	int64_t from;
	int error;

	warm_up();
	from = nss_child_now_ns();
	for (int i = 0; i < CALLS; i++)
		NEED(nss_child_look("mallory", &error) == NSS_STATUS_NOTFOUND);
	NEED(nss_child_now_ns() - from < CALLS * (int64_t)FAST_NS);
	NEED(syscalls_count() == 0);
	check_quiet_calls();
	for (int i = 0; i < CALLS; i++)
		NEED(nss_child_look("mallory", &error) == NSS_STATUS_NOTFOUND);
	NEED(syscalls_counted(-1) == 0);
	return 0;
}

/* For a user who cannot go where this was built. */
static void
copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	NEED(in >= 0 && out >= 0);
	while (sendfile(out, in, NULL, 1 << 20) > 0)
		;
	NEED(close(in) == 0 && close(out) == 0);
}

static void
as_the_daemons_user(void)
{
	static const char self[] = "/run/iamlogin/self",
			  module[] = "/run/iamlogin/module";
	struct stat before, after;
	int status = -1;
	pid_t child;

	copy("/proc/self/exe", self);
	copy(module_path, module);
	NEED(chown("/run/iamlogin", OWNER, OWNER) == 0);
	NEED(chown(NSS_MODULE_SNAPSHOT, OWNER, OWNER) == 0);
	NEED(chown(NSS_MODULE_DOORBELL, OWNER, OWNER) == 0);
	NEED(stat(NSS_MODULE_DOORBELL, &before) == 0);
	child = fork();
	if (child == 0) {
		if (setgid(OWNER) == 0 && setuid(OWNER) == 0)
			(void)execl(self, self, module, "as-owner", (char *)NULL);
		_exit(99);
	}
	NEED(waitpid(child, &status, 0) == child && status == 0);
	NEED(stat(NSS_MODULE_DOORBELL, &after) == 0);
	NEED(before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
	     before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
	NEED(chown("/run/iamlogin", 0, 0) == 0);
	NEED(chown(NSS_MODULE_SNAPSHOT, 0, 0) == 0);
}

CHILD_TEST(under_a_filter_of_the_documented_calls, !SANITIZED)
CHILD_TEST(under_a_filter_that_refuses_to_open, !SANITIZED)
CHILD_TEST(as_root_a_miss_alone_is_a_system_call, !SANITIZED)
CHILD_TEST(as_the_daemons_user, !SANITIZED)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_under_a_filter_of_the_documented_calls),
		cmocka_unit_test(test_under_a_filter_that_refuses_to_open),
		cmocka_unit_test(test_as_root_a_miss_alone_is_a_system_call),
		cmocka_unit_test(test_as_the_daemons_user),
	};

	if (argc > 2 && strcmp(argv[2], "as-owner") == 0) {
		nss_module_load(argc, argv, &nss_child_module);
		return as_owner();
	}
	module_path = argc > 1 ? argv[1] : "";
	return nss_child_main(argc, argv, tests, BASE_N(tests));
}
