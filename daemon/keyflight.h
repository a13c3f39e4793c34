/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyflight.h - asking IAM for people's keys, each person at most once at a time
 *
 * Room: daemon, main thread. After each listing, and while the bucket is full between two,
 * the keys of people who may log in here are listed again, as many as the background bucket
 * pays for: those who logged in lately first, then those never asked for, then the oldest.
 * A person whose list is older than fresh is asked for at the login (login bucket). What
 * fails leaves the keys as they were.
 */
#ifndef DAEMON_KEYFLIGHT_H
#define DAEMON_KEYFLIGHT_H

#include "daemon/daemon.h"

/**
 * keyflight_ahead() - those allowed here, in that order, within the budget
 * @budget: requests that it may cost
 * @only_old: leave out whose keys are not older than fresh
 *
 * Return: 0, or -EALREADY when nobody needs asking.
 */
int keyflight_ahead(struct daemon *d, uint64_t cookie, int64_t deadline_mono_ms,
    double budget, bool only_old);

/** keyflight_seen() - somebody logs in as this person now */
void keyflight_seen(const char *unique_id);

/**
 * keyflight_person() - one person, at a login
 * @cookie: for a new flight; overwritten by that of the flight under way, if there is one
 *
 * sshd asks twice a login. Who was asked for in the last 30 s and did not arrive is not
 * waited for again: the keys that are there have to do.
 *
 * Return: 0 when a flight is under way, -EAGAIN when there is none to wait for.
 */
int
keyflight_person(struct daemon *d, const struct world_person *person, uint64_t *cookie);

/** keyflight_is_due() - are the keys of this person older than fresh (or never listed)? */
bool keyflight_is_due(const struct daemon *d, const struct world_person *person);

/**
 * keyflight_result() - take over an answer: store, persist, publish
 *
 * Return: true when the published keys changed.
 */
bool keyflight_result(struct daemon *d, const struct net_result *result);

#endif
