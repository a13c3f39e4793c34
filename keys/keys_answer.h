/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys_answer.h - the lines for sshd, gathered whole before any byte is written
 *
 * Room: keys. Pure but for reading the mapped key file. A line is written again from type and
 * blob; options, comments and whatever else a line from outside carries never get through.
 */
#ifndef KEYS_KEYS_ANSWER_H
#define KEYS_KEYS_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "common/clock.h"
#include "common/published.h"
#include "common/sshkey.h"

#define KEYS_ANSWER_MAX 65536 /* bytes: what a pipe takes in one write(2) */
#define KEYS_ANSWER_LINES 64

/* Codes start above PUBLISHED_E_*, which one of these functions passes on. */
enum {
	KEYS_ANSWER_E_FULL = 100, /* no more lines fit; those inside are whole */
};

struct keys_answer {
	const struct sshkey *offered; /* only this key is answered; NULL: every one */
	unsigned n_lines;
	int64_t age_ms; /* of the key among the lines that was checked longest ago */
	size_t len;
	char text[KEYS_ANSWER_MAX];
};

/** keys_answer_start() - empty; @offered must live as long as the answer, or is NULL */
void keys_answer_start(struct keys_answer *answer, const struct sshkey *offered);

/**
 * keys_answer_add() - one key, if it is the offered one
 *
 * A key that sshkey_check() refuses is left out.
 *
 * Return: 0 or KEYS_ANSWER_E_FULL.
 */
int keys_answer_add(
    struct keys_answer *answer, const char *type, const uint8_t *blob, size_t blob_len);

/**
 * keys_answer_add_lines() - the daemon's "TYPE BASE64\n" …
 *
 * A line that is no key is left out; a last line without its newline too.
 *
 * Return: 0 or KEYS_ANSWER_E_FULL.
 */
int keys_answer_add_lines(struct keys_answer *answer, const char *lines, size_t len);

/**
 * keys_answer_add_file() - the keys of everybody who is allowed on the account
 * @uid: of the account, as the snapshot has it
 * @service_bit: must be set in both masks of a claim
 *
 * The age of what is added goes into @answer.
 *
 * Return: 0, KEYS_ANSWER_E_FULL, or PUBLISHED_E_DAMAGED when a record cannot be read.
 */
int keys_answer_add_file(struct keys_answer *answer, const struct published *file,
    const char *account, uint32_t uid, uint32_t service_bit, const struct clock_now *now);

#endif
