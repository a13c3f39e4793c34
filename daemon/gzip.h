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

#include "common/base.h"
#include "daemon/buf.h"

enum {
	GZIP_E_DAMAGED = 1, /* not one whole gzip member, or something behind it */
	GZIP_E_TOO_LARGE,   /* would unpack to more than was allowed */
	GZIP_E_UNWANTED,    /* the sink wanted no more; it knows why */
};

/** gzip_pack() - append to @out; 0 or -ENOMEM */
int gzip_pack(const void *bytes, size_t len, struct buf *out);

/* The same piece by piece: what is packed never has to lie in memory as a whole. */
struct gzip_packer;

/** gzip_packer_new() - packs into @out, which has to outlive it; 0 or -ENOMEM */
int gzip_packer_new(struct buf *out, struct gzip_packer **ret_packer);
int gzip_packer_add(struct gzip_packer *packer, const void *bytes, size_t len);

/** gzip_packer_end() - the last bytes and the trailer; then it can only be freed */
int gzip_packer_end(struct gzip_packer *packer);
void gzip_packer_free(struct gzip_packer *packer); /* NULL is fine */

static inline void
gzip_packer_freep(struct gzip_packer **packer)
{
	gzip_packer_free(*packer);
}
#define _cleanup_gzip_packer_ _cleanup_(gzip_packer_freep)

/**
 * gzip_unpack() - in pieces, so that the whole never lies in memory
 * @sink: not 0: no more. What it got before an error counts for nothing.
 *
 * Return: 0, GZIP_E_*, or -ENOMEM.
 */
int gzip_unpack(const void *bytes, size_t len, uint64_t most,
    int (*sink)(void *context, const char *piece, size_t len), void *context);

#endif
