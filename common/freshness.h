/* SPDX-License-Identifier: Apache-2.0 */
/*
 * freshness.h - how old is too old
 *
 * Room: common. libc only, pure. Age is the larger of the wall-clock and the boot-clock age,
 * so that a clock stepping back makes nothing younger.
 */
#ifndef COMMON_FRESHNESS_H
#define COMMON_FRESHNESS_H

#include <stdint.h>

#include "common/clock.h"

enum freshness {
	FRESHNESS_EMPTY = 0, /* nothing was ever verified here */
	FRESHNESS_FRESH,     /* policy decides */
	FRESHNESS_STALE,   /* the last known answer decides, and is logged with its age */
	FRESHNESS_EXPIRED, /* nobody can know */
};

#define FRESHNESS_AGE_UNKNOWN INT64_MAX

/**
 * freshness_age_ms() - age of something verified at both clocks
 * @verified_wall_ms: 0 = never
 * @verified_boot_ms: the boot clock at the same moment (negative if before this boot)
 *
 * A stamp that lies in the future of both clocks by more than 5 s (another boot and a clock
 * set back) has no age: FRESHNESS_AGE_UNKNOWN, which no limit admits. Less than that is the
 * race between the writer's clock and ours: 0.
 */
int64_t freshness_age_ms(
    int64_t verified_wall_ms, int64_t verified_boot_ms, const struct clock_now *now);

/**
 * freshness_state() - the state of an age
 * @grace_s: the limit of the use at hand (login's or sudo's)
 *
 * FRESH at age <= fresh_s, STALE at <= grace_s, else EXPIRED. A grace below fresh_s makes
 * the data EXPIRED as soon as grace is over: the shorter limit wins. EMPTY is the caller's
 * to say.
 */
enum freshness freshness_state(int64_t age_ms, uint32_t fresh_s, uint32_t grace_s);

/** freshness_name() - "FRESH", "STALE", "EXPIRED", "EMPTY" */
const char *freshness_name(enum freshness state);

#endif
