/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fleet_pace.h - when a host asks for the manifest again
 *
 * Room: daemon. Pure: chance is passed in, so that a simulation of ten thousand hosts runs
 * this very code (tests/bench/fleet_sim.c). The first poll is at once at boot. The second
 * one falls at a moment within the interval that follows from the instance id, so that hosts
 * which booted together part; each further one after the interval, give or take a tenth.
 * After a failure sooner, with full jitter, but never more often than about every second and
 * soon no more often than without failures: a bucket in trouble gets no more load than a
 * healthy one.
 */
#ifndef DAEMON_FLEET_PACE_H
#define DAEMON_FLEET_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct fleet_pace {
	uint32_t interval_ms;
	uint32_t phase_ms;   /* of this instance, below interval_ms */
	bool has_parted;     /* the second poll is planned */
	unsigned n_failures; /* in a row */
};

/** fleet_pace_init() - @instance_id may be "": then chance decides the phase */
void fleet_pace_init(struct fleet_pace *pace, uint32_t interval_s);

/** fleet_pace_phase() - where in the interval this instance stands; @random: any number */
void fleet_pace_phase(struct fleet_pace *pace, const char *instance_id, uint32_t random);

/**
 * fleet_pace_next_ms() - how long until the next poll, from the end of this one
 * @random: uniform over 32 bits
 */
int64_t fleet_pace_next_ms(struct fleet_pace *pace, bool has_failed, uint32_t random);

#endif
