/* SPDX-License-Identifier: Apache-2.0 */
/* test_config.c - keys and values of daemon/config*.c: examples, and every refusal */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/support/config_fixture.h"

static void
test_an_empty_file_is_the_defaults_with_nobody_in_scope(void **state)
{
	_cleanup_config_ struct config *c = config_fixture_good("");
	(void)state;

	assert_int_equal(c->source, CONFIG_SOURCE_IAM);
	assert_int_equal(c->users.n_terms, 0);
	assert_int_equal(c->login.n_allow + c->login.n_deny, 0);
	assert_int_equal(c->sudo.n_allow, 0);
	assert_string_equal(c->login.section, "login");
	assert_string_equal(c->sudo.section, "sudo");
	assert_string_equal(c->accounts.runas_tag, "SSMSessionRunAs");
	assert_string_equal(c->accounts.home, "/home/%u");
	assert_string_equal(c->accounts.shell, "/bin/bash");
	assert_null(c->accounts.strip_domain);
	assert_false(c->accounts.fold_case);
	assert_false(c->accounts.enumerate);
	assert_int_equal(c->accounts.visible, CONFIG_VISIBLE_AUTHORIZED);
	assert_int_equal(c->fresh_s, 600);
	assert_int_equal(c->grace_s, 86400);
	assert_int_equal(c->sudo_grace_s, 14400);
	assert_true(c->keys_iam && c->keys_tags);
	assert_int_equal(c->min_rsa_bits, 2048);
	assert_true(c->keys_eic && config_has_eic(c));
	assert_string_equal(c->aws.imds_endpoint, "http://169.254.169.254");
	assert_null(c->aws.iam_endpoint);
	assert_int_equal(c->on_revoke, ON_REVOKE_TERMINATE);
	assert_int_equal(c->session_manager, SESSION_MANAGER_AUDIT);
}

static const char example[] =
    "; a comment, and one with\n"
    "# the other sign\n"
    "\n"
    "  \t \n"
    "[source]\n"
    "kind = file                    ; iam | file\n"
    "path=/srv/people.json\n"
    "directory = scoped\n"
    "[aws]   ; all optional\n"
    "region = eu-central-1\n"
    "account = 111122223333\n"
    "ca_file = /etc/ssl/aws.pem\n"
    "https_proxy = http://proxy.corp.com:3128\n"
    "imds_endpoint = http://[fd00:ec2::254]\n"
    "iam_endpoint = https://iam.example.com\n"
    "sts_endpoint = http://127.0.0.1:8443\n"
    "ec2_endpoint = http://[::1]:8443\n"
    "fips = auto\n"
    "dual_stack = no\n"
    "[instance]\n"
    "tag = platform=acme\n"
    "tag = note=a=b c\n"
    "[principals]\n"
    "users = path:/people/*\tgroup:HostAdmins  user:bob\n"
    "roles = path:/hosts/*\n"
    "[accounts]\n"
    "runas_tag = RunAs\n"
    "strip_domain = corp.com\n"
    "uid_tag = posix:uid\n"
    "fold_case = yes\n"
    "shared = web ec2-user\n"
    "reserved = ops deploy\n"
    "break_glass =\n"
    "local = listed\n"
    "visible = all\n"
    "enumerate = yes\n"
    "home = /srv/home/%u\n"
    "shell = /bin/sh\n"
    "[login]\n"
    "allow = group:HostAdmins\n"
    "allow = tag:team=payments & instance:env=dev ; the & binds\n"
    "deny = tag:\"note=a;b\"\n"
    "[login:cron]\n"
    "deny = path:/people/\n"
    "[login:vsftpd]\n"
    "allow = tag:ftp\n"
    "allow = tag:x\n"
    "[sudo]\n"
    "allow = group:HostAdmins & match:platform\n"
    "deny = user:bob\n"
    "grace = 90s\n"
    "[cache]\n"
    "fresh = 2m\n"
    "grace = 2d\n"
    "[keys]\n"
    "iam = no\n"
    "tags = yes\n"
    "min_rsa_bits = 3072\n"
    "chain = /bin/x %u %t %k %%\n"
    "trusted_user_ca_keys = /etc/ssh/ca.pub\n"
    "instance_connect = no\n"
    "[session]\n"
    "on_revoke = notify\n"
    "session_manager = terminate\n"
    "[audit]\n"
    "file = /var/log/x.jsonl";

static void
test_every_key_arrives_where_it_belongs(void **state)
{
	_cleanup_config_ struct config *c = config_fixture_good(example);
	(void)state;

	assert_int_equal(c->source, CONFIG_SOURCE_FILE);
	assert_string_equal(c->source_path, "/srv/people.json");
	assert_string_equal(c->aws.region, "eu-central-1");
	assert_string_equal(c->aws.account, "111122223333");
	assert_string_equal(c->aws.ca_file, "/etc/ssl/aws.pem");
	assert_string_equal(c->aws.https_proxy, "http://proxy.corp.com:3128");
	assert_string_equal(c->aws.imds_endpoint, "http://[fd00:ec2::254]");
	assert_string_equal(c->aws.iam_endpoint, "https://iam.example.com");
	assert_string_equal(c->aws.sts_endpoint, "http://127.0.0.1:8443");
	assert_string_equal(c->aws.ec2_endpoint, "http://[::1]:8443");
	assert_int_equal(c->n_instance_tags, 2);
	assert_string_equal(c->instance_tags[1].key, "note");
	assert_string_equal(c->instance_tags[1].value, "a=b c");
	assert_int_equal(c->users.n_terms, 3);
	assert_int_equal(c->users.terms[1].kind, RULES_GROUP);
	assert_string_equal(c->users.terms[2].key, "bob");
	assert_string_equal(c->accounts.runas_tag, "RunAs");
	assert_string_equal(c->accounts.strip_domain, "corp.com");
	assert_string_equal(c->accounts.uid_tag, "posix:uid");
	assert_int_equal(c->roles.n_terms, 1);
	assert_string_equal(c->roles.terms[0].key, "/hosts/*");
	assert_true(c->accounts.fold_case && c->accounts.enumerate);
	assert_int_equal(c->accounts.reserved.n, 2);
	assert_string_equal(c->accounts.reserved.items[1], "deploy");
	assert_int_equal(c->accounts.break_glass.n, 0);
	assert_int_equal(c->accounts.shared.n, 2);
	assert_true(config_lists(&c->accounts.shared, "ec2-user"));
	assert_false(config_lists(&c->accounts.shared, "ec2"));
	assert_int_equal(c->accounts.local, CONFIG_LOCAL_LISTED);
	assert_int_equal(c->n_services, 2);
	assert_string_equal(config_service_name(&c->services[0]), "cron");
	assert_int_equal(c->services[0].n_deny, 1);
	assert_int_equal(c->services[0].n_allow, 0);
	assert_string_equal(c->services[1].section, "login:vsftpd");
	assert_int_equal(c->services[1].n_allow, 2);
	assert_string_equal(c->services[1].allow[1].text, "tag:x");
	assert_int_equal(c->accounts.visible, CONFIG_VISIBLE_ALL);
	assert_string_equal(c->accounts.home, "/srv/home/%u");
	assert_string_equal(c->accounts.shell, "/bin/sh");
	assert_int_equal(c->login.n_allow, 2);
	assert_int_equal(c->login.allow[1].n_terms, 2);
	assert_string_equal(
	    c->login.allow[1].text, "tag:team=payments & instance:env=dev");
	assert_string_equal(c->login.deny[0].terms[0].value, "a;b");
	assert_int_equal(c->sudo.n_allow, 1);
	assert_int_equal(c->sudo.n_deny, 1);
	assert_int_equal(c->sudo_grace_s, 90);
	assert_int_equal(c->fresh_s, 120);
	assert_int_equal(c->grace_s, 172800);
	assert_true(!c->keys_iam && c->keys_tags);
	assert_int_equal(c->min_rsa_bits, 3072);
	assert_string_equal(c->keys_chain, "/bin/x %u %t %k %%");
	assert_string_equal(c->keys_ca, "/etc/ssh/ca.pub");
	assert_false(c->keys_eic || config_has_eic(c));
	assert_string_equal(c->audit_file, "/var/log/x.jsonl");
	assert_int_equal(c->on_revoke, ON_REVOKE_NOTIFY);
	assert_int_equal(c->session_manager, SESSION_MANAGER_TERMINATE);
}

static void
test_a_section_of_a_service_is_checked_as_login_is(void **state)
{
	static const struct config_fixture_refusal table[] = {
		{ "[login:cron]", "f.conf:1: [login:cron] has neither allow nor deny" },
		{ "\n[login:at]\nallow = tag:x\n[login:cron]\n[cache]\nfresh = 1m",
		    "f.conf:4: [login:cron] has neither" },
		{ "[login:]\nallow = tag:x", "f.conf:1: \"\" is no PAM service" },
		{ "[login:a/b]\nallow = tag:x", "f.conf:1: \"a/b\" is no PAM service" },
		{ "[login:0123456789012345678901234567890x]\nallow = tag:x",
		    "f.conf:1: \"0123456789012345678901234567890x\" is no PAM" },
		{ "[login:sudo]\nallow = tag:x",
		    "f.conf:1: [sudo] says who may use sudo; there is no [login:sudo]" },
		{ "[login:sudo-i]\nallow = tag:x", "f.conf:1: [sudo] says who may use" },
		{ "[login:at]\nallow = tag:x\n[login:at]\ndeny = tag:y",
		    "f.conf:3: [login:at] stands twice" },
		{ "[login:at]\nalow = tag:x",
		    "f.conf:2: unknown key alow in [login]; did you mean allow?" },
		{ "[login:at]\ngrace = 4h", "f.conf:2: unknown key grace in [login]" },
		{ "[login:at]\nallow =",
		    "f.conf:2: [login:at] allow has an empty value" },
		{ "[login:at]\ndeny = tag:", "f.conf:2: [login:at] deny: byte 5: " },
		{ "[sudo:x]\nallow = tag:x", "f.conf:1: unknown section [sudo:x]" },
	};
	char text[2000];
	size_t len = 0;

	(void)state;
	config_fixture_refusals(table, BASE_N(table));
	/* login, sudo and 28 more are what the published masks have bits for */
	for (int i = 0; i < 28; i++)
		len += (size_t)snprintf(
		    text + len, sizeof(text) - len, "[login:s%d]\nallow = match:x\n", i);
	config_free(config_fixture_good(text));
	(void)snprintf(text + len, sizeof(text) - len, "[login:s28]\nallow = tag:x\n");
	config_fixture_refusals(&(const struct config_fixture_refusal){ text,
				    "f.conf:57: more than 28 sections [login:NAME]" },
	    1);
}

static void
test_a_service_may_be_all_that_wants_instance_tags(void **state)
{
	_cleanup_config_ struct config *allow =
	    config_fixture_good("[login:at]\nallow = instance:env=dev\n");
	_cleanup_config_ struct config *deny =
	    config_fixture_good("[login:at]\ndeny = match:env\n");

	(void)state;
	assert_true(config_wants_instance_tags(allow));
	assert_true(config_wants_instance_tags(deny));
}

static void
test_sudo_does_not_ask_how_somebody_came_in(void **state)
{
	static const struct config_fixture_refusal table[] = {
		{ "[sudo]\nallow = tag:x & via:eic",
		    "f.conf:2: [sudo] allow: via:eic: how somebody came in is for [login]" },
		{ "[sudo]\nallow = tag:x\ndeny = caller:arn:a*",
		    "f.conf:3: [sudo] deny: caller:arn:a*: how somebody came in" },
		{ "[sudo]\nallow = tag:", "f.conf:2: [sudo] allow: byte 5: nothing" },
		{ "[principals]\nroles = group:x",
		    "f.conf:2: [principals] roles: group:x: roles have no groups" },
		{ "[principals]\nroles = path:/a/ user:x",
		    "f.conf:2: [principals] roles: user:x: roles have no groups" },
		{ "[principals]\nroles = tag:x",
		    "f.conf:2: [principals] roles: tag:x: only" },
		{ "[principals]\nusers = via:eic",
		    "f.conf:2: [principals] users: via:eic: only path:, group: and" },
	};
	(void)state;

	config_fixture_refusals(table, BASE_N(table));
	config_free(
	    config_fixture_good("[login]\nallow = via:eic\n"
				"deny = caller:arn:a*\n[login:at]\nallow = via:eic"));
}

static void
test_shared_names_are_names_that_may_be_shared(void **state)
{
	static const struct config_fixture_refusal table[] = {
		{ "[accounts]\nshared = web Web",
		    "f.conf:2: [accounts] shared: \"Web\" is no account name" },
		{ "[accounts]\nshared = a,b", "f.conf:2: [accounts] shared: \"a,b\"" },
		{ "[accounts]\nshared = 0", "f.conf:2: [accounts] shared: \"0\"" },
		{ "[accounts]\nshared = web root",
		    "f.conf:2: [accounts] shared: root is never shared" },
		{ "[accounts]\nshared = iamlogin-keys",
		    "f.conf:2: [accounts] shared: iamlogin-keys is never shared" },
		{ "[accounts]\nshared = a b\nbreak_glass = b c",
		    "f.conf: [accounts] b is in both shared and break_glass" },
		{ "[accounts]\nshared = a b\nreserved = a",
		    "f.conf: [accounts] a is in both shared and reserved" },
		{ "[accounts]\nlocal = none",
		    "f.conf:2: [accounts] local: unknown value" },
	};
	_cleanup_config_ struct config *empty =
	    config_fixture_good("[accounts]\nshared =\nlocal = break_glass\n");

	(void)state;
	config_fixture_refusals(table, BASE_N(table));
	assert_int_equal(empty->accounts.shared.n, 0);
	assert_int_equal(empty->accounts.local, CONFIG_LOCAL_BREAK_GLASS);
}

static void
test_aws_may_be_another_account_and_other_endpoints(void **state)
{
	_cleanup_config_ struct config *c = config_fixture_good(
	    "[source]\ndirectory = details\n"
	    "[aws]\nrole_arn = arn:aws-cn:iam::111122223333:role/a/Reader\n"
	    "fips = yes\ndual_stack = no\n"
	    "[login]\nallow = group:x\nallow = match:platform\n");
	char account[13];

	(void)state;
	assert_int_equal(c->directory, CONFIG_DIRECTORY_DETAILS);
	assert_string_equal(
	    c->aws.role_arn, "arn:aws-cn:iam::111122223333:role/a/Reader");
	assert_int_equal(c->aws.fips, CONFIG_YES);
	assert_int_equal(c->aws.dual_stack, CONFIG_NO);
	config_directory_account(c, account);
	assert_string_equal(account, "111122223333");
	assert_true(config_wants_instance_tags(c));
}

static void
test_without_a_rule_about_them_instance_tags_are_not_wanted(void **state)
{
	_cleanup_config_ struct config *c =
	    config_fixture_good("[login]\nallow = tag:platform\n");

	(void)state;
	assert_false(config_wants_instance_tags(c));
	assert_int_equal(c->aws.fips, CONFIG_AUTO);
	assert_null(c->aws.role_arn);
}

static void
test_endpoints_and_their_kinds_exclude_each_other(void **state)
{
	static const struct config_fixture_refusal table[] = {
		{ "[aws]\nfips = yes\niam_endpoint = https://a.example\n",
		    "f.conf: [aws] fips or dual_stack = yes and an endpoint" },
		{ "[aws]\ndual_stack = yes\nec2_endpoint = https://a.example\n",
		    "f.conf: [aws] fips or dual_stack = yes and an endpoint" },
		{ "[aws]\nfips = maybe\n", "f.conf:2: [aws] fips: unknown value" },
		{ "[aws]\nrole_arn = reader\n", "f.conf:2: [aws] role_arn: the ARN" },
		{ "[aws]\nrole_arn = arn:aws:iam::1:role/x\n",
		    "f.conf:2: [aws] role_arn: the ARN" },
		{ "[aws]\nrole_arn = arn:aws:iam::111122223333:user/x\n",
		    "f.conf:2: [aws] role_arn: the ARN" },
	};

	(void)state;
	config_fixture_refusals(table, BASE_N(table));
}

static void
test_values_are_checked(void **state)
{
	static const struct config_fixture_refusal table[] = {
		{ "[session]\non_revoke = terminat",
		    "f.conf:2: [session] on_revoke: unknown value \"terminat\"; did you mean" },
		{ "[session]\nsession_manager = keep",
		    "f.conf:2: [session] session_manager: unknown value \"keep\"" },
		{ "[login]\nallow =", "f.conf:2: [login] allow has an empty value" },
		{ "[login]\ndeny = ; none", "f.conf:2: [login] deny has an empty value" },
		{ "[instance]\ntag =", "f.conf:2: [instance] tag has an empty value" },
		{ "[aws]\nregion =", "f.conf:2: [aws] region has an empty value" },
		{ "[cache]\nfresh = 1m\nfresh = 2m",
		    "f.conf:3: [cache] fresh stands twice" },
		{ "[cache]\ngrace = 1m\n[cache]\ngrace = 2m",
		    "f.conf:4: [cache] grace stands twice" },
		{ "[cache]\nfresh = 10",
		    "f.conf:2: [cache] fresh: a duration is a number" },
		{ "[cache]\nfresh = m",
		    "f.conf:2: [cache] fresh: a duration is a number" },
		{ "[cache]\nfresh = 1.5h",
		    "f.conf:2: [cache] fresh: a duration is a number" },
		{ "[cache]\nfresh = -1m",
		    "f.conf:2: [cache] fresh: a duration is a number" },
		{ "[cache]\nfresh = 10 m",
		    "f.conf:2: [cache] fresh: a duration is a number" },
		{ "[cache]\nfresh = 0s",
		    "f.conf:2: [cache] fresh: a duration is 1s to 366d" },
		{ "[cache]\nfresh = 367d",
		    "f.conf:2: [cache] fresh: a duration is 1s to" },
		{ "[cache]\nfresh = 4294967296s",
		    "f.conf:2: [cache] fresh: a duration is 1s" },
		{ "[accounts]\nfold_case = true",
		    "f.conf:2: [accounts] fold_case: yes or no" },
		{ "[accounts]\nhome = home/%u",
		    "f.conf:2: [accounts] home: an absolute path" },
		{ "[accounts]\nhome = /",
		    "f.conf:2: [accounts] home: the path may not end" },
		{ "[accounts]\nhome = /home/../%u",
		    "f.conf:2: [accounts] home: no '.'," },
		{ "[accounts]\nhome = /home/%u/%u",
		    "f.conf:2: [accounts] home: of all %" },
		{ "[accounts]\nhome = /home/%n", "f.conf:2: [accounts] home: of all %" },
		{ "[accounts]\nhome = /home/%u%", "f.conf:2: [accounts] home: of all %" },
		{ "[accounts]\nhome = /h:/%u", "f.conf:2: [accounts] home: no ':'" },
		{ "[accounts]\nshell = bash",
		    "f.conf:2: [accounts] shell: an absolute path" },
		{ "[accounts]\nshell = /bin/sh -x",
		    "f.conf:2: [accounts] shell: the path of" },
		{ "[accounts]\nstrip_domain = @corp.com",
		    "f.conf:2: [accounts] strip_domain" },
		{ "[accounts]\nreserved = a,b",
		    "f.conf:2: [accounts] reserved: \"a,b\" is no" },
		{ "[accounts]\nrunas_tag = A=b",
		    "f.conf:2: [accounts] runas_tag: a tag key" },
		{ "[audit]\nfile = audit.jsonl",
		    "f.conf:2: [audit] file: an absolute path" },
		{ "[aws]\naccount = 1234", "f.conf:2: [aws] account: an account has 12" },
		{ "[aws]\nregion = Frankfurt", "f.conf:2: [aws] region: a region is" },
		{ "[instance]\ntag = x",
		    "f.conf:2: [instance] tag: KEY=VALUE is expected" },
		{ "[source]\nkind = file\n[instance]\ntag = a=1\ntag = A=2",
		    "f.conf:5: [instance] tag: this tag is there already" },
		{ "[source]\nkind = iam\n[instance]\ntag = a=1\ntag = b=1",
		    "f.conf:4: [instance] tag is for kind = file only" },
		{ "[principals]\nusers = tag:a=b",
		    "f.conf:2: [principals] users: tag:a=b: onl" },
		{ "[principals]\nusers = user:a & user:b",
		    "f.conf:2: [principals] users: &: " },
		{ "[principals]\nusers = all",
		    "f.conf:2: [principals] users: all: byte 1" },
	};
	(void)state;

	config_fixture_refusals(table, BASE_N(table));
}

static void
test_endpoints_are_https_or_loopback(void **state)
{
	static const char *const bad[] = { "http://iam.amazonaws.com",
		"http://localhost:80", "http://127.0.0.1.evil.com", "http://127.1",
		"http://127.0.0.256", "http://[::2]", "https://", "https://host/",
		"https://u@host", "ftp://host", "https://host:0", "https://host:65536",
		"https://host:80x", "https://a b", "iam.amazonaws.com", "https://[::1" };
	static const char *const bad_imds[] = { "https://169.254.169.254",
		"http://169.254.169.253", "http://169.254.169.254:80",
		"http://[fd00:ec2::253]", "http://metadata", "http://169.254.169.254/" };
	(void)state;

	for (size_t i = 0; i < BASE_N(bad) + BASE_N(bad_imds); i++) {
		bool is_imds = i >= BASE_N(bad);
		struct config *config = NULL;
		char error[400] = "";
		char text[200];

		(void)snprintf(text, sizeof(text), "[aws]\n%s_endpoint = %s",
		    is_imds ? "imds" : "iam",
		    is_imds ? bad_imds[i - BASE_N(bad)] : bad[i]);
		if (config_fixture_parse(text, strlen(text), &config, error) != -EINVAL)
			fail_msg("'%s' was accepted", text);
	}
	config_free(config_fixture_good("[aws]\niam_endpoint = http://127.1.2.3:8080"));
	config_free(config_fixture_good("[aws]\nimds_endpoint = http://127.0.0.1:1338"));
	config_free(config_fixture_good("[aws]\nimds_endpoint = http://169.254.169.254"));
	config_free(
	    config_fixture_good("[aws]\niam_endpoint = https://[2001:db8::1]:8443"));
}

/* Runs as root, as the daemon's configuration is read: ownership is part of the contract. */
static void
test_a_file_that_others_can_write_is_not_loaded(void **state)
{
	char dir[] = "/tmp/test_config.XXXXXX";
	char path[100];
	char link_path[100];
	char error[400] = "";
	struct config *config = NULL;
	FILE *stream;
	(void)state;

	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/iamlogin.conf", dir);
	(void)snprintf(link_path, sizeof(link_path), "%s/link", dir);
	assert_int_equal(config_load(path, &config, error), -ENOENT);
	assert_non_null(strstr(error, "there is no such file"));
	stream = fopen(path, "w");
	assert_non_null(stream);
	(void)fputs("[cache]\nfresh = 7s\n", stream);
	(void)fclose(stream);
	assert_int_equal(symlink(path, link_path), 0);
	assert_int_equal(config_load(link_path, &config, error), -ELOOP);
	for (int bit = 020; bit > 0; bit = bit == 020 ? 002 : 0) {
		assert_int_equal(chmod(path, (mode_t)(0600 | bit)), 0);
		if (geteuid() == 0) {
			assert_int_equal(config_load(path, &config, error), -EINVAL);
			assert_non_null(strstr(error, "may be written by others"));
		}
	}
	assert_int_equal(chmod(path, 0644), 0);
	if (geteuid() == 0) {
		assert_int_equal(config_load(path, &config, error), 0);
		assert_int_equal(config->fresh_s, 7);
		config_free(config);
		config = NULL;
		assert_int_equal(chown(path, 65534, 0), 0);
	}
	assert_int_equal(config_load(path, &config, error), -EINVAL);
	assert_non_null(strstr(error, "is not owned by root"));
	assert_int_equal(config_load(dir, &config, error), -EINVAL);
	assert_non_null(strstr(error, "is not a regular file"));
	(void)unlink(link_path);
	(void)unlink(path);
	(void)rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_empty_file_is_the_defaults_with_nobody_in_scope),
		cmocka_unit_test(test_every_key_arrives_where_it_belongs),
		cmocka_unit_test(test_a_section_of_a_service_is_checked_as_login_is),
		cmocka_unit_test(test_a_service_may_be_all_that_wants_instance_tags),
		cmocka_unit_test(test_shared_names_are_names_that_may_be_shared),
		cmocka_unit_test(test_sudo_does_not_ask_how_somebody_came_in),
		cmocka_unit_test(test_aws_may_be_another_account_and_other_endpoints),
		cmocka_unit_test(
		    test_without_a_rule_about_them_instance_tags_are_not_wanted),
		cmocka_unit_test(test_endpoints_and_their_kinds_exclude_each_other),
		cmocka_unit_test(test_values_are_checked),
		cmocka_unit_test(test_endpoints_are_https_or_loopback),
		cmocka_unit_test(test_a_file_that_others_can_write_is_not_loaded),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
