/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pam_stack.h - what a PAM stack comes to, without running a module
 *
 * Room: cli. pam.conf(5): includes, substacks, jumps. libpam's own dispatch is followed
 * (_pam_dispatch_aux in pam_dispatch.c): a stack succeeds only if something made it positive
 * and nothing made it negative.
 */
#ifndef CLI_PAM_STACK_H
#define CLI_PAM_STACK_H

#include <stdbool.h>

enum pam_stack_result {
	PAM_STACK_DENIES = 0,
	PAM_STACK_SUCCEEDS, /* though pam_iamlogin denies */
	PAM_STACK_ABSENT,   /* succeeds, and pam_iamlogin is not in it */
	PAM_STACK_EMPTY,    /* no line of this type */
	PAM_STACK_BROKEN,   /* a file is missing, or includes itself */
};

/**
 * pam_stack_evaluate() - the type @type of service @service with pam_iamlogin denying
 * @dir: /etc/pam.d
 * @ret_where: the line that decided, "FILE: text"; 160 bytes
 *
 * Every other module succeeds, but pam_deny, which never does.
 */
enum pam_stack_result pam_stack_evaluate(
    const char *dir, const char *service, const char *type, char ret_where[160]);

#endif
