/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blob.h - the directory that a manifest names: gzipped lines of JSON
 *
 * Room: daemon. Pure. Specified in iamlogin-manifest(5). A projection of people, groups,
 * listed attributes (tags) and keys; never a policy, a trust document or contact data. The
 * writer is canonical: the same people give the same bytes.
 *
 *   {"iamlogin-directory":1,"owner":…,"view":…,"partition":…,"account":…,"attributes":[…]}
 *   {"group":NAME,"id":…,"path":…,"gid":…}          … by name
 *   {"kind":…,"id":…,"name":…,"path":…,"created":…,"os":…,"by":…,"uid":…,
 *    "groups":[…],"attributes":[[KEY,VALUE]…],"keys":[[ID,LINE]…],"status":…}  … by kind, id
 */
#ifndef DAEMON_BLOB_H
#define DAEMON_BLOB_H

#include "daemon/buf.h"
#include "daemon/directory.h"
#include "daemon/manifest.h"

#define BLOB_UNPACKED_MAX (256u << 20)
#define BLOB_ATTRIBUTES_MAX 32
#define BLOB_WHY_SIZE 256

struct blob_head {
	char owner[MANIFEST_OWNER_SIZE];
	char view[MANIFEST_VIEW_SIZE];
	char partition[17];
	char account[13]; /* whose people these are */
	/* the tag keys that were let through, sorted; others may exist and are not known */
	char attributes[BLOB_ATTRIBUTES_MAX][129];
	size_t n_attributes;
};

enum {
	BLOB_E_SYNTAX = 1, /* not of this shape; why says where */
};

/** blob_write() - append the gzipped form; 0 or -ENOMEM */
int blob_write(
    const struct blob_head *head, const struct directory *directory, struct buf *out);

/* Whom a reader leaves out, besides those whose status is not active. */
struct blob_filter {
	const struct manifest *manifest; /* its revoked ones; NULL: nobody */
	int64_t now_s;
	bool no_iam_keys, no_tag_keys; /* [keys] iam = no, tags = no */
};

/**
 * blob_read() - bytes to a finished directory; verified stamps are not set
 * @why: on BLOB_E_SYNTAX one line: which line, what is wrong. BLOB_WHY_SIZE bytes.
 *
 * A key that does not parse is left out; a person whose line is wrong fails the whole.
 *
 * Return: 0, BLOB_E_SYNTAX, or -ENOMEM.
 */
int blob_read(const void *bytes, size_t len, const struct blob_filter *filter,
    struct blob_head *ret_head, struct directory **ret_directory, char *why);

/** blob_head_has() - was this tag key let through? Ignores ASCII case, as IAM does */
bool blob_head_has(const struct blob_head *head, const char *key);

#endif
