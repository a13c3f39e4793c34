/* SPDX-License-Identifier: Apache-2.0 */
/* test_pam_stack.c - what stacks come to with pam_iamlogin denying: cli/pam_stack.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cli/pam_stack.h"
#include "common/base.h"
#include "tests/support/scratch.h"

static char dir[SCRATCH_SIZE];

static void
write_stack(const char *name, const char *text)
{
	char path[SCRATCH_SIZE + 64];
	FILE *stream;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	stream = fopen(path, "w");
	assert_non_null(stream);
	(void)fputs(text, stream);
	(void)fclose(stream);
}

static enum pam_stack_result
evaluate(const char *text)
{
	char where[160];

	write_stack("service", text);
	return pam_stack_evaluate(dir, "service", "account", where);
}

static int
set_up(void **state)
{
	(void)state;
	scratch_make(dir);
	write_stack("deny-first", "account requisite pam_iamlogin.so\n"
				  "account sufficient pam_localuser.so\n");
	write_stack("late", "account sufficient pam_localuser.so\n"
			    "account required pam_iamlogin.so\n");
	write_stack("loop", "account include loop\n");
	write_stack("common-account",
	    "account\t[success=1 new_authtok_reqd=done default=ignore]\tpam_unix.so\n"
	    "account\trequisite\tpam_deny.so\n"
	    "account\trequired\tpam_permit.so\n"
	    "account\t[success=ok ignore=ignore default=die]\tpam_iamlogin.so\n");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	scratch_remove(dir);
	return 0;
}

static void
test_stacks_that_deny(void **state)
{
	static const char *const stacks[] = {
		"@include common-account\n",
		"account include common-account\naccount required pam_permit.so\n",
		("account required pam_nologin.so\naccount substack deny-first\n"
		 "account required pam_permit.so\n"),
		"account required /lib/security/pam_iamlogin.so\n",
		"account required \\\n pam_iamlogin.so\n",
		"account [default=bad success=ok] pam_iamlogin.so # why\n",
		"account sufficient pam_deny.so\naccount requisite pam_iamlogin.so\n",
		/* a jump over the last line leaves a stack that nothing made positive */
		"account [success=1] pam_unix.so\naccount required pam_iamlogin.so\n",
	};
	size_t i;
	(void)state;

	for (i = 0; i < BASE_N(stacks); i++)
		if (evaluate(stacks[i]) != PAM_STACK_DENIES)
			fail_msg("does not deny: %s", stacks[i]);
}

static void
test_stacks_that_let_in(void **state)
{
	static const char *const stacks[] = {
		"account include late\n",
		"account substack late\naccount required pam_permit.so\n",
		"account optional pam_iamlogin.so\naccount required pam_permit.so\n",
		"account sufficient pam_unix.so\naccount required pam_iamlogin.so\n",
		"account [success=1 default=ignore] pam_unix.so\n"
		"account requisite pam_iamlogin.so\naccount required pam_permit.so\n",
		"account [default=ignore] pam_iamlogin.so\naccount required pam_permit.so\n",
		"account [success=done] pam_unix.so\naccount required pam_iamlogin.so\n",
		"account [perm_denied=ignore default=die] pam_iamlogin.so\n"
		"account required pam_permit.so\n",
	};
	size_t i;
	(void)state;

	for (i = 0; i < BASE_N(stacks); i++)
		if (evaluate(stacks[i]) != PAM_STACK_SUCCEEDS)
			fail_msg("does not let in: %s", stacks[i]);
}

static void
test_stacks_without_us(void **state)
{
	char where[160];
	(void)state;

	assert_int_equal(evaluate("account required pam_permit.so\n"), PAM_STACK_ABSENT);
	assert_int_equal(evaluate("# account required pam_iamlogin.so\n"
				  "account required pam_unix.so\n"),
	    PAM_STACK_ABSENT);
	assert_int_equal(evaluate("auth required pam_unix.so\n"), PAM_STACK_EMPTY);
	assert_int_equal(evaluate("account include nowhere\n"), PAM_STACK_BROKEN);
	assert_int_equal(
	    pam_stack_evaluate(dir, "loop", "account", where), PAM_STACK_BROKEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stacks_that_deny),
		cmocka_unit_test(test_stacks_that_let_in),
		cmocka_unit_test(test_stacks_without_us),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
