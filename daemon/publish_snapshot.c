/* SPDX-License-Identifier: Apache-2.0 */
/* publish_snapshot.c - world -> the snapshot's bytes; contract in publish.h */
#include <string.h>

#include "common/bytes.h"
#include "daemon/publish_encode.h"

enum {
	AT_USER_UID = 0,
	AT_USER_GID = 4,
	AT_USER_FLAGS = 8,
	AT_USER_STRINGS = 12,
	AT_USER_LEN = 16,
	AT_USER_N_GIDS = 26,
	AT_USER_GIDS = 28,
	AT_USER_STRINGS_CHECK = 32,
	AT_USER_ALLOW = 36,
	AT_USER_KNOWN = 40,
	AT_USER_CHECK = 44,
	AT_GROUP_GID = 0,
	AT_GROUP_NAME = 8,
	AT_GROUP_NAME_LEN = 12,
	AT_GROUP_MEMBERS = 16,
	AT_GROUP_N_MEMBERS = 20,
	AT_GROUP_MEMBERS_SIZE = 24,
	AT_GROUP_CHECK = 28,
	AT_SESSIONS_REVOKE = 0,
	AT_SESSIONS_MANAGER = 4,
	AT_SESSIONS_CHECK = 8,
};

/* Where a name lies in STRINGS: members are written from there, not from all over the heap. */
struct placed_name {
	uint32_t offset;
	uint32_t len;
};

/* The five strings of struct passwd in a row: what a reader copies in one piece. */
static struct placed_name
put_user_strings(
    struct publish_encoder *encoder, const struct world_account *account, uint8_t *record)
{
	const char *texts[] = { account->name, "*", account->gecos, account->home,
		account->shell };
	struct placed_name placed = { 0, 0 };
	size_t len[BASE_N(texts)], total = 0, done = 0;
	uint8_t *block;

	for (size_t i = 0; i < BASE_N(texts); i++) {
		if (texts[i] == NULL)
			texts[i] = "";
		len[i] = strlen(texts[i]);
		total += len[i] + 1;
	}
	/* The reader's offsets within the five are u16, a member's length is u8. */
	if ((total > UINT16_MAX || len[0] > UINT8_MAX) && encoder->error == 0)
		encoder->error = PUBLISH_E_TOO_LARGE;
	block = publish_encode_space(encoder, SNAPSHOT_STRINGS, total, &placed.offset);
	if (block == NULL)
		return placed;
	for (size_t i = 0; i < BASE_N(texts); i++) {
		bytes_put_u16(record + AT_USER_LEN + 2 * i, (uint16_t)len[i]);
		memcpy(block + done, texts[i], len[i] + 1);
		done += len[i] + 1;
	}
	placed.len = (uint32_t)len[0];
	bytes_put_u32(record + AT_USER_STRINGS, placed.offset);
	bytes_put_u32(record + AT_USER_STRINGS_CHECK, published_check_text(block, total));
	return placed;
}

static void
put_user_gids(
    struct publish_encoder *encoder, const struct world_account *account, uint8_t *record)
{
	size_t n = account->n_gids, size = n * sizeof(uint32_t);
	uint32_t offset;
	uint8_t *gids;

	if (n == 0)
		return;
	if (n > UINT16_MAX && encoder->error == 0)
		encoder->error = PUBLISH_E_TOO_LARGE;
	gids = publish_encode_space(
	    encoder, SNAPSHOT_GIDS, size + sizeof(uint32_t), &offset);
	if (gids == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		bytes_put_u32(gids + sizeof(uint32_t) * i, account->gids[i]);
	bytes_put_u32(gids + size, published_check_text(gids, size));
	bytes_put_u32(record + AT_USER_GIDS, offset / (uint32_t)sizeof(uint32_t));
	bytes_put_u16(record + AT_USER_N_GIDS, (uint16_t)n);
}

static struct placed_name
put_user(struct publish_encoder *encoder, const struct world_account *account)
{
	uint32_t n = publish_encode_count(encoder, SNAPSHOT_USERS);
	uint8_t *record = publish_encode_record(encoder, SNAPSHOT_USERS);
	struct placed_name placed;

	bytes_put_u32(record + AT_USER_UID, account->uid);
	bytes_put_u32(record + AT_USER_GID, account->gid);
	bytes_put_u32(record + AT_USER_FLAGS, account->flags);
	bytes_put_u32(record + AT_USER_ALLOW, account->allow_mask);
	bytes_put_u32(record + AT_USER_KNOWN, account->known_mask);
	put_user_gids(encoder, account, record);
	placed = put_user_strings(encoder, account, record);
	bytes_put_u32(record + AT_USER_CHECK, published_check(record, AT_USER_CHECK, 0));
	publish_encode_slot_name(
	    encoder, SNAPSHOT_USER_BY_NAME, account->name, placed.len, n);
	publish_encode_slot_id(encoder, SNAPSHOT_USER_BY_ID, account->uid, n);
	return placed;
}

/* The names of @n accounts; what they add to the group's check. */
static uint64_t
put_members(struct publish_encoder *encoder, const struct placed_name *names,
    const uint32_t *accounts, uint32_t n, uint8_t *record)
{
	const uint8_t *strings = encoder->sections[SNAPSHOT_STRINGS].bytes;
	size_t size = 0, done = 0;
	uint32_t offset = 0;
	uint8_t *block;

	if (n == 0)
		return 0;
	for (uint32_t i = 0; i < n; i++) {
		size += names[accounts[i]].len + 2;
		/* They lie anywhere: with 100,000 accounts waiting for each is half of it all. */
		__builtin_prefetch(strings + names[accounts[i]].offset);
	}
	block = publish_encode_space(encoder, SNAPSHOT_MEMBERS, size, &offset);
	if (block == NULL)
		return 0;
	for (uint32_t i = 0; i < n; i++) {
		struct placed_name name = names[accounts[i]];

		block[done] = (uint8_t)name.len;
		memcpy(block + done + 1, strings + name.offset, name.len + 1);
		done += name.len + 2;
	}
	bytes_put_u32(record + AT_GROUP_MEMBERS, offset);
	bytes_put_u32(record + AT_GROUP_N_MEMBERS, n);
	bytes_put_u32(record + AT_GROUP_MEMBERS_SIZE, (uint32_t)size);
	return published_sum(block, size);
}

static void
put_group(struct publish_encoder *encoder, const struct placed_name *names,
    const struct world_group *group)
{
	uint32_t n = publish_encode_count(encoder, SNAPSHOT_GROUPS);
	uint8_t *record = publish_encode_record(encoder, SNAPSHOT_GROUPS);
	/* A long list costs every getgrnam(3) dearly; initgroups(3) needs none. */
	uint32_t n_members =
	    group->n_members <= SNAPSHOT_MEMBERS_MAX ? (uint32_t)group->n_members : 0;
	uint64_t sum;
	uint16_t len;

	bytes_put_u32(record + AT_GROUP_GID, group->gid);
	bytes_put_u32(
	    record + AT_GROUP_NAME, publish_encode_text(encoder, group->name, &len));
	bytes_put_u16(record + AT_GROUP_NAME_LEN, len);
	sum = published_sum(group->name, (size_t)len + 1);
	sum += put_members(encoder, names, group->members, n_members, record);
	bytes_put_u32(
	    record + AT_GROUP_CHECK, published_check(record, AT_GROUP_CHECK, sum));
	publish_encode_slot_name(encoder, SNAPSHOT_GROUP_BY_NAME, group->name, len, n);
	publish_encode_slot_id(encoder, SNAPSHOT_GROUP_BY_ID, group->gid, n);
}

static void
put_service(struct publish_encoder *encoder, const char *name)
{
	memcpy(publish_encode_record(encoder, SNAPSHOT_SERVICES), name, strlen(name));
}

static void
put_sessions(struct publish_encoder *encoder, const struct publish_facts *facts)
{
	uint8_t *record = publish_encode_record(encoder, SNAPSHOT_SESSIONS);

	bytes_put_u32(record + AT_SESSIONS_REVOKE, (uint32_t)facts->on_revoke);
	bytes_put_u32(record + AT_SESSIONS_MANAGER, (uint32_t)facts->session_manager);
	bytes_put_u32(
	    record + AT_SESSIONS_CHECK, published_check(record, AT_SESSIONS_CHECK, 0));
}

/* A name that the record cannot hold is no account's that PAM could be asked about. */
static void
put_break_glass(struct publish_encoder *encoder, const char *name)
{
	uint8_t *record;

	if (strlen(name) >= SNAPSHOT_BREAK_GLASS_NAME)
		return;
	record = publish_encode_record(encoder, SNAPSHOT_BREAK_GLASS);
	memcpy(record, name, strlen(name));
	bytes_put_u32(record + SNAPSHOT_BREAK_GLASS_NAME,
	    published_check(record, SNAPSHOT_BREAK_GLASS_NAME, 0));
}

int
publish_encode_snapshot(const struct world *world, const struct publish_facts *facts,
    uint64_t hash_seed, struct publish_bytes *ret_bytes)
{
	struct publish_encoder encoder = { .hash_seed = hash_seed };
	_cleanup_free_ struct placed_name *names = NULL;

	if (world->n_accounts > UINT32_MAX / 4 || world->n_groups > UINT32_MAX / 4)
		return PUBLISH_E_TOO_LARGE;
	names = calloc(world->n_accounts + 1, sizeof(*names));
	if (names == NULL)
		return -ENOMEM;
	publish_encode_section(&encoder, SNAPSHOT_USERS, SNAPSHOT_USER_SIZE);
	publish_encode_section(&encoder, SNAPSHOT_GROUPS, SNAPSHOT_GROUP_SIZE);
	publish_encode_section(&encoder, SNAPSHOT_GIDS, sizeof(uint32_t));
	publish_encode_section(&encoder, SNAPSHOT_MEMBERS, 1);
	publish_encode_section(&encoder, SNAPSHOT_STRINGS, 1);
	publish_encode_section(&encoder, SNAPSHOT_SERVICES, SNAPSHOT_SERVICE_SIZE);
	publish_encode_section(&encoder, SNAPSHOT_SESSIONS, SNAPSHOT_SESSIONS_SIZE);
	publish_encode_section(&encoder, SNAPSHOT_BREAK_GLASS, SNAPSHOT_BREAK_GLASS_SIZE);
	publish_encode_slots(
	    &encoder, SNAPSHOT_USER_BY_NAME, (uint32_t)world->n_accounts);
	publish_encode_slots(&encoder, SNAPSHOT_USER_BY_ID, (uint32_t)world->n_accounts);
	publish_encode_slots(&encoder, SNAPSHOT_GROUP_BY_NAME, (uint32_t)world->n_groups);
	publish_encode_slots(&encoder, SNAPSHOT_GROUP_BY_ID, (uint32_t)world->n_groups);

	for (size_t i = 0; i < world->n_accounts; i++)
		names[i] = put_user(&encoder, &world->accounts[i]);
	for (size_t i = 0; i < world->n_groups; i++)
		put_group(&encoder, names, &world->groups[i]);
	put_sessions(&encoder, facts);
	for (size_t i = 0; i < world->n_services; i++)
		put_service(&encoder, world->services[i]);
	for (size_t i = 0; facts->break_glass != NULL && i < facts->break_glass->n; i++)
		put_break_glass(&encoder, facts->break_glass->items[i]);
	return publish_encode_finish(
	    &encoder, PUBLISHED_MAGIC_SNAPSHOT, world, facts, ret_bytes);
}
