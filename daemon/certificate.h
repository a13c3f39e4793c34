/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certificate.h - an SSH certificate that opened a session: whose it is, and may they?
 *
 * Room: daemon, main thread. sshd has checked it, and PAM that its authority is trusted here.
 * The authority says who it is for; [login] says whether they may, by via:cert.
 */
#ifndef DAEMON_CERTIFICATE_H
#define DAEMON_CERTIFICATE_H

#include "common/sshcert.h"
#include "daemon/world.h"

#define CERTIFICATE_WAY "cert" /* of via: */

/* What the record says of it. */
struct certificate {
	struct sshcert fields; /* in the caller's blob */
	char key_id[SSHCERT_KEY_ID_SIZE];
	char serial[24];
	char fingerprint[51]; /* of the key inside, as sshd and ssh-keygen show it */
	char ca[51];          /* of the authority's key */
};

/** certificate_read() - 0, SSHKEY_E_* as sshcert_parse(), or -ENOMEM */
int certificate_read(const char *type, const uint8_t *blob, size_t blob_len,
    struct certificate *ret_certificate);

/**
 * certificate_owner() - the one person whom its principals name for this account
 *
 * Somebody who stands behind it; of a listed shared one also a guest. On a personal account
 * that is its owner; where several people of a shared one are named it is nobody.
 */
const struct world_person *certificate_owner(const struct world *world,
    const struct world_account *account, const struct certificate *certificate);

/**
 * certificate_judge() - may the person come in with it?
 *
 * To a shared account only by an allow rule that has via:cert: else REASON_METHOD.
 * @ret_rule: the caller's; NULL where none decided, or when memory is out
 */
enum verdict certificate_judge(const struct world *world,
    const struct world_account *account, const struct world_person *person,
    size_t service, enum verdict_reason *ret_reason, char **ret_rule);

#endif
