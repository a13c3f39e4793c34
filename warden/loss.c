/* SPDX-License-Identifier: Apache-2.0 */
/* loss.c - who has certainly lost the permission to be here; contract in loss.h */
#include <string.h>

#include "warden/loss.h"

#define SUDO_BIT (1u << SNAPSHOT_SERVICE_SUDO)

bool
loss_is_fresh(const struct published *file, const struct clock_now *now)
{
	int64_t wall_ms, boot_ms;

	if ((file->flags & PUBLISHED_COMPLETE) == 0 ||
	    published_state(file) != PUBLISHED_LIVE)
		return false;
	published_verified(file, &wall_ms, &boot_ms);
	return freshness_state(freshness_age_ms(wall_ms, boot_ms, now), file->fresh_s,
		   file->grace_s) == FRESHNESS_FRESH;
}

/* Every way in but sudo, which nobody comes in by. */
static uint32_t
login_bits(const struct published *snapshot)
{
	uint64_t n = snapshot->section[SNAPSHOT_SERVICES].count;

	if (n > SNAPSHOT_SERVICES_MAX)
		n = SNAPSHOT_SERVICES_MAX;
	return (uint32_t)((1ull << n) - 1) & ~SUDO_BIT;
}

/* Denied everywhere, and every one of these verdicts is known. */
static bool
is_denied(const struct published *snapshot, uint32_t allow_mask, uint32_t known_mask)
{
	uint32_t bits = login_bits(snapshot);

	return bits != 0 && (allow_mask & bits) == 0 && (known_mask & bits) == bits;
}

bool
loss_of_uid(const struct published *snapshot, uint32_t uid, const struct clock_now *now)
{
	struct snapshot_user user;
	int r;

	if (!ids_is_ours(uid) || !loss_is_fresh(snapshot, now))
		return false;
	r = snapshot_user_by_id(snapshot, uid, &user);
	if (r == PUBLISHED_E_NOTFOUND)
		return true;
	if (r != 0 || (user.flags & USER_LOCAL) != 0 ||
	    freshness_state(snapshot_age_ms(&user, now), snapshot->fresh_s,
		snapshot->grace_s) != FRESHNESS_FRESH)
		return false;
	return is_denied(snapshot, user.allow_mask, user.known_mask);
}

/* Guests come to an account as long as it is listed. */
static bool
is_shared(const struct published *snapshot, const char *account)
{
	struct snapshot_user user;

	return snapshot_user_by_name(snapshot, account, &user) == 0 &&
	       (user.flags & USER_SHARED) != 0;
}

bool
loss_of_person(const struct published *snapshot, const struct published *keys,
    const char *account, const char *id, const char *via, const struct clock_now *now)
{
	uint32_t allow_mask, known_mask;
	int r;

	if (!loss_is_fresh(snapshot, now) || !loss_is_fresh(keys, now) || id[0] == '\0')
		return false;
	if (!is_shared(snapshot, account))
		via = "";
	r = keysfile_standing(keys, account, id, via, &allow_mask, &known_mask);
	if (r == 0)
		return is_denied(snapshot, allow_mask, known_mask);
	return r == PUBLISHED_E_NOTFOUND;
}
