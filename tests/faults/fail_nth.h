/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fail_nth.h - let the n-th call that can fail do so
 *
 * A shared library in front of libc and libpam (linked first, or LD_PRELOAD). It tells the
 * calls of the code under test from everybody else's by the return address, so that our
 * failures and those inside libpam and libc are swept one after the other. What a call would
 * have done is left undone. One thread.
 */
#ifndef FAULTS_FAIL_NTH_H
#define FAULTS_FAIL_NTH_H

#include <stdbool.h>

/* Whose calls count. */
enum fail_scope {
	FAIL_OURS,   /* made by the module or program under test */
	FAIL_OTHERS, /* by libpam, libc and whoever else is in the process */
	FAIL_SCOPES_N,
};

/* How the call fails; a call that has no such failure goes through. */
enum fail_kind {
	FAIL_FIRST,    /* the likelier errno */
	FAIL_SECOND,   /* another errno: EINTR where it may come */
	FAIL_SHORT,    /* read, write, writev: less than was asked for */
	FAIL_ALL_FROM, /* this one and each that follows, as with FAIL_FIRST */
	FAIL_KINDS_N,
};

struct fail_nth {
	/* what to do */
	bool is_armed;
	enum fail_scope scope;
	enum fail_kind kind;
	unsigned n; /* from 1; 0: none fails */
	/* what happened, while armed */
	unsigned n_calls;  /* of the scope */
	unsigned n_system; /* of the code under test, and system calls */
	unsigned n_failed;
	const char *name; /* the first one that failed; in another process: see @names */
	char names[24];   /* @name, copied */
	int error;        /* errno of the last one that failed */
	/* always: what the code under test has taken and not given back */
	int n_blocks; /* of the heap */
	int n_maps;
};

#define FAIL_NTH_FD "FAIL_NTH_FD" /* environment: a descriptor with a struct fail_nth */
#define FAIL_NTH_SIZE 4096        /* of that file */

/** fail_nth() - the one of this process */
struct fail_nth *fail_nth(void);

/**
 * fail_nth_code() - the code under test
 * @name: what the path of the loaded object ends in; "": the program itself
 *
 * Return: whether there is such an object.
 */
bool fail_nth_code(const char *name);

#endif
