/* SPDX-License-Identifier: Apache-2.0 */
/* config.c - /etc/iamlogin/iamlogin.conf; contract in config.h */
#include <fcntl.h>
#include <ini.h>
#include <string.h>
#include <sys/stat.h>

#include "common/sshkey.h"
#include "daemon/config_fleet.h"
#include "daemon/config_keys.h"
#include "daemon/config_values.h"

static int
set_text(char **text, const char *value)
{
	*text = strdup(value);
	return *text != NULL ? 0 : -ENOMEM;
}

static int
set_defaults(struct config *config)
{
	int r;

	config->source = CONFIG_SOURCE_IAM;
	config->fresh_s = 600;
	config->grace_s = 86400;
	config->sudo_grace_s = 14400;
	config->keys_iam = true;
	config->keys_tags = true;
	config->keys_eic = true;
	config->on_revoke = ON_REVOKE_TERMINATE;
	config->session_manager = SESSION_MANAGER_AUDIT;
	config->min_rsa_bits = SSHKEY_RSA_BITS_MIN;
	r = set_text(&config->source_path, IAMLOGIN_SYSCONFDIR "/directory.json");
	if (r == 0)
		r = set_text(&config->aws.imds_endpoint, "http://169.254.169.254");
	if (r == 0)
		r = set_text(&config->accounts.runas_tag, "SSMSessionRunAs");
	if (r == 0)
		r = set_text(&config->accounts.home, "/home/%u");
	if (r == 0)
		r = set_text(&config->accounts.shell, "/bin/bash");
	if (r == 0)
		r = set_text(&config->audit_file, IAMLOGIN_LOGDIR "/audit.jsonl");
	if (r == 0)
		r = set_text(&config->login.section, "login");
	if (r == 0)
		r = set_text(&config->sudo.section, "sudo");
	if (r == 0)
		r = config_fleet_defaults(config);
	return r;
}

/* inih wants non-zero for success. */
static int
on_key(void *arg, const char *section, const char *name, const char *value)
{
	struct config_reading *reading = arg;
	int r;

	if (reading->lines.has_failed || reading->is_out_of_memory)
		return 0;
	r = config_keys_set(reading, section, name, value);
	if (r == -ENOMEM) {
		reading->is_out_of_memory = true;
		reading->lines.has_failed = true; /* no more lines */
	}
	return r == 0;
}

bool
config_has_eic(const struct config *config)
{
	return config->keys_eic && config->source != CONFIG_SOURCE_FILE;
}

bool
config_has_guests(const struct config *config)
{
	return config_has_eic(config) ||
	       (config->keys_ca != NULL && config->keys_ca[0] != '\0');
}

bool
config_lists(const struct config_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i], name) == 0)
			return true;
	return false;
}

const char *
config_service_name(const struct rules_set *set)
{
	return strchr(set->section, ':') + 1;
}

/* One name cannot be both opened and kept. */
static int
check_shared(struct config_reading *reading)
{
	const struct config *config = reading->config;
	char text[120];

	for (size_t i = 0; i < config->accounts.shared.n; i++) {
		const char *name = config->accounts.shared.items[i];
		const char *other =
		    config_lists(&config->accounts.break_glass, name) ? "break_glass"
		    : config_lists(&config->accounts.reserved, name)  ? "reserved"
								      : NULL;

		if (other == NULL)
			continue;
		(void)snprintf(text, sizeof(text),
		    "[accounts] %s is in both shared and %s", name, other);
		return config_lines_refuse_at(&reading->lines, 0, text);
	}
	return 0;
}

/* What no single line can say. */
static int
check_whole(struct config_reading *reading)
{
	char text[100];
	int r;

	if (reading->tag_line != 0 && reading->config->source != CONFIG_SOURCE_FILE)
		return config_lines_refuse_at(&reading->lines, reading->tag_line,
		    "[instance] tag is for kind = file only; on EC2 the instance's own tags "
		    "count");
	if ((reading->config->aws.fips == CONFIG_YES ||
		reading->config->aws.dual_stack == CONFIG_YES) &&
	    (reading->config->aws.iam_endpoint != NULL ||
		reading->config->aws.sts_endpoint != NULL ||
		reading->config->aws.ec2_endpoint != NULL ||
		reading->config->aws.s3_endpoint != NULL ||
		reading->config->aws.kms_endpoint != NULL))
		return config_lines_refuse_at(&reading->lines, 0,
		    "[aws] fips or dual_stack = yes and an endpoint exclude each other");
	for (size_t i = 0; i < reading->config->n_services; i++) {
		const struct rules_set *set = &reading->config->services[i];

		if (set->n_allow > 0 || set->n_deny > 0)
			continue;
		(void)snprintf(
		    text, sizeof(text), "[%s] has neither allow nor deny", set->section);
		return config_lines_refuse_at(
		    &reading->lines, reading->service_line[i], text);
	}
	r = check_shared(reading);
	return r != 0 ? r : config_fleet_check(reading);
}

int
config_parse(
    FILE *stream, const char *name, struct config **ret_config, char ret_error[400])
{
	_cleanup_config_ struct config *config = calloc(1, sizeof(*config));
	struct config_reading reading = {
		.lines = {
			.stream = stream,
			.name = name,
			.error = ret_error,
			.section = config_keys_section,
		},
		.config = config,
	};
	int r;

	ret_error[0] = '\0';
	if (config == NULL || set_defaults(config) != 0)
		return -ENOMEM;
	r = ini_parse_stream(config_lines_read, &reading.lines, on_key, &reading);
	if (reading.is_out_of_memory)
		return -ENOMEM;
	if (reading.lines.has_failed)
		return ret_error[0] != '\0' ? -EINVAL : -EIO;
	/* Our checks are stricter than inih's; were they not, this would still be no success. */
	if (r != 0)
		return config_lines_refuse_at(&reading.lines, r > 0 ? (unsigned)r : 0,
		    "cannot be read as KEY = VALUE");
	r = check_whole(&reading);
	if (r != 0)
		return r;
	*ret_config = base_take_ptr(&config);
	return 0;
}

static bool
set_wants_tags(const struct rules_rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < rules[i].n_terms; j++)
			if (rules[i].terms[j].kind == RULES_INSTANCE ||
			    rules[i].terms[j].kind == RULES_MATCH)
				return true;
	return false;
}

bool
config_wants_instance_tags(const struct config *config)
{
	for (size_t i = 0; i < config->n_services; i++)
		if (set_wants_tags(
			config->services[i].allow, config->services[i].n_allow) ||
		    set_wants_tags(config->services[i].deny, config->services[i].n_deny))
			return true;
	return set_wants_tags(config->login.allow, config->login.n_allow) ||
	       set_wants_tags(config->login.deny, config->login.n_deny) ||
	       set_wants_tags(config->sudo.allow, config->sudo.n_allow) ||
	       set_wants_tags(config->sudo.deny, config->sudo.n_deny);
}

void
config_directory_account(const struct config *config, char ret_account[13])
{
	const char *at = config->aws.role_arn;

	ret_account[0] = '\0';
	at = at != NULL ? strstr(at, ":iam::") : NULL;
	if (at != NULL)
		(void)snprintf(ret_account, 13, "%.12s", at + 6);
}

static int
refuse_file(char *error, const char *path, const char *what)
{
	(void)snprintf(error, CONFIG_ERROR_SIZE, "%.250s: %s", path, what);
	return -EINVAL;
}

int
config_load(const char *path, struct config **ret_config, char ret_error[400])
{
	_cleanup_close_ int fd = -1;
	_cleanup_fclose_ FILE *stream = NULL;
	struct stat st;
	int r;

	ret_error[0] = '\0';
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		r = -errno;
		(void)refuse_file(ret_error, path,
		    r == -ENOENT  ? "there is no such file; without it nobody is in scope"
		    : r == -ELOOP ? "is a symbolic link"
				  : strerror(-r));
		return r;
	}
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return refuse_file(ret_error, path, "is not a regular file");
	if (st.st_uid != 0)
		return refuse_file(ret_error, path, "is not owned by root");
	if ((st.st_mode & 022) != 0)
		return refuse_file(ret_error, path, "may be written by others than root");
	stream = fdopen(fd, "r");
	if (stream == NULL)
		return -errno;
	(void)base_take_fd(&fd);
	r = config_parse(stream, path, ret_config, ret_error);
	if (r == -EIO)
		(void)refuse_file(ret_error, path, "cannot be read");
	return r;
}

static void
set_done(struct rules_set *set)
{
	for (size_t i = 0; i < set->n_allow; i++)
		rules_rule_done(&set->allow[i]);
	for (size_t i = 0; i < set->n_deny; i++)
		rules_rule_done(&set->deny[i]);
	free(set->allow);
	free(set->deny);
	free(set->section);
}

static void
scope_done(struct config_scope *scope)
{
	for (size_t i = 0; i < scope->n_terms; i++) {
		free(scope->terms[i].text);
		free(scope->terms[i].key);
		free(scope->terms[i].value);
	}
	free(scope->terms);
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	free(config->source_path);
	free(config->keys_chain);
	free(config->keys_ca);
	free(config->aws.region);
	free(config->aws.account);
	free(config->aws.ca_file);
	free(config->aws.https_proxy);
	free(config->aws.imds_endpoint);
	free(config->aws.iam_endpoint);
	free(config->aws.sts_endpoint);
	free(config->aws.ec2_endpoint);
	free(config->aws.role_arn);
	config_fleet_done(config);
	for (size_t i = 0; i < config->n_instance_tags; i++) {
		free(config->instance_tags[i].key);
		free(config->instance_tags[i].value);
	}
	free(config->instance_tags);
	scope_done(&config->users);
	scope_done(&config->roles);
	free(config->accounts.runas_tag);
	free(config->accounts.strip_domain);
	free(config->accounts.uid_tag);
	config_value_list_done(&config->accounts.shared);
	config_value_list_done(&config->accounts.reserved);
	config_value_list_done(&config->accounts.break_glass);
	free(config->accounts.home);
	free(config->accounts.shell);
	set_done(&config->login);
	set_done(&config->sudo);
	for (size_t i = 0; i < config->n_services; i++)
		set_done(&config->services[i]);
	free(config->services);
	free(config->audit_file);
	free(config);
}
