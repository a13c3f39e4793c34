/* SPDX-License-Identifier: Apache-2.0 */
/* test_mapping.c - which account, if any: daemon/mapping.c with hostile names and tags */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/mapping.h"

static struct local *local;

static int
set_up(void **state)
{
	char dir[] = "/tmp/test_mapping.XXXXXX";
	char passwd[64];
	char group[64];
	FILE *stream;
	(void)state;

	assert_non_null(mkdtemp(dir));
	(void)snprintf(passwd, sizeof(passwd), "%s/passwd", dir);
	(void)snprintf(group, sizeof(group), "%s/group", dir);
	stream = fopen(passwd, "w");
	assert_non_null(stream);
	(void)fputs(
	    "root:x:0:0::/root:/bin/sh\nlocaluser:x:1000:1000::/:/bin/sh\n", stream);
	(void)fclose(stream);
	stream = fopen(group, "w");
	assert_non_null(stream);
	(void)fputs("root:x:0:\nlocalgroup:x:1001:\n", stream);
	(void)fclose(stream);
	assert_int_equal(local_load(passwd, group, &local), 0);
	(void)unlink(passwd);
	(void)unlink(group);
	return rmdir(dir);
}

static int
tear_down(void **state)
{
	(void)state;
	local_free(local);
	return 0;
}

static struct config *
make_config(const char *text)
{
	_cleanup_fclose_ FILE *stream = NULL;
	struct config *config = NULL;
	char error[400] = "";
	char copy[1000];

	(void)snprintf(copy, sizeof(copy), "%s\n", text);
	stream = fmemopen(copy, strlen(copy), "r");
	assert_non_null(stream);
	if (config_parse(stream, "f", &config, error) != 0)
		fail_msg("%s", error);
	return config;
}

/* The mapping of an IAM user of this name with up to two tags. */
static struct mapping
map(const char *config_text, enum principal_kind kind, const char *name, const char *key,
    const char *value, const char *key2, const char *value2)
{
	_cleanup_config_ struct config *config = make_config(config_text);
	_cleanup_directory_ struct directory *directory = NULL;
	struct directory_principal *who;
	struct mapping got;

	assert_int_equal(directory_new(&directory), 0);
	assert_int_equal(directory_add_principal(directory, kind, "AIDA1", name,
			     "/people/", "arn:x", 1, &who),
	    0);
	if (key != NULL)
		assert_int_equal(directory_add_tag(who, key, value), 0);
	if (key2 != NULL)
		assert_int_equal(directory_add_tag(who, key2, value2), 0);
	mapping_of(config, local, who, &got);
	return got;
}

static struct mapping
map_name(const char *config_text, const char *name)
{
	return map(config_text, PRINCIPAL_IAM_USER, name, NULL, NULL, NULL, NULL);
}

static struct mapping
map_tag(const char *value)
{
	return map("", PRINCIPAL_IAM_USER, "alice", "SSMSessionRunAs", value, NULL, NULL);
}

static void
check_nobody(struct mapping got, enum verdict_reason reason, const char *what)
{
	if (got.reason != reason || got.by != MAPPING_NONE || got.name[0] != '\0')
		fail_msg("'%s' maps to '%s' (%s), reason %d", what, got.name,
		    mapping_name(got.by), (int)got.reason);
}

static const char *const bad_names[] = { "", " ", "alice root", " alice", "alice ",
	"x;touch /tmp/p", "$(id)", "`id`", "-u", "--help", "-rf", ".", "..", "../etc",
	"a..b", "a.", ".a", "0", "1000", "1alice", "+", "+@x", "~", "~root", "a:b", "a,b",
	"alice,root", "a=b", "a@b", "a/b", "a\nb", "a\tb", "a\\b", "a\"b", "a'b", "Alice",
	"aliCe", "\xc3\xa4nne", "a\x7f", "a\x01",
	"abcdefghijklmnopqrstuvwxyz0123456",                                /* 33 bytes */
	"abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz01", /* 64 */
	"a:100000:65536\nroot:0:65536", "../../etc/cron.d/x", "%n%s", "*", "a*" };

static void
test_bad_tag_values_map_to_nobody_and_not_to_the_name(void **state)
{
	(void)state;

	for (size_t i = 0; i < BASE_N(bad_names); i++)
		check_nobody(map_tag(bad_names[i]), REASON_BAD_NAME, bad_names[i]);
}

static void
test_bad_iam_names_map_to_nobody(void **state)
{
	(void)state;

	for (size_t i = 0; i < BASE_N(bad_names); i++)
		check_nobody(map_name("", bad_names[i]), REASON_BAD_NAME, bad_names[i]);
}

static void
test_reserved_and_local_names_map_to_nobody(void **state)
{
	static const char *const reserved[] = { "root", "docker", "lxd", "adm", "sudo",
		"wheel", "postgres", "ssm-user", "nobody", "systemd-network", "iamlogin",
		"ops", "rescue" };
	static const char config[] = "[accounts]\nreserved = ops\nbreak_glass = rescue\n";
	(void)state;

	for (size_t i = 0; i < BASE_N(reserved); i++) {
		check_nobody(
		    map_name(config, reserved[i]), REASON_RESERVED_NAME, reserved[i]);
		check_nobody(map(config, PRINCIPAL_IAM_USER, "alice", "SSMSessionRunAs",
				 reserved[i], NULL, NULL),
		    REASON_RESERVED_NAME, reserved[i]);
	}
	check_nobody(map_tag("localuser"), REASON_LOCAL_NAME, "localuser");
	check_nobody(map_tag("localgroup"), REASON_LOCAL_NAME, "localgroup");
	check_nobody(map_name("", "localuser"), REASON_LOCAL_NAME, "localuser");
	/* Folding must not go around either list. */
	check_nobody(map_name("[accounts]\nfold_case = yes", "ROOT"),
	    REASON_RESERVED_NAME, "ROOT");
	check_nobody(map_name("[accounts]\nfold_case = yes", "LocalUser"),
	    REASON_LOCAL_NAME, "LocalUser");
	check_nobody(map_name("[accounts]\nstrip_domain = corp.com", "root@corp.com"),
	    REASON_RESERVED_NAME, "root@corp.com");
}

static void
test_the_tag_goes_before_the_name(void **state)
{
	struct mapping got = map_tag("deploy");
	(void)state;

	assert_int_equal(got.by, MAPPING_TAG);
	assert_string_equal(got.name, "deploy");
	assert_int_equal(got.reason, REASON_NONE);
	assert_string_equal(mapping_name(MAPPING_TAG), "tag");
	assert_string_equal(mapping_name(MAPPING_NAME), "name");
	assert_string_equal(mapping_name(MAPPING_NONE), "none");
	got =
	    map("", PRINCIPAL_IAM_USER, "alice", "ssmsessionRUNAS", "deploy", NULL, NULL);
	assert_string_equal(got.name, "deploy");
	got = map("", PRINCIPAL_IAM_USER, "alice", "Other", "deploy", NULL, NULL);
	assert_int_equal(got.by, MAPPING_NAME);
	assert_string_equal(got.name, "alice");
	got = map("[accounts]\nrunas_tag = Other", PRINCIPAL_IAM_USER, "alice", "Other",
	    "deploy", "SSMSessionRunAs", "x");
	assert_string_equal(got.name, "deploy");
}

static void
test_a_tag_that_is_there_twice_maps_to_nobody(void **state)
{
	(void)state;

	check_nobody(map("", PRINCIPAL_IAM_USER, "alice", "SSMSessionRunAs", "deploy",
			 "SSMSessionRunAs", "deploy"),
	    REASON_DUPLICATE_TAG, "same key");
	check_nobody(map("", PRINCIPAL_IAM_USER, "alice", "SSMSessionRunAs", "deploy",
			 "ssmsessionrunas", "root"),
	    REASON_DUPLICATE_TAG, "other case");
}

static void
test_names_at_the_edge_of_the_grammar_pass_unchanged(void **state)
{
	static const char *const good[] = { "a", "_", "_a", "a.b", "a-", "a_b-c.d9",
		"abcdefghijklmnopqrstuvwxyz012345" };
	(void)state;

	for (size_t i = 0; i < BASE_N(good); i++) {
		struct mapping got = map_name("", good[i]);

		assert_int_equal(got.by, MAPPING_NAME);
		assert_string_equal(got.name, good[i]);
		assert_string_equal(map_tag(good[i]).name, good[i]);
	}
}

static void
test_folding_and_stripping_are_done_only_where_configured(void **state)
{
	static const char fold[] = "[accounts]\nfold_case = yes";
	static const char strip[] = "[accounts]\nstrip_domain = corp.com";
	static const char both[] = "[accounts]\nfold_case = yes\nstrip_domain = corp.com";
	(void)state;

	assert_string_equal(map_name(fold, "Alice").name, "alice");
	assert_string_equal(map_name(fold, "AMYZ").name, "amyz");
	check_nobody(map_name(fold, "[x"), REASON_BAD_NAME, "next to Z");
	check_nobody(map_name(fold, "@x"), REASON_BAD_NAME, "next to A");
	check_nobody(map_name(fold, "Alice@corp.com"), REASON_BAD_NAME, "domain");
	assert_string_equal(map_name(strip, "alice@corp.com").name, "alice");
	check_nobody(map_name(strip, "Alice@corp.com"), REASON_BAD_NAME, "upper case");
	check_nobody(map_name(strip, "alice@Corp.com"), REASON_BAD_NAME, "domain's case");
	check_nobody(map_name(strip, "alice@corp.com.evil"), REASON_BAD_NAME, "longer");
	check_nobody(map_name(strip, "alice@evilcorp.com"), REASON_BAD_NAME, "prefix");
	check_nobody(map_name(strip, "a@b@corp.com"), REASON_BAD_NAME, "two signs");
	check_nobody(map_name(strip, "Alice"), REASON_BAD_NAME, "no sign");
	check_nobody(map_name(strip, "@corp.com"), REASON_BAD_NAME, "nothing left");
	assert_string_equal(map_name(both, "Alice@CORP.com").name, "alice");
	/* The tag's value is Session Manager's too: it is never folded or stripped. */
	check_nobody(map(both, PRINCIPAL_IAM_USER, "alice", "SSMSessionRunAs", "Deploy",
			 NULL, NULL),
	    REASON_BAD_NAME, "folded tag");
}

static void
test_other_kinds_have_an_account_by_tag_only(void **state)
{
	(void)state;

	check_nobody(map("", PRINCIPAL_ROLE, "alice", NULL, NULL, NULL, NULL),
	    REASON_NO_ACCOUNT, "role");
	assert_string_equal(
	    map("", PRINCIPAL_ROLE, "x", "SSMSessionRunAs", "deploy", NULL, NULL).name,
	    "deploy");
}

/* What a publisher has decided is taken over as it is, and held against the same lists. */
static void
test_an_assigned_name_goes_before_tag_and_name(void **state)
{
	_cleanup_config_ struct config *config =
	    make_config("[accounts]\nreserved = ops");
	static const struct {
		const char *name;
		enum verdict_reason reason;
	} table[] = {
		{ "deploy", REASON_NONE },
		{ "a", REASON_NONE },
		{ "root", REASON_RESERVED_NAME },
		{ "ops", REASON_RESERVED_NAME },
		{ "localuser", REASON_LOCAL_NAME },
		{ "Alice", REASON_BAD_NAME },
		{ "", REASON_BAD_NAME },
		{ "x;id", REASON_BAD_NAME },
		{ "abcdefghijklmnopqrstuvwxyz0123456", REASON_BAD_NAME },
	};
	(void)state;

	for (size_t i = 0; i < BASE_N(table); i++) {
		for (int is_by_tag = 0; is_by_tag < 2; is_by_tag++) {
			struct directory_principal who = {
				.kind = PRINCIPAL_IAM_USER,
				.name = "zoe",
			};
			struct mapping got;

			who.assigned.os_name = table[i].name;
			who.assigned.is_by_tag = is_by_tag == 1;
			mapping_of(config, local, &who, &got);
			if (table[i].reason != REASON_NONE) {
				check_nobody(got, table[i].reason, table[i].name);
				continue;
			}
			assert_int_equal(got.reason, REASON_NONE);
			assert_string_equal(got.name, table[i].name);
			assert_int_equal(
			    got.by, is_by_tag == 1 ? MAPPING_TAG : MAPPING_NAME);
		}
	}
}

static bool
in_scope(const char *users, enum principal_kind kind, const char *path)
{
	_cleanup_config_ struct config *config = NULL;
	_cleanup_directory_ struct directory *directory = NULL;
	struct directory_principal *who;
	char text[200];

	(void)snprintf(text, sizeof(text), "[principals]\nusers = %s", users);
	config = make_config(text);
	assert_int_equal(directory_new(&directory), 0);
	assert_int_equal(
	    directory_add_principal(directory, kind, "A", "alice", path, "arn", 1, &who),
	    0);
	assert_int_equal(directory_add_membership(who, "HostAdmins"), 0);
	return mapping_in_scope(config, who);
}

/* The configuration refuses a name under both; were it there, it would be nobody's. */
static void
test_an_account_for_emergencies_is_nobodys_target(void **state)
{
	static char name[] = "localuser";
	static char *names[] = { name };
	_cleanup_config_ struct config *config =
	    make_config("[accounts]\nshared = localuser\n");
	struct config_list saved = config->accounts.break_glass;

	(void)state;
	assert_non_null(mapping_local_target(config, local, "localuser"));
	config->accounts.break_glass = (struct config_list){ names, 1 };
	assert_null(mapping_local_target(config, local, "localuser"));
	config->accounts.break_glass = saved;
}

static void
test_what_mapped_somebody_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(mapping_name(MAPPING_TAG), "tag");
	assert_string_equal(mapping_name(MAPPING_NAME), "name");
	assert_string_equal(mapping_name(MAPPING_NONE), "none");
	assert_string_equal(mapping_name((enum mapping_by)99), "none");
}

static void
test_scope_is_nobody_unless_listed(void **state)
{
	(void)state;

	assert_false(in_scope("", PRINCIPAL_IAM_USER, "/people/"));
	assert_true(in_scope("path:/people/*", PRINCIPAL_IAM_USER, "/people/"));
	assert_true(in_scope("path:/people/*", PRINCIPAL_IAM_USER, "/people/eng/"));
	assert_false(in_scope("path:/people/*", PRINCIPAL_IAM_USER, "/peopleX/"));
	assert_false(in_scope("path:/people/", PRINCIPAL_IAM_USER, "/people/eng/"));
	assert_true(in_scope("path:/x/ group:HostAdmins", PRINCIPAL_IAM_USER, "/"));
	assert_true(in_scope("user:alice", PRINCIPAL_IAM_USER, "/"));
	assert_false(in_scope("user:Alice", PRINCIPAL_IAM_USER, "/"));
	assert_false(in_scope("path:/people/*", PRINCIPAL_ROLE, "/people/"));
	/* roles have a scope of their own, and whoever is neither has none */
	assert_true(
	    in_scope("user:x\nroles = path:/hosts/*", PRINCIPAL_ROLE, "/hosts/a/"));
	assert_false(in_scope("user:x\nroles = path:/hosts/*", PRINCIPAL_ROLE, "/"));
	assert_false(
	    in_scope("user:x\nroles = path:/hosts/*", PRINCIPAL_IAM_USER, "/hosts/a/"));
	assert_false(in_scope("path:/*\nroles = path:/*", PRINCIPAL_PERSON, "/"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_tag_values_map_to_nobody_and_not_to_the_name),
		cmocka_unit_test(test_bad_iam_names_map_to_nobody),
		cmocka_unit_test(test_reserved_and_local_names_map_to_nobody),
		cmocka_unit_test(test_the_tag_goes_before_the_name),
		cmocka_unit_test(test_a_tag_that_is_there_twice_maps_to_nobody),
		cmocka_unit_test(test_names_at_the_edge_of_the_grammar_pass_unchanged),
		cmocka_unit_test(
		    test_folding_and_stripping_are_done_only_where_configured),
		cmocka_unit_test(test_other_kinds_have_an_account_by_tag_only),
		cmocka_unit_test(test_an_assigned_name_goes_before_tag_and_name),
		cmocka_unit_test(test_an_account_for_emergencies_is_nobodys_target),
		cmocka_unit_test(test_what_mapped_somebody_has_a_name),
		cmocka_unit_test(test_scope_is_nobody_unless_listed),
	};

	return cmocka_run_group_tests_name("mapping", tests, set_up, tear_down);
}
