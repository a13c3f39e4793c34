/* SPDX-License-Identifier: Apache-2.0 */
/*
 * imds_parse.h - the documents of the instance metadata service
 *
 * Room: daemon. Pure. Shapes: EC2 user guide, "Instance metadata categories" and
 * "Retrieve security credentials". Every text is checked here against its grammar, so
 * that what goes on can stand in a header or a URL.
 */
#ifndef DAEMON_IMDS_PARSE_H
#define DAEMON_IMDS_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/instance.h"

#define IMDS_TOKEN_SIZE 1025
#define IMDS_TAGS_MAX 64 /* EC2 allows 50 */

enum {
	IMDS_PARSE_E_GARBAGE = 1, /* not of the shape */
	IMDS_PARSE_E_REFUSED,     /* credentials: Code is not Success */
};

/* A role's credentials. Wipe with imds_credentials_free(). */
struct imds_credentials {
	char role[65];
	char access_key_id[129];
	char secret[129];
	char token[8193];
	int64_t expires_s; /* epoch */
};

/** imds_is_token() - may these bytes stand in the token header? */
bool imds_is_token(const char *text, size_t len);

/** imds_parse_identity() - the identity document: sets id, account, region */
int imds_parse_identity(const char *body, size_t len, struct instance *instance);

/** imds_parse_role() - the listing of security-credentials/: the first line's name */
int imds_parse_role(const char *body, size_t len, char ret_role[65]);

/**
 * imds_parse_credentials() - the role's credentials; the role's name is left alone
 * @ret_code: on IMDS_PARSE_E_REFUSED its Code ([A-Za-z0-9._-] only, else "garbage")
 */
int imds_parse_credentials(const char *body, size_t len,
    struct imds_credentials *credentials, char ret_code[64]);

/**
 * imds_parse_tag_keys() - the listing of tags/instance: one key a line
 * @ret_keys: array of @ret_n heap strings, for imds_tag_keys_free()
 *
 * With tags in the metadata EC2 allows only A-Za-z0-9+-=.,_:@ in keys: anything else is
 * garbage, and so are "." and "..", which would be another URL.
 */
int imds_parse_tag_keys(const char *body, size_t len, char ***ret_keys, size_t *ret_n);

void imds_tag_keys_free(char **keys, size_t n);
void imds_credentials_free(struct imds_credentials *credentials);

#endif
