/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys_answer.c - see keys_answer.h
 */
#include <string.h>

#include "common/freshness.h"
#include "common/keysfile.h"
#include "keys/keys_answer.h"

void
keys_answer_start(struct keys_answer *answer, const struct sshkey *offered)
{
	answer->offered = offered;
	answer->n_lines = 0;
	answer->age_ms = 0;
	answer->len = 0;
}

static int
is_offered(const struct sshkey *offered, const uint8_t *blob, size_t blob_len)
{
	return offered == NULL || (blob_len == offered->blob_len &&
				      memcmp(blob, offered->blob, blob_len) == 0);
}

int
keys_answer_add(
    struct keys_answer *answer, const char *type, const uint8_t *blob, size_t blob_len)
{
	char line[SSHKEY_LINE_SIZE];
	int n;

	if (!is_offered(answer->offered, blob, blob_len) ||
	    sshkey_check(type, blob, blob_len) != 0)
		return 0;
	n = sshkey_format(type, blob, blob_len, line, sizeof(line));
	if (n < 0)
		return 0;
	if (answer->n_lines == KEYS_ANSWER_LINES ||
	    (size_t)n + 1 > sizeof(answer->text) - answer->len)
		return KEYS_ANSWER_E_FULL;
	line[n] = '\n';
	memcpy(answer->text + answer->len, line, (size_t)n + 1);
	answer->len += (size_t)n + 1;
	answer->n_lines++;
	return 0;
}

int
keys_answer_add_lines(struct keys_answer *answer, const char *lines, size_t len)
{
	const char *newline;
	struct sshkey key;
	size_t line_len;
	int r = 0;

	while (r == 0 && (newline = memchr(lines, '\n', len)) != NULL) {
		line_len = (size_t)(newline - lines);
		if (sshkey_parse(lines, line_len, &key) == 0)
			r = keys_answer_add(answer, key.type, key.blob, key.blob_len);
		lines += line_len + 1;
		len -= line_len + 1;
	}
	return r;
}

static int
add_key(struct keys_answer *answer, const struct keysfile_key *key,
    const struct clock_now *now)
{
	unsigned n_before = answer->n_lines;
	int64_t age_ms;
	int r;

	if (key->expires_wall_ms != 0 && key->expires_wall_ms <= now->wall_ms)
		return 0;
	r = keys_answer_add(answer, key->type, key->blob, key->blob_len);
	age_ms = freshness_age_ms(key->checked_wall_ms, key->checked_boot_ms, now);
	if (answer->n_lines > n_before && age_ms > answer->age_ms)
		answer->age_ms = age_ms;
	return r;
}

static int
add_person(struct keys_answer *answer, const struct published *file, uint32_t record,
    const struct clock_now *now)
{
	struct keysfile_person person;
	struct keysfile_key key;
	uint32_t n;
	int r;

	r = keysfile_person_at(file, record, &person);
	for (n = 0; r == 0; n++) {
		r = keysfile_key_of(file, &person, n, &key);
		if (r == 0)
			r = add_key(answer, &key, now);
	}
	if (r == PUBLISHED_E_NOTFOUND)
		return n > 0 ? 0 : PUBLISHED_E_DAMAGED;
	return r;
}

int
keys_answer_add_file(struct keys_answer *answer, const struct published *file,
    const char *account, uint32_t uid, uint32_t service_bit, const struct clock_now *now)
{
	struct keysfile_claim claim;
	uint32_t n;
	int r;

	for (n = 0;; n++) {
		r = keysfile_claim_by_account(file, account, n, &claim);
		if (r == PUBLISHED_E_NOTFOUND)
			return 0;
		if (r != 0)
			return PUBLISHED_E_DAMAGED;
		if (claim.uid != uid || (claim.known_mask & service_bit) == 0 ||
		    (claim.allow_mask & service_bit) == 0)
			continue;
		r = add_person(answer, file, claim.person, now);
		if (r != 0)
			return r == KEYS_ANSWER_E_FULL ? r : PUBLISHED_E_DAMAGED;
	}
}
