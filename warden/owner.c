/* SPDX-License-Identifier: Apache-2.0 */
/* owner.c - who the owner of a session is; contract in owner.h */
#include <stdio.h>
#include <string.h>

#include "warden/owner.h"

#define LOGIN_BIT (1u << SNAPSHOT_SERVICE_LOGIN)

/* Length of "arn:PARTITION", or 0. */
static size_t
partition_len(const char *arn)
{
	const char *end = strncmp(arn, "arn:", 4) == 0 ? strchr(arn + 4, ':') : NULL;

	return end != NULL && end > arn + 4 ? (size_t)(end - arn) : 0;
}

const char *
owner_is_role(const char *owner, const char *role)
{
	static const char sts[] = ":sts::", iam[] = ":iam::",
			  assumed[] = ":assumed-role/";
	size_t len = partition_len(owner);
	const char *name = strrchr(role, '/');
	const char *resource, *session;
	size_t account_len;

	if (len == 0 || partition_len(role) != len || strncmp(owner, role, len) != 0 ||
	    strncmp(owner + len, sts, sizeof(sts) - 1) != 0 ||
	    strncmp(role + len, iam, sizeof(iam) - 1) != 0 || name == NULL)
		return NULL;
	owner += len + sizeof(sts) - 1;
	role += len + sizeof(iam) - 1;
	account_len = strcspn(owner, ":");
	if (account_len == 0 || strncmp(owner, role, account_len) != 0 ||
	    strncmp(role + account_len, ":role/", 6) != 0 ||
	    strncmp(owner + account_len, assumed, sizeof(assumed) - 1) != 0)
		return NULL;
	resource = owner + account_len + sizeof(assumed) - 1;
	session = strchr(resource, '/');
	name++;
	if (session == NULL || session[1] == '\0' || strchr(session + 1, '/') != NULL ||
	    strlen(name) != (size_t)(session - resource) ||
	    strncmp(resource, name, strlen(name)) != 0)
		return NULL;
	return session + 1;
}

static int
find_person(const struct published *keys, const char *arn,
    struct keysfile_person *ret_person, const char **ret_claimed)
{
	struct keysfile_person person;
	const char *claimed;
	uint32_t n;
	int r;

	for (n = 0; (r = keysfile_person_at(keys, n, &person)) != PUBLISHED_E_NOTFOUND;
	     n++) {
		if (r != 0)
			continue;
		claimed =
		    person.kind == PRINCIPAL_ROLE ? owner_is_role(arn, person.arn) : NULL;
		if (claimed == NULL &&
		    (person.kind != PRINCIPAL_IAM_USER || strcmp(person.arn, arn) != 0))
			continue;
		*ret_person = person;
		*ret_claimed = claimed;
		return 0;
	}
	return PUBLISHED_E_NOTFOUND;
}

static enum owner_answer
answer(const struct published *keys, const char *account, const char *id)
{
	struct keysfile_person person;
	struct keysfile_claim claim;
	uint32_t n;
	int r;

	for (n = 0; (r = keysfile_claim_by_account(keys, account, n, &claim)) == 0; n++) {
		if (keysfile_person_at(keys, claim.person, &person) != 0)
			return OWNER_UNDECIDED;
		if (strcmp(person.unique_id, id) != 0)
			continue;
		if ((claim.allow_mask & LOGIN_BIT) != 0)
			return OWNER_MAPS;
		return (claim.known_mask & LOGIN_BIT) != 0 ? OWNER_DENIED
							   : OWNER_UNDECIDED;
	}
	return r == PUBLISHED_E_NOTFOUND ? OWNER_OTHER : OWNER_UNDECIDED;
}

void
owner_resolve(const struct published *snapshot, const struct published *keys,
    const char *arn, const char *account, struct owner *ret_owner)
{
	struct keysfile_person person;
	struct snapshot_user user;
	const char *claimed = NULL;

	*ret_owner = (struct owner){ .answer = OWNER_UNKNOWN };
	(void)snprintf(ret_owner->arn, sizeof(ret_owner->arn), "%s", arn);
	if (snapshot != NULL && snapshot_user_by_name(snapshot, account, &user) == 0)
		ret_owner->uid = user.uid;
	if (keys == NULL || find_person(keys, arn, &person, &claimed) != 0)
		return;
	ret_owner->kind = keysfile_kind_name(person.kind);
	(void)snprintf(ret_owner->id, sizeof(ret_owner->id), "%s", person.unique_id);
	(void)snprintf(ret_owner->arn, sizeof(ret_owner->arn), "%s", person.arn);
	(void)snprintf(ret_owner->name, sizeof(ret_owner->name), "%s", person.name);
	if (claimed != NULL)
		(void)snprintf(
		    ret_owner->claimed, sizeof(ret_owner->claimed), "%s", claimed);
	ret_owner->answer = answer(keys, account, person.unique_id);
}
