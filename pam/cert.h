/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cert.h - the certificate that sshd accepted, if its authority is one of ours
 *
 * Room: pam. sshd has checked it. That its authority is trusted is asked once more, of the file
 * that [keys] trusted_user_ca_keys names: a "cert-authority" line of somebody's own
 * authorized_keys makes sshd take one of theirs, and nobody comes to us by that.
 */
#ifndef PAM_CERT_H
#define PAM_CERT_H

#include "common/principal.h"
#include "common/sshcert.h"
#include "pam/authinfo.h"
#include "pam/call.h"

struct cert {
	uint8_t *blob; /* owned: cert_done() */
	size_t blob_len;
	struct sshcert fields; /* in the blob */
	char key_id[SSHCERT_KEY_ID_SIZE];
	char serial[24];
};

/**
 * cert_read() - of @info, which is AUTHINFO_CERT
 *
 * Return: NULL, or why it is not accepted, for the log. Whatever could be read of it stands in
 * @ret_cert in both cases, for the record.
 */
const char *cert_read(const struct authinfo *info, struct cert *ret_cert);

/**
 * cert_find() - who of the account's people it names, by the published files
 *
 * Return: as keysfile_find(); NOTFOUND, too, where it names several who differ.
 */
int
cert_find(const struct cert *cert, const struct call *call, const struct published *keys,
    struct keysfile_claim *ret_claim, struct keysfile_person *ret_person);

static inline void
cert_done(struct cert *cert)
{
	free(cert->blob);
}
#define _cleanup_cert_ _cleanup_(cert_done)

#endif
