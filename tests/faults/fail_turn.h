/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fail_turn.h - between the parts of the library of fail_nth.h: is it this call's turn
 */
#ifndef FAULTS_FAIL_TURN_H
#define FAULTS_FAIL_TURN_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "tests/faults/fail_nth.h"

enum fail_act {
	FAIL_GO_ON,
	FAIL_NOW,
	FAIL_CUT, /* do less */
};

/** fail_is_ours() - does the code under test make the call that returns there? */
bool fail_is_ours(const void *caller);

/**
 * fail_turn() - count the call; errno is set for FAIL_NOW
 * @second: errno of FAIL_SECOND, 0 for none
 * @has_short: whether it may do less than it was asked for
 */
enum fail_act
fail_turn(const char *name, const void *caller, int first, int second, bool has_short);

/** fail_system_turn() - the same for a system call */
enum fail_act fail_system_turn(
    const char *name, const void *caller, int first, int second, bool has_short);

/** fail_load() - the function of that name behind ours */
void fail_load(void *ret_function, const char *name);

#define CALLER __builtin_return_address(0)
/* The function behind ours, as `real`. */
#define REAL(f)                       \
	static __typeof__(&(f)) real; \
	if (real == NULL)             \
	fail_load((void *)&real, #f)
#define MEMORY(f) (fail_turn(f, CALLER, ENOMEM, 0, false) == FAIL_NOW)
#define SYSTEM(f, first, second) \
	(fail_system_turn(f, CALLER, first, second, false) == FAIL_NOW)

#endif
