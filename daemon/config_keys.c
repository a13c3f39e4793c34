/* SPDX-License-Identifier: Apache-2.0 */
/* config_keys.c - every section and key; contract in config_keys.h */
#include <string.h>

#include "common/text.h"
#include "daemon/config_fleet.h"
#include "daemon/config_keys.h"
#include "daemon/config_sets.h"
#include "daemon/config_values.h"

enum how {
	TEXT, /* char *, through check() */
	BOOL,
	LIST,
	DURATION,
	SET, /* through set() */
};

enum {
	REPEATS = 1, /* may stand several times */
	MAY_BE_EMPTY = 2,
};

struct key {
	const char *section;
	const char *name;
	enum how how;
	unsigned flags;
	size_t offset; /* in struct config */
	int (*check)(const char *value, char *why);
	int (*set)(struct config *config, const char *value, char *why);
};

#define SERVICE_PREFIX "login:"
#define SERVICES_MAX CONFIG_SERVICES_MAX

#define AT(member) .offset = offsetof(struct config, member)

static const struct key keys[] = {
	{ "source", "kind", SET, .set = config_set_kind },
	{ "source", "path", TEXT, AT(source_path), .check = config_value_absolute },
	{ "source", "directory", SET, .set = config_set_directory },
	{ "source", "bucket", TEXT, AT(fleet.bucket), .check = config_fleet_bucket },
	{ "source", "bucket_owner", TEXT, AT(fleet.bucket_owner),
	    .check = config_value_account },
	{ "source", "view", TEXT, AT(fleet.view), .check = config_fleet_view },
	{ "source", "owner", TEXT, AT(fleet.owner), .check = config_fleet_owner },
	{ "source", "public_key", SET, REPEATS, .set = config_fleet_set_public_key },
	{ "source", "poll", SET, .set = config_fleet_set_poll },
	{ "aws", "region", TEXT, AT(aws.region), .check = config_value_region },
	{ "aws", "account", TEXT, AT(aws.account), .check = config_value_account },
	{ "aws", "ca_file", TEXT, AT(aws.ca_file), .check = config_value_absolute },
	{ "aws", "https_proxy", TEXT, AT(aws.https_proxy), .check = config_value_proxy },
	{ "aws", "imds_endpoint", TEXT, AT(aws.imds_endpoint),
	    .check = config_value_imds },
	{ "aws", "iam_endpoint", TEXT, AT(aws.iam_endpoint),
	    .check = config_value_endpoint },
	{ "aws", "sts_endpoint", TEXT, AT(aws.sts_endpoint),
	    .check = config_value_endpoint },
	{ "aws", "ec2_endpoint", TEXT, AT(aws.ec2_endpoint),
	    .check = config_value_endpoint },
	{ "aws", "s3_endpoint", TEXT, AT(aws.s3_endpoint),
	    .check = config_value_endpoint },
	{ "aws", "s3_style", SET, .set = config_fleet_set_style },
	{ "aws", "kms_endpoint", TEXT, AT(aws.kms_endpoint),
	    .check = config_value_endpoint },
	{ "aws", "role_arn", TEXT, AT(aws.role_arn), .check = config_value_role },
	{ "aws", "fips", SET, .set = config_set_fips },
	{ "aws", "dual_stack", SET, .set = config_set_dual_stack },
	{ "instance", "tag", SET, REPEATS, .set = config_set_tag },
	{ "principals", "users", SET, MAY_BE_EMPTY, .set = config_set_users },
	{ "principals", "roles", SET, MAY_BE_EMPTY, .set = config_set_roles },
	{ "accounts", "runas_tag", TEXT, AT(accounts.runas_tag),
	    .check = config_value_tag_key },
	{ "accounts", "strip_domain", TEXT, AT(accounts.strip_domain),
	    .check = config_value_domain },
	{ "accounts", "fold_case", BOOL, AT(accounts.fold_case) },
	{ "accounts", "uid_tag", TEXT, AT(accounts.uid_tag),
	    .check = config_value_tag_key },
	{ "accounts", "shared", SET, MAY_BE_EMPTY, .set = config_set_shared },
	{ "accounts", "reserved", LIST, MAY_BE_EMPTY, AT(accounts.reserved) },
	{ "accounts", "break_glass", LIST, MAY_BE_EMPTY, AT(accounts.break_glass) },
	{ "accounts", "local", SET, .set = config_set_local },
	{ "accounts", "visible", SET, .set = config_set_visible },
	{ "accounts", "enumerate", BOOL, AT(accounts.enumerate) },
	{ "accounts", "home", TEXT, AT(accounts.home), .check = config_value_home },
	{ "accounts", "shell", TEXT, AT(accounts.shell), .check = config_value_shell },
	{ "login", "allow", SET, REPEATS, .set = config_set_login_allow },
	{ "login", "deny", SET, REPEATS, .set = config_set_login_deny },
	{ "sudo", "allow", SET, REPEATS, .set = config_set_sudo_allow },
	{ "sudo", "deny", SET, REPEATS, .set = config_set_sudo_deny },
	{ "sudo", "grace", DURATION, AT(sudo_grace_s) },
	{ "cache", "fresh", DURATION, AT(fresh_s) },
	{ "cache", "grace", DURATION, AT(grace_s) },
	{ "keys", "iam", BOOL, AT(keys_iam) },
	{ "keys", "tags", BOOL, AT(keys_tags) },
	{ "keys", "min_rsa_bits", SET, .set = config_set_min_rsa_bits },
	{ "keys", "instance_connect", BOOL, AT(keys_eic) },
	{ "keys", "chain", TEXT, MAY_BE_EMPTY, AT(keys_chain),
	    .check = config_value_chain },
	{ "keys", "trusted_user_ca_keys", TEXT, MAY_BE_EMPTY, AT(keys_ca),
	    .check = config_value_ca_keys },
	{ "session", "on_revoke", SET, .set = config_set_on_revoke },
	{ "session", "session_manager", SET, .set = config_set_session_manager },
	{ "audit", "file", TEXT, AT(audit_file), .check = config_value_absolute },
	{ "publish", "bucket", TEXT, AT(publish.bucket), .check = config_fleet_bucket },
	{ "publish", "bucket_owner", TEXT, AT(publish.bucket_owner),
	    .check = config_value_account },
	{ "publish", "owner", TEXT, AT(publish.owner), .check = config_fleet_owner },
	{ "publish", "regions", SET, .set = config_fleet_set_regions },
	{ "publish", "attributes", SET, MAY_BE_EMPTY,
	    .set = config_fleet_set_attributes },
	{ "publish", "view", SET, REPEATS, .set = config_fleet_set_view },
	{ "publish", "key_file", TEXT, AT(publish.key_file),
	    .check = config_value_absolute },
	{ "publish", "kms_key", TEXT, AT(publish.kms_key), .check = config_fleet_kms },
	{ "publish", "public_key", TEXT, AT(publish.public_key),
	    .check = config_value_absolute },
	{ "publish", "heartbeat", DURATION, AT(publish.heartbeat_s) },
	{ "publish", "valid", DURATION, AT(publish.valid_s) },
	{ "publish", "hold", DURATION, AT(publish.hold_s) },
};

_Static_assert(BASE_N(keys) <= CONFIG_KEYS_MAX, "config_reading.seen is too small");

static int
refuse_section(const char *section, struct config_lines *lines)
{
	const char *known[BASE_N(keys)];
	char shown[80];
	char nearest[80];

	text_escape(section, strlen(section), shown, sizeof(shown));
	for (size_t i = 0; i < BASE_N(keys); i++)
		known[i] = keys[i].section;
	config_value_nearest(section, known, BASE_N(keys), nearest, sizeof(nearest));
	return config_lines_refuse(lines, "unknown section [%s]%s", shown, nearest);
}

/* A name as PAM has it: the file's under /etc/pam.d. */
static bool
is_service_name(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if (!((name[i] >= 'a' && name[i] <= 'z') ||
			(name[i] >= 'A' && name[i] <= 'Z') ||
			(name[i] >= '0' && name[i] <= '9') ||
			strchr("_.-", name[i]) != NULL))
			return false;
	return len >= 1 && len < SNAPSHOT_SERVICE_SIZE;
}

static struct rules_set *
find_service(const struct config *config, const char *section)
{
	for (size_t i = 0; i < config->n_services; i++)
		if (strcmp(config->services[i].section, section) == 0)
			return &config->services[i];
	return NULL;
}

static int
add_service(struct config_reading *reading, const char *section)
{
	struct config_lines *lines = &reading->lines;
	struct config *config = reading->config;
	const char *name = section + strlen(SERVICE_PREFIX);
	struct rules_set *bigger;
	char shown[80];

	text_escape(name, strlen(name), shown, sizeof(shown));
	if (!is_service_name(name))
		return config_lines_refuse(lines,
		    "\"%s\" is no PAM service: at most %d of a-z, A-Z, 0-9, _, . and -",
		    shown, SNAPSHOT_SERVICE_SIZE - 1);
	if (strcmp(name, "sudo") == 0 || strcmp(name, "sudo-i") == 0)
		return config_lines_refuse(
		    lines, "[sudo] says who may use %s; there is no [%s]", name, section);
	if (find_service(config, section) != NULL)
		return config_lines_refuse(lines, "[%s] stands twice", section);
	if (config->n_services == SERVICES_MAX)
		return config_lines_refuse(
		    lines, "more than %d sections [login:NAME]", SERVICES_MAX);
	bigger = reallocarray(config->services, config->n_services + 1, sizeof(*bigger));
	if (bigger != NULL) {
		config->services = bigger;
		bigger += config->n_services;
		*bigger = (struct rules_set){ .section = strdup(section) };
	}
	if (bigger == NULL || bigger->section == NULL) {
		reading->is_out_of_memory = true;
		lines->has_failed = true;
		return -ENOMEM;
	}
	reading->service_line[config->n_services++] = lines->number;
	return 0;
}

int
config_keys_section(const char *section, struct config_lines *lines)
{
	if (strncmp(section, SERVICE_PREFIX, strlen(SERVICE_PREFIX)) == 0)
		return add_service(
		    (struct config_reading *)(void *)((char *)lines -
						      offsetof(
							  struct config_reading, lines)),
		    section);
	for (size_t i = 0; i < BASE_N(keys); i++)
		if (strcmp(keys[i].section, section) == 0)
			return 0;
	return refuse_section(section, lines);
}

static int
refuse_key(struct config_lines *lines, const char *section, const char *name)
{
	const char *known[BASE_N(keys)];
	const char *elsewhere = NULL;
	size_t n_known = 0;
	char shown[80];
	char nearest[80];

	text_escape(name, strlen(name), shown, sizeof(shown));
	if (section[0] == '\0')
		return config_lines_refuse(
		    lines, "%s stands before any [SECTION]", shown);
	for (size_t i = 0; i < BASE_N(keys); i++) {
		if (strcmp(keys[i].section, section) == 0)
			known[n_known++] = keys[i].name;
		else if (strcmp(keys[i].name, name) == 0)
			elsewhere = keys[i].section;
	}
	if (elsewhere != NULL)
		return config_lines_refuse(lines,
		    "unknown key %s in [%s]; there is one in [%s]", shown, section,
		    elsewhere);
	config_value_nearest(name, known, n_known, nearest, sizeof(nearest));
	return config_lines_refuse(
	    lines, "unknown key %s in [%s]%s", shown, section, nearest);
}

static int
set_text(const struct key *key, char *slot, const char *value, char *why)
{
	char **text = (char **)(void *)slot;
	char *copy;
	int r;

	r = key->check(value, why);
	if (r != 0)
		return r;
	copy = strdup(value);
	if (copy == NULL)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

/* Both lists hold names of accounts or groups, which a comma can never be part of. */
static int
set_list(char *slot, const char *value, char *why)
{
	struct config_list *list = (struct config_list *)(void *)slot;
	char shown[80];
	int r;

	r = config_value_list(value, list, why);
	if (r != 0)
		return r;
	for (size_t i = 0; i < list->n; i++) {
		size_t len = strlen(list->items[i]);

		if (text_is_group_name(list->items[i], len))
			continue;
		text_escape(list->items[i], len, shown, sizeof(shown));
		return config_value_why(
		    why, "\"%s\" is no account name; blanks separate them", shown);
	}
	return 0;
}

static int
set_value(const struct key *key, struct config *config, const char *value, char *why)
{
	char *slot = (char *)config + key->offset;

	switch (key->how) {
	case TEXT:
		return set_text(key, slot, value, why);
	case BOOL:
		return config_value_bool(value, (bool *)(void *)slot, why);
	case LIST:
		return set_list(slot, value, why);
	case DURATION:
		return config_value_duration(value, (uint32_t *)(void *)slot, why);
	case SET:
		return key->set(config, value, why);
	}
	return config_value_why(why, "not known");
}

/* A key of [login:NAME]: rules, as in [login], but for one service. */
static int
set_service(struct config_reading *reading, const char *section, const char *name,
    const char *value)
{
	struct config_lines *lines = &reading->lines;
	struct rules_set *set = find_service(reading->config, section);
	char why[CONFIG_WHY_SIZE] = "";
	bool is_deny = strcmp(name, "deny") == 0;
	int r;

	if (set == NULL || (!is_deny && strcmp(name, "allow") != 0))
		return refuse_key(lines, "login", name);
	if (value[0] == '\0')
		return config_lines_refuse(
		    lines, "[%s] %s has an empty value", section, name);
	r = config_set_rule(set, is_deny, value, why);
	if (r == -EINVAL)
		return config_lines_refuse(lines, "[%s] %s: %s", section, name, why);
	return r;
}

/* "view NAME = RULE" is the one key with a name in it: its value is "NAME RULE". */
static bool
is_view(const char *section, const char *name)
{
	return strcmp(section, "publish") == 0 && strncmp(name, "view ", 5) == 0;
}

int
config_keys_set(struct config_reading *reading, const char *section, const char *name,
    const char *value)
{
	struct config_lines *lines = &reading->lines;
	const struct key *key = NULL;
	char why[CONFIG_WHY_SIZE] = "";
	char named[2 * RULES_LINE_MAX + 2];
	size_t at;
	int r;

	if (strncmp(section, SERVICE_PREFIX, strlen(SERVICE_PREFIX)) == 0)
		return set_service(reading, section, name, value);
	if (is_view(section, name)) {
		(void)snprintf(named, sizeof(named), "%s %s", name + 5, value);
		name = "view";
		value = named;
	}
	for (at = 0; at < BASE_N(keys); at++)
		if (strcmp(keys[at].section, section) == 0 &&
		    strcmp(keys[at].name, name) == 0)
			break;
	if (at == BASE_N(keys))
		return refuse_key(lines, section, name);
	key = &keys[at];
	if (reading->seen[at] && (key->flags & REPEATS) == 0)
		return config_lines_refuse(lines, "[%s] %s stands twice", section, name);
	reading->seen[at] = true;
	if (value[0] == '\0' && (key->flags & MAY_BE_EMPTY) == 0)
		return config_lines_refuse(
		    lines, "[%s] %s has an empty value", section, name);
	if (key->set == config_set_tag && reading->tag_line == 0)
		reading->tag_line = lines->number;
	r = set_value(key, reading->config, value, why);
	if (r == -EINVAL)
		return config_lines_refuse(lines, "[%s] %s: %s", section, name, why);
	return r;
}
