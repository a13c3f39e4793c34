/* SPDX-License-Identifier: Apache-2.0 */
/* answer_keys.c - the keys that sshd may accept for an account now */
#include <stdlib.h>
#include <string.h>

#include "common/keysfile.h"
#include "common/text.h"
#include "daemon/answer.h"
#include "daemon/eic_seen.h"
#include "daemon/eicflight.h"
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

/* The next of the account's people whom [login] lets in; NULL behind the last. */
static const struct world_person *
keys_person(const struct daemon *d, const struct world_account *account, size_t *at)
{
	size_t service = world_service(d->world, ANSWER_SSHD);

	while (*at < account->n_people) {
		const struct world_person *person =
		    &d->world->people[account->people[(*at)++]];

		if (person->services[service].verdict == VERDICT_ALLOW)
			return person;
	}
	return NULL;
}

/* Asks IAM once more where a list is older than fresh; not when AWS keeps failing. */
static bool
keys_ask_iam(struct daemon *d, const struct world_account *account, uint64_t *ret_cookie)
{
	const struct world_person *person;
	size_t at = 0;

	if (refresh_breaker_is_open(d))
		return false;
	while ((person = keys_person(d, account, &at)) != NULL)
		if (keyflight_is_due(d, person))
			return refresh_keys(d, person, ret_cookie) == 0;
	return false;
}

/* What Instance Connect showed and has not ended, as far as the caller may still come in. */
static void
keys_collect_eic(const struct daemon *d, const char *account, const uint8_t *wanted,
    size_t wanted_len, struct keys_lines *lines)
{
	const struct eic_seen *seen;
	struct eic_binding binding;
	struct clock_now now;
	size_t at = 0;

	clock_read(&now);
	while ((seen = eic_seen_next(account, now.wall_ms / 1000, &at)) != NULL) {
		eic_bind(d, account, seen->caller, ANSWER_SSHD, &binding);
		free(binding.rule);
		if (binding.verdict == VERDICT_ALLOW)
			keys_add(lines, seen->type, seen->blob, seen->blob_len, wanted,
			    wanted_len);
	}
}

struct keys_question {
	char name[TEXT_OS_NAME_MAX + 1];
	const uint8_t *wanted; /* the raw blob that sshd was offered */
	size_t wanted_len;     /* 0: every key */
};

/*
 * What is worth waiting for. A key that IAM has told us stays good until it is due; one of
 * Instance Connect that is known needs nobody; any other may have been sent a moment ago.
 */
static int
keys_wait(struct daemon *d, const struct answer_request *request,
    const struct keys_question *question, const struct world_account *account,
    bool has_iam, bool has_eic, uint64_t *ret_cookie)
{
	uint64_t cookie = 0;
	bool is_due;

	if (question->wanted_len > 0 && has_eic)
		return 0;
	is_due = keys_ask_iam(d, account, &cookie);
	if (!request->is_after_eic && !(question->wanted_len > 0 && has_iam) &&
	    eicflight_start(d, question->name, ret_cookie) == 0)
		return ANSWER_PARK_EIC;
	if (!is_due)
		return 0;
	*ret_cookie = cookie;
	return ANSWER_PARK_KEYS;
}

/* All lines for the account into @lines; 0, or ANSWER_PARK_*. */
static int
keys_gather(struct daemon *d, const struct answer_request *request,
    const struct keys_question *question, const struct world_account *account,
    bool may_park, struct keys_lines *lines, uint64_t *ret_cookie)
{
	const struct world_person *person;
	size_t at = 0, n_iam;

	while ((person = keys_person(d, account, &at)) != NULL) {
		keyflight_seen(person->principal->id);
		keys_collect(d, person, question->wanted, question->wanted_len, lines);
	}
	n_iam = lines->len;
	keys_collect_eic(
	    d, question->name, question->wanted, question->wanted_len, lines);
	if (!may_park)
		return 0;
	return keys_wait(
	    d, request, question, account, n_iam > 0, lines->len > n_iam, ret_cookie);
}

int
answer_keys(struct daemon *d, const struct answer_request *request, bool may_park,
    struct wire_packet *reply, uint64_t *ret_cookie)
{
	static struct keys_lines lines;
	struct keys_question question = { .wanted = NULL };
	struct answer_subject subject;
	int how;

	if (wire_get_text(request->bytes, request->len, WIRE_T_NAME, question.name,
		sizeof(question.name)) != 0) {
		answer_fail(request, WIRE_BADREQUEST, "a name is needed", reply);
		return 0;
	}
	(void)wire_get(request->bytes, request->len, WIRE_T_KEY_BLOB, &question.wanted,
	    &question.wanted_len);
	answer_decide(d, question.name, ANSWER_SSHD, false, &subject);
	lines.len = 0;
	if ((request->header.flags & WIRE_TELL) != 0) {
		eicflight_look(d, question.name);
		answer_start(request, WIRE_OK, reply);
		return 0;
	}
	if (subject.verdict == VERDICT_ALLOW) {
		how = keys_gather(
		    d, request, &question, subject.account, may_park, &lines, ret_cookie);
		if (how != 0)
			return how;
	}
	log_line(LOG_DEBUG, "keys for %s: %s, %zu bytes", question.name,
	    verdict_name(subject.verdict), lines.len);
	answer_start(request, subject.account == NULL ? WIRE_NOTFOUND : WIRE_OK, reply);
	(void)wire_put_u32(reply, WIRE_T_VERDICT, subject.verdict);
	(void)wire_put_u32(reply, WIRE_T_REASON, subject.reason);
	(void)wire_put(reply, WIRE_T_KEY_LINES, lines.text, lines.len);
	return 0;
}
