/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pam_world.h - a machine for tests of the PAM module: accounts, published files, stacks
 *
 * In a mount namespace of its own, with a tmpfs on the parent of the run directory and an own
 * /etc/passwd and nsswitch.conf: nothing of the machine is touched. The accounts stand in that
 * passwd with ids of our range, so that nothing but the module is under test.
 *
 *   root, local   not ours
 *   alice         login and sudo; her key is KEY_ED25519
 *   bob           denied; his key is KEY_RSA
 *   carol         not knowable
 *   dora          login, not sudo; in the key file (KEY_P384) with another uid
 *   orphan        an id of our range that the snapshot does not have
 *   ops           shared: AIDAOLGA (KEY_P521) may use it, AIDAOTTO (KEY_SK) may not; sudo: no
 *   ec2           local, uid 1001, listed as shared: AIDAEMMA (KEY_SKE) may use it
 *   rita          retired: in the snapshot, not in passwd
 *   toor, liar    uid 0 in passwd; the snapshot has them as listed local accounts, toor as it
 *                 is, liar with uid 1003; and root itself. All are of AIDAZOE (KEY_P256)
 *
 *   local3        the snapshot has it as listed, iamlogin.conf has not; also AIDAZOE's
 *
 * iamlogin.conf trusts CA_KEY and CA_RSA, and chains a command that prints
 * PAM_WORLD_CHAIN_LINE.
 */
#ifndef SUPPORT_PAM_WORLD_H
#define SUPPORT_PAM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#define PAM_WORLD_STACKS IAMLOGIN_RUNDIR "/pam.d"
#define PAM_WORLD_SOCKET IAMLOGIN_RUNDIR "/socket"
#define PAM_WORLD_CHAIN_LINE "ssh-ed25519 AAAAOFTHECHAIN"
#define PAM_WORLD_SPOOL_DIR IAMLOGIN_PAMRUNDIR
#define PAM_WORLD_SPOOL IAMLOGIN_PAMRUNDIR "/audit"

/**
 * pam_world_make() - all of it, as root
 * @module: path of pam_iamlogin.so
 *
 * Each stack is the module and behind it, for what it ignores, pam_debug, which answers
 * PAM_ACCT_EXPIRED. Exits with 77 where there may be no mount namespace, with 1 when
 * something fails.
 */
void pam_world_make(const char *module);

/** pam_world_set_age() - of what the snapshot says */
void pam_world_set_age(int64_t age_ms);

/** pam_world_close() - [accounts] local = listed, with the break-glass account "local2"; or any */
void pam_world_close(bool is_closed);

/** pam_world_revoke() - the snapshot is marked as REVOKED and gone; there is no way back */
void pam_world_revoke(void);

#endif
