/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_iam_xml.c - IAM's answers from hostile bytes
 *
 * First byte: which question is answered (0 an error, 7 details, fed in two pieces). An answer that is accepted has to
 * be whole: that is checked here, as a crash is the only thing a fuzzer sees.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/iam.h"
#include "daemon/iam_details.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
expect(bool is_so)
{
	if (!is_so)
		abort();
}

static void
check_reply(enum iam_action action, const struct iam_reply *reply)
{
	for (size_t i = 0; i < reply->n_users; i++) {
		const struct iam_user *user = &reply->users[i];

		expect(user->name != NULL && user->id != NULL && user->arn != NULL);
		expect(user->path != NULL && user->path[0] == '/');
		for (size_t j = 0; j < user->n_tags; j++)
			expect(user->tags[j].key != NULL && user->tags[j].value != NULL);
	}
	for (size_t i = 0; i < reply->n_groups; i++)
		expect(reply->groups[i].name != NULL &&
		       strlen(reply->groups[i].name) <= 128);
	for (size_t i = 0; i < reply->n_keys; i++)
		expect(reply->keys[i].id != NULL);
	expect(!reply->is_truncated || reply->marker != NULL);
	if (action == IAM_GET_USER)
		expect(reply->n_users == 1);
	if (action == IAM_GET_SSH_KEY)
		expect(reply->n_keys == 1 && reply->keys[0].body != NULL);
}

static bool
keep(void *context, const struct iam_user *user)
{
	(void)context;
	return strlen(user->name) % 2 == 0;
}

/* In two pieces: where a page is cut must not matter. */
static void
details(const uint8_t *data, size_t size)
{
	_cleanup_(iam_details_freep) struct iam_details *page = NULL;
	_cleanup_iam_reply_ struct iam_reply *reply = NULL;

	if (iam_details_new(keep, NULL, &page) != 0)
		return;
	(void)iam_details_feed(page, (const char *)data, size / 2);
	(void)iam_details_feed(page, (const char *)data + size / 2, size - size / 2);
	if (iam_details_finish(page, &reply) == 0)
		check_reply(IAM_DETAILS, reply);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_iam_reply_ struct iam_reply *reply = NULL;
	enum iam_action action;
	char code[64];

	if (size == 0)
		return 0;
	action = (enum iam_action)(data[0] % (IAM_DETAILS + 1));
	if (action == 0) {
		(void)iam_parse_error(400, (const char *)data + 1, size - 1, code);
		expect(code[0] != '\0' && strlen(code) < sizeof(code));
		return 0;
	}
	if (action == IAM_DETAILS) {
		details(data + 1, size - 1);
		return 0;
	}
	if (iam_parse(action, (const char *)data + 1, size - 1, &reply) == 0)
		check_reply(action, reply);
	return 0;
}
