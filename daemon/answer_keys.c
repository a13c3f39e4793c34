/* SPDX-License-Identifier: Apache-2.0 */
/* answer_keys.c - the keys that sshd may accept for an account now */
#include <string.h>

#include "common/keysfile.h"
#include "common/text.h"
#include "daemon/answer.h"
#include "daemon/keyflight.h"
#include "daemon/log.h"
#include "daemon/person_keys.h"
#include "daemon/refresh.h"

struct keys_lines {
	char text[WIRE_PACKET_MAX - 1024];
	size_t len;
};

/* One "TYPE BASE64" line; what does not fit is left out whole. */
static void
keys_add(struct keys_lines *lines, const char *type, const uint8_t *blob, size_t blob_len,
    const uint8_t *wanted, size_t wanted_len)
{
	char line[SSHKEY_LINE_SIZE];
	int n;

	if (wanted_len > 0 &&
	    (wanted_len != blob_len || memcmp(wanted, blob, blob_len) != 0))
		return;
	n = sshkey_format(type, blob, blob_len, line, sizeof(line));
	if (n < 0 || lines->len + (size_t)n + 1 > sizeof(lines->text))
		return;
	memcpy(lines->text + lines->len, line, (size_t)n);
	lines->text[lines->len + (size_t)n] = '\n';
	lines->len += (size_t)n + 1;
}

/* What open_session would refuse is not offered: sshd may have a better key to try. */
static bool
keys_is_way_in(const struct daemon *d, const struct world_person *person,
    const struct person_key *key)
{
	const struct rules_access access = { .via = keysfile_via_name(
						 (uint8_t)key->source) };

	return world_access(d->world, person, world_service(d->world, ANSWER_SSHD),
		   &access, NULL, NULL) == VERDICT_ALLOW;
}

static void
keys_collect(const struct daemon *d, const struct world_person *person,
    const uint8_t *wanted, size_t wanted_len, struct keys_lines *lines)
{
	struct person_keys cursor = PERSON_KEYS_FIRST;
	struct person_key key;

	while (person_keys_next(&cursor, d->config, d->keys, person->principal, &key))
		if (keys_is_way_in(d, person, &key))
			keys_add(
			    lines, key.type, key.blob, key.blob_len, wanted, wanted_len);
}

/* Asks IAM once more where the list is older than fresh; not when AWS keeps failing. */
static int
keys_park(struct daemon *d, const struct world_person *person, uint64_t *ret_cookie)
{
	if (!keyflight_is_due(d, person) || refresh_breaker_is_open(d))
		return 0;
	return refresh_keys(d, person, ret_cookie) == 0 ? ANSWER_PARK_KEYS : 0;
}

int
answer_keys(struct daemon *d, const struct answer_request *request, bool may_park,
    struct wire_packet *reply, uint64_t *ret_cookie)
{
	static struct keys_lines lines;
	char name[TEXT_OS_NAME_MAX + 1];
	struct answer_subject subject;
	const uint8_t *wanted = NULL;
	size_t wanted_len = 0;
	size_t service = world_service(d->world, ANSWER_SSHD);

	if (wire_get_text(
		request->bytes, request->len, WIRE_T_NAME, name, sizeof(name)) != 0) {
		answer_fail(request, WIRE_BADREQUEST, "a name is needed", reply);
		return 0;
	}
	(void)wire_get(
	    request->bytes, request->len, WIRE_T_KEY_BLOB, &wanted, &wanted_len);
	answer_decide(d, name, ANSWER_SSHD, false, &subject);
	lines.len = 0;
	for (size_t i = 0;
	     subject.verdict == VERDICT_ALLOW && i < subject.account->n_people; i++) {
		const struct world_person *person =
		    &d->world->people[subject.account->people[i]];

		if (person->services[service].verdict != VERDICT_ALLOW)
			continue;
		keyflight_seen(person->principal->id);
		if (may_park && keys_park(d, person, ret_cookie) == ANSWER_PARK_KEYS)
			return ANSWER_PARK_KEYS;
		keys_collect(d, person, wanted, wanted_len, &lines);
	}
	log_line(LOG_DEBUG, "keys for %s: %s, %zu bytes", name,
	    verdict_name(subject.verdict), lines.len);
	answer_start(request, subject.account == NULL ? WIRE_NOTFOUND : WIRE_OK, reply);
	(void)wire_put_u32(reply, WIRE_T_VERDICT, subject.verdict);
	(void)wire_put_u32(reply, WIRE_T_REASON, subject.reason);
	(void)wire_put(reply, WIRE_T_KEY_LINES, lines.text, lines.len);
	return 0;
}
