/* SPDX-License-Identifier: Apache-2.0 */
/*
 * directory.h - people, roles and groups as IAM (or a file) lists them
 *
 * Room: daemon. Pure data, built once and then immutable; counted references, so that the
 * network thread hands one over and a request may keep an old one. Every text is a copy that
 * the directory owns, exactly as received: nothing is trimmed, folded or checked here.
 */
#ifndef DAEMON_DIRECTORY_H
#define DAEMON_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base.h"
#include "common/published_format.h"
#include "common/sshkey.h"
#include "daemon/pool.h"

struct directory_tag {
	char *key;
	char *value; /* may be "" */
};

/* A public key of a principal; only active ones are kept. */
struct directory_key {
	char *key_id; /* APKA…, or "iamlogin:key-1", never NULL */
	char *type;
	uint8_t *blob;
	size_t blob_len;
	enum keysfile_source source;
};

/* The OS account that a publisher (kind = s3) gave a principal, the same on every host. */
struct directory_assigned {
	const char *os_name; /* NULL: it is decided here; "": maps to nobody */
	uint32_t uid;        /* 0: the ledger and the hash decide here */
	bool is_by_tag;      /* SSMSessionRunAs, or whatever runas_tag is there */
};

struct directory_principal {
	enum principal_kind kind;
	const char *id;   /* unique id: AIDA…, AROA… */
	const char *name; /* IAM name */
	const char *path; /* "/people/": starts and ends with '/' */
	const char *arn;
	int64_t created_s; /* seconds since the epoch; INT64_MAX when not known */
	struct directory_tag *tags;
	size_t n_tags;
	const char **groups; /* names */
	size_t n_groups;
	struct directory_key
	    *keys; /* kind = file and s3; elsewhere IAM's keys come through keystore.h */
	size_t n_keys;
	struct directory_assigned assigned;
	struct pool *pool; /* of the directory: where all of the above lies */
};

struct directory_group {
	const char *name;
	const char *id;   /* AGPA…, or NULL when the source does not say */
	const char *path; /* may be NULL */
	uint32_t gid;     /* a publisher's; 0: decided here */
};

struct directory {
	unsigned refs;                          /* atomic */
	struct directory_principal *principals; /* sorted by kind, then id: unique */
	size_t n_principals;
	struct directory_group *groups; /* sorted by name: unique */
	size_t n_groups;
	char account[13]; /* "" when the source has none */
	int64_t verified_wall_ms;
	int64_t verified_boot_ms;
	struct pool *pool; /* every text and list of the above */
};

enum {
	DIRECTORY_E_DUPLICATE = 1, /* one id or ARN twice: the listing is not whole */
};

/* Building. All return 0, -ENOMEM. Texts are copied. */
int directory_new(struct directory **ret_directory);
int directory_add_principal(struct directory *directory, enum principal_kind kind,
    const char *id, const char *name, const char *path, const char *arn,
    int64_t created_s,
    struct directory_principal **ret_principal); /* valid until the next add */
int directory_add_tag(
    struct directory_principal *principal, const char *key, const char *value);
int directory_add_membership(struct directory_principal *principal, const char *group);
int directory_add_key(struct directory_principal *principal, const char *key_id,
    const struct sshkey *key, enum keysfile_source source);
int directory_add_group(
    struct directory *directory, const char *name, const char *id, const char *path);

/** directory_assign() - copy what a publisher decided about the account */
int directory_assign(
    struct directory_principal *principal, const struct directory_assigned *assigned);

/** directory_finish() - sort and check; afterwards immutable. 0 or DIRECTORY_E_DUPLICATE */
int directory_finish(struct directory *directory);

struct directory *directory_ref(struct directory *directory);
void directory_unref(struct directory *directory); /* NULL is fine */

/** directory_principal_by_id() - NULL when absent; binary search */
const struct directory_principal *directory_principal_by_id(
    const struct directory *directory, enum principal_kind kind, const char *id);

/** directory_group_by_name() - NULL when absent */
const struct directory_group *
directory_group_by_name(const struct directory *directory, const char *name);

/** directory_kind_name() - "iam-user", "role", "person": as hashed, logged and shown */
const char *directory_kind_name(enum principal_kind kind);

/** directory_same() - equal in everything but the verified stamps */
bool directory_same(const struct directory *a, const struct directory *b);

static inline void
directory_unrefp(struct directory **directory)
{
	directory_unref(*directory);
}
#define _cleanup_directory_ _cleanup_(directory_unrefp)

#endif
