/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eic_blob.h - the keys that EC2 Instance Connect shows in IMDS, as text
 *
 * Room: daemon. Pure, no allocation. Shape (aws/aws-ec2-instance-connect-config, README.md
 * and eic_parse_authorized_keys): records, each ended by an empty line:
 *
 *   #Timestamp=1767225660            when the record ends, epoch seconds
 *   #Instance=i-0123456789abcdef0
 *   #Caller=arn:aws:sts::111122223333:assumed-role/Dev/alice
 *   #Request=5f0c9a4e-0000-4000-8000-000000000001
 *   ssh-ed25519 AAAA…
 *   c2lnbmF0dXJl…                    base64 of the signature, in lines
 *
 * Signed are the lines that start with '#', unknown ones as well, and the key's, each with
 * its newline, in order. A record that is not of this shape, byte for byte, is told as
 * EIC_E_FORMAT; the walk goes on behind the next empty line.
 */
#ifndef DAEMON_EIC_BLOB_H
#define DAEMON_EIC_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EIC_BODY_MAX (1u << 20) /* bytes of all records of one account */
#define EIC_RECORD_MAX 16384    /* bytes of one record that is looked at */
#define EIC_RECORDS_MAX 64
#define EIC_SIGNATURE_MAX 1024 /* RSA of 8192 bits */
#define EIC_CALLER_SIZE 1024
#define EIC_REQUEST_SIZE 65

/* Why a record is no key; 0: nothing is wrong. */
enum eic_flaw {
	EIC_E_FORMAT = 1, /* not a record, or more than there may be */
	EIC_E_FIELD,      /* Timestamp, Instance or Caller is missing */
	EIC_E_INSTANCE,   /* for another instance */
	EIC_E_EXPIRED,    /* its time is over */
	EIC_E_SIGNATURE,  /* not signed by the signer's key */
	EIC_E_SIGNER,     /* the signer's certificate is not good */
	EIC_E_KEY,        /* no public key that sshd takes here */
	EIC_E_WEAK,       /* RSA of too few bits */
};

struct eic_record {
	enum eic_flaw flaw; /* EIC_E_FORMAT, EIC_E_FIELD, or 0 */
	int64_t expires_s;  /* epoch */
	char instance[34];
	char caller[EIC_CALLER_SIZE];   /* printable ASCII; "" when there is none */
	char request[EIC_REQUEST_SIZE]; /* likewise; letters, digits and '-' */
	const char *signed_text;        /* in the body; the rest only when flaw is 0 */
	size_t signed_len;
	const char *key; /* the key's line without its newline; in the body */
	size_t key_len;
	uint8_t signature[EIC_SIGNATURE_MAX];
	size_t signature_len;
};

/* Where the walk is. */
struct eic_blob {
	const char *at;
	size_t left;
	unsigned n;
};

/** eic_blob_start() - of an answer's body, which must outlive the records */
void eic_blob_start(struct eic_blob *blob, const char *body, size_t len);

/** eic_blob_next() - false behind the last one; record 65 is EIC_E_FORMAT and the last */
bool eic_blob_next(struct eic_blob *blob, struct eic_record *ret_record);

/** eic_flaw_text() - one phrase without a full stop */
const char *eic_flaw_text(enum eic_flaw flaw);

/**
 * eic_base64() - base64 in lines
 *
 * Line feeds, carriage returns and blanks between the characters are left out.
 *
 * Return: 0, or -EINVAL for anything else, or more than @ret_size bytes.
 */
int
eic_base64(const char *text, size_t len, uint8_t *ret, size_t ret_size, size_t *ret_len);

#endif
