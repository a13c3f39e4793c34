/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdicts.h - what changed for whom, into the audit trail
 *
 * Room: daemon, main thread. People who may not log in are unknown to sshd, so their attempt
 * reaches nobody: the trail has their verdict from the moment it changed. The last recorded
 * ones are kept under the state directory, so that a restart repeats nothing and a change
 * of the rules while the daemon was away is not missed.
 */
#ifndef DAEMON_VERDICTS_H
#define DAEMON_VERDICTS_H

#include "daemon/daemon.h"

/** verdicts_load() - the last recorded ones; none, or damaged: everybody is news */
void verdicts_load(struct daemon *d);

/**
 * verdicts_record_changes() - a record for each person and service that differs
 *
 * [sudo] is recorded where it allows, or did; [login:NAME] where it says something else than
 * [login], or did. Cost: linear in the people of both worlds, and
 * a small file when something changed.
 */
void verdicts_record_changes(struct daemon *d, const struct world *world);

/** verdicts_fill_person() - the person's fields of a record; texts live as long as @person */
void verdicts_fill_person(struct record *record, const struct world_person *person);

void verdicts_free(struct daemon *d);

#endif
