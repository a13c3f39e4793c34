/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_urls.c - endpoints: where credentials may be sent; contract in config_values.h
 *
 * Only literal addresses count as loopback: a name is as good as /etc/hosts, which a forged
 * DHCP answer has rewritten before (CVE-2020-8903).
 */
#include <string.h>

#include "common/text.h"
#include "daemon/config_values.h"

struct url {
	bool is_https;
	char host[128]; /* an IPv6 literal with its brackets */
	bool has_port;
};

static int
parse_port(const char *text, struct url *url)
{
	uint32_t port;

	if (text[0] == '\0')
		return 0;
	if (text[0] != ':' || text_parse_u32(text + 1, 65535, &port) != 0 || port == 0)
		return -EINVAL;
	url->has_port = true;
	return 0;
}

/* SCHEME://HOST[:PORT] and nothing else: no user, path, query or fragment. */
static int
parse_url(const char *value, struct url *ret_url)
{
	struct url url = { 0 };
	const char *host;
	size_t len;

	if (strncmp(value, "https://", 8) == 0)
		url.is_https = true;
	else if (strncmp(value, "http://", 7) != 0)
		return -EINVAL;
	host = value + (url.is_https ? 8 : 7);
	if (host[0] == '[') {
		len = 1 + strspn(host + 1, "0123456789abcdefABCDEF:.");
		if (len < 3 || host[len] != ']')
			return -EINVAL;
		len++;
	} else {
		len = strspn(host,
		    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
	}
	if (len == 0 || len >= sizeof(url.host) || parse_port(host + len, &url) != 0)
		return -EINVAL;
	memcpy(url.host, host, len);
	*ret_url = url;
	return 0;
}

/* 127.N.N.N with three plain numbers, or [::1] */
static bool
is_loopback(const char *host)
{
	char part[4];
	uint32_t n;

	if (strcmp(host, "[::1]") == 0)
		return true;
	if (strncmp(host, "127", 3) != 0)
		return false;
	host += 3;
	for (int i = 0; i < 3; i++) {
		size_t len;

		if (*host++ != '.')
			return false;
		len = strspn(host, "0123456789");
		if (len == 0 || len >= sizeof(part))
			return false;
		memcpy(part, host, len);
		part[len] = '\0';
		if (text_parse_u32(part, 255, &n) != 0)
			return false;
		host += len;
	}
	return *host == '\0';
}

int
config_value_endpoint(const char *value, char *why)
{
	struct url url;

	if (parse_url(value, &url) != 0)
		return config_value_why(
		    why, "https://HOST[:PORT] is expected, nothing more");
	if (!url.is_https && !is_loopback(url.host))
		return config_value_why(
		    why, "http only to 127.0.0.1 or [::1] (tests); else https");
	return 0;
}

int
config_value_imds(const char *value, char *why)
{
	struct url url;

	if (parse_url(value, &url) == 0 && !url.is_https) {
		if (is_loopback(url.host))
			return 0;
		if (!url.has_port && (strcmp(url.host, "169.254.169.254") == 0 ||
					 strcmp(url.host, "[fd00:ec2::254]") == 0))
			return 0;
	}
	return config_value_why(why,
	    "http://169.254.169.254, http://[fd00:ec2::254] or http to 127.0.0.1 or [::1] "
	    "is expected");
}

int
config_value_proxy(const char *value, char *why)
{
	struct url url;

	if (parse_url(value, &url) != 0)
		return config_value_why(
		    why, "http://HOST[:PORT] or https://HOST[:PORT] is expected");
	return 0;
}
