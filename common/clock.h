/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h - the three clocks, in milliseconds
 *
 * Room: common. libc only; every call is answered by the vDSO without a system call.
 *   wall  CLOCK_REALTIME since the Unix epoch: survives a reboot, may be stepped
 *   boot  CLOCK_BOOTTIME since boot: counts suspend, cannot be stepped
 *   mono  CLOCK_MONOTONIC: for deadlines only, never stored
 */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>

struct clock_now {
	int64_t wall_ms;
	int64_t boot_ms;
};

/** clock_read() - both storable clocks, read one after the other */
void clock_read(struct clock_now *ret_now);

/** clock_mono_ms() - for absolute deadlines: deadline = clock_mono_ms() + budget */
int64_t clock_mono_ms(void);

/** clock_coarse_ms() - CLOCK_MONOTONIC_COARSE, a few ns, good to some 4 ms */
int64_t clock_coarse_ms(void);

/**
 * clock_until_ms() - what is left of an absolute deadline
 *
 * Return: milliseconds for poll(2), 0 when it has passed; never negative, never above
 * INT_MAX.
 */
int clock_until_ms(int64_t deadline_mono_ms);

#endif
