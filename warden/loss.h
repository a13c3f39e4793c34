/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loss.h - who has certainly lost the permission to be here
 *
 * Room: warden. Pure. Only an authoritative verdict counts: verified, and fresh now. What is
 * stale, expired, unknown, damaged or of a writer we do not understand is no loss: an outage
 * or an error ends nobody's session.
 */
#ifndef WARDEN_LOSS_H
#define WARDEN_LOSS_H

#include <stdbool.h>

#include "common/keysfile.h"
#include "common/snapshot.h"

/** loss_is_fresh() - may the absence of something in @file be believed? */
bool loss_is_fresh(const struct published *file, const struct clock_now *now);

/**
 * loss_of_uid() - nobody may use this account any more
 * @uid: of our range; for any other the answer is no
 *
 * Retired, denied for every service, or unknown to a whole and fresh snapshot (its name has
 * gone to somebody else).
 */
bool
loss_of_uid(const struct published *snapshot, uint32_t uid, const struct clock_now *now);

/**
 * loss_of_person() - this person may not use this account any more, whoever else may
 * @account: the name that the account has now
 * @id: the person's unique id
 * @via: how they came in; a guest of Instance Connect has lost a listed account when [login]
 *       denies them, or when it is listed no more
 */
bool loss_of_person(const struct published *snapshot, const struct published *keys,
    const char *account, const char *id, const char *via, const struct clock_now *now);

#endif
