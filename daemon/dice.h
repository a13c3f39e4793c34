/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dice.h - jitter
 *
 * Room: daemon. getrandom(2): hosts booted from one image at one moment must not agree.
 */
#ifndef DAEMON_DICE_H
#define DAEMON_DICE_H

#include <stdint.h>
#include <sys/random.h>

/**
 * dice_below() - a number of 0 to @limit - 1; @limit / 2 if the kernel has none to give
 */
static inline uint32_t
dice_below(uint32_t limit)
{
	uint32_t random;

	if (limit < 2)
		return 0;
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
		return limit / 2;
	return (uint32_t)(((uint64_t)random * limit) >> 32);
}

#endif
