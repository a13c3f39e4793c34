/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip.h - RFC 1952 in memory, over zlib
 *
 * Room: daemon. Pure. With gzip.c the only place that includes zlib. Packing is canonical:
 * no name, no time, one member, so equal input gives equal bytes from one zlib.
 */
#ifndef DAEMON_GZIP_H
#define DAEMON_GZIP_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/buf.h"

enum {
	GZIP_E_DAMAGED = 1, /* not one whole gzip member, or something behind it */
	GZIP_E_TOO_LARGE,   /* would unpack to more than was allowed */
	GZIP_E_UNWANTED,    /* the sink wanted no more; it knows why */
};

/** gzip_pack() - append to @out; 0 or -ENOMEM */
int gzip_pack(const void *bytes, size_t len, struct buf *out);

/**
 * gzip_unpack() - in pieces, so that the whole never lies in memory
 * @sink: not 0: no more. What it got before an error counts for nothing.
 *
 * Return: 0, GZIP_E_*, or -ENOMEM.
 */
int gzip_unpack(const void *bytes, size_t len, uint64_t most,
    int (*sink)(void *context, const char *piece, size_t len), void *context);

#endif
