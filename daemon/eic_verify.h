/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eic_verify.h - Instance Connect's signer: its certificates, their staples, its signatures
 *
 * Room: daemon, network thread. With eic_verify.c the place that includes OpenSSL for X.509,
 * OCSP and RSA; libcrypto 1.1.1 to 3.x. The rules are those of AWS's own package
 * (eic_parse_authorized_keys), and stricter where this header says so.
 */
#ifndef DAEMON_EIC_VERIFY_H
#define DAEMON_EIC_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#define EIC_CHAIN_MAX 8 /* certificates */
#define EIC_NAME_SIZE \
	41 /* SHA-1 of a certificate, in upper-case hex: its staple's name */
#define EIC_STAPLE_MAX 16384
#define EIC_WHY_SIZE 160 /* one phrase, safe to log */

struct eic_chain;
struct eic_signer;

/**
 * eic_chain_parse() - PEM, the leaf first
 *
 * Return: 0; -EINVAL: no certificate, one that is damaged, or more than EIC_CHAIN_MAX;
 * -ENOMEM.
 */
int eic_chain_parse(const char *pem, size_t len, struct eic_chain **ret_chain);
void eic_chain_free(struct eic_chain *chain);

size_t eic_chain_size(const struct eic_chain *chain);
void eic_chain_name(const struct eic_chain *chain, size_t n, char ret[EIC_NAME_SIZE]);

/**
 * eic_chain_staple() - the OCSP response that goes with certificate @n, in base64
 *
 * Return: 0 or -EINVAL when it is none; -ENOMEM. Its content is looked at by
 * eic_chain_verify().
 */
int eic_chain_staple(struct eic_chain *chain, size_t n, const char *base64, size_t len);

/**
 * eic_chain_verify() - may this leaf sign keys?
 * @name: its only common name: "managed-ssh-signer.REGION.DOMAIN", exactly
 * @now_s: epoch seconds
 * @ret_why: on EIC_E_SIGNER what is wrong
 *
 * The chain ends at a self-signed root of the system's trust store (SSL_CERT_DIR and
 * SSL_CERT_FILE as everywhere), by X509_STRICT rules, no SHA-1, no key below 112 bits of
 * strength. The leaf is an RSA key that may sign (keyUsage) and is no CA. Every certificate
 * but the root has a staple: signed by its issuer or the issuer's delegate, not with SHA-1,
 * "good", begun (5 min of clock error are allowed) and not over; one that names no end is
 * refused.
 *
 * Return: 0; EIC_E_SIGNER (eic_blob.h); -ENOMEM. Cost: some 1 to 3 ms and, where the trust
 * store is one file, what reading it takes.
 */
int eic_chain_verify(struct eic_chain *chain, const char *name, int64_t now_s,
    struct eic_signer **ret_signer, char ret_why[EIC_WHY_SIZE]);

/** eic_signer_until() - the first end among its staples and certificates, epoch seconds */
int64_t eic_signer_until(const struct eic_signer *signer);

/**
 * eic_signer_check() - RSA-PSS, SHA-256, MGF1 with SHA-256, 32 bytes of salt
 *
 * Return: 0, EIC_E_SIGNATURE, or -ENOMEM. Cost: 40 microseconds.
 */
int eic_signer_check(const struct eic_signer *signer, const void *bytes, size_t len,
    const uint8_t *signature, size_t signature_len);

void eic_signer_free(struct eic_signer *signer);

#endif
