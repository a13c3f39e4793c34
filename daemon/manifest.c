/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.c - parsing and refusing manifests; contract in manifest.h */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "common/sshkey.h"
#include "common/text.h"
#include "daemon/manifest.h"

#define LINE_MAX_BYTES 512
#define WORDS_MAX 6
#define TIME_MAX_S 253402300799 /* the year 9999 */

static const char lower_digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";

/* The lines that have to be there, in this order; others may stand before "key". */
enum slot {
	SLOT_FORMAT = 0,
	SLOT_OWNER,
	SLOT_VIEW,
	SLOT_SERIAL,
	SLOT_ISSUED,
	SLOT_NOT_AFTER,
	SLOT_BLOB,
	SLOT_KEY,
	SLOT_SIGNATURE,
	SLOT_END,
};

struct reading {
	const char *bytes;
	size_t len, at;
	unsigned line;
	enum slot next;
	struct manifest *manifest;
	char *why;
};

static BASE_PRINTF(2, 3) int refuse(char *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, MANIFEST_WHY_SIZE, format, args);
	va_end(args);
	return MANIFEST_E_SYNTAX;
}

void
manifest_free(struct manifest *manifest)
{
	if (manifest == NULL)
		return;
	free(manifest->revoked);
	free(manifest);
}

bool
manifest_is_view(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len < MANIFEST_VIEW_SIZE && text[0] != '-' &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

bool
manifest_is_owner(const char *text)
{
	size_t len = strlen(text);

	if (strncmp(text, "o-", 2) == 0)
		return len >= 12 && len <= 34 &&
		       strspn(text + 2, lower_digits) == len - 2;
	return len == 12 && strspn(text, "0123456789") == len;
}

bool
manifest_is_actor(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len < sizeof(((struct manifest_revoked *)0)->by) &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789._@+=-") == len;
}

/* Decimal, no sign, no leading zero. */
static bool
number(const char *text, uint64_t most, uint64_t *ret)
{
	uint64_t value = 0;
	size_t len = strlen(text);

	if (len == 0 || len > 19 || strspn(text, "0123456789") != len ||
	    (text[0] == '0' && len > 1))
		return false;
	for (size_t i = 0; i < len; i++)
		value = value * 10 + (uint64_t)(text[i] - '0');
	if (value > most)
		return false;
	*ret = value;
	return true;
}

static bool
moment(const char *text, int64_t *ret_s)
{
	uint64_t value;

	if (!number(text, TIME_MAX_S, &value))
		return false;
	*ret_s = (int64_t)value;
	return true;
}

static bool
is_hex(const char *text, size_t len)
{
	return strlen(text) == len && strspn(text, "0123456789abcdef") == len;
}

static bool
copy(char *ret, size_t size, const char *text)
{
	if (strlen(text) >= size)
		return false;
	memcpy(ret, text, strlen(text) + 1);
	return true;
}

static bool
is_kind(const char *text)
{
	return strcmp(text, "iam-user") == 0 || strcmp(text, "role") == 0 ||
	       strcmp(text, "person") == 0;
}

static bool
take_revoked(struct manifest *manifest, char *const words[WORDS_MAX], size_t n)
{
	struct manifest_revoked *one, *bigger;
	size_t id_len = n == 6 ? strlen(words[2]) : 0;

	if (n != 6 || manifest->n_revoked == MANIFEST_REVOKED_MAX || !is_kind(words[1]) ||
	    strspn(words[2], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "0123456789-") != id_len ||
	    !manifest_is_actor(words[5]))
		return false;
	bigger =
	    reallocarray(manifest->revoked, manifest->n_revoked + 1, sizeof(*bigger));
	if (bigger == NULL)
		return false;
	manifest->revoked = bigger;
	one = &bigger[manifest->n_revoked];
	memset(one, 0, sizeof(*one));
	if (!copy(one->kind, sizeof(one->kind), words[1]) || id_len == 0 ||
	    !copy(one->id, sizeof(one->id), words[2]) ||
	    !moment(words[3], &one->since_s) || !moment(words[4], &one->until_s) ||
	    !copy(one->by, sizeof(one->by), words[5]))
		return false;
	manifest->n_revoked++;
	return true;
}

static bool
take_signature(struct manifest *manifest, const char *text)
{
	return sshkey_base64_decode(text, strlen(text), manifest->signature,
		   sizeof(manifest->signature), &manifest->signature_len) == 0 &&
	       manifest->signature_len > 0;
}

/* A line that has its place. */
static bool
take_slot(
    struct manifest *manifest, enum slot slot, char *const words[WORDS_MAX], size_t n)
{
	if (slot == SLOT_BLOB)
		return n == 3 && is_hex(words[1], DIGEST_HEX_SIZE - 1) &&
		       copy(manifest->blob, sizeof(manifest->blob), words[1]) &&
		       number(words[2], MANIFEST_BLOB_MAX, &manifest->blob_size);
	if (n != 2)
		return false;
	switch (slot) {
	case SLOT_FORMAT:
		return strcmp(words[1], "1") == 0;
	case SLOT_OWNER:
		return manifest_is_owner(words[1]) &&
		       copy(manifest->owner, sizeof(manifest->owner), words[1]);
	case SLOT_VIEW:
		return manifest_is_view(words[1]) &&
		       copy(manifest->view, sizeof(manifest->view), words[1]);
	case SLOT_SERIAL:
		return number(words[1], INT64_MAX, &manifest->serial) &&
		       manifest->serial > 0;
	case SLOT_ISSUED:
		return moment(words[1], &manifest->issued_s);
	case SLOT_NOT_AFTER:
		return moment(words[1], &manifest->not_after_s) &&
		       manifest->not_after_s > manifest->issued_s;
	case SLOT_KEY:
		return is_hex(words[1], P256_ID_SIZE - 1) &&
		       copy(manifest->key_id, sizeof(manifest->key_id), words[1]);
	case SLOT_SIGNATURE:
		return take_signature(manifest, words[1]);
	case SLOT_BLOB:
	case SLOT_END:
		break;
	}
	return false;
}

/* "error TIME TEXT": the text runs to the end of the line, blanks and all. */
static bool
take_error(struct manifest *manifest, char *rest)
{
	char *text = strchr(rest, ' ');

	if (text == NULL)
		return false;
	*text++ = '\0';
	return moment(rest, &manifest->error_s) && manifest->error_s > 0 &&
	       copy(manifest->error, sizeof(manifest->error), text);
}

/* The next line into @line, without its newline; printable ASCII only. */
static bool
next_line(struct reading *reading, char line[LINE_MAX_BYTES])
{
	const char *from = reading->bytes + reading->at;
	const char *end = memchr(from, '\n', reading->len - reading->at);
	size_t len = end != NULL ? (size_t)(end - from) : LINE_MAX_BYTES;

	reading->line++;
	if (len == 0 || len >= LINE_MAX_BYTES)
		return false;
	for (size_t i = 0; i < len; i++)
		if (from[i] < ' ' || from[i] > '~')
			return false;
	memcpy(line, from, len);
	line[len] = '\0';
	reading->at += len + 1;
	return true;
}

/* Words with one blank between them; 0 when it is anything else. */
static size_t
split(char *line, char *words[WORDS_MAX])
{
	size_t n = 0;

	for (char *at = line; at != NULL; n++) {
		char *blank = strchr(at, ' ');

		if (n == WORDS_MAX || *at == '\0' || *at == ' ')
			return 0;
		words[n] = at;
		if (blank != NULL)
			*blank++ = '\0';
		at = blank;
	}
	return n;
}

static int
take_line(struct reading *reading, char *line)
{
	static const char *const names[SLOT_END] = { "iamlogin-manifest", "owner", "view",
		"serial", "issued_at", "not_after", "blob", "key", "signature" };
	const char *name = names[reading->next];
	size_t len = strlen(name);
	char *words[WORDS_MAX];
	size_t n;

	if (strncmp(line, name, len) == 0 && line[len] == ' ') {
		n = split(line, words);
		if (!take_slot(reading->manifest, reading->next, words, n))
			return refuse(reading->why, "line %u: %s is not right",
			    reading->line, name);
		reading->next++;
		return 0;
	}
	if (reading->next != SLOT_KEY)
		return refuse(
		    reading->why, "line %u: %s is expected", reading->line, name);
	if (strncmp(line, "error ", 6) == 0)
		return take_error(reading->manifest, line + 6)
			   ? 0
			   : refuse(reading->why, "line %u: error is not right",
				 reading->line);
	if (strncmp(line, "revoked ", 8) != 0)
		return 0; /* signed, and of a later version */
	n = split(line, words);
	if (!take_revoked(reading->manifest, words, n))
		return refuse(
		    reading->why, "line %u: revoked is not right", reading->line);
	return 0;
}

int
manifest_parse(const char *bytes, size_t len, struct manifest **ret_manifest,
    char why[MANIFEST_WHY_SIZE])
{
	_cleanup_manifest_ struct manifest *manifest = calloc(1, sizeof(*manifest));
	struct reading reading = {
		.bytes = bytes, .len = len, .manifest = manifest, .why = why
	};
	char line[LINE_MAX_BYTES];
	int r = 0;

	why[0] = '\0';
	if (manifest == NULL)
		return -ENOMEM;
	if (len > MANIFEST_MAX)
		return refuse(why, "larger than %u bytes", MANIFEST_MAX);
	while (r == 0 && reading.next != SLOT_END) {
		if (reading.next == SLOT_SIGNATURE)
			manifest->signed_len = reading.at;
		if (!next_line(&reading, line))
			return refuse(why,
			    "line %u is not a whole line of printable ASCII",
			    reading.line);
		r = take_line(&reading, line);
	}
	if (r == 0 && reading.at != len)
		return refuse(why, "something follows the signature");
	if (r == 0)
		*ret_manifest = base_take_ptr(&manifest);
	return r;
}

static int
check_signature(const struct manifest *manifest, const char *bytes,
    const struct manifest_expect *expect, char *why)
{
	int r;

	for (size_t i = 0; i < expect->n_keys; i++) {
		if (strcmp(p256_id(expect->keys[i]), manifest->key_id) != 0)
			continue;
		r = p256_verify(expect->keys[i], bytes, manifest->signed_len,
		    manifest->signature, manifest->signature_len);
		if (r < 0)
			return r;
		if (r == 0)
			return 0;
		(void)refuse(why, "the signature is not by key %s over these bytes",
		    manifest->key_id);
		return MANIFEST_E_SIGNATURE;
	}
	(void)refuse(
	    why, "it is signed with key %s, which is not pinned here", manifest->key_id);
	return MANIFEST_E_KEY;
}

static int
check_serial(const struct manifest *manifest, const char *bytes, size_t len,
    const struct manifest_expect *expect, char *why)
{
	uint8_t digest[DIGEST_SIZE];

	if (manifest->serial > expect->serial)
		return 0;
	if (digest_sha256(bytes, len, digest) != 0)
		return -EIO;
	if (manifest->serial == expect->serial &&
	    memcmp(digest, expect->digest, sizeof(digest)) == 0)
		return 0;
	(void)refuse(why, "its serial %" PRIu64 " is not above %" PRIu64 ", the last one",
	    manifest->serial, expect->serial);
	return MANIFEST_E_SERIAL;
}

static int
check_times(const struct manifest *manifest, int64_t now_s, char *why)
{
	if (manifest->issued_s > now_s + MANIFEST_FUTURE_S) {
		(void)refuse(why,
		    "it was issued %" PRId64 " s from now: is one of the clocks wrong?",
		    manifest->issued_s - now_s);
		return MANIFEST_E_FUTURE;
	}
	if (manifest->not_after_s <= now_s) {
		(void)refuse(why, "it is past its not_after by %" PRId64 " s",
		    now_s - manifest->not_after_s);
		return MANIFEST_E_EXPIRED;
	}
	return 0;
}

int
manifest_accept(const char *bytes, size_t len, const struct manifest_expect *expect,
    int64_t now_s, struct manifest **ret_manifest, char why[MANIFEST_WHY_SIZE])
{
	_cleanup_manifest_ struct manifest *manifest = NULL;
	int r = manifest_parse(bytes, len, &manifest, why);

	if (r == 0)
		r = check_signature(manifest, bytes, expect, why);
	if (r != 0)
		return r;
	if (strcmp(manifest->owner, expect->owner) != 0) {
		(void)refuse(
		    why, "it is of %s, not of %s", manifest->owner, expect->owner);
		return MANIFEST_E_OWNER;
	}
	if (strcmp(manifest->view, expect->view) != 0) {
		(void)refuse(
		    why, "it is of view %s, not of %s", manifest->view, expect->view);
		return MANIFEST_E_VIEW;
	}
	r = check_serial(manifest, bytes, len, expect, why);
	if (r == 0)
		r = check_times(manifest, now_s, why);
	if (r == 0)
		*ret_manifest = base_take_ptr(&manifest);
	return r;
}

bool
manifest_is_revoked(
    const struct manifest *manifest, const char *kind, const char *id, int64_t now_s)
{
	for (size_t i = 0; i < manifest->n_revoked; i++) {
		const struct manifest_revoked *one = &manifest->revoked[i];

		if (strcmp(one->id, id) == 0 && strcmp(one->kind, kind) == 0 &&
		    (one->until_s == 0 || one->until_s > now_s))
			return true;
	}
	return false;
}
