/* SPDX-License-Identifier: Apache-2.0 */
/*
 * later.h - things the network thread does at a later time
 *
 * Room: daemon, network thread. A sorted list: there are a handful of entries at most,
 * one per job and one per request that waits for a retry or a token.
 */
#ifndef DAEMON_LATER_H
#define DAEMON_LATER_H

#include <stdint.h>

struct later;

typedef void (*later_fn)(void *context);

int later_new(struct later **ret_later);

/** later_free() - entries that are left are dropped without being called */
void later_free(struct later *later);

/** later_add() - call fn(context) once at @at_mono_ms or soon after; 0 or -ENOMEM */
int later_add(struct later *later, int64_t at_mono_ms, later_fn fn, void *context);

/** later_cancel() - forget every entry of this context */
void later_cancel(struct later *later, const void *context);

/** later_run() - call what is due; what is added meanwhile waits for the next turn */
void later_run(struct later *later, int64_t now_mono_ms);

/** later_flush() - call everything now, due or not: the thread ends */
void later_flush(struct later *later);

/** later_next_ms() - when the next entry is due, INT64_MAX for never */
int64_t later_next_ms(const struct later *later);

#endif
