/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_nss_callers.c [MODULE] - the built NSS module in processes that are short of something
 */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/support/nss_child.h"
#include "tests/support/self.h"

#define MANY 5000
#define STACK_SIZE 16384
#define STACK_USED_MAX 8192 /* of a call, the thread's own part not counted */
#define CALLS 1000
#define FAST_NS 100000 /* in a chroot */

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
with_standard_descriptors_closed(void)
{
	for (int fd = 0; fd <= 2; fd++)
		(void)close(fd);
	NEED(nss_child_finds_alice());
	for (int fd = 0; fd <= 2; fd++)
		NEED(fcntl(fd, F_GETFD) < 0 && errno == EBADF);
	nss_child_publish();
	NEED(nss_child_finds_alice());
	NEED(open("/dev/null", O_RDWR | O_CLOEXEC) == 0); /* the lowest is still free */
	NEED(nss_child_finds_alice());
}

static void
with_three_descriptors_and_all_taken(void)
{
	limit(RLIMIT_NOFILE, 3);
	NEED(nss_child_is_unavailable(EMFILE));
	limit(RLIMIT_NOFILE, 64);
	NEED(nss_child_finds_alice());
	limit(RLIMIT_NOFILE, 3);
	for (int i = 0; i < CALLS; i++)
		NEED(nss_child_finds_alice());
}

static void
with_three_descriptors_and_none_taken(void)
{
	for (int fd = 0; fd <= 2; fd++)
		(void)close(fd);
	limit(RLIMIT_NOFILE, 3);
	NEED(nss_child_finds_alice());
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
	NEED(nss_child_finds_alice());
	nss_child_publish();
	NEED(nss_child_finds_alice());
	NEED(self_descriptors() == descriptors);
}

static void
without_address_space(void)
{
	int descriptors = self_descriptors();

	limit(RLIMIT_AS, 4096);
	NEED(nss_child_is_unavailable(ENOMEM));
	limit(RLIMIT_AS, RLIM_INFINITY);
	NEED(self_descriptors() == descriptors);
	NEED(nss_child_finds_alice());
	limit(RLIMIT_AS, 4096);
	for (int i = 0; i < CALLS; i++)
		NEED(nss_child_finds_alice());
}

static void
in_a_chroot_without_run(void)
{
	int64_t from, least = INT64_MAX;

	NEED(mkdir("/run/iamlogin/empty", 0755) == 0);
	NEED(chroot("/run/iamlogin/empty") == 0 && chdir("/") == 0);
	for (int i = 0; i < 100; i++) {
		from = nss_child_now_ns();
		NEED(nss_child_is_unavailable(ENOENT));
		from = nss_child_now_ns() - from;
		least = from < least ? from : least;
	}
	NEED(least < FAST_NS);
	NEED(rmdir("/run") < 0 && errno == ENOENT); /* and nothing was made there */
}

static void *
ask_in_a_thread(void *arg)
{
	nss_child_ask_everything();
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
	(void)stack_used(
	    stack, do_nothing); /* what libc does once, at a first thread's end */
	idle = stack_used(stack, do_nothing);
	busy = stack_used(stack, ask_in_a_thread);
	NEED(busy <= idle + STACK_USED_MAX);
}

CHILD_TEST(with_standard_descriptors_closed, true)
CHILD_TEST(with_three_descriptors_and_all_taken, true)
CHILD_TEST(with_three_descriptors_and_none_taken, true)
CHILD_TEST(with_five_thousand_descriptors, true)
CHILD_TEST(in_a_chroot_without_run, true)
CHILD_TEST(without_address_space, !SANITIZED)
CHILD_TEST(on_a_small_stack, !SANITIZED)

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
	};

	return nss_child_main(argc, argv, tests, BASE_N(tests));
}
