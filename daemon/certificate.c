/* SPDX-License-Identifier: Apache-2.0 */
/* certificate.c - whose SSH certificate it is; contract in certificate.h */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/principal.h"
#include "common/record.h"
#include "daemon/access.h"
#include "daemon/certificate.h"
#include "daemon/digest.h"

static int
fingerprint(const uint8_t *blob, size_t len, char ret[51])
{
	uint8_t digest[DIGEST_SIZE];

	if (digest_sha256(blob, len, digest) != 0)
		return -ENOMEM;
	record_fingerprint(digest, ret);
	return 0;
}

int
certificate_read(const char *type, const uint8_t *blob, size_t blob_len,
    struct certificate *ret_certificate)
{
	struct certificate read;
	uint8_t plain[SSHKEY_BLOB_MAX];
	int r, plain_len;

	r = sshcert_parse(type, blob, blob_len, &read.fields);
	if (r != 0)
		return r;
	plain_len = sshcert_plain(&read.fields, plain, sizeof(plain));
	if (plain_len < 0)
		return SSHKEY_E_MISMATCH;
	r = fingerprint(plain, (size_t)plain_len, read.fingerprint);
	if (r == 0)
		r = fingerprint(read.fields.ca, read.fields.ca_len, read.ca);
	if (r != 0)
		return r;
	sshcert_key_id(&read.fields, read.key_id);
	(void)snprintf(read.serial, sizeof(read.serial), "%" PRIu64, read.fields.serial);
	*ret_certificate = read;
	return 0;
}

static const struct world_account *
account_of(const struct world *world, const struct world_person *person)
{
	return world_has_claim(person) && person->account < world->n_accounts
		   ? &world->accounts[person->account]
		   : NULL;
}

/* By common/principal.h, as the helper and PAM read it out of the files. */
static bool
is_named(const struct world *world, const struct world_person *person,
    const char *principal, size_t len)
{
	const struct directory_principal *who = person->principal;
	const struct world_account *account = account_of(world, person);
	const struct keysfile_person names = {
		.unique_id = who->id,
		.arn = who->arn != NULL ? who->arn : "",
		.name = who->name != NULL ? who->name : "",
		.kind = (uint8_t)who->kind,
	};

	if (principal_names(principal, len, &names))
		return true;
	return account != NULL && account->n_people == 1 &&
	       (account->flags & (USER_SHARED | USER_LOCAL | USER_RETIRED)) == 0 &&
	       strlen(account->name) == len && memcmp(account->name, principal, len) == 0;
}

static const struct world_person *
find_named(const struct world *world, const char *principal, size_t len)
{
	const struct world_person *found = NULL;

	if (!principal_is_plain(principal, len))
		return NULL;
	for (size_t i = 0; i < world->n_people; i++) {
		if (!is_named(world, &world->people[i], principal, len))
			continue;
		if (found != NULL)
			return NULL;
		found = &world->people[i];
	}
	return found;
}

const struct world_person *
certificate_owner(const struct world *world, const struct world_account *account,
    const struct certificate *certificate)
{
	const struct world_person *owner = NULL, *who;
	const char *principal;
	size_t at = 0, len;

	while ((principal = sshcert_principal(&certificate->fields, &at, &len)) != NULL) {
		who = find_named(world, principal, len);
		if (who == NULL ||
		    (account_of(world, who) != account && !account->has_guests))
			continue;
		if (owner != NULL && owner != who)
			return NULL;
		owner = who;
	}
	return owner;
}

enum verdict
certificate_judge(const struct world *world, const struct world_account *account,
    const struct world_person *person, size_t service, enum verdict_reason *ret_reason,
    char **ret_rule)
{
	const struct rules_access access = { .via = CERTIFICATE_WAY };
	enum verdict verdict;

	verdict =
	    account_of(world, person) == account
		? world_access(world, person, service, &access, ret_reason, ret_rule)
		: world_guest_access(
		      world, person, service, &access, ret_reason, ret_rule);
	if (verdict == VERDICT_ALLOW && (account->flags & USER_SHARED) != 0 &&
	    !access_names_way(
		world->config, service, person->principal, world->instance, &access)) {
		free(*ret_rule);
		*ret_rule = NULL;
		*ret_reason = REASON_METHOD;
		return VERDICT_DENY;
	}
	return verdict;
}
