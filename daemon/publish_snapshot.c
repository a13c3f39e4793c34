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
	AT_USER_GIDS_CHECK = 26,
	AT_USER_GIDS = 28,
	AT_USER_N_GIDS = 32,
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

/* published_sum() of @count records of an encoded section, from @first on. */
static uint64_t
sum_of(const struct publish_encoder *encoder, unsigned id, uint32_t first, size_t count)
{
	const struct publish_section *section = &encoder->sections[id];

	if (encoder->error != 0 || count == 0)
		return published_sum("", 0);
	return published_sum(
	    section->bytes + (size_t)first * section->stride, count * section->stride);
}

/* The five strings of struct passwd in a row: what a reader copies in one piece. */
static void
put_user_strings(
    struct publish_encoder *encoder, const struct world_account *account, uint8_t *record)
{
	const char *texts[] = { account->name, "*", account->gecos, account->home,
		account->shell };
	size_t total = 0;

	for (size_t i = 0; i < BASE_N(texts); i++) {
		uint16_t len;
		uint32_t offset =
		    publish_encode_text(encoder, texts[i] != NULL ? texts[i] : "", &len);

		if (i == 0)
			bytes_put_u32(record + AT_USER_STRINGS, offset);
		bytes_put_u16(record + AT_USER_LEN + 2 * i, len);
		total += (size_t)len + 1;
	}
	/* The reader's offsets within the five are u16. */
	if (total > UINT16_MAX && encoder->error == 0)
		encoder->error = PUBLISH_E_TOO_LARGE;
	bytes_put_u32(record + AT_USER_CHECK,
	    published_check(record, AT_USER_CHECK,
		sum_of(encoder, SNAPSHOT_STRINGS, bytes_get_u32(record + AT_USER_STRINGS),
		    total)));
}

static void
put_user_gids(
    struct publish_encoder *encoder, const struct world_account *account, uint8_t *record)
{
	uint32_t first = publish_encode_count(encoder, SNAPSHOT_GIDS);

	for (size_t i = 0; i < account->n_gids; i++)
		publish_encode_u32(encoder, SNAPSHOT_GIDS, account->gids[i]);
	bytes_put_u32(record + AT_USER_GIDS, first);
	bytes_put_u32(record + AT_USER_N_GIDS, (uint32_t)account->n_gids);
	if (encoder->error == 0 && account->n_gids > 0)
		bytes_put_u16(record + AT_USER_GIDS_CHECK,
		    published_check_gids(
			encoder->sections[SNAPSHOT_GIDS].bytes + (size_t)first * 4,
			(uint32_t)account->n_gids));
}

static void
put_user(struct publish_encoder *encoder, const struct world_account *account)
{
	uint32_t n = publish_encode_count(encoder, SNAPSHOT_USERS);
	uint8_t *record = publish_encode_record(encoder, SNAPSHOT_USERS);

	bytes_put_u32(record + AT_USER_UID, account->uid);
	bytes_put_u32(record + AT_USER_GID, account->gid);
	bytes_put_u32(record + AT_USER_FLAGS, account->flags);
	bytes_put_u32(record + AT_USER_ALLOW, account->allow_mask);
	bytes_put_u32(record + AT_USER_KNOWN, account->known_mask);
	put_user_gids(encoder, account, record);
	put_user_strings(encoder, account, record); /* last: it checks the record */
	publish_encode_slot_name(encoder, SNAPSHOT_USER_BY_NAME, account->name, n);
	publish_encode_slot_id(encoder, SNAPSHOT_USER_BY_ID, account->uid, n);
}

static void
put_group(struct publish_encoder *encoder, const struct world *world,
    const struct world_group *group)
{
	uint32_t n = publish_encode_count(encoder, SNAPSHOT_GROUPS);
	uint8_t *record = publish_encode_record(encoder, SNAPSHOT_GROUPS);
	uint32_t n_members = 0, members_size = 0, first;
	uint64_t sum;
	uint16_t len;

	bytes_put_u32(record + AT_GROUP_GID, group->gid);
	bytes_put_u32(
	    record + AT_GROUP_NAME, publish_encode_text(encoder, group->name, &len));
	bytes_put_u16(record + AT_GROUP_NAME_LEN, len);
	first = publish_encode_count(encoder, SNAPSHOT_MEMBERS);
	bytes_put_u32(record + AT_GROUP_MEMBERS, first);
	/* A long list costs every getgrnam(3) dearly; initgroups(3) needs none. */
	if (group->n_members <= SNAPSHOT_MEMBERS_MAX)
		n_members = (uint32_t)group->n_members;
	for (uint32_t i = 0; i < n_members; i++) {
		const char *name = world->accounts[group->members[i]].name;

		members_size += (uint32_t)strlen(name) + 1;
		publish_encode_u32(encoder, SNAPSHOT_MEMBERS, group->members[i]);
	}
	bytes_put_u32(record + AT_GROUP_N_MEMBERS, n_members);
	bytes_put_u32(record + AT_GROUP_MEMBERS_SIZE, members_size);
	sum = sum_of(encoder, SNAPSHOT_STRINGS, bytes_get_u32(record + AT_GROUP_NAME),
	    (size_t)len + 1);
	sum += sum_of(encoder, SNAPSHOT_MEMBERS, first, n_members);
	bytes_put_u32(
	    record + AT_GROUP_CHECK, published_check(record, AT_GROUP_CHECK, sum));
	publish_encode_slot_name(encoder, SNAPSHOT_GROUP_BY_NAME, group->name, n);
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

	if (world->n_accounts > UINT32_MAX / 4 || world->n_groups > UINT32_MAX / 4)
		return PUBLISH_E_TOO_LARGE;
	publish_encode_section(&encoder, SNAPSHOT_USERS, SNAPSHOT_USER_SIZE);
	publish_encode_section(&encoder, SNAPSHOT_GROUPS, SNAPSHOT_GROUP_SIZE);
	publish_encode_section(&encoder, SNAPSHOT_GIDS, sizeof(uint32_t));
	publish_encode_section(&encoder, SNAPSHOT_MEMBERS, sizeof(uint32_t));
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
		put_user(&encoder, &world->accounts[i]);
	for (size_t i = 0; i < world->n_groups; i++)
		put_group(&encoder, world, &world->groups[i]);
	put_sessions(&encoder, facts);
	for (size_t i = 0; i < world->n_services; i++)
		put_service(&encoder, world->services[i]);
	for (size_t i = 0; facts->break_glass != NULL && i < facts->break_glass->n; i++)
		put_break_glass(&encoder, facts->break_glass->items[i]);
	return publish_encode_finish(
	    &encoder, PUBLISHED_MAGIC_SNAPSHOT, world, facts, ret_bytes);
}
