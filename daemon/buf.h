/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf.h - a growing text that is wiped when it goes
 *
 * Room: daemon. Request bodies, canonical requests and answers may hold a session token
 * or a secret key, so nothing is left behind in freed memory, not even by growing. A
 * failure to allocate sticks: add everything, then look at has_failed once.
 */
#ifndef DAEMON_BUF_H
#define DAEMON_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base.h"

struct buf {
	char *bytes; /* NULL while empty; else NUL-terminated at len */
	size_t len;
	size_t size;
	bool has_failed; /* out of memory: the content is not whole */
};

#define BUF_EMPTY ((struct buf){ .bytes = NULL })

void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_text(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...) BASE_PRINTF(2, 3);

/**
 * buf_percent() - add text, every octet outside A-Za-z0-9-._~ as %XX (RFC 3986, upper
 * case)
 * @keep: further octets that stay as they are ("/" for a path); may be ""
 */
void buf_percent(struct buf *buf, const char *text, size_t len, const char *keep);

/** buf_take() - the text as a heap string (never NULL), or NULL after a failure */
char *buf_take(struct buf *buf);

/** buf_done() - wipe and free; afterwards empty */
void buf_done(struct buf *buf);
#define _cleanup_buf_ _cleanup_(buf_done)

/** buf_wipe_text() - wipe and free a heap string; NULL is fine */
void buf_wipe_text(char *text);

#endif
