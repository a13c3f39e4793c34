/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sshkey.h - OpenSSH public keys as bytes
 *
 * Room: common. libc only, no allocation. A key line from outside is hostile text: it is
 * parsed into type and blob, and written again from those; options, comments and anything
 * else never get through.
 */
#ifndef COMMON_SSHKEY_H
#define COMMON_SSHKEY_H

#include <stddef.h>
#include <stdint.h>

#define SSHKEY_TYPE_SIZE 48   /* longest accepted type name, with NUL */
#define SSHKEY_BLOB_MAX 4096  /* raw bytes; RSA of 16384 bits needs 2,071 */
#define SSHKEY_LINE_SIZE 5632 /* type, blank, base64 of SSHKEY_BLOB_MAX, NUL */
#define SSHKEY_RSA_BITS_MIN 2048

enum {
	SSHKEY_E_SYNTAX = 1, /* not "type base64", or base64 that is not canonical */
	SSHKEY_E_TYPE,       /* a type that is not accepted (certificates are not) */
	SSHKEY_E_MISMATCH,   /* the blob is of another type, or damaged inside */
	SSHKEY_E_WEAK,       /* RSA below SSHKEY_RSA_BITS_MIN */
};

struct sshkey {
	char type[SSHKEY_TYPE_SIZE]; /* "ssh-ed25519", … */
	uint8_t blob[SSHKEY_BLOB_MAX];
	size_t blob_len;
};

/**
 * sshkey_parse() - "TYPE BASE64 [comment]" of @len bytes, no options, one line
 *
 * Types: ssh-ed25519, sk-ssh-ed25519@openssh.com, ecdsa-sha2-nistp{256,384,521},
 * sk-ecdsa-sha2-nistp256@openssh.com, ssh-rsa (RFC 4253 6.6, 5656, 8709; PROTOCOL.u2f).
 * The blob's own type name, field count and lengths are checked. Trailing CR and LF are
 * allowed; other control bytes are not.
 */
int sshkey_parse(const char *line, size_t len, struct sshkey *ret_key);

/** sshkey_parse_base64() - as sshkey_parse(), from sshd's %t and %k */
int sshkey_parse_base64(const char *type, const char *base64, struct sshkey *ret_key);

/**
 * sshkey_check() - do these raw bytes form a key of this type?
 *
 * Return: 0 or SSHKEY_E_*.
 */
int sshkey_check(const char *type, const uint8_t *blob, size_t blob_len);

/** sshkey_rsa_bits() - of a blob that sshkey_check() accepts; 0: not an RSA key */
unsigned sshkey_rsa_bits(const uint8_t *blob, size_t blob_len);

/**
 * sshkey_format() - "TYPE BASE64" with NUL, no newline
 *
 * Return: the length without NUL, or -ENOSPC.
 */
int sshkey_format(
    const char *type, const uint8_t *blob, size_t blob_len, char *ret, size_t ret_size);

/** sshkey_base64_encode() - canonical base64; -ENOSPC unless ret_size > 4 * ceil(len/3) */
int sshkey_base64_encode(const uint8_t *bytes, size_t len, char *ret, size_t ret_size);

/**
 * sshkey_base64_decode() - canonical base64 of @len characters
 *
 * Return: 0, SSHKEY_E_SYNTAX, or -ENOSPC.
 */
int sshkey_base64_decode(
    const char *text, size_t len, uint8_t *ret, size_t ret_size, size_t *ret_len);

#endif
