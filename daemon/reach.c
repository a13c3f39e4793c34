/* SPDX-License-Identifier: Apache-2.0 */
/* reach.c - what this host can reach; contract in reach.h */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base.h"
#include "daemon/reach.h"

/* Documentation addresses (RFC 5737, 3849): routed like the internet, and nobody's. */
#define SOME_IPV4 "192.0.2.1"
#define SOME_IPV6 "2001:db8::1"

static const char fips_path[] = "/proc/sys/crypto/fips_enabled";

bool
reach_has_route(const char *literal)
{
	_cleanup_close_ int fd = -1;
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(80) };
	bool is_six = inet_pton(AF_INET6, literal, &six.sin6_addr) == 1;
	const struct sockaddr *address =
	    is_six ? (const struct sockaddr *)&six : (const struct sockaddr *)&four;
	socklen_t len = is_six ? sizeof(six) : sizeof(four);

	if (!is_six && inet_pton(AF_INET, literal, &four.sin_addr) != 1)
		return true;
	fd = socket(is_six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno != EAFNOSUPPORT;
	return connect(fd, address, len) == 0 ||
	       (errno != ENETUNREACH && errno != EHOSTUNREACH && errno != EADDRNOTAVAIL);
}

static bool
is_fips_kernel(void)
{
	_cleanup_close_ int fd = open(fips_path, O_RDONLY | O_CLOEXEC);
	char byte = '0';

	return fd >= 0 && read(fd, &byte, 1) == 1 && byte == '1';
}

void
reach_wish(const struct config *config, struct endpoints_wish *ret_wish)
{
	ret_wish->fips = config->aws.fips == CONFIG_YES ||
			 (config->aws.fips == CONFIG_AUTO && is_fips_kernel());
	ret_wish->dual_stack =
	    config->aws.dual_stack == CONFIG_YES ||
	    (config->aws.dual_stack == CONFIG_AUTO && config->aws.https_proxy == NULL &&
		!reach_has_route(SOME_IPV4) && reach_has_route(SOME_IPV6));
}
