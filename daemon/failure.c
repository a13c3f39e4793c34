/* SPDX-License-Identifier: Apache-2.0 */
/* failure.c - filling in a struct net_error; contract in failure.h */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "daemon/failure.h"
#include "daemon/http.h"

void
failure_set(struct net_error *error, const char *action, const char *code,
    const char *format, ...)
{
	va_list args;

	*error = (struct net_error){ .denied = false };
	(void)snprintf(error->action, sizeof(error->action), "%s", action);
	(void)snprintf(error->code, sizeof(error->code), "%s", code);
	va_start(args, format);
	(void)vsnprintf(error->what, sizeof(error->what), format, args);
	va_end(args);
}

void
failure_http(struct net_error *error, const char *action, int r)
{
	switch (r) {
	case HTTP_E_TIMEOUT:
		failure_set(error, action, "timeout", "no answer in time");
		break;
	case HTTP_E_NAME:
		failure_set(error, action, "dns", "the host name does not resolve");
		break;
	case HTTP_E_CONNECT:
		failure_set(error, action, "connect",
		    "the connection is refused or has no route");
		break;
	case HTTP_E_TLS:
		failure_set(error, action, "tls",
		    "TLS failed: certificate, host name or version");
		break;
	case HTTP_E_TOO_LARGE:
		failure_set(error, action, "too-large",
		    "the answer is larger than any we expect");
		break;
	case HTTP_E_BROKEN:
		failure_set(error, action, "reset",
		    "the connection broke before the answer's end");
		break;
	case HTTP_E_ENDED:
	case -ECANCELED:
		failure_set(error, action, "ended", "the daemon is stopping");
		break;
	case -ENOMEM:
		failure_set(error, action, "no-memory", "out of memory");
		break;
	default:
		failure_set(error, action, "internal", "the request could not be made");
		break;
	}
}

void
failure_status(struct net_error *error, const char *action, long status)
{
	char code[32];

	(void)snprintf(code, sizeof(code), "http-%ld", status);
	failure_set(error, action, code, "unexpected HTTP status %ld", status);
	error->throttled = status == 429;
	error->denied = status == 403;
}
