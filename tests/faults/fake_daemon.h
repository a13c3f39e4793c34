/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_daemon.h - a process that answers each request on the socket in the same way
 */
#ifndef FAULTS_FAKE_DAEMON_H
#define FAULTS_FAKE_DAEMON_H

#include <stdbool.h>

#include "common/verdict.h"

struct fake_answer {
	bool is_silent; /* it listens, and that is all */
	enum verdict verdict;
	const char *key_lines; /* NULL: none */
};

/** fake_daemon_start() - as root; any process may connect. Ends the program when it fails. */
void fake_daemon_start(const struct fake_answer *answer);

void fake_daemon_stop(void);

#endif
