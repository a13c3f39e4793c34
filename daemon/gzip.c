/* SPDX-License-Identifier: Apache-2.0 */
/* gzip.c - RFC 1952 in memory; contract in gzip.h */
#include <errno.h>
#include <limits.h>
#include <zlib.h>

#include "daemon/gzip.h"

#define GZIP_WINDOW (15 + 16) /* 32 KiB, and gzip's wrapper instead of zlib's */
#define GZIP_PIECE 65536
#define GZIP_LEVEL 6

struct gzip_packer {
	z_stream stream;
	struct buf *out;
	unsigned char piece[GZIP_PIECE];
};

int
gzip_packer_new(struct buf *out, struct gzip_packer **ret_packer)
{
	struct gzip_packer *packer = calloc(1, sizeof(*packer));

	if (packer == NULL ||
	    deflateInit2(&packer->stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW,
		MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(packer);
		return -ENOMEM;
	}
	packer->out = out;
	*ret_packer = packer;
	return 0;
}

static int
gzip_run(struct gzip_packer *packer, const void *bytes, size_t len, int flush)
{
	z_stream *stream = &packer->stream;
	int r;

	if (len > UINT_MAX)
		return -ENOMEM;
	stream->next_in = (Bytef *)(uintptr_t)bytes;
	stream->avail_in = (uInt)len;
	do {
		stream->next_out = packer->piece;
		stream->avail_out = GZIP_PIECE;
		r = deflate(stream, flush);
		buf_add(packer->out, packer->piece, GZIP_PIECE - stream->avail_out);
	} while (r == Z_OK && (stream->avail_out == 0 || flush == Z_FINISH));
	if (packer->out->has_failed)
		return -ENOMEM;
	/* Z_BUF_ERROR: there was nothing to do, which is fine in between */
	return r == (flush == Z_FINISH ? Z_STREAM_END : Z_OK) ||
		       (flush == Z_NO_FLUSH && r == Z_BUF_ERROR)
		   ? 0
		   : -ENOMEM;
}

int
gzip_packer_add(struct gzip_packer *packer, const void *bytes, size_t len)
{
	return gzip_run(packer, bytes, len, Z_NO_FLUSH);
}

int
gzip_packer_end(struct gzip_packer *packer)
{
	return gzip_run(packer, NULL, 0, Z_FINISH);
}

void
gzip_packer_free(struct gzip_packer *packer)
{
	if (packer == NULL)
		return;
	(void)deflateEnd(&packer->stream);
	free(packer);
}

int
gzip_pack(const void *bytes, size_t len, struct buf *out)
{
	_cleanup_gzip_packer_ struct gzip_packer *packer = NULL;
	int r = gzip_packer_new(out, &packer);

	if (r == 0)
		r = gzip_packer_add(packer, bytes, len);
	return r == 0 ? gzip_packer_end(packer) : r;
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
