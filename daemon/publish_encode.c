/* SPDX-License-Identifier: Apache-2.0 */
/* publish_encode.c - bytes of a published file; contract in publish_encode.h */
#include <string.h>

#include "common/bytes.h"
#include "daemon/publish_encode.h"

#define ENCODE_INSTANCE_SIZE 32
#define ENCODE_ACCOUNT_SIZE 12
#define ENCODE_SLOTS_MIN 2
#define ENCODE_RECORD_MAX 112 /* KEYS */

static void
fail(struct publish_encoder *encoder, int error)
{
	if (encoder->error == 0)
		encoder->error = error;
}

/* @n more bytes at the end of a section, not written to; NULL after a failure. */
static uint8_t *
grow(struct publish_encoder *encoder, struct publish_section *section, size_t n)
{
	uint8_t *at;

	if (encoder->error != 0)
		return NULL;
	if (n > PUBLISHED_SIZE_MAX - section->size) {
		fail(encoder, PUBLISH_E_TOO_LARGE);
		return NULL;
	}
	if (section->size + n > section->room) {
		size_t room = (section->size + n) * 2 + 64;
		uint8_t *bytes = realloc(section->bytes, room);

		if (bytes == NULL) {
			fail(encoder, -ENOMEM);
			return NULL;
		}
		section->bytes = bytes;
		section->room = room;
	}
	at = section->bytes + section->size;
	section->size += n;
	return at;
}

void
publish_encode_section(struct publish_encoder *encoder, unsigned id, uint32_t stride)
{
	encoder->sections[id].stride = stride;
}

uint8_t *
publish_encode_record(struct publish_encoder *encoder, unsigned id)
{
	static uint8_t
	    scratch[ENCODE_RECORD_MAX]; /* written to after a failure, never read */
	struct publish_section *section = &encoder->sections[id];
	uint8_t *record = grow(encoder, section, section->stride);

	if (record == NULL)
		return scratch;
	memset(record, 0, section->stride);
	section->count++;
	return record;
}

uint32_t
publish_encode_count(const struct publish_encoder *encoder, unsigned id)
{
	return encoder->sections[id].count;
}

uint8_t *
publish_encode_space(
    struct publish_encoder *encoder, unsigned id, size_t n, uint32_t *ret_offset)
{
	struct publish_section *section = &encoder->sections[id];
	size_t offset = section->size;
	uint8_t *at = grow(encoder, section, n);

	if (at == NULL)
		return NULL;
	section->count = (uint32_t)(section->size / section->stride);
	*ret_offset = (uint32_t)offset;
	return at;
}

uint32_t
publish_encode_bytes(struct publish_encoder *encoder, const void *bytes, size_t len)
{
	uint32_t offset = 0;
	uint8_t *at;

	if (len >= PUBLISHED_SIZE_MAX) {
		fail(encoder, PUBLISH_E_TOO_LARGE);
		return 0;
	}
	at = publish_encode_space(encoder, SNAPSHOT_STRINGS, len + 1, &offset);
	if (at == NULL)
		return 0;
	if (len > 0)
		memcpy(at, bytes, len);
	at[len] = '\0';
	return offset;
}

uint32_t
publish_encode_text(struct publish_encoder *encoder, const char *text, uint16_t *ret_len)
{
	size_t len = strlen(text);

	if (len > UINT16_MAX) {
		fail(encoder, PUBLISH_E_TOO_LARGE);
		len = 0;
	}
	*ret_len = (uint16_t)len;
	return publish_encode_bytes(encoder, text, len);
}

void
publish_encode_slots(struct publish_encoder *encoder, unsigned id, uint32_t n)
{
	struct publish_section *section = &encoder->sections[id];
	size_t slots = ENCODE_SLOTS_MIN;
	uint8_t *empty;

	while (slots < (size_t)n * 2)
		slots *= 2;
	section->stride = PUBLISHED_SLOT_SIZE;
	empty = grow(encoder, section, slots * PUBLISHED_SLOT_SIZE);
	if (empty == NULL)
		return;
	memset(empty, 0, slots * PUBLISHED_SLOT_SIZE);
	section->count = (uint32_t)slots;
}

static void
put_slot(struct publish_encoder *encoder, unsigned id, uint64_t hash, uint32_t record)
{
	struct publish_section *section = &encoder->sections[id];
	uint32_t n = (uint32_t)(hash >> 32);

	if (encoder->error != 0)
		return;
	/* At most half of the slots are taken, so there is a free one. */
	for (uint32_t i = 0; i < section->count; i++) {
		uint8_t *slot =
		    section->bytes +
		    (size_t)((n + i) & (section->count - 1)) * PUBLISHED_SLOT_SIZE;

		if (bytes_get_u32(slot + 4) != 0)
			continue;
		bytes_put_u32(slot, (uint32_t)hash);
		bytes_put_u32(slot + 4, record + 1);
		return;
	}
	fail(encoder, PUBLISH_E_TOO_LARGE);
}

void
publish_encode_slot_name(struct publish_encoder *encoder, unsigned id, const char *name,
    size_t len, uint32_t record)
{
	put_slot(encoder, id, published_hash(encoder->hash_seed, name, len), record);
}

void
publish_encode_slot_id(
    struct publish_encoder *encoder, unsigned id, uint32_t key, uint32_t record)
{
	put_slot(encoder, id, published_hash_id(encoder->hash_seed, key), record);
}

static void
put_header(const struct publish_encoder *encoder, const char *magic,
    const struct world *world, const struct publish_facts *facts, uint32_t n_sections,
    struct publish_bytes *file)
{
	uint32_t flags = PUBLISHED_COMPLETE;
	uint8_t *p = file->bytes;

	if (facts->enumerate)
		flags |= PUBLISHED_ENUMERATE;
	if (facts->local == CONFIG_LOCAL_LISTED)
		flags |= PUBLISHED_LOCAL_LISTED;
	if (facts->local == CONFIG_LOCAL_BREAK_GLASS)
		flags |= PUBLISHED_LOCAL_BREAK_GLASS;
	memcpy(p, magic, PUBLISHED_MAGIC_SIZE);
	bytes_put_u32(p + PUBLISHED_AT_HEADER_SIZE, PUBLISHED_HEADER_SIZE);
	bytes_put_u32(p + PUBLISHED_AT_MAJOR, PUBLISHED_MAJOR);
	bytes_put_u32(p + PUBLISHED_AT_FLAGS, flags);
	bytes_put_u32(p + PUBLISHED_AT_N_SECTIONS, n_sections);
	bytes_put_u64(p + PUBLISHED_AT_FILE_SIZE, file->size);
	bytes_put_u64(p + PUBLISHED_AT_HASH_SEED, encoder->hash_seed);
	bytes_put_u32(p + PUBLISHED_AT_ID_FIRST, IDS_FIRST);
	bytes_put_u32(p + PUBLISHED_AT_ID_LAST, IDS_LAST);
	memcpy(p + PUBLISHED_AT_BOOT_ID, facts->boot_id, sizeof(facts->boot_id));
	if (world->instance != NULL)
		memcpy(p + PUBLISHED_AT_INSTANCE, world->instance->id,
		    strnlen(world->instance->id, ENCODE_INSTANCE_SIZE));
	if (world->directory != NULL)
		memcpy(p + PUBLISHED_AT_ACCOUNT, world->directory->account,
		    strnlen(world->directory->account, ENCODE_ACCOUNT_SIZE));
	bytes_put_u32(p + PUBLISHED_AT_FRESH, facts->fresh_s);
	bytes_put_u32(p + PUBLISHED_AT_GRACE, facts->grace_s);
	bytes_put_u32(p + PUBLISHED_AT_SUDO_GRACE, facts->sudo_grace_s);
	bytes_put_u32(p + PUBLISHED_AT_STATE, PUBLISHED_LIVE);
}

/* Readers need 8; in whole cache lines no record of 64 bytes lies in two of them. */
static size_t
align_section(size_t n)
{
	return (n + 63) / 64 * 64;
}

static int
assemble(struct publish_encoder *encoder, const char *magic, const struct world *world,
    const struct publish_facts *facts, struct publish_bytes *ret_bytes)
{
	struct publish_section *section;
	struct publish_bytes file;
	size_t offset, total = 0;
	uint32_t n_sections = 0;
	uint8_t *entry;

	for (unsigned id = 1; id <= PUBLISHED_SECTION_ID_MAX; id++) {
		section = &encoder->sections[id];
		n_sections += section->stride != 0;
		total += align_section(section->size);
	}
	offset = align_section(
	    PUBLISHED_HEADER_SIZE + (size_t)n_sections * PUBLISHED_SECTION_SIZE);
	file.size = offset + total;
	if (file.size > PUBLISHED_SIZE_MAX)
		return PUBLISH_E_TOO_LARGE;
	file.bytes = calloc(1, file.size);
	if (file.bytes == NULL)
		return -ENOMEM;
	put_header(encoder, magic, world, facts, n_sections, &file);
	entry = file.bytes + PUBLISHED_HEADER_SIZE;
	for (unsigned id = 1; id <= PUBLISHED_SECTION_ID_MAX; id++) {
		section = &encoder->sections[id];
		if (section->stride == 0)
			continue;
		bytes_put_u32(entry, id);
		bytes_put_u32(entry + 4, section->stride);
		bytes_put_u64(entry + 8, offset);
		bytes_put_u64(entry + 16, section->count);
		entry += PUBLISHED_SECTION_SIZE;
		if (section->size > 0)
			memcpy(file.bytes + offset, section->bytes, section->size);
		/* never the file and all sections at once */
		free(base_take_ptr(&section->bytes));
		offset += align_section(section->size);
	}
	bytes_put_u32(file.bytes + PUBLISHED_AT_CHECK,
	    published_check_table(file.bytes, PUBLISHED_HEADER_SIZE, n_sections));
	*ret_bytes = file;
	return 0;
}

int
publish_encode_finish(struct publish_encoder *encoder, const char *magic,
    const struct world *world, const struct publish_facts *facts,
    struct publish_bytes *ret_bytes)
{
	int r = encoder->error;

	if (r == 0)
		r = assemble(encoder, magic, world, facts, ret_bytes);
	for (unsigned id = 1; id <= PUBLISHED_SECTION_ID_MAX; id++) {
		free(encoder->sections[id].bytes);
		encoder->sections[id].bytes = NULL;
	}
	return r;
}
