/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_nss_callers.c [MODULE [as-owner]] - the built NSS module in hostile processes
 *
 * Each test is a child that has not looked anything up before; what it says is its exit
 * code. `as-owner` is this program again, started as the user who owns /run/iamlogin.
 */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "common/published_format.h"
#include "tests/plugin/syscalls.h"
#include "tests/support/nss_module.h"
#include "tests/support/self.h"

#define ALICE (IDS_FIRST + 2000)
#define TEAM (IDS_FIRST + 5000)
#define OWNER 64123 /* stands for the user iamlogin */
#define MANY 5000
#define STACK_SIZE 16384
#define STACK_USED_MAX 8192 /* of a call, the thread's own part not counted */
#define CHILD_SECONDS 20
#define CALLS 1000
#define FAST_NS 1000000

/* The run time of a sanitizer needs address space, stack and system calls of its own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

/* In a child: ends it, with the line as the code that the parent prints. */
#define NEED(condition)                      \
	do {                                 \
		if (!(condition))            \
			child_end(__LINE__); \
	} while (0)

static struct nss_module nss;
static const char *module_path;
static struct world_fixture *fixture;
static int *failed_line; /* shared with the children */

static void
child_end(int line)
{
	*failed_line = line;
	_exit(line != 0);
}

static enum nss_status
look(const char *name, int *ret_error)
{
	static char buffer[1024];
	struct passwd pw;
	enum nss_status status =
	    nss.getpwnam_r(name, &pw, buffer, sizeof(buffer), ret_error);

	return status != NSS_STATUS_SUCCESS || pw.pw_uid == ALICE ? status
								  : NSS_STATUS_RETURN;
}

static bool
finds_alice(void)
{
	int error;

	return look("alice", &error) == NSS_STATUS_SUCCESS;
}

/* The status of alice is UNAVAIL, the error that. */
static bool
is_unavailable(int expected)
{
	int error = 0;

	return look("alice", &error) == NSS_STATUS_UNAVAIL && error == expected;
}

static void
publish(void)
{
	fixture->facts.fresh_s++;
	nss_module_publish(fixture);
}

static void
limit(__rlimit_resource_t what, rlim_t n)
{
	struct rlimit now;

	NEED(getrlimit(what, &now) == 0);
	now.rlim_cur = n;
	if (n > now.rlim_max)
		now.rlim_max = n;
	NEED(setrlimit(what, &now) == 0);
}

static void
run_child(void (*work)(void))
{
	int status = -1;
	pid_t child;

	*failed_line = 0;
	child = fork();
	if (child == 0) {
		(void)alarm(CHILD_SECONDS);
		work();
		child_end(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status))
		fail_msg("killed by signal %d", WTERMSIG(status));
	if (status != 0)
		fail_msg("line %d does not hold", *failed_line);
}

static void
with_standard_descriptors_closed(void)
{
	for (int fd = 0; fd <= 2; fd++)
		(void)close(fd);
	NEED(finds_alice());
	for (int fd = 0; fd <= 2; fd++)
		NEED(fcntl(fd, F_GETFD) < 0 && errno == EBADF);
	publish();
	NEED(finds_alice());
	NEED(open("/dev/null", O_RDWR | O_CLOEXEC) == 0); /* the lowest is still free */
	NEED(finds_alice());
}

static void
with_three_descriptors_and_all_taken(void)
{
	limit(RLIMIT_NOFILE, 3);
	NEED(is_unavailable(EMFILE));
	limit(RLIMIT_NOFILE, 64);
	NEED(finds_alice());
	limit(RLIMIT_NOFILE, 3);
	for (int i = 0; i < CALLS; i++)
		NEED(finds_alice());
}

static void
with_three_descriptors_and_none_taken(void)
{
	for (int fd = 0; fd <= 2; fd++)
		(void)close(fd);
	limit(RLIMIT_NOFILE, 3);
	NEED(finds_alice());
	for (int fd = 0; fd <= 2; fd++)
		NEED(fcntl(fd, F_GETFD) < 0 && errno == EBADF);
}

static void
with_five_thousand_descriptors(void)
{
	int descriptors;

	limit(RLIMIT_NOFILE, MANY + 100);
	for (int i = 0; i < MANY; i++)
		NEED(open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0);
	descriptors = self_descriptors();
	NEED(descriptors > MANY);
	NEED(finds_alice());
	publish();
	NEED(finds_alice());
	NEED(self_descriptors() == descriptors);
}

static void
without_address_space(void)
{
	int descriptors = self_descriptors();

	limit(RLIMIT_AS, 4096);
	NEED(is_unavailable(ENOMEM));
	limit(RLIMIT_AS, RLIM_INFINITY);
	NEED(self_descriptors() == descriptors);
	NEED(finds_alice());
	limit(RLIMIT_AS, 4096);
	for (int i = 0; i < CALLS; i++)
		NEED(finds_alice());
}

static int64_t
now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
in_a_chroot_without_run(void)
{
	int64_t from, least = INT64_MAX;

	NEED(mkdir("/run/iamlogin/empty", 0755) == 0);
	NEED(chroot("/run/iamlogin/empty") == 0 && chdir("/") == 0);
	for (int i = 0; i < 100; i++) {
		from = now_ns();
		NEED(is_unavailable(ENOENT));
		from = now_ns() - from;
		least = from < least ? from : least;
	}
	NEED(least < FAST_NS / 10);
	NEED(rmdir("/run") < 0 && errno == ENOENT); /* and nothing was made there */
}

/* What libnss_iamlogin(8) lists under SYSTEM CALLS. */
static const int documented[] = {
#ifdef __NR_fstat
	__NR_fstat,
#endif
#ifdef __NR_newfstatat
	__NR_newfstatat,
#endif
	__NR_openat, __NR_fcntl, __NR_mmap, __NR_munmap, __NR_close, __NR_utimensat,
	__NR_brk, __NR_mremap
};

static void
ask_everything(void)
{
	long start = 0, size = 1;
	gid_t *gids = malloc(sizeof(gid_t));
	static char buffer[1024];
	struct passwd pw;
	struct group gr;
	int error;

	NEED(finds_alice());
	NEED(look("mallory", &error) == NSS_STATUS_NOTFOUND);
	NEED(nss.getpwuid_r(ALICE, &pw, buffer, sizeof(buffer), &error) ==
	     NSS_STATUS_SUCCESS);
	NEED(nss.getgrnam_r("team", &gr, buffer, sizeof(buffer), &error) ==
	     NSS_STATUS_SUCCESS);
	NEED(nss.getgrgid_r(TEAM, &gr, buffer, sizeof(buffer), &error) ==
	     NSS_STATUS_SUCCESS);
	NEED(nss.initgroups_dyn("alice", ALICE, &start, &size, &gids, 0, &error) ==
	     NSS_STATUS_SUCCESS);
	NEED(start == 2);
	(void)nss.setpwent(0);
	(void)nss.setgrent(0);
	NEED(nss.getpwent_r(&pw, buffer, sizeof(buffer), &error) == NSS_STATUS_SUCCESS);
	NEED(nss.getgrent_r(&gr, buffer, sizeof(buffer), &error) == NSS_STATUS_SUCCESS);
	(void)nss.endpwent();
	(void)nss.endgrent();
	free(gids);
}

static void
under_a_filter_of_the_documented_calls(void)
{
	NEED(syscalls_allow_only(
		 documented, BASE_N(documented), SECCOMP_RET_KILL_PROCESS) == 0);
	ask_everything();
}

/* Every call refused as some sandboxes do: a failure, and neither a crash nor an absence. */
static void
under_a_filter_that_refuses_to_open(void)
{
	NEED(syscalls_allow_only(
		 documented + BASE_N(documented) - 3, 3, SECCOMP_RET_ERRNO | EPERM) == 0);
	NEED(is_unavailable(EPERM));
	NEED(is_unavailable(EPERM));
}

/* What the steady state is: everything asked once, and a walk begun. */
static void
warm_up(void)
{
	char buffer[256];
	struct passwd pw;
	int error;

	ask_everything();
	(void)nss.setpwent(0);
	NEED(nss.getpwent_r(&pw, buffer, sizeof(buffer), &error) == NSS_STATUS_SUCCESS);
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
		NEED(finds_alice());
		NEED(nss.getpwuid_r(ALICE, &pw, buffer, sizeof(buffer), &error) ==
		     NSS_STATUS_SUCCESS);
		NEED(nss.getpwuid_r(0, &pw, buffer, sizeof(buffer), &error) ==
		     NSS_STATUS_NOTFOUND);
		NEED(nss.getgrnam_r("team", &gr, buffer, sizeof(buffer), &error) ==
		     NSS_STATUS_SUCCESS);
		NEED(nss.getgrnam_r("mallory", &gr, buffer, sizeof(buffer), &error) ==
		     NSS_STATUS_NOTFOUND);
		NEED(nss.getgrgid_r(TEAM, &gr, buffer, sizeof(buffer), &error) ==
		     NSS_STATUS_SUCCESS);
		for (int n = 0; n < 3; n++) {
			static const char *const strangers[] = { "root", "nobody",
				"www-data" };

			start = 0;
			size = 8;
			NEED(nss.initgroups_dyn(strangers[n], 0, &start, &size, &gids, 0,
				 &error) == NSS_STATUS_NOTFOUND);
		}
		NEED(nss.initgroups_dyn("alice", ALICE, &start, &size, &gids, 0,
			 &error) == NSS_STATUS_SUCCESS);
		NEED(look("Not.A.Name", &error) == NSS_STATUS_NOTFOUND);
	}
	NEED(nss.getpwent_r(&pw, buffer, sizeof(buffer), &error) == NSS_STATUS_NOTFOUND);
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
		NEED(look("mallory", &error) == NSS_STATUS_NOTFOUND);
		NEED(syscalls_counted(-1) == n && syscalls_counted(__NR_utimensat) == n);
	}
}

/* Started as the daemon is: no doorbell, or a lookup of its own would wake it for ever. */
static int
as_owner(void)
{
	int64_t from;
	int error;

	failed_line = &(int){ 0 };
	warm_up();
	from = now_ns();
	for (int i = 0; i < CALLS; i++)
		NEED(look("mallory", &error) == NSS_STATUS_NOTFOUND);
	NEED(now_ns() - from < CALLS * (int64_t)FAST_NS);
	NEED(syscalls_count() == 0);
	check_quiet_calls();
	for (int i = 0; i < CALLS; i++)
		NEED(look("mallory", &error) == NSS_STATUS_NOTFOUND);
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

static void *
ask_in_a_thread(void *arg)
{
	ask_everything();
	return arg;
}

static void *
do_nothing(void *arg)
{
	return arg;
}

/* How far from the top a thread on @stack has written, that does @work. */
static size_t
stack_used(unsigned char *stack, void *(*work)(void *))
{
	pthread_attr_t attr;
	pthread_t thread;
	size_t untouched = 0;

	memset(stack, 0x5a, STACK_SIZE);
	NEED(pthread_attr_init(&attr) == 0);
	NEED(pthread_attr_setstack(&attr, stack, STACK_SIZE) == 0);
	NEED(pthread_create(&thread, &attr, work, NULL) == 0);
	NEED(pthread_join(thread, NULL) == 0);
	while (untouched < STACK_SIZE && stack[untouched] == 0x5a)
		untouched++;
	return STACK_SIZE - untouched;
}

static void
on_a_small_stack(void)
{
	unsigned char *stack;
	size_t idle, busy;

	stack = mmap(
	    NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	NEED(stack != MAP_FAILED);
	idle = stack_used(stack, do_nothing);
	busy = stack_used(stack, ask_in_a_thread);
	NEED(busy - idle <= STACK_USED_MAX);
}

#define CHILD_TEST(name, is_possible)         \
	static void test_##name(void **state) \
	{                                     \
		(void)state;                  \
		if (is_possible)              \
			run_child(name);      \
		else                          \
			skip();               \
	}

CHILD_TEST(with_standard_descriptors_closed, true)
CHILD_TEST(with_three_descriptors_and_all_taken, true)
CHILD_TEST(with_three_descriptors_and_none_taken, true)
CHILD_TEST(with_five_thousand_descriptors, true)
CHILD_TEST(in_a_chroot_without_run, true)
CHILD_TEST(without_address_space, !SANITIZED)
CHILD_TEST(on_a_small_stack, !SANITIZED)
CHILD_TEST(under_a_filter_of_the_documented_calls, !SANITIZED)
CHILD_TEST(under_a_filter_that_refuses_to_open, !SANITIZED)
CHILD_TEST(as_root_a_miss_alone_is_a_system_call, !SANITIZED)
CHILD_TEST(as_the_daemons_user, !SANITIZED)

static int
setup(void **state)
{
	int fd;

	(void)state;
	fixture = calloc(1, sizeof(*fixture));
	failed_line = mmap(NULL, sizeof(*failed_line), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fd = open(NSS_MODULE_DOORBELL, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	if (fixture == NULL || failed_line == MAP_FAILED || fd < 0)
		return -1;
	(void)close(fd);
	world_fixture_init(fixture);
	(void)world_fixture_account(fixture, "alice", ALICE);
	world_fixture_member(fixture, world_fixture_group(fixture, "team", TEAM), 0);
	world_fixture_member(fixture, world_fixture_group(fixture, "two", TEAM + 1), 0);
	fixture->facts.enumerate = true;
	publish();
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_with_standard_descriptors_closed),
		cmocka_unit_test(test_with_three_descriptors_and_all_taken),
		cmocka_unit_test(test_with_three_descriptors_and_none_taken),
		cmocka_unit_test(test_with_five_thousand_descriptors),
		cmocka_unit_test(test_in_a_chroot_without_run),
		cmocka_unit_test(test_without_address_space),
		cmocka_unit_test(test_on_a_small_stack),
		cmocka_unit_test(test_under_a_filter_of_the_documented_calls),
		cmocka_unit_test(test_under_a_filter_that_refuses_to_open),
		cmocka_unit_test(test_as_root_a_miss_alone_is_a_system_call),
		cmocka_unit_test(test_as_the_daemons_user),
	};

	nss_module_load(argc, argv, &nss);
	if (argc > 2 && strcmp(argv[2], "as-owner") == 0)
		return as_owner();
	module_path = argc > 1 ? argv[1] : "";
	return cmocka_run_group_tests(tests, setup, NULL);
}
