/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoints.h - where AWS's services are, compiled in
 *
 * Room: daemon. Pure. A host name is never built from what IMDS says: a region only
 * selects a row of the table (botocore's partitions.json and endpoint rule sets of STS and
 * EC2; for IAM the rule set of 2025 and the page "Dual-stack endpoint support" of IAM's user
 * guide, as AWS's older rule sets make regional names of it that do not exist).
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

/** endpoints_domain() - of a partition: "amazonaws.com", …; NULL for an unknown one */
const char *endpoints_domain(const char *partition);

/* Which kind of host name is wanted; an override has its own and is not asked. */
struct endpoints_wish {
	bool fips;
	bool dual_stack; /* reachable by IPv6, too */
};

/**
 * endpoints_iam() - IAM of a partition
 * @override: URL of the configuration (checked there: https, or http to loopback), or
 *   NULL
 *
 * Return: 0, -EINVAL (unknown partition; an override that is not
 * http[s]://HOST[:PORT][/]), -ENOTSUP (no such host name of IAM in this partition).
 */
int endpoints_iam(const char *partition, const char *override,
    const struct endpoints_wish *wish, struct endpoints_service *ret_service);

/**
 * endpoints_regional() - a service that is in every region
 * @name: "sts" or "ec2"
 *
 * Return: 0 or -EINVAL, as above; a region is letters, digits and hyphens.
 */
int endpoints_regional(const char *name, const char *partition, const char *region,
    const char *override, const struct endpoints_wish *wish,
    struct endpoints_service *ret_service);

#endif
