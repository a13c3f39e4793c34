/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iam_fields.h - the fields of IAM's records, each checked in one place
 *
 * Room: daemon, iam_parse.c and iam_details.c alone. All return 0, IAM_E_GARBAGE or
 * -ENOMEM; a field that nobody needs is 0.
 */
#ifndef DAEMON_IAM_FIELDS_H
#define DAEMON_IAM_FIELDS_H

#include "daemon/iam.h"

#define IAM_RECORDS_MAX 5000 /* of one answer */
#define IAM_ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define IAM_NAME_SET IAM_ALNUM "_+=,.@-"
#define IAM_ID_SET IAM_ALNUM "_"

/* What is to be remembered of a record while it is open. */
struct iam_open {
	struct directory_tag tag; /* that is open */
	bool has_created;
};

void iam_open_done(struct iam_open *open);

/** iam_set_text() - a text of 1 to @max characters of the set (NULL: any), once */
int iam_set_text(char **slot, const char *text, size_t len, size_t max, const char *set);

/** iam_more() - room for one more record, zeroed; *n counts up */
int iam_more(void **records, size_t *n, size_t size);

/** iam_user_field() - @field: the path below the user, as in "Tags/member/Key" */
int iam_user_field(struct iam_user *user, struct iam_open *open, const char *field,
    const char *text, size_t len);
bool iam_user_is_whole(const struct iam_user *user, const struct iam_open *open);

int
iam_group_field(struct iam_group *group, const char *field, const char *text, size_t len);
bool iam_group_is_whole(const struct iam_group *group);

/** iam_page_field() - IsTruncated and Marker */
int iam_page_field(struct iam_reply *reply, bool *has_truncated, const char *field,
    const char *text, size_t len);

#endif
