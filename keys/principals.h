/* SPDX-License-Identifier: Apache-2.0 */
/*
 * principals.h - by which names a certificate opens an account, for AuthorizedPrincipalsCommand
 *
 * Room: keys. From the published files alone. sshd has found the authority among its
 * TrustedUserCAKeys when it asks, and holds the certificate's principals against the lines;
 * open_session decides about the person, with the rules. common/principal.h says what names
 * whom.
 */
#ifndef KEYS_PRINCIPALS_H
#define KEYS_PRINCIPALS_H

#include "common/sshcert.h"
#include "keys/account.h"
#include "keys/keys_answer.h"

/**
 * principals_add() - one line for each name into @answer
 * @cert: only principals that it has, also those of people who may come to a shared account
 *     as guests; NULL: all of everybody who stands behind the account
 *
 * Return: 0, KEYS_ANSWER_E_FULL, or PUBLISHED_E_DAMAGED when a record cannot be read.
 */
int principals_add(struct keys_answer *answer, const struct published *keys,
    const struct published *snapshot, const struct account *account,
    const struct sshcert *cert);

#endif
