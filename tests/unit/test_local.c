/* SPDX-License-Identifier: Apache-2.0 */
/* test_local.c - daemon/local.c and the reserved names of daemon/reserved.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/local.h"

static char dir[] = "/tmp/test_local.XXXXXX";
static char passwd[64];
static char group[64];

static void
write_file(const char *path, const char *text)
{
	FILE *stream = fopen(path, "w");

	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
}

static int
set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(passwd, sizeof(passwd), "%s/passwd", dir);
	(void)snprintf(group, sizeof(group), "%s/group", dir);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(passwd);
	(void)unlink(group);
	return rmdir(dir);
}

static void
test_names_and_ids_of_both_files_are_found(void **state)
{
	_cleanup_local_ struct local *local = NULL;
	(void)state;

	write_file(passwd, "root:x:0:0:root:/root:/bin/bash\n"
			   "zed:x:01000:1879050003::/home/zed:/bin/sh\n"
			   "\n"
			   "# comment:x:1:1\n"
			   "+nis:x:5:5::/:/bin/sh\n"
			   "typo:x:12x:13:::\n"
			   "nocolon\n"
			   "amy:x:4294967295:7::/home/amy:/bin/sh");
	write_file(group, "root:x:0:\nstaff:x:50:zed,amy\nbig:x:1879050001:\n:x:9:\n");
	assert_int_equal(local_load(passwd, group, &local), 0);

	assert_true(local_has_user(local, "root"));
	assert_true(local_has_user(local, "zed"));
	assert_true(local_has_user(local, "amy"));
	assert_true(
	    local_has_user(local, "typo")); /* the name is taken, whatever its uid */
	assert_false(local_has_user(local, "nocolon"));
	assert_false(local_has_user(local, "+nis"));
	assert_false(local_has_user(local, "staff"));
	assert_false(local_has_user(local, "ze"));
	assert_false(local_has_user(local, ""));
	assert_true(local_has_uid(local, 0));
	assert_true(local_has_uid(local, 1000)); /* written 01000 */
	assert_true(local_has_uid(local, 4294967295u));
	assert_false(local_has_uid(local, 5));
	assert_false(local_has_uid(local, 12));
	assert_true(local_has_group(local, "staff"));
	assert_false(local_has_group(local, "zed"));
	assert_false(local_has_group(local, ""));
	assert_true(local_has_gid(local, 50));
	assert_true(local_has_gid(local, 1879050001u));
	assert_true(local_has_gid(local, 1879050003u)); /* zed's primary gid */
	assert_false(local_has_gid(local, 9));
	assert_false(local_has_gid(local, 1000));
}

static void
test_a_user_is_found_as_libc_finds_it(void **state)
{
	_cleanup_local_ struct local *local = NULL;
	static const char *const none[] = { "typo", "long", "short", "gid", "", "aaa",
		"zzz" };
	const struct local_user *user;
	(void)state;

	write_file(passwd, "zed:x:1001:1002:Zed:/home/zed:/bin/zsh\n"
			   "typo:x:12x:13::/:/bin/sh\n"
			   "long:x:12:13::/:/bin/sh:more\n"
			   "short:x:12:13::/\n"
			   "gid:x:12:::/:/bin/sh\n"
			   "amy:x:0:7:::\n"
			   "twice:x:5:5::/one:/bin/a\n"
			   "twice:x:6:6::/two:/bin/b\n");
	write_file(group, "");
	assert_int_equal(local_load(passwd, group, &local), 0);
	user = local_user(local, "zed");
	assert_non_null(user);
	assert_int_equal(user->uid, 1001);
	assert_int_equal(user->gid, 1002);
	assert_string_equal(user->home, "/home/zed");
	assert_string_equal(user->shell, "/bin/zsh");
	user = local_user(local, "amy");
	assert_non_null(user);
	assert_int_equal(user->uid, 0);
	assert_string_equal(user->home, "");
	user = local_user(local, "twice");
	assert_non_null(user);
	assert_int_equal(user->uid, 5);
	for (size_t i = 0; i < BASE_N(none); i++)
		assert_null(local_user(local, none[i]));
}

static void
test_a_missing_file_is_an_error_and_not_an_empty_one(void **state)
{
	struct local *local = NULL;
	(void)state;

	write_file(passwd, "");
	(void)unlink(group);
	assert_int_equal(local_load(passwd, group, &local), -ENOENT);
	assert_null(local);
	write_file(group, "");
	assert_int_equal(local_load(passwd, group, &local), 0);
	assert_false(local_has_user(local, "root"));
	assert_false(local_has_gid(local, 0));
	local_free(local);
}

static void
test_a_very_long_line_is_read_whole(void **state)
{
	_cleanup_local_ struct local *local = NULL;
	FILE *stream = fopen(group, "w");
	(void)state;

	assert_non_null(stream);
	(void)fputs("many:x:60:", stream);
	for (int i = 0; i < 20000; i++)
		(void)fprintf(stream, "user%d,", i);
	(void)fputs("\nlast:x:61:\n", stream);
	assert_int_equal(fclose(stream), 0);
	write_file(passwd, "");
	assert_int_equal(local_load(passwd, group, &local), 0);
	assert_true(local_has_group(local, "last"));
	assert_true(local_has_gid(local, 61));
}

static void
test_system_names_are_reserved_and_others_are_not(void **state)
{
	static const char *const reserved[] = { "root", "daemon", "docker", "lxd", "adm",
		"sudo", "wheel", "admin", "disk", "shadow", "kvm", "libvirt", "postgres",
		"mysql", "www-data", "nobody", "nogroup", "ssm-user", "ec2-user",
		"ubuntu", "debian", "centos", "fedora", "rocky", "polkitd", "sshd",
		"zabbix", "znc", "Debian-exim", "_apt", "systemd-network",
		"systemd-anything", "systemd-", "iamlogin", "iamlogin-users",
		"iamlogin-sudo", "iamloginx", "ec2-instance-connect" };
	static const char *const free_names[] = { "alice", "deploy", "HostAdmins",
		"developers", "systemd", "Docker", "dockers", "roo", "", "test" };
	(void)state;

	for (size_t i = 0; i < BASE_N(reserved); i++)
		if (!local_is_reserved_name(reserved[i]))
			fail_msg("%s is not reserved", reserved[i]);
	for (size_t i = 0; i < BASE_N(free_names); i++)
		if (local_is_reserved_name(free_names[i]))
			fail_msg("'%s' is reserved", free_names[i]);
}

/* Spread over the whole list: one out of order would make bisection miss some. */
static void
test_the_base_systems_of_debian_and_red_hat_are_reserved(void **state)
{
	static const char *const debian[] = { "root", "daemon", "bin", "sys", "sync",
		"games", "man", "lp", "mail", "news", "uucp", "proxy", "www-data",
		"backup", "list", "irc", "gnats", "nobody", "adm", "tty", "disk", "kmem",
		"dialout", "fax", "voice", "cdrom", "floppy", "tape", "sudo", "audio",
		"dip", "operator", "src", "shadow", "utmp", "video", "sasl", "plugdev",
		"staff", "users", "nogroup", "input", "kvm", "render", "sgx", "crontab",
		"netdev", "_ssh", "messagebus" };
	static const char *const redhat[] = { "halt", "shutdown", "ftp", "lock", "mem",
		"dbus", "rpc", "rpcuser", "tss", "chrony", "sssd", "stapusr", "utempter",
		"ssh_keys", "cgred", "dockerroot", "saslauth", "libstoragemgmt",
		"wheel" };
	(void)state;

	for (size_t i = 0; i < BASE_N(debian); i++)
		if (!local_is_reserved_name(debian[i]))
			fail_msg("%s is not reserved", debian[i]);
	for (size_t i = 0; i < BASE_N(redhat); i++)
		if (!local_is_reserved_name(redhat[i]))
			fail_msg("%s is not reserved", redhat[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_and_ids_of_both_files_are_found),
		cmocka_unit_test(test_a_user_is_found_as_libc_finds_it),
		cmocka_unit_test(test_a_missing_file_is_an_error_and_not_an_empty_one),
		cmocka_unit_test(test_a_very_long_line_is_read_whole),
		cmocka_unit_test(test_system_names_are_reserved_and_others_are_not),
		cmocka_unit_test(
		    test_the_base_systems_of_debian_and_red_hat_are_reserved),
	};

	return cmocka_run_group_tests_name("local", tests, set_up, tear_down);
}
