/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_snapshot.c - any bytes as a snapshot: every lookup ends and stays inside */
#include <stdlib.h>
#include <string.h>

#include "common/published_format.h"
#include "common/snapshot.h"

#define RECORDS_MAX 64 /* of a hostile file's millions */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a reader hands on is inside the file, ends, and is of an id that is ours. */
static void
check_user(const struct snapshot_user *user)
{
	size_t used = 0;

	for (unsigned i = 0; i < SNAPSHOT_STRINGS_N; i++)
		used += strlen(user->strings + user->offset[i]) + 1;
	if (used != user->strings_size ||
	    ((user->flags & USER_LOCAL) == 0 && !ids_is_ours(user->uid)))
		abort();
	for (uint32_t n = 0; n < user->n_gids * sizeof(uint32_t); n++)
		used += user->gids[n]; /* read them all */
	if (used == 0)
		abort();
}

static void
check_group(const struct snapshot_group *group)
{
	const char *member;
	uint32_t at = 0;

	if (!ids_is_ours(group->gid) || strlen(group->name) != group->name_len)
		abort();
	while ((member = snapshot_member(group, &at)) != NULL) {
		if (strlen(member) > 32)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct published view;
	struct snapshot_user user, again;
	struct snapshot_group group, same;

	if (published_view(data, size, PUBLISHED_MAGIC_SNAPSHOT, &view) != 0)
		return 0;
	for (uint32_t n = 0; n < RECORDS_MAX; n++) {
		if (snapshot_user_at(&view, n, &user) == 0) {
			check_user(&user);
			if (snapshot_user_by_name(&view, user.strings, &again) == 0) {
				check_user(&again);
				if (strcmp(again.strings, user.strings) != 0)
					abort();
			}
			if (snapshot_user_by_id(&view, user.uid, &again) == 0 &&
			    again.uid != user.uid)
				abort();
		}
		if (snapshot_group_at(&view, n, &group) == 0) {
			check_group(&group);
			if (snapshot_group_by_name(&view, group.name, &same) == 0)
				check_group(&same);
			if (snapshot_group_by_id(&view, group.gid, &same) == 0)
				check_group(&same);
		}
	}
	if (snapshot_user_by_name(&view, "alice", &user) == 0)
		check_user(&user);
	(void)snapshot_service_bit(&view, "sshd");
	return 0;
}
