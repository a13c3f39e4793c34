/* SPDX-License-Identifier: Apache-2.0 */
/* test_enable_text.c - the editors of `iamlogin enable` on files as distributions ship them */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/diff.h"
#include "cli/enable_conf.h"
#include "cli/enable_nsswitch.h"
#include "cli/enable_pam.h"
#include "cli/imds_fence.h"
#include "cli/sshd_facts.h"
#include "common/base.h"

static char *
corpus(const char *name)
{
	const char *top = getenv("SRCDIR");
	char path[512];
	char *text = calloc(1, 65536);
	FILE *stream;

	(void)snprintf(
	    path, sizeof(path), "%s/tests/data/enable/%s", top != NULL ? top : ".", name);
	stream = fopen(path, "r");
	assert_non_null(stream);
	assert_non_null(text);
	assert_true(fread(text, 1, 65535, stream) > 0);
	(void)fclose(stream);
	return text;
}

typedef int (*editor)(const char *, char **);

/* Adds, adds again, takes out; @wanted is a line of the result. */
static void
check_editor(const char *text, editor add, editor take_out, const char *wanted)
{
	char *once = NULL, *twice = NULL, *back = NULL;

	assert_int_equal(add(text, &once), 0);
	assert_non_null(strstr(once, wanted));
	assert_int_equal(add(once, &twice), 0);
	assert_string_equal(once, twice);
	assert_int_equal(take_out(once, &back), 0);
	assert_string_equal(back, text);
	free(once);
	free(twice);
	free(back);
}

static void
check_file(const char *name, editor add, editor take_out, const char *wanted)
{
	char *text = corpus(name);

	check_editor(text, add, take_out, wanted);
	free(text);
}

static void
test_nsswitch_of_each_distribution(void **state)
{
	(void)state;
	check_file("nsswitch.debian11", enable_nsswitch_add, enable_nsswitch_remove,
	    "\npasswd:         files iamlogin\n");
	check_file("nsswitch.debian12", enable_nsswitch_add, enable_nsswitch_remove,
	    "\ngroup:          files iamlogin\n");
	check_file("nsswitch.debian13", enable_nsswitch_add, enable_nsswitch_remove,
	    "\npasswd:         files iamlogin\n");
	check_file("nsswitch.ubuntu2204", enable_nsswitch_add, enable_nsswitch_remove,
	    "\ngroup:          files iamlogin systemd\n");
	check_file("nsswitch.rhel9", enable_nsswitch_add, enable_nsswitch_remove,
	    "\npasswd:     sss files iamlogin systemd\n");
	check_file("nsswitch.al2023", enable_nsswitch_add, enable_nsswitch_remove,
	    "\ngroup:      files [SUCCESS=merge] iamlogin systemd\n");
}

static void
test_nsswitch_odd_ones(void **state)
{
	char *text = NULL;
	(void)state;

	check_editor("passwd: compat # a comment, files\ngroup:\tcompat nis\n",
	    enable_nsswitch_add, enable_nsswitch_remove, "passwd: compat iamlogin # a");
	check_editor("passwd: files\ngroup: files\ninitgroups: files sss\n",
	    enable_nsswitch_add, enable_nsswitch_remove,
	    "initgroups: files iamlogin sss\n");
	assert_int_equal(enable_nsswitch_add("hosts: files", &text), 0);
	assert_string_equal(
	    text, "hosts: files\npasswd: files iamlogin\ngroup: files iamlogin\n");
	free(text);
	text = NULL;
	assert_int_equal(enable_nsswitch_add("passwd: sss\ngroup: files\n", &text),
	    ENABLE_NSSWITCH_E_NO_FILES);
	assert_int_equal(
	    enable_nsswitch_add(
		"passwd: files [!SUCCESS=return notfound=Return] sss\ngroup: files\n",
		&text),
	    ENABLE_NSSWITCH_E_RETURNS);
	assert_int_equal(
	    enable_nsswitch_add("passwd: iamlogin files\ngroup: files\n", &text),
	    ENABLE_NSSWITCH_E_ORDER);
	assert_null(text);
}

static void
test_session_line_stands_behind_loginuid(void **state)
{
	static const char wanted[] =
	    "pam_loginuid.so\nsession    requisite    pam_iamlogin.so\n";
	(void)state;
	check_file(
	    "pam-sshd.debian11", enable_pam_add_session, enable_pam_remove, wanted);
	check_file(
	    "pam-sshd.debian12", enable_pam_add_session, enable_pam_remove, wanted);
	check_file(
	    "pam-sshd.debian13", enable_pam_add_session, enable_pam_remove, wanted);
	check_file("pam-sshd.rhel9", enable_pam_add_session, enable_pam_remove, wanted);
}

static void
test_session_line_in_odd_files(void **state)
{
	char *text = NULL;
	(void)state;

	/* without pam_loginuid: the first session line, but for selinux close */
	assert_int_equal(enable_pam_add_session("session required pam_selinux.so close\n"
						"@include common-session\n",
			     &text),
	    0);
	assert_non_null(
	    strstr(text, "close\nsession    requisite    pam_iamlogin.so\n@inc"));
	free(text);
	text = NULL;
	/* a continued line is not torn apart, and a last line without newline gets one */
	assert_int_equal(
	    enable_pam_add_session("session required pam_loginuid.so \\\n x", &text), 0);
	assert_string_equal(text, "session required pam_loginuid.so \\\n x\nsession    "
				  "requisite    pam_iamlogin.so\n");
	free(text);
	text = NULL;
	assert_int_equal(enable_pam_add_session("session required pam_loginuid.so\n"
						"session required pam_env.so\n"
						"session requisite pam_iamlogin.so\n",
			     &text),
	    ENABLE_PAM_E_ELSEWHERE);
	assert_int_equal(enable_pam_add_session("auth required pam_deny.so\n", &text),
	    ENABLE_PAM_E_NO_PLACE);
	assert_null(text);
}

static void
test_account_line_comes_first(void **state)
{
	static const char line[] =
	    "account    [success=ok ignore=ignore default=die]    pam_iamlogin.so\n";
	char wanted[256];
	(void)state;

	(void)snprintf(wanted, sizeof(wanted), "\n\n%saccount     required", line);
	check_file("password-auth.rhel9-sssd", enable_pam_add_account, enable_pam_remove,
	    wanted);
	check_file("password-auth.al2023-minimal", enable_pam_add_account,
	    enable_pam_remove, wanted);
	assert_true(enable_pam_names_us(line));
	assert_false(enable_pam_names_us("# account required pam_iamlogin.so\n"));
	assert_true(
	    enable_pam_names_us("-account required /lib/security/pam_iamlogin.so x\n"));
}

static void
check_set(const char *text, const char *section, const char *key, const char *wanted)
{
	char *edited = NULL, *value;

	assert_int_equal(enable_conf_set(text, section, key, "new", &edited), 0);
	assert_string_equal(edited, wanted);
	value = enable_conf_get(edited, section, key);
	assert_string_equal(value, "new");
	free(value);
	free(edited);
}

static void
test_configuration_values(void **state)
{
	char *value;
	(void)state;

	check_set("", "login", "allow", "[login]\nallow = new\n");
	check_set("[login]\n;allow = x\n\n[sudo]\nallow = y\n", "login", "allow",
	    "[login]\n;allow = x\nallow = new\n\n[sudo]\nallow = y\n");
	check_set("[login]\nallow = a ; why\nallow = b\n", "login", "allow",
	    "[login]\nallow = new\n");
	check_set("[login:x]\nallow = a\n[sudo]\nallow=b", "sudo", "allow",
	    "[login:x]\nallow = a\n[sudo]\nallow = new\n");
	check_set("[a]\nx = 1\n", "b", "y", "[a]\nx = 1\n\n[b]\ny = new\n");
	assert_null(enable_conf_get("[a]\n;x = 1\n[b]\nx = 2\n", "a", "x"));
	value = enable_conf_get("[a]\nx =  one two \t; comment\n", "a", "x");
	assert_string_equal(value, "one two");
	free(value);
}

static char *
diff_of(const char *old, const char *new)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	diff_print(out, "/f", old, new);
	(void)fclose(out);
	return text;
}

static void
test_diff_is_unified(void **state)
{
	static const struct {
		const char *old, *new, *wanted;
	} cases[] = {
		{ "a\n", "a\n", "" },
		{ NULL, "a\n", "--- /dev/null\n+++ /f\n@@ -0,0 +1,1 @@\n+a\n" },
		{ "a\nb\nc\n", "a\nx\nc\n",
		    "--- /f\n+++ /f\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n" },
		{ "a\nb", "a\nb\n",
		    "--- /f\n+++ /f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of "
		    "file\n+b\n" },
		{ "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "0\n1\n2\n3\n4\n5\n6\n7\n8\n",
		    "--- /f\n+++ /f\n@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n@@ -6,4 +7,3 @@\n "
		    "6\n 7\n 8\n-9\n" },
	};
	size_t i;
	(void)state;

	for (i = 0; i < BASE_N(cases); i++) {
		char *text = diff_of(cases[i].old, cases[i].new);

		assert_string_equal(text, cases[i].wanted);
		free(text);
	}
}

static void
test_who_owns_the_keys_command(void **state)
{
	static const struct {
		const char *line, *wanted;
	} cases[] = {
		{ "ExecStart=/usr/sbin/sshd -D -o \"AuthorizedKeysCommand /usr/share/"
		  "ec2-instance-connect/eic_run_authorized_keys %%u %%f\" -o "
		  "\"AuthorizedKeysCommandUser ec2-instance-connect\" $SSHD_OPTS",
		    "/usr/share/ec2-instance-connect/eic_run_authorized_keys %u %f" },
		{ "ExecStart=/usr/sbin/sshd -D -o 'AuthorizedKeysCommand /opt/aws/bin/"
		  "eic_run_authorized_keys %u %f' -o 'AuthorizedKeysCommandUser x' $OPTIONS",
		    "/opt/aws/bin/eic_run_authorized_keys %u %f" },
		{ "SSHD_OPTS=-oAuthorizedKeysCommand=/bin/k", "/bin/k" },
		{ "SSHD_OPTS=\"-o AuthorizedKeysCommandUser=root\"", NULL },
		{ "AuthorizedKeysCommand /not/an/option", NULL },
	};
	char value[SSHD_FACTS_VALUE];
	size_t i;
	(void)state;

	for (i = 0; i < BASE_N(cases); i++) {
		bool is_found =
		    sshd_facts_option(cases[i].line, "AuthorizedKeysCommand", value);

		assert_int_equal(is_found, cases[i].wanted != NULL);
		if (is_found)
			assert_string_equal(value, cases[i].wanted);
	}
	assert_int_equal(sshd_facts_classify(""), SSHD_COMMAND_NONE);
	assert_int_equal(sshd_facts_classify("none"), SSHD_COMMAND_NONE);
	assert_int_equal(sshd_facts_classify("/usr/libexec/iamlogin-authorized-keys %u"),
	    SSHD_COMMAND_OURS);
	assert_int_equal(
	    sshd_facts_classify("/opt/aws/bin/eic_run_authorized_keys %u %f"),
	    SSHD_COMMAND_EIC);
	assert_int_equal(sshd_facts_classify("/usr/bin/userdbctl ssh-authorized-keys %u"),
	    SSHD_COMMAND_USERDB);
	assert_int_equal(sshd_facts_classify("/usr/bin/sss_ssh_authorizedkeys %u"),
	    SSHD_COMMAND_OTHER);
}

static void
test_who_talks_to_imds(void **state)
{
	static const char text[] =
	    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
	    "   0: 0500000A:E2D4 FEA9FEA9:0050 01 00000000:00000000 02:00 00000000  1000 0 1\n"
	    "   1: 0500000A:E2D6 FEA9FEA9:0050 06 00000000:00000000 03:00 00000000     0 0 0\n"
	    "   2: 0500000A:E2D8 FEA9FEA9:0050 06 00000000:00000000 03:00 00000000  1000 0 0\n"
	    "   3: 0500000A:E2D8 FEA9FEA9:0051 06 00000000:00000000 03:00 00000000  1001 0 0\n"
	    "   4: 0500000A:E2D8 0100007F:0050\n";
	unsigned uids[4];
	(void)state;

	assert_int_equal(imds_fence_uids(text, uids, BASE_N(uids)), 2);
	assert_int_equal(uids[0], 1000);
	assert_int_equal(uids[1], 0);
	assert_int_equal(imds_fence_uids(text, uids, 1), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nsswitch_of_each_distribution),
		cmocka_unit_test(test_nsswitch_odd_ones),
		cmocka_unit_test(test_session_line_stands_behind_loginuid),
		cmocka_unit_test(test_session_line_in_odd_files),
		cmocka_unit_test(test_account_line_comes_first),
		cmocka_unit_test(test_configuration_values),
		cmocka_unit_test(test_diff_is_unified),
		cmocka_unit_test(test_who_owns_the_keys_command),
		cmocka_unit_test(test_who_talks_to_imds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
