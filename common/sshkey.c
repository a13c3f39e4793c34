/* SPDX-License-Identifier: Apache-2.0 */
/* sshkey.c - OpenSSH public keys as bytes; contract in sshkey.h */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "common/sshkey.h"
#include "common/sshkey_parts.h"

#define SSHKEY_RSA_BITS_MAX 16384 /* OpenSSH's SSHBUF_MAX_BIGNUM */
#define SSHKEY_ED25519_SIZE 32

enum sshkey_shape {
	SSHKEY_SHAPE_ED25519 = 1, /* string pk[32] */
	SSHKEY_SHAPE_ECDSA,       /* string curve, string point */
	SSHKEY_SHAPE_RSA,         /* mpint e, mpint n */
};

struct sshkey_kind {
	char type[SSHKEY_TYPE_SIZE];
	char curve[12];
	uint16_t point_size; /* uncompressed: 1 + two coordinates */
	uint8_t shape;
	bool is_sk; /* string application follows */
};

static const struct sshkey_kind sshkey_kinds[] = {
	{ "ssh-ed25519", "", 0, SSHKEY_SHAPE_ED25519, false },
	{ "sk-ssh-ed25519@openssh.com", "", 0, SSHKEY_SHAPE_ED25519, true },
	{ "ecdsa-sha2-nistp256", "nistp256", 65, SSHKEY_SHAPE_ECDSA, false },
	{ "ecdsa-sha2-nistp384", "nistp384", 97, SSHKEY_SHAPE_ECDSA, false },
	{ "ecdsa-sha2-nistp521", "nistp521", 133, SSHKEY_SHAPE_ECDSA, false },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", 65, SSHKEY_SHAPE_ECDSA,
	    true },
	{ "ssh-rsa", "", 0, SSHKEY_SHAPE_RSA, false },
};

static const struct sshkey_kind *
sshkey_kind_of(const char *type, size_t len)
{
	for (size_t i = 0; i < sizeof(sshkey_kinds) / sizeof(sshkey_kinds[0]); i++) {
		if (strlen(sshkey_kinds[i].type) == len &&
		    memcmp(sshkey_kinds[i].type, type, len) == 0)
			return &sshkey_kinds[i];
	}
	return NULL;
}

/* RFC 4251 section 5, "mpint": positive, shortest form. */
static bool
take_positive(struct sshkey_cursor *cursor, const uint8_t **ret, size_t *ret_bits)
{
	const uint8_t *p;
	size_t len, bits;

	if (!sshkey_take_string(cursor, &p, &len) || len == 0 || (p[0] & 0x80) != 0)
		return false;
	if (p[0] == 0) {
		if (len == 1 || (p[1] & 0x80) == 0)
			return false;
		p++;
		len--;
	}
	bits = len * 8;
	for (unsigned top = p[0]; (top & 0x80) == 0; top <<= 1)
		bits--;
	*ret = p;
	*ret_bits = bits;
	return true;
}

static int
check_rsa(struct sshkey_cursor *cursor)
{
	const uint8_t *e, *n;
	size_t e_bits, n_bits;

	if (!take_positive(cursor, &e, &e_bits) || !take_positive(cursor, &n, &n_bits) ||
	    cursor->left != 0 || n_bits > SSHKEY_RSA_BITS_MAX)
		return SSHKEY_E_MISMATCH;
	/* Both are odd in every RSA key; e = 1 would accept any signature. */
	if (e_bits < 2 || e_bits >= n_bits || (e[(e_bits - 1) / 8] & 1) == 0 ||
	    (n[(n_bits - 1) / 8] & 1) == 0)
		return SSHKEY_E_MISMATCH;
	return n_bits < SSHKEY_RSA_BITS_MIN ? SSHKEY_E_WEAK : 0;
}

unsigned
sshkey_rsa_bits(const uint8_t *blob, size_t blob_len)
{
	struct sshkey_cursor cursor = { blob, blob_len };
	const uint8_t *number;
	size_t bits;

	if (!sshkey_take_equal(&cursor, "ssh-rsa") ||
	    !take_positive(&cursor, &number, &bits) ||
	    !take_positive(&cursor, &number, &bits))
		return 0;
	return (unsigned)bits;
}

int
sshkey_check(const char *type, const uint8_t *blob, size_t blob_len)
{
	const struct sshkey_kind *kind = sshkey_kind_of(type, strlen(type));
	struct sshkey_cursor cursor = { blob, blob_len };
	const uint8_t *p;
	size_t len;

	if (kind == NULL)
		return SSHKEY_E_TYPE;
	if (blob_len > SSHKEY_BLOB_MAX || !sshkey_take_equal(&cursor, kind->type))
		return SSHKEY_E_MISMATCH;

	if (kind->shape == SSHKEY_SHAPE_RSA)
		return check_rsa(&cursor);
	if (kind->shape == SSHKEY_SHAPE_ECDSA) {
		/*
		 * SEC 1 section 2.3.3: 0x04 marks the uncompressed form, sshd's only one.
		 */
		if (!sshkey_take_equal(&cursor, kind->curve) ||
		    !sshkey_take_string(&cursor, &p, &len) || len != kind->point_size ||
		    p[0] != 4)
			return SSHKEY_E_MISMATCH;
	} else if (!sshkey_take_string(&cursor, &p, &len) || len != SSHKEY_ED25519_SIZE) {
		return SSHKEY_E_MISMATCH;
	}
	if (kind->is_sk && (!sshkey_take_string(&cursor, &p, &len) || len == 0 ||
			       memchr(p, '\0', len) != NULL))
		return SSHKEY_E_MISMATCH;
	return cursor.left == 0 ? 0 : SSHKEY_E_MISMATCH;
}

/* Fills @key in place, some 4 KiB; its content is undefined on failure. */
static int
parse_parts(const char *type, size_t type_len, const char *base64, size_t base64_len,
    struct sshkey *key)
{
	int r;

	if (sshkey_kind_of(type, type_len) == NULL)
		return SSHKEY_E_TYPE;
	memcpy(key->type, type, type_len);
	key->type[type_len] = '\0';
	r = sshkey_base64_decode(
	    base64, base64_len, key->blob, sizeof(key->blob), &key->blob_len);
	if (r != 0)
		return r == -ENOSPC ? SSHKEY_E_MISMATCH : r;
	return sshkey_check(key->type, key->blob, key->blob_len);
}

int
sshkey_parse(const char *line, size_t len, struct sshkey *ret_key)
{
	struct sshkey key;
	size_t type_len, start, end;
	int r;

	while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
		len--;
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			return SSHKEY_E_SYNTAX;
	}
	for (type_len = 0; type_len < len && line[type_len] != ' '; type_len++)
		;
	for (start = type_len; start < len && line[start] == ' '; start++)
		;
	for (end = start; end < len && line[end] != ' '; end++)
		;
	if (type_len == 0 || end == start)
		return SSHKEY_E_SYNTAX;
	r = parse_parts(line, type_len, line + start, end - start, &key);
	if (r == 0)
		*ret_key = key;
	return r;
}

int
sshkey_parse_base64(const char *type, const char *base64, struct sshkey *ret_key)
{
	struct sshkey key;
	int r = parse_parts(type, strlen(type), base64, strlen(base64), &key);

	if (r == 0)
		*ret_key = key;
	return r;
}

int
sshkey_format(
    const char *type, const uint8_t *blob, size_t blob_len, char *ret, size_t ret_size)
{
	size_t type_len = strlen(type);
	int n;

	if (type_len + 1 >= ret_size)
		return -ENOSPC;
	n = sshkey_base64_encode(
	    blob, blob_len, ret + type_len + 1, ret_size - type_len - 1);
	if (n < 0)
		return n;
	memcpy(ret, type, type_len);
	ret[type_len] = ' ';
	return (int)type_len + 1 + n;
}

/* Canonical base64: RFC 4648 section 4. */
static const char base64_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* 0…63, or -1: no table, so that a sandbox's cold cache costs nothing. */
static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int
sshkey_base64_encode(const uint8_t *bytes, size_t len, char *ret, size_t ret_size)
{
	size_t groups = len / 3 + (len % 3 != 0);
	char *out = ret;

	if (groups > (INT_MAX - 1) / 4 || ret_size <= groups * 4)
		return -ENOSPC;
	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		unsigned v = (unsigned)bytes[i] << 16;

		if (n > 1)
			v |= (unsigned)bytes[i + 1] << 8;
		if (n > 2)
			v |= bytes[i + 2];
		*out++ = base64_alphabet[v >> 18];
		*out++ = base64_alphabet[v >> 12 & 63];
		*out++ = n > 1 ? base64_alphabet[v >> 6 & 63] : '=';
		*out++ = n > 2 ? base64_alphabet[v & 63] : '=';
	}
	*out = '\0';
	return (int)(groups * 4);
}

int
sshkey_base64_decode(
    const char *text, size_t len, uint8_t *ret, size_t ret_size, size_t *ret_len)
{
	size_t pad = 0, size;

	if (len % 4 != 0)
		return SSHKEY_E_SYNTAX;
	if (len > 0 && text[len - 1] == '=')
		pad = text[len - 2] == '=' ? 2 : 1;
	size = len / 4 * 3 - pad;
	for (size_t i = 0; i < len - pad; i++) {
		if (base64_value(text[i]) < 0)
			return SSHKEY_E_SYNTAX;
	}
	/*
	 * Bits behind the last byte must be zero, or one key would have several
	 * spellings.
	 */
	if ((pad == 1 && (base64_value(text[len - 2]) & 3) != 0) ||
	    (pad == 2 && (base64_value(text[len - 3]) & 15) != 0))
		return SSHKEY_E_SYNTAX;
	if (size > ret_size)
		return -ENOSPC;

	for (size_t i = 0, out = 0; i < len; i += 4) {
		unsigned v = 0;

		for (size_t k = 0; k < 4; k++) {
			int digit = i + k < len - pad ? base64_value(text[i + k]) : 0;

			v = v << 6 | (unsigned)digit;
		}
		for (unsigned shift = 16; out < size && shift <= 16; shift -= 8)
			ret[out++] = (uint8_t)(v >> shift);
	}
	*ret_len = size;
	return 0;
}
