/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish_encode.h - sections, strings and hash indexes into one published file's bytes
 *
 * Room: daemon. Pure. Failures stick: every call after one does nothing, and
 * publish_encode_finish() reports the first, so that the writers of records read straight
 * down.
 */
#ifndef DAEMON_PUBLISH_ENCODE_H
#define DAEMON_PUBLISH_ENCODE_H

#include "common/published_format.h"
#include "daemon/publish.h"

struct publish_section {
	uint32_t stride;
	uint32_t count;
	uint8_t *bytes;
	size_t size; /* used */
	size_t room; /* allocated */
};

struct publish_encoder {
	uint64_t hash_seed;
	int error; /* 0, PUBLISH_E_TOO_LARGE, or -ENOMEM */
	struct publish_section sections[PUBLISHED_SECTION_ID_MAX + 1];
};

/** publish_encode_section() - the file has section @id, also when it stays empty */
void
publish_encode_section(struct publish_encoder *encoder, unsigned id, uint32_t stride);

/**
 * publish_encode_record() - one more record of zeros
 *
 * Return: where to write its fields, valid until the next call for the same section;
 * never NULL (after a failure: a scratch record).
 */
uint8_t *publish_encode_record(struct publish_encoder *encoder, unsigned id);

/** publish_encode_count() - records so far: the number of the next one */
uint32_t publish_encode_count(const struct publish_encoder *encoder, unsigned id);

/**
 * publish_encode_space() - @n more bytes of a section, whole records, for the caller to write
 *
 * Return: NULL after a failure, with *ret_offset as it was.
 */
uint8_t *publish_encode_space(
    struct publish_encoder *encoder, unsigned id, size_t n, uint32_t *ret_offset);

/** publish_encode_bytes() - @len bytes and a NUL behind the others in STRINGS; their offset */
uint32_t
publish_encode_bytes(struct publish_encoder *encoder, const void *bytes, size_t len);

/** publish_encode_text() - as publish_encode_bytes(), and its length, which must fit u16 */
uint32_t
publish_encode_text(struct publish_encoder *encoder, const char *text, uint16_t *ret_len);

/** publish_encode_slots() - an empty index with room for @n records */
void publish_encode_slots(struct publish_encoder *encoder, unsigned id, uint32_t n);

/** publish_encode_slot_name(), _id() - record @record is found by this name or id */
void publish_encode_slot_name(struct publish_encoder *encoder, unsigned id,
    const char *name, size_t len, uint32_t record);
void publish_encode_slot_id(
    struct publish_encoder *encoder, unsigned id, uint32_t key, uint32_t record);

/**
 * publish_encode_finish() - header, table and sections; frees what the encoder holds
 * @world: for the instance and the account
 *
 * Generation and stamps are zero, the state is LIVE.
 *
 * Return: 0, PUBLISH_E_TOO_LARGE, or -ENOMEM.
 */
int publish_encode_finish(struct publish_encoder *encoder, const char *magic,
    const struct world *world, const struct publish_facts *facts,
    struct publish_bytes *ret_bytes);

#endif
