/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pam_iamlogin.c - the six entry points: PAM arguments in, PAM code out
 *
 * Room: pam. Nothing is decided here. The module never authenticates, so it has no opinion
 * in authenticate, setcred and chauthtok, whatever the name.
 */
#include <security/pam_modules.h>

#include "common/base.h"
#include "pam/account.h"
#include "pam/call.h"
#include "pam/session.h"

EXPORT int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_IGNORE;
}

EXPORT int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_IGNORE;
}

EXPORT int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_IGNORE;
}

EXPORT int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct call call;

	call_start(pamh, flags, argc, argv, &call);
	return decide_pam_code(DECIDE_ACCOUNT, account_check(&call));
}

EXPORT int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct call call;

	call_start(pamh, flags, argc, argv, &call);
	return decide_pam_code(DECIDE_OPEN, session_open(&call));
}

EXPORT int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct call call;

	call_start(pamh, flags, argc, argv, &call);
	return decide_pam_code(DECIDE_CLOSE, session_close(&call));
}
