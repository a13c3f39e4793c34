/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fleet.h - kind = s3: the directory that a publisher signs, on a host
 *
 * Room: daemon, main thread. The flight (flight_fleet.c) fetches and verifies; here the
 * manifest comes into force: the blob becomes a directory, without whom the manifest calls
 * revoked, and goes the way of every other listing (refresh.h, apply.h). Freshness counts
 * from issued_at, so a frozen bucket, a dead publisher and a replay look as old as they are.
 *
 * /var/lib/iamlogin/manifest and blob are the last good ones, as they came. They belong to a
 * publisher and not to an instance: baked into an image they serve each clone, limited by
 * their age, and are verified again by whoever reads them.
 */
#ifndef DAEMON_FLEET_H
#define DAEMON_FLEET_H

#include "daemon/daemon.h"

struct json_object;

/** fleet_start() - read the pinned keys; 0, or -EINVAL with a line in the log */
int fleet_start(struct daemon *d);
void fleet_stop(struct daemon *d);

/**
 * fleet_load() - the last good directory from disk into @d, if there is none yet
 * @instance: whose account the owner is, unless [source] owner says; NULL: not known yet
 *
 * Return: 0, or -ENOENT, or another -errno with a line in the log.
 */
int fleet_load(struct daemon *d, const struct instance *instance);

/** fleet_job() - makes a poll of a job; out of memory there is no job any more */
void fleet_job(struct daemon *d, struct net_job **job);

/** fleet_result() - of such a job: ends in one of refresh.h's outcomes */
void fleet_result(struct daemon *d, struct net_result *result);

/** fleet_next_ms() - until the next poll; @ret_interval_s: between two, usually */
int64_t fleet_next_ms(struct daemon *d, bool has_failed, uint32_t *ret_interval_s);

/** fleet_json() - for status; NULL without */
struct json_object *fleet_json(const struct daemon *d);

#endif
