/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h - /etc/iamlogin/iamlogin.conf, parsed and checked
 *
 * Room: daemon. inih through ini_parse_stream() with our own line reader (config_lines.c),
 * which counts lines and refuses, with file and line, a line over 198 bytes, a NUL, an
 * indented line, an unknown section, key or value, naming the nearest known one. Whatever is
 * wrong, the daemon does not start.
 */
#ifndef DAEMON_CONFIG_H
#define DAEMON_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/base.h"
#include "common/published_format.h"
#include "daemon/rules.h"

enum config_source {
	CONFIG_SOURCE_IAM = 1,
	CONFIG_SOURCE_FILE,
	CONFIG_SOURCE_S3,
};

/* [aws] s3_style: where a bucket's name stands in a request */
enum config_s3_style {
	CONFIG_S3_AUTO = 0, /* virtual at AWS, path at an s3_endpoint or with a dot */
	CONFIG_S3_PATH,
	CONFIG_S3_VIRTUAL,
};

enum config_directory {
	CONFIG_DIRECTORY_SCOPED = 0,
	CONFIG_DIRECTORY_DETAILS,
};

/* [aws] fips and dual_stack */
enum config_choice {
	CONFIG_AUTO = 0,
	CONFIG_YES,
	CONFIG_NO,
};

enum config_visible {
	CONFIG_VISIBLE_AUTHORIZED = 0,
	CONFIG_VISIBLE_ALL,
};

/* Which local accounts sshd lets in; PAM reads it from the snapshot. */
enum config_local {
	CONFIG_LOCAL_ANY = 0,
	CONFIG_LOCAL_LISTED,
	CONFIG_LOCAL_BREAK_GLASS,
};

/* A whitespace-separated list. */
struct config_list {
	char **items;
	size_t n;
};

/* [principals]: path:/a/ or path:/a/STAR, group:NAME, user:NAME */
struct config_scope {
	struct rules_term *terms; /* kinds RULES_PATH, RULES_GROUP, RULES_USER */
	size_t n_terms;
};

/* A section [login:NAME] has this number and the following ones in the published masks. */
#define CONFIG_SERVICE_FIRST (SNAPSHOT_SERVICE_SUDO + 1)

/* [source], kind = s3: the directory that a publisher signs */
struct config_fleet {
	char *bucket;         /* "{region}" in it: this instance's */
	char *bucket_owner;   /* account that it has to belong to; NULL: any */
	char *view;           /* default "default" */
	char *owner;          /* account or organisation; NULL: this instance's account */
	char *public_keys[2]; /* PEM files */
	size_t n_public_keys;
	uint32_t poll_s; /* default 60 */
};

/* Who is in a view: people for whom @rule is true; without terms, everybody in scope. */
struct config_view {
	char *name;
	struct rules_rule rule;
};

/* [publish]; bucket NULL: this host publishes nothing */
struct config_publish {
	char *bucket, *bucket_owner;
	char *owner;                /* NULL: the account that is listed */
	struct config_list regions; /* empty: this instance's */
	struct config_list attributes;
	struct config_view *views; /* none: one, "default", of everybody in scope */
	size_t n_views;
	char *key_file;                        /* PEM; or kms_key with public_key */
	char *kms_key, *public_key;            /* id, alias or ARN; PEM file */
	uint32_t heartbeat_s, valid_s, hold_s; /* defaults 300, 7 days, 600 */
};

struct config {
	enum config_source source;
	char *source_path; /* kind = file */
	enum config_directory directory;
	struct {
		char *region, *account;
		char *ca_file, *https_proxy;
		char *imds_endpoint; /* default http://169.254.169.254 */
		char *iam_endpoint, *sts_endpoint, *ec2_endpoint; /* NULL: compiled in */
		char
		    *role_arn; /* that the directory is read with; NULL: the instance's */
		enum config_choice fips, dual_stack;
		char *s3_endpoint, *kms_endpoint; /* NULL: compiled in */
		enum config_s3_style s3_style;
	} aws;
	struct config_fleet fleet;
	struct config_publish publish;
	struct directory_tag *instance_tags; /* [instance] tag = K=V, kind = file only */
	size_t n_instance_tags;
	struct config_scope users;
	struct config_scope roles; /* kind RULES_PATH only */
	struct {
		char *runas_tag;    /* default SSMSessionRunAs */
		char *strip_domain; /* NULL: none */
		char *uid_tag;      /* NULL: ids are made from unique ids */
		bool fold_case;
		struct config_list shared; /* several people each; of OS names */
		struct config_list reserved;
		struct config_list break_glass;
		enum config_local local;
		enum config_visible visible;
		bool enumerate;
		char *home;  /* default /home/%u */
		char *shell; /* default /bin/bash */
	} accounts;
	struct rules_set login;
	struct rules_set sudo;
	struct rules_set *services; /* [login:NAME], in the order of the file */
	size_t n_services;          /* at most SNAPSHOT_SERVICES_MAX - 2 */
	uint32_t fresh_s, grace_s, sudo_grace_s; /* defaults 600, 86400, 14400 */
	bool keys_iam, keys_tags, keys_eic;
	enum published_on_revoke on_revoke;             /* default terminate */
	enum published_session_manager session_manager; /* default audit */
	char
	    *keys_chain; /* read by the key command, and only checked here; may be NULL */
	/* sshd's TrustedUserCAKeys for people of ours; NULL: none. Read by PAM */
	char *keys_ca;
	uint32_t min_rsa_bits; /* 2048 to 16384 */
	char *audit_file;
};

/**
 * config_parse() - read and check a whole configuration
 * @name: of the file, for messages
 * @ret_error: on -EINVAL one line: "FILE:LINE: what is wrong; did you mean …". 400 bytes.
 *
 * An empty file is valid: the defaults, with nobody in scope. Durations: NUMBER with s, m,
 * h or d.
 *
 * Return: 0, -EINVAL, -ENOMEM, or -EIO.
 */
int config_parse(
    FILE *stream, const char *name, struct config **ret_config, char ret_error[400]);

/** config_load() - open @path (O_NOFOLLOW, root-owned, not writable by others), parse it */
int config_load(const char *path, struct config **ret_config, char ret_error[400]);

/** config_wants_instance_tags() - does any rule look at this instance's tags? */
bool config_wants_instance_tags(const struct config *config);

/** config_has_eic() - are keys of Instance Connect looked up? Never with kind = file */
bool config_has_eic(const struct config *config);

/**
 * config_has_guests() - is there a way in by which others may come to a shared account than
 * those who map to it? A key of Instance Connect and a certificate name their person.
 */
bool config_has_guests(const struct config *config);

/** config_lists() - is the name in the list? */
bool config_lists(const struct config_list *list, const char *name);

/** config_service_name() - "cron" of [login:cron] */
const char *config_service_name(const struct rules_set *set);

/** config_directory_account() - of role_arn, as its 12 digits; "" without role_arn */
void config_directory_account(const struct config *config, char ret_account[13]);

void config_free(struct config *config);

static inline void
config_freep(struct config **config)
{
	config_free(*config);
}
#define _cleanup_config_ _cleanup_(config_freep)

#endif
