/* SPDX-License-Identifier: Apache-2.0 */
/* gzip.c - RFC 1952 in memory; contract in gzip.h */
#include <errno.h>
#include <limits.h>
#include <zlib.h>

#include "daemon/gzip.h"

#define GZIP_WINDOW (15 + 16) /* 32 KiB, and gzip's wrapper instead of zlib's */
#define GZIP_PIECE 65536
#define GZIP_LEVEL 6

static int
gzip_run(z_stream *stream, struct buf *out)
{
	_cleanup_free_ unsigned char *piece = malloc(GZIP_PIECE);
	int r;

	if (piece == NULL)
		return -ENOMEM;
	do {
		stream->next_out = piece;
		stream->avail_out = GZIP_PIECE;
		r = deflate(stream, Z_FINISH);
		buf_add(out, piece, GZIP_PIECE - stream->avail_out);
	} while (r == Z_OK);
	return r == Z_STREAM_END && !out->has_failed ? 0 : -ENOMEM;
}

int
gzip_pack(const void *bytes, size_t len, struct buf *out)
{
	z_stream stream = { .next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)len };
	int r;

	if (len > UINT_MAX || deflateInit2(&stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW,
				  MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	r = gzip_run(&stream, out);
	(void)deflateEnd(&stream);
	return r;
}

static int
gzip_feed(z_stream *stream, unsigned char *piece, uint64_t most,
    int (*sink)(void *context, const char *piece, size_t len), void *context)
{
	int r;

	do {
		size_t n;

		stream->next_out = piece;
		stream->avail_out = GZIP_PIECE;
		r = inflate(stream, Z_NO_FLUSH);
		if (r != Z_OK && r != Z_STREAM_END)
			return r == Z_MEM_ERROR ? -ENOMEM : GZIP_E_DAMAGED;
		n = GZIP_PIECE - stream->avail_out;
		if (n > most)
			return GZIP_E_TOO_LARGE;
		most -= n;
		if (n > 0 && sink(context, (const char *)piece, n) != 0)
			return GZIP_E_UNWANTED;
	} while (r == Z_OK);
	return stream->avail_in == 0 ? 0 : GZIP_E_DAMAGED;
}

int
gzip_unpack(const void *bytes, size_t len, uint64_t most,
    int (*sink)(void *context, const char *piece, size_t len), void *context)
{
	z_stream stream = { .next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)len };
	_cleanup_free_ unsigned char *piece = malloc(GZIP_PIECE);
	int r;

	if (len > UINT_MAX)
		return GZIP_E_TOO_LARGE;
	if (piece == NULL || inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
		return -ENOMEM;
	r = gzip_feed(&stream, piece, most, sink, context);
	(void)inflateEnd(&stream);
	return r;
}
