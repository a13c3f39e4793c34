/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sigv4_canonical.h - the canonical forms of path, query and headers
 *
 * Room: daemon, part of sigv4. Rules: aws-c-auth's signing test suite, whose cases are in
 * tests/data/sigv4-vectors.
 */
#ifndef DAEMON_SIGV4_CANONICAL_H
#define DAEMON_SIGV4_CANONICAL_H

#include <stddef.h>

#include "daemon/buf.h"
#include "daemon/sigv4.h"

/** sigv4_canonical_path() - normalised and encoded; S3: decoded and encoded once */
int sigv4_canonical_path(const char *path, bool is_s3, struct buf *out);

/** sigv4_canonical_query() - decoded, encoded again, sorted by name, then value */
int sigv4_canonical_query(const char *query, struct buf *out);

/**
 * sigv4_canonical_headers() - "name:value\n" lines and the names joined by ';'
 *
 * Names in lower case and sorted; values of one name joined by ',' in their order.
 * Return: 0, -EINVAL without a host, or -ENOMEM.
 */
int sigv4_canonical_headers(
    const struct sigv4_header *headers, size_t n, struct buf *lines, struct buf *names);

#endif
