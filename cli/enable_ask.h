/* SPDX-License-Identifier: Apache-2.0 */
/* enable_ask.h - scope, rules and break-glass, asked for where a terminal is. Room: cli. */
#ifndef CLI_ENABLE_ASK_H
#define CLI_ENABLE_ASK_H

#include "cli/enable_build.h"

#define ENABLE_ANSWER_SIZE 200

struct enable_answers {
	char users[ENABLE_ANSWER_SIZE], allow[ENABLE_ANSWER_SIZE],
	    sudo[ENABLE_ANSWER_SIZE], break_glass[ENABLE_ANSWER_SIZE];
};

/**
 * enable_ask() - what neither the options nor the configuration say
 * @answers: where options then point to
 *
 * Without a terminal on stdin nothing is asked, and what is missing is refused later.
 */
void enable_ask(struct enable_options *options, struct enable_answers *answers);

#endif
