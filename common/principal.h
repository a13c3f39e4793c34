/* SPDX-License-Identifier: Apache-2.0 */
/*
 * principal.h - whom a name in a certificate means
 *
 * Room: common. libc only. A certificate authority writes principals into what it signs. Here
 * a principal names a person by
 *
 *   the unique id                     AIDA…, AROA…
 *   the ARN                           arn:aws:iam::123456789012:user/people/alice
 *   the IAM name, of a user           alice, alice@corp.example
 *   the OS account, where only one person stands behind it and it is nobody else's to use
 *
 * A name that two people have names nobody: sshd takes any principal that matches, and one
 * must not come in as the other. So does a name with a byte that sshd, or whoever reads its
 * log, takes for a separator.
 */
#ifndef COMMON_PRINCIPAL_H
#define COMMON_PRINCIPAL_H

#include "common/keysfile.h"
#include "common/snapshot.h"

#define PRINCIPAL_MAX 512

/** principal_is_plain() - [A-Za-z0-9_+=.@:/-], 1 to PRINCIPAL_MAX of them */
bool principal_is_plain(const char *principal, size_t len);

/**
 * principal_names() - the first three of the list above
 * @who: of the key file; keys and n_keys are not looked at
 */
bool
principal_names(const char *principal, size_t len, const struct keysfile_person *who);

/**
 * principal_find() - the one person of the key file whom it names
 * @snapshot: says which accounts are shared; NULL: none is anybody's
 *
 * Return: 0 with the record of PERSONS; PUBLISHED_E_NOTFOUND, also when there are several;
 * PUBLISHED_E_DAMAGED. Cost: a look at everybody, some 10 ns each.
 */
int principal_find(const struct published *keys, const struct published *snapshot,
    const char *principal, size_t len, uint32_t *ret_person);

#endif
