/* SPDX-License-Identifier: Apache-2.0 */
/* sigv4.c - AWS Signature Version 4; contract in sigv4.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/buf.h"
#include "daemon/digest.h"
#include "daemon/sigv4.h"
#include "daemon/sigv4_canonical.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define HEADERS_MAX 32

/* One signing under way. */
struct signing {
	const struct sigv4_request *request;
	const struct sigv4_key *key;
	struct sigv4_signed out;
	struct buf scope;
	struct buf lines; /* canonical headers */
	struct buf names; /* signed names */
	struct buf query; /* canonical */
	char payload[DIGEST_HEX_SIZE];
};

static void
signing_done(struct signing *signing)
{
	sigv4_signed_done(&signing->out);
	buf_done(&signing->scope);
	buf_done(&signing->lines);
	buf_done(&signing->names);
	buf_done(&signing->query);
}

void
sigv4_signed_done(struct sigv4_signed *signed_)
{
	buf_wipe_text(signed_->canonical);
	buf_wipe_text(signed_->string_to_sign);
	buf_wipe_text(signed_->authorization);
	buf_wipe_text(signed_->query);
	*signed_ = SIGV4_UNSIGNED;
}

/* Date, scope and hash of the body: what everything else rests on. */
static int
begin(struct signing *signing, int64_t now_s)
{
	const struct sigv4_request *request = signing->request;
	uint8_t digest[DIGEST_SIZE];
	time_t now = (time_t)now_s;
	struct tm tm;
	int r;

	if (gmtime_r(&now, &tm) == NULL || tm.tm_year < 70 || tm.tm_year > 8099)
		return -EINVAL;
	if (strftime(signing->out.amz_date, sizeof(signing->out.amz_date),
		"%Y%m%dT%H%M%SZ", &tm) == 0)
		return -EINVAL;
	buf_printf(&signing->scope, "%.8s/%s/%s/aws4_request", signing->out.amz_date,
	    signing->key->region, signing->key->service);
	r = digest_sha256(
	    request->body_len > 0 ? request->body : "", request->body_len, digest);
	if (r != 0)
		return r;
	digest_hex(digest, signing->payload);
	if (request->sign_body)
		memcpy(signing->out.content_sha256, signing->payload, DIGEST_HEX_SIZE);
	return signing->scope.has_failed ? -ENOMEM : 0;
}

/* secret -> date -> region -> service -> "aws4_request" -> signature */
static int
compute(struct signing *signing)
{
	const struct sigv4_key *key = signing->key;
	const char *steps[] = { NULL, key->region, key->service, "aws4_request",
		signing->out.string_to_sign };
	_cleanup_buf_ struct buf secret = BUF_EMPTY;
	uint8_t chain[DIGEST_SIZE], next[DIGEST_SIZE];
	int r;

	buf_text(&secret, "AWS4");
	buf_text(&secret, key->secret);
	if (secret.has_failed)
		return -ENOMEM;
	r = digest_hmac_sha256(secret.bytes, secret.len, signing->out.amz_date, 8, chain);
	for (size_t i = 1; r == 0 && i < BASE_N(steps); i++) {
		r = digest_hmac_sha256(
		    chain, sizeof(chain), steps[i], strlen(steps[i]), next);
		memcpy(chain, next, sizeof(chain));
	}
	if (r == 0)
		digest_hex(chain, signing->out.signature);
	explicit_bzero(chain, sizeof(chain));
	explicit_bzero(next, sizeof(next));
	return r;
}

/* With query, lines and names in place: canonical request, string to sign, signature. */
static int
conclude(struct signing *signing)
{
	const struct sigv4_request *request = signing->request;
	_cleanup_buf_ struct buf canonical = BUF_EMPTY;
	_cleanup_buf_ struct buf to_sign = BUF_EMPTY;
	uint8_t digest[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];
	int r;

	buf_printf(&canonical, "%s\n", request->method);
	r = sigv4_canonical_path(request->path, request->is_s3_path, &canonical);
	if (r != 0)
		return r;
	buf_printf(&canonical, "\n%s\n%s\n%s\n%s", signing->query.bytes,
	    signing->lines.bytes, signing->names.bytes, signing->payload);
	if (canonical.has_failed)
		return -ENOMEM;
	r = digest_sha256(canonical.bytes, canonical.len, digest);
	if (r != 0)
		return r;
	digest_hex(digest, hex);
	buf_printf(&to_sign, ALGORITHM "\n%s\n%s\n%s", signing->out.amz_date,
	    signing->scope.bytes, hex);
	signing->out.canonical = buf_take(&canonical);
	signing->out.string_to_sign = buf_take(&to_sign);
	if (signing->out.canonical == NULL || signing->out.string_to_sign == NULL)
		return -ENOMEM;
	return compute(signing);
}

/* The request's headers and those that signing adds, in canonical form. */
static int
gather_headers(struct signing *signing, bool is_presigned)
{
	const struct sigv4_request *request = signing->request;
	struct sigv4_header all[HEADERS_MAX + 3];
	size_t n = request->n_headers;

	if (n > HEADERS_MAX)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		all[i] = request->headers[i];
	if (!is_presigned) {
		all[n++] = (struct sigv4_header){ "x-amz-date", signing->out.amz_date };
		if (signing->key->token != NULL && !request->token_outside)
			all[n++] = (struct sigv4_header){ "x-amz-security-token",
				signing->key->token };
		if (request->sign_body)
			all[n++] = (struct sigv4_header){ "x-amz-content-sha256",
				signing->payload };
	}
	return sigv4_canonical_headers(all, n, &signing->lines, &signing->names);
}

int
sigv4_sign(const struct sigv4_request *request, const struct sigv4_key *key,
    int64_t now_s, struct sigv4_signed *ret_signed)
{
	_cleanup_(
	    signing_done) struct signing signing = { .request = request, .key = key };
	_cleanup_buf_ struct buf line = BUF_EMPTY;
	int r;

	r = begin(&signing, now_s);
	if (r == 0)
		r = gather_headers(&signing, false);
	if (r == 0)
		r = sigv4_canonical_query(
		    request->query != NULL ? request->query : "", &signing.query);
	if (r == 0)
		r = conclude(&signing);
	if (r != 0)
		return r;
	buf_printf(&line, ALGORITHM " Credential=%s/%s, SignedHeaders=%s, Signature=%s",
	    key->access_key_id, signing.scope.bytes, signing.names.bytes,
	    signing.out.signature);
	signing.out.authorization = buf_take(&line);
	if (signing.out.authorization == NULL)
		return -ENOMEM;
	*ret_signed = signing.out;
	signing.out = SIGV4_UNSIGNED;
	return 0;
}

static void
add_parameter(struct buf *query, const char *name, const char *value)
{
	buf_printf(query, "%s%s=", query->len > 0 ? "&" : "", name);
	buf_percent(query, value, strlen(value), "");
}

int
sigv4_presign(const struct sigv4_request *request, const struct sigv4_key *key,
    int64_t now_s, unsigned expires_s, struct sigv4_signed *ret_signed)
{
	_cleanup_(
	    signing_done) struct signing signing = { .request = request, .key = key };
	_cleanup_buf_ struct buf query = BUF_EMPTY;
	_cleanup_buf_ struct buf who = BUF_EMPTY;
	char seconds[16];
	int r;

	r = begin(&signing, now_s);
	if (r == 0)
		r = gather_headers(&signing, true);
	if (r != 0)
		return r;
	(void)snprintf(seconds, sizeof(seconds), "%u", expires_s);
	buf_printf(&who, "%s/%s", key->access_key_id, signing.scope.bytes);
	if (who.has_failed)
		return -ENOMEM;
	buf_text(&query, request->query != NULL ? request->query : "");
	add_parameter(&query, "X-Amz-Algorithm", ALGORITHM);
	add_parameter(&query, "X-Amz-Credential", who.bytes);
	add_parameter(&query, "X-Amz-Date", signing.out.amz_date);
	add_parameter(&query, "X-Amz-SignedHeaders", signing.names.bytes);
	add_parameter(&query, "X-Amz-Expires", seconds);
	if (key->token != NULL && !request->token_outside)
		add_parameter(&query, "X-Amz-Security-Token", key->token);
	if (query.has_failed)
		return -ENOMEM;
	r = sigv4_canonical_query(query.bytes, &signing.query);
	if (r == 0)
		r = conclude(&signing);
	if (r != 0)
		return r;
	if (key->token != NULL && request->token_outside)
		add_parameter(&query, "X-Amz-Security-Token", key->token);
	add_parameter(&query, "X-Amz-Signature", signing.out.signature);
	signing.out.query = buf_take(&query);
	if (signing.out.query == NULL)
		return -ENOMEM;
	*ret_signed = signing.out;
	signing.out = SIGV4_UNSIGNED;
	return 0;
}
