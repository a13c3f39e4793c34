/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoints.h - where AWS's services are, compiled in
 *
 * Room: daemon. Pure. A host name is never built from what IMDS says: a region only
 * selects a row of the table (botocore's partitions.json and IAM endpoint rule set).
 */
#ifndef DAEMON_ENDPOINTS_H
#define DAEMON_ENDPOINTS_H

#include <stdbool.h>

#define ENDPOINTS_URL_SIZE 320
#define ENDPOINTS_HOST_SIZE 256

struct endpoints_service {
	char url[ENDPOINTS_URL_SIZE];   /* "https://iam.amazonaws.com/", with the path */
	char host[ENDPOINTS_HOST_SIZE]; /* header Host: with an unusual port only */
	char path[64];                  /* "/" */
	char region[33];                /* that the signature is for */
};

/**
 * endpoints_partition() - which partition a region belongs to
 * @hint: IMDS's services/partition, used only for a region that no row knows; may be NULL
 *
 * Return: static text: "aws", "aws-cn", "aws-us-gov" …; "aws" when nothing fits, as SDKs
 * do.
 */
const char *endpoints_partition(const char *region, const char *hint);

/**
 * endpoints_iam() - IAM of a partition
 * @override: URL of the configuration (checked there: https, or http to loopback), or
 *   NULL
 *
 * Return: 0, or -EINVAL (unknown partition; an override that is not
 * http[s]://HOST[:PORT][/]).
 */
int endpoints_iam(
    const char *partition, const char *override, struct endpoints_service *ret_service);

#endif
