/* SPDX-License-Identifier: Apache-2.0 */
/* mapping.c - principal -> OS account name; contract in mapping.h */
#include <string.h>

#include "daemon/mapping.h"

bool
mapping_in_scope(const struct config *config, const struct directory_principal *who)
{
	const struct config_scope *scope;

	switch (who->kind) {
	case PRINCIPAL_IAM_USER:
		scope = &config->users;
		break;
	case PRINCIPAL_ROLE:
		scope = &config->roles;
		break;
	default:
		return false;
	}
	for (size_t i = 0; i < scope->n_terms; i++)
		if (rules_eval_term(&scope->terms[i], who, NULL, NULL, NULL) ==
		    RULES_TRUE)
			return true;
	return false;
}

/* Length of the part before "@DOMAIN"; all of it when the name does not end so. */
static size_t
stripped_length(const struct config *config, const char *name)
{
	const char *domain = config->accounts.strip_domain;
	const char *at = strrchr(name, '@');

	if (domain == NULL || at == NULL)
		return strlen(name);
	if (config->accounts.fold_case ? !text_equal_fold(at + 1, domain)
				       : strcmp(at + 1, domain) != 0)
		return strlen(name);
	return (size_t)(at - name);
}

/*
 * The IAM name as an OS name. Folding alone is injective (IAM names are unique ignoring
 * case); where stripping makes two names meet, the older principal keeps the account.
 */
static bool
name_of(const struct config *config, const char *iam_name, char ret[TEXT_OS_NAME_MAX + 1])
{
	size_t len = strlen(iam_name);

	if (!text_is_os_name(iam_name, len))
		len = stripped_length(config, iam_name);
	if (len > TEXT_OS_NAME_MAX)
		return false;
	memcpy(ret, iam_name, len);
	ret[len] = '\0';
	for (size_t i = 0; config->accounts.fold_case && i < len; i++)
		if (ret[i] >= 'A' && ret[i] <= 'Z')
			ret[i] = (char)(ret[i] - 'A' + 'a');
	return text_is_os_name(ret, len);
}

/* 0, 1, or more tags of this key, ignoring case; the first one's value. */
static size_t
count_tags(const struct directory_principal *who, const char *key, const char **ret_value)
{
	size_t n = 0;

	for (size_t i = 0; i < who->n_tags; i++)
		if (text_equal_fold(who->tags[i].key, key) && n++ == 0)
			*ret_value = who->tags[i].value;
	return n;
}

const struct local_user *
mapping_local_target(
    const struct config *config, const struct local *local, const char *name)
{
	const struct local_user *user;

	if (!config_lists(&config->accounts.shared, name) ||
	    config_lists(&config->accounts.break_glass, name))
		return NULL;
	user = local_user(local, name);
	return user != NULL && user->uid != 0 && !ids_is_ours(user->uid) ? user : NULL;
}

static enum verdict_reason
refusal_of(const struct config *config, const struct local *local, const char *name)
{
	if (mapping_local_target(config, local, name) != NULL)
		return REASON_NONE;
	if (local_is_reserved_name(name) ||
	    config_lists(&config->accounts.reserved, name) ||
	    config_lists(&config->accounts.break_glass, name))
		return REASON_RESERVED_NAME;
	/* The account brings a private group of the same name with it. */
	if (local_has_user(local, name) || local_has_group(local, name))
		return REASON_LOCAL_NAME;
	return REASON_NONE;
}

void
mapping_of(const struct config *config, const struct local *local,
    const struct directory_principal *who, struct mapping *ret_mapping)
{
	struct mapping made = { .by = MAPPING_NONE, .reason = REASON_NO_ACCOUNT };
	const char *value = NULL;
	size_t n_tags;

	*ret_mapping = made;
	n_tags = count_tags(who, config->accounts.runas_tag, &value);
	if (n_tags > 1) {
		ret_mapping->reason = REASON_DUPLICATE_TAG;
		return;
	}
	if (who->assigned.os_name != NULL) {
		/* a publisher has mapped already; what is reserved is said here */
		if (!text_is_os_name(
			who->assigned.os_name, strlen(who->assigned.os_name))) {
			ret_mapping->reason = REASON_BAD_NAME;
			return;
		}
		made.by = who->assigned.is_by_tag ? MAPPING_TAG : MAPPING_NAME;
		memcpy(
		    made.name, who->assigned.os_name, strlen(who->assigned.os_name) + 1);
	} else if (n_tags == 1) {
		if (!text_is_os_name(value, strlen(value))) {
			ret_mapping->reason = REASON_BAD_NAME;
			return;
		}
		made.by = MAPPING_TAG;
		memcpy(made.name, value, strlen(value) + 1);
	} else if (who->kind == PRINCIPAL_IAM_USER) {
		if (!name_of(config, who->name, made.name)) {
			ret_mapping->reason = REASON_BAD_NAME;
			return;
		}
		made.by = MAPPING_NAME;
	} else {
		return; /* other kinds are mapped by the tag alone */
	}
	made.is_shared = config_lists(&config->accounts.shared, made.name);
	made.reason = refusal_of(config, local, made.name);
	if (made.reason == REASON_NONE)
		*ret_mapping = made;
	else
		ret_mapping->reason = made.reason;
}

const char *
mapping_name(enum mapping_by by)
{
	switch (by) {
	case MAPPING_TAG:
		return "tag";
	case MAPPING_NAME:
		return "name";
	case MAPPING_NONE:
		break;
	}
	return "none";
}
