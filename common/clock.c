/* SPDX-License-Identifier: Apache-2.0 */
/* clock.c - the three clocks, in milliseconds; contract in clock.h */
#include <limits.h>
#include <time.h>

#include "common/clock.h"

static int64_t
clock_ms(clockid_t id)
{
	struct timespec ts = { 0, 0 };

	/* Cannot fail for these clocks: Linux has had all of them since 2.6.39. */
	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
clock_read(struct clock_now *ret_now)
{
	ret_now->wall_ms = clock_ms(CLOCK_REALTIME);
	ret_now->boot_ms = clock_ms(CLOCK_BOOTTIME);
}

int64_t
clock_mono_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

int64_t
clock_coarse_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC_COARSE);
}

int
clock_until_ms(int64_t deadline_mono_ms)
{
	int64_t now = clock_mono_ms(), left;

	/* a clock that cannot be read makes nobody wait */
	if (now == 0)
		return 0;
	if (__builtin_sub_overflow(deadline_mono_ms, now, &left))
		return deadline_mono_ms > 0 ? INT_MAX : 0;
	if (left <= 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}
