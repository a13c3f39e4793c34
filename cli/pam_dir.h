/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pam_dir.h - would libpam find pam_iamlogin.so?
 *
 * Room: cli. A stack names the module without a directory, and libpam looks in the one that it
 * was built with: /lib/TRIPLET/security in Debian, /usr/lib64/security in Red Hat's. Where
 * /lib is a directory of its own and no link to usr/lib (Debian 11 made so), a module below
 * /usr/lib is not found, and a stack that requires it lets nobody in.
 */
#ifndef CLI_PAM_DIR_H
#define CLI_PAM_DIR_H

#define PAM_DIR_SIZE 256

enum pam_dir_result {
	PAM_DIR_FOUND = 0,
	PAM_DIR_ELSEWHERE, /* libpam looks in @ret_dir, and the module is not there */
	PAM_DIR_UNKNOWN,   /* libpam's own modules are nowhere below /lib and /usr/lib */
};

/**
 * pam_dir_find() - where libpam looks, told by pam_deny.so, which every libpam brings along
 * @ret_dir: set with PAM_DIR_ELSEWHERE
 */
enum pam_dir_result pam_dir_find(char ret_dir[PAM_DIR_SIZE]);

#endif
