/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nss_child.h - tests of the built NSS module, each in a child that has looked nothing up yet
 *
 * There is alice, in the groups team and two, and enumeration is on. A child ends at the
 * first NEED() that does not hold, and the parent's test fails with its line.
 */
#ifndef SUPPORT_NSS_CHILD_H
#define SUPPORT_NSS_CHILD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/published_format.h"
#include "tests/support/nss_module.h"

#define NSS_CHILD_ALICE (IDS_FIRST + 2000)
#define NSS_CHILD_TEAM (IDS_FIRST + 5000)

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
#define NEED(condition)                          \
	do {                                     \
		if (!(condition))                \
			nss_child_end(__LINE__); \
	} while (0)

extern struct nss_module nss_child_module;

/** nss_child_end() - of a child, at this line; 0: all was well */
void nss_child_end(int line);

/** nss_child_look() - getpwnam_r; RETURN when it is somebody else than alice */
enum nss_status nss_child_look(const char *name, int *ret_error);

bool nss_child_finds_alice(void);

/** nss_child_is_unavailable() - the status of alice is UNAVAIL, the error that */
bool nss_child_is_unavailable(int expected);

/** nss_child_ask_everything() - each entry point once, and the right answer of each */
void nss_child_ask_everything(void);

/** nss_child_publish() - a new generation of the same people */
void nss_child_publish(void);

int64_t nss_child_now_ns(void);

/** nss_child_run() - @work in a child of its own */
void nss_child_run(void (*work)(void));

/** nss_child_main() - load argv[1], publish, run the tests */
int nss_child_main(int argc, char **argv, const struct CMUnitTest *tests, size_t n);

#define CHILD_TEST(name, is_possible)         \
	static void test_##name(void **state) \
	{                                     \
		(void)state;                  \
		if (is_possible)              \
			nss_child_run(name);  \
		else                          \
			skip();               \
	}

#endif
