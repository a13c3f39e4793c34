/* SPDX-License-Identifier: Apache-2.0 */
/* principal.c - whom a name in a certificate means; contract in principal.h */
#include <string.h>

#include "common/principal.h"
#include "common/text.h"

bool
principal_is_plain(const char *principal, size_t len)
{
	static const char others[] = "_+=.@:/-";

	if (len == 0 || len > PRINCIPAL_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = principal[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && (c == '\0' || strchr(others, c) == NULL))
			return false;
	}
	return true;
}

static bool
is_text(const char *principal, size_t len, const char *text)
{
	return strlen(text) == len && memcmp(principal, text, len) == 0;
}

bool
principal_names(const char *principal, size_t len, const struct keysfile_person *who)
{
	return is_text(principal, len, who->unique_id) ||
	       is_text(principal, len, who->arn) ||
	       (who->kind == PRINCIPAL_IAM_USER && is_text(principal, len, who->name));
}

/* The one person behind an account that nobody else may use. */
static bool
find_owner(const struct published *keys, const struct published *snapshot,
    const char *principal, size_t len, uint32_t *ret_person)
{
	struct keysfile_claim claim, other;
	char name[TEXT_OS_NAME_MAX + 1];
	struct snapshot_user user;

	if (snapshot == NULL || !text_is_os_name(principal, len))
		return false;
	memcpy(name, principal, len);
	name[len] = '\0';
	if (snapshot_user_by_name(snapshot, name, &user) != 0 ||
	    (user.flags & (USER_SHARED | USER_LOCAL | USER_RETIRED)) != 0 ||
	    keysfile_claim_by_account(keys, name, 0, &claim) != 0 ||
	    keysfile_claim_by_account(keys, name, 1, &other) != PUBLISHED_E_NOTFOUND ||
	    claim.uid != user.uid)
		return false;
	*ret_person = claim.person;
	return true;
}

int
principal_find(const struct published *keys, const struct published *snapshot,
    const char *principal, size_t len, uint32_t *ret_person)
{
	uint64_t n_people = keys->section[KEYSFILE_PERSONS].count;
	uint32_t person = 0;
	struct keysfile_person who;
	bool is_found;

	if (!principal_is_plain(principal, len))
		return PUBLISHED_E_NOTFOUND;
	is_found = find_owner(keys, snapshot, principal, len, &person);
	for (uint32_t n = 0; n < n_people; n++) {
		if (keysfile_person_at(keys, n, &who) != 0)
			return PUBLISHED_E_DAMAGED;
		if ((is_found && person == n) || !principal_names(principal, len, &who))
			continue;
		if (is_found)
			return PUBLISHED_E_NOTFOUND;
		is_found = true;
		person = n;
	}
	if (!is_found)
		return PUBLISHED_E_NOTFOUND;
	*ret_person = person;
	return 0;
}
