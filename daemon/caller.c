/* SPDX-License-Identifier: Apache-2.0 */
/* caller.c - who is behind an ARN; contract in caller.h */
#include <string.h>

#include "daemon/caller.h"

/* The parts of arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE. */
enum {
	PART_ARN = 0,
	PART_PARTITION,
	PART_SERVICE,
	PART_REGION,
	PART_ACCOUNT,
	PARTS,
};

struct part {
	const char *text;
	size_t len;
};

static bool
part_is(const struct part *part, const char *text)
{
	return part->len == strlen(text) && memcmp(part->text, text, part->len) == 0;
}

/* What stands behind the fifth colon, or NULL. */
static const char *
split(const char *arn, struct part parts[PARTS])
{
	const char *at = arn;

	for (size_t i = 0; i < PARTS; i++) {
		parts[i] = (struct part){ at, strcspn(at, ":") };
		at += parts[i].len;
		if (*at != ':')
			return NULL;
		at++;
	}
	return part_is(&parts[PART_ARN], "arn") && parts[PART_REGION].len == 0 ? at
									       : NULL;
}

static bool
is_here(const struct world *world, const struct part parts[PARTS])
{
	const struct instance *here = world->instance;

	return here != NULL && part_is(&parts[PART_ACCOUNT], here->account) &&
	       part_is(&parts[PART_PARTITION], here->partition);
}

static const struct world_person *
find_user(const struct world *world, const char *arn)
{
	for (size_t i = 0; i < world->n_people; i++) {
		const struct directory_principal *who = world->people[i].principal;

		if (who->kind == PRINCIPAL_IAM_USER && strcmp(who->arn, arn) == 0)
			return &world->people[i];
	}
	return NULL;
}

/* The role's own ARN says which account it is of; a directory may be another's. */
static const struct world_person *
find_role(const struct world *world, const struct part *account, const struct part *name)
{
	struct part parts[PARTS];

	for (size_t i = 0; i < world->n_people; i++) {
		const struct directory_principal *who = world->people[i].principal;

		if (who->kind == PRINCIPAL_ROLE && part_is(name, who->name) &&
		    split(who->arn, parts) != NULL &&
		    parts[PART_ACCOUNT].len == account->len &&
		    memcmp(parts[PART_ACCOUNT].text, account->text, account->len) == 0)
			return &world->people[i];
	}
	return NULL;
}

static bool
take_session(const char *text, char ret_session[CALLER_SESSION_SIZE])
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				  "0123456789_+=,.@-";
	size_t len = strlen(text);

	if (len == 0 || len >= CALLER_SESSION_SIZE || strspn(text, set) != len)
		return false;
	memcpy(ret_session, text, len + 1);
	return true;
}

int
caller_resolve(const struct world *world, const char *arn, struct caller *ret_caller)
{
	static const char user[] = "user/", role[] = "assumed-role/";
	struct caller caller = { .person = NULL };
	struct part parts[PARTS], name = { .text = "" };
	const char *resource = split(arn, parts);
	bool is_user, is_role;

	if (resource == NULL)
		return CALLER_E_ARN;
	is_user = part_is(&parts[PART_SERVICE], "iam") &&
		  strncmp(resource, user, strlen(user)) == 0;
	is_role = part_is(&parts[PART_SERVICE], "sts") &&
		  strncmp(resource, role, strlen(role)) == 0;
	if (is_role) {
		name.text = resource + strlen(role);
		name.len = strcspn(name.text, "/");
		is_role = name.len > 0 && name.text[name.len] == '/' &&
			  take_session(name.text + name.len + 1, caller.session);
	}
	if (!is_user && !is_role)
		return CALLER_E_ARN;
	if (!is_here(world, parts))
		return CALLER_E_ACCOUNT;
	caller.person = is_user ? find_user(world, arn)
				: find_role(world, &parts[PART_ACCOUNT], &name);
	if (caller.person == NULL)
		return CALLER_E_NOBODY;
	*ret_caller = caller;
	return 0;
}

const char *
caller_text(int code)
{
	switch (code) {
	case CALLER_E_ARN:
		return "the caller is no IAM user and no role";
	case CALLER_E_ACCOUNT:
		return "the caller is of another AWS account";
	case CALLER_E_NOBODY:
		return "the caller is not among [principals]";
	default:
		return "the caller is known";
	}
}
