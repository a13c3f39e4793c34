/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ancestry.h - which login this process came through
 *
 * Room: cli. From proc(5): the nearest ancestor that is sshd's process for one connection, or
 * login(1). sudo and su in between make no new one; a second channel of a multiplexed
 * connection has the first one's.
 */
#ifndef CLI_ANCESTRY_H
#define CLI_ANCESTRY_H

#include <stdint.h>

/** ancestry_login() - its start time in clock ticks since boot; 0, or -ESRCH when none */
int ancestry_login(uint64_t *ret_ticks);

#endif
