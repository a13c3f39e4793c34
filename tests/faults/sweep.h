/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep.h - one scenario, once without a failure and once for each call that can fail
 *
 * Each run is a process of its own, forked before the code under test was used: it starts
 * with nothing mapped and nothing remembered, and a crash is somebody else's.
 */
#ifndef FAULTS_SWEEP_H
#define FAULTS_SWEEP_H

#include <stdbool.h>

#include "tests/faults/fail_nth.h"

struct sweep {
	const char *sentence;    /* what the line of TAP says */
	void (*run)(void *data); /* in the child; ends in sweep_wrong() where it must */
	void *data;
	bool is_slow; /* each run waits: FAIL_FIRST of our own calls only */
};

/**
 * sweep() - all runs, then one line of TAP
 *
 * What the first few wrong ones did stands in comments below it.
 */
void sweep(const struct sweep *sweep);

/** sweep_arm() - calls count from here; the failure of this run is among them */
void sweep_arm(void);
void sweep_disarm(void);

/** sweep_order() - what this run is to do: for another program's struct fail_nth */
const struct fail_nth *sweep_order(void);

/** sweep_wrong() - this run broke the contract; ends the process */
void sweep_wrong(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/** sweep_count_fds() - open descriptors of this process */
int sweep_count_fds(void);

/** sweep_exit() - 0, or 1 when a line said "not ok" */
int sweep_exit(void);

#endif
