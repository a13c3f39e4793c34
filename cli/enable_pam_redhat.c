/* SPDX-License-Identifier: Apache-2.0 */
/* enable_pam_redhat.c - see enable_pam_redhat.h */
#include <string.h>

#include "cli/enable_pam.h"
#include "cli/enable_pam_redhat.h"
#include "cli/run.h"

int
enable_pam_redhat(struct enable_plan *plan)
{
	static const char *const files[] = { "/etc/pam.d/system-auth",
		"/etc/pam.d/password-auth" };
	size_t i;

	for (i = 0; i < BASE_N(files); i++) {
		_cleanup_free_ char *text = NULL;
		char *edited = NULL;

		if (enable_plan_read(plan, files[i], &text) != 0)
			return 1;
		if (text == NULL)
			return enable_plan_refuse(plan,
			    "neither pam-auth-update nor %s is here: this PAM layout is "
			    "not known to iamlogin; see pam_iamlogin(8)",
			    files[i]);
		if (enable_pam_names_us(text))
			continue;
		if (enable_plan_is_link(files[i]) && run_exists("authselect"))
			return enable_plan_refuse(plan,
			    "authselect manages PAM here: authselect select iamlogin "
			    "with-mkhomedir --backup=before-iamlogin; then again: iamlogin "
			    "enable (authselect backup-restore before-iamlogin is the way "
			    "back)");
		if (enable_pam_add_account(text, &edited) != 0)
			return enable_plan_refuse(
			    plan, "%s has no account line", files[i]);
		if (enable_plan_set(plan, files[i], edited, 0644) != 0)
			return 1;
	}
	return 0;
}
