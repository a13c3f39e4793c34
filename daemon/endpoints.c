/* SPDX-License-Identifier: Apache-2.0 */
/* endpoints.c - where AWS's services are; contract in endpoints.h */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/base.h"
#include "daemon/endpoints.h"

/* Regions are PREFIX "-" WORD "-" DIGITS, for one of the prefixes. */
struct partition {
	const char *name;
	const char *prefixes; /* blank-separated */
	const char *iam_host;
	const char *iam_region;
	const char *iam_fips; /* NULL: there is none that we know */
	const char *iam_dual_stack;
	const char *iam_both; /* FIPS and dual-stack */
	const char *suffix, *dual_stack_suffix;
	bool has_plain_fips; /* sts and ec2 are FIPS under their usual names */
};

static const struct partition partitions[] = {
	{ "aws", "us eu ap sa ca me af il mx", "iam.amazonaws.com", "us-east-1",
	    "iam-fips.amazonaws.com", "iam.global.api.aws", "iam-fips.global.api.aws",
	    "amazonaws.com", "api.aws", false },
	{ "aws-cn", "cn", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1", NULL,
	    "iam.global.api.amazonwebservices.com.cn", NULL, "amazonaws.com.cn",
	    "api.amazonwebservices.com.cn", false },
	{ "aws-us-gov", "us-gov", "iam.us-gov.amazonaws.com", "us-gov-west-1",
	    "iam.us-gov.amazonaws.com", "iam.us-gov.api.aws", "iam.us-gov.api.aws",
	    "amazonaws.com", "api.aws", true },
	{ "aws-eusc", "eusc", "iam.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1", NULL,
	    NULL, NULL, "amazonaws.eu", "api.amazonwebservices.eu", false },
	{ "aws-iso", "us-iso", "iam.us-iso-east-1.c2s.ic.gov", "us-iso-east-1", NULL,
	    NULL, NULL, "c2s.ic.gov", "api.aws.ic.gov", false },
	{ "aws-iso-b", "us-isob", "iam.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1",
	    NULL, NULL, NULL, "sc2s.sgov.gov", "api.aws.scloud", false },
	{ "aws-iso-e", "eu-isoe", "iam.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1",
	    NULL, NULL, NULL, "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", false },
	{ "aws-iso-f", "us-isof", "iam.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1",
	    NULL, NULL, NULL, "csp.hci.ic.gov", "api.aws.hci.ic.gov", false },
};

/* WORD "-" DIGITS; eusc's regions have their country in front ("de-east-1"). */
static bool
is_area(const char *text, bool has_country)
{
	static const char word[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	size_t len;

	if (has_country) {
		if (strncmp(text, "de-", 3) != 0)
			return false;
		text += 3;
	}
	len = strspn(text, word);
	if (len == 0 || text[len] != '-')
		return false;
	text += len + 1;
	len = strspn(text, "0123456789");
	return len > 0 && text[len] == '\0';
}

static bool
has_region(const struct partition *partition, const char *region)
{
	const char *at = partition->prefixes;

	while (*at != '\0') {
		size_t len = strcspn(at, " ");

		if (strncmp(region, at, len) == 0 && region[len] == '-' &&
		    is_area(region + len + 1, strcmp(partition->name, "aws-eusc") == 0))
			return true;
		at += len;
		at += *at == ' ';
	}
	return false;
}

static const struct partition *
by_name(const char *name)
{
	for (size_t i = 0; i < BASE_N(partitions); i++) {
		if (strcmp(partitions[i].name, name) == 0)
			return &partitions[i];
	}
	return NULL;
}

const char *
endpoints_domain(const char *partition)
{
	const struct partition *found = by_name(partition);

	return found != NULL ? found->suffix : NULL;
}

const char *
endpoints_partition(const char *region, const char *hint)
{
	const struct partition *found = NULL;

	for (size_t i = 0; i < BASE_N(partitions); i++) {
		if (has_region(&partitions[i], region))
			return partitions[i].name;
	}
	if (hint != NULL)
		found = by_name(hint);
	return found != NULL ? found->name : "aws";
}

/* http[s]://HOST[:PORT][/]: nothing else, no user, no query. */
static int
split_override(const char *url, struct endpoints_service *service)
{
	bool is_https = strncmp(url, "https://", 8) == 0;
	const char *host, *port;
	size_t len;
	int n;

	if (!is_https && strncmp(url, "http://", 7) != 0)
		return -EINVAL;
	host = url + (is_https ? 8 : 7);
	len = strcspn(host, "/");
	if (len == 0 || len >= sizeof(service->host) ||
	    (host[len] == '/' && host[len + 1] != '\0'))
		return -EINVAL;
	if (strcspn(host, "@?#\\ \t\r\n%") < len)
		return -EINVAL;
	n = snprintf(service->url, sizeof(service->url), "%s://%.*s/",
	    is_https ? "https" : "http", (int)len, host);
	if (n < 0 || (size_t)n >= sizeof(service->url))
		return -EINVAL;
	port = is_https ? ":443" : ":80";
	if (len > strlen(port) &&
	    strncmp(host + len - strlen(port), port, strlen(port)) == 0)
		len -= strlen(port); /* HTTP clients leave the usual port out of Host */
	memcpy(service->host, host, len);
	service->host[len] = '\0';
	return 0;
}

/* https://HOST/ */
static void
set_host(struct endpoints_service *service, const char *host)
{
	(void)snprintf(service->host, sizeof(service->host), "%s", host);
	(void)snprintf(service->url, sizeof(service->url), "https://%s/", host);
}

int
endpoints_iam(const char *partition, const char *override,
    const struct endpoints_wish *wish, struct endpoints_service *ret_service)
{
	const struct partition *found = by_name(partition);
	struct endpoints_service service = { .path = "/" };
	const char *host;
	int r;

	if (found == NULL)
		return -EINVAL;
	(void)snprintf(service.region, sizeof(service.region), "%s", found->iam_region);
	if (override != NULL) {
		r = split_override(override, &service);
		if (r != 0)
			return r;
	} else {
		host = wish->fips && wish->dual_stack ? found->iam_both
		       : wish->fips                   ? found->iam_fips
		       : wish->dual_stack             ? found->iam_dual_stack
						      : found->iam_host;
		if (host == NULL)
			return -ENOTSUP;
		set_host(&service, host);
	}
	*ret_service = service;
	return 0;
}

int
endpoints_regional(const char *name, const char *partition, const char *region,
    const char *override, const struct endpoints_wish *wish,
    struct endpoints_service *ret_service)
{
	const struct partition *found = by_name(partition);
	struct endpoints_service service = { .path = "/" };
	char host[128];
	int r;

	if (found == NULL || region[0] == '\0' ||
	    strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(region) ||
	    strlen(region) >= sizeof(service.region))
		return -EINVAL;
	(void)snprintf(service.region, sizeof(service.region), "%s", region);
	if (override != NULL) {
		r = split_override(override, &service);
		if (r != 0)
			return r;
	} else {
		(void)snprintf(host, sizeof(host), "%s%s.%s.%s", name,
		    wish->fips && !found->has_plain_fips ? "-fips" : "", region,
		    wish->dual_stack ? found->dual_stack_suffix : found->suffix);
		set_host(&service, host);
	}
	*ret_service = service;
	return 0;
}
