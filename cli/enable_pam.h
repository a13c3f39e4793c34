/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enable_pam.h - our lines in files of /etc/pam.d
 *
 * Room: cli. Pure: text in, text out (malloc'd). pam.conf(5). Where the account line goes
 * is pam-auth-update's business on Debian (enable_pam_debian.h) and authselect's where it
 * rules; what is here is for the rest, and for the session line, which neither can place.
 */
#ifndef CLI_ENABLE_PAM_H
#define CLI_ENABLE_PAM_H

#include <stdbool.h>

enum {
	ENABLE_PAM_E_ELSEWHERE =
	    1,                 /* our session line is there, but not where it protects */
	ENABLE_PAM_E_NO_PLACE, /* no session, or no account, line at all */
};

/**
 * enable_pam_add_session() - "session requisite pam_iamlogin.so" behind pam_loginuid
 *
 * Before pam_env, because ~/.pam_environment can forge SSH_AUTH_INFO_0 for later modules, and
 * before pam_mkhomedir (mechanisms: design section 5). Without pam_loginuid it becomes the
 * first session line but for pam_selinux close. Equal text when it is there.
 *
 * Return: 0, ENABLE_PAM_E_*, or -ENOMEM.
 */
int enable_pam_add_session(const char *text, char **ret_text);

/**
 * enable_pam_add_account() - our account line as the first of them
 *
 * First, because in Red Hat's stacks "sufficient pam_localuser.so" and the like end the stack.
 *
 * Return: 0, ENABLE_PAM_E_NO_PLACE, or -ENOMEM.
 */
int enable_pam_add_account(const char *text, char **ret_text);

/** enable_pam_remove() - without any active line that names pam_iamlogin.so; 0 or -ENOMEM */
int enable_pam_remove(const char *text, char **ret_text);

/** enable_pam_names_us() - is there an active line with pam_iamlogin.so? */
bool enable_pam_names_us(const char *text);

#endif
