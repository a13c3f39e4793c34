/* SPDX-License-Identifier: Apache-2.0 */
/* test_directory_json.c - the directory's JSON in both directions: daemon/directory_*.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/directory_json.h"
#include "daemon/directory_scan.h"

/* A good ed25519 key; the file's reader takes every type that sshd does. */
#define KEY            \
	"ssh-ed25519 " \
	"AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"

#define USER(name, id, rest)                                                \
	"{\"Path\":\"/people/\",\"UserName\":\"" name "\",\"UserId\":\"" id \
	"\",\"Arn\":\"arn:aws:iam::111122223333:user/people/" name "\"" rest "}"
#define FILE_OF(users) "{\"UserDetailList\":[" users "]}"

static struct directory *
parse_good(const char *text)
{
	struct directory *directory = NULL;
	char error[256] = "";

	if (directory_json_parse(text, strlen(text), &directory, error) != 0)
		fail_msg("refused: %s", error);
	return directory;
}

static void
test_a_user_arrives_with_everything(void **state)
{
	_cleanup_directory_ struct directory *d = parse_good(
	    " {\"Policies\":[{\"x\":[{}]}],\n\"IsTruncated\":false, \"UserDetailList\" : [" USER(
		"alice", "AIDA1",
		",\"CreateDate\":\"2024-05-01T12:00:00+00:00\",\"GroupList\":[\"B\",\"A\"],"
		"\"UserPolicyList\":[{\"PolicyDocument\":{\"a\":{\"b\":[{}]}}}],"
		"\"Tags\":[{\"Key\":\"k\",\"Value\":\"\"},{\"Value\":\"caf\\u00e9 \\\" "
		"{\",\"Key\":\"K\"}],\"SSHPublicKeys\":["
		"{\"SSHPublicKeyId\":\"APKA1\",\"Status\":\"Active\",\"SSHPublicKeyBody\":\"" KEY
		"\"},"
		"{\"SSHPublicKeyId\":\"APKA2\",\"Status\":\"Inactive\","
		"\"SSHPublicKeyBody\":\"" KEY "\"},"
		"{\"SSHPublicKeyId\":\"APKA3\",\"Status\":\"Expired\"},"
		"{\"SSHPublicKeyId\":\"APKA4\",\"Status\":\"active\"},"
		"{\"SSHPublicKeyId\":\"APKA5\",\"Status\":\"Active\","
		"\"SSHPublicKeyBody\":\"ssh-rsa AAAA\"}]") "," USER("bob", "AIDA0",
		"") "],"
		    "\"GroupDetailList\":[{\"GroupName\":\"B\",\"GroupId\":\"AGPA1\",\"Path\":\"/\"},"
		    "{\"GroupName\":\"A\"}],\"RoleDetailList\":[{\"Path\":\"/ci/\",\"RoleName\":\"ci\","
		    "\"RoleId\":\"AROA1\",\"Arn\":\"arn:aws:iam::111122223333:role/ci/ci\","
		    "\"AssumeRolePolicyDocument\":{\"a\":1},\"GroupList\":7,"
		    "\"Tags\":[{\"Key\":\"SSMSessionRunAs\",\"Value\":\"ci\"}]}]} \n");
	const struct directory_principal *alice;
	(void)state;

	assert_int_equal(d->n_principals, 3);
	assert_string_equal(d->principals[2].name, "ci");
	assert_int_equal(d->principals[2].kind, PRINCIPAL_ROLE);
	assert_string_equal(d->principals[2].path, "/ci/");
	assert_int_equal(d->principals[2].n_tags, 1);
	assert_int_equal(d->principals[2].n_groups, 0);
	assert_string_equal(d->principals[0].name, "bob"); /* sorted by id */
	assert_true(d->principals[0].created_s == INT64_MAX);
	assert_string_equal(d->account, "111122223333");
	alice = directory_principal_by_id(d, PRINCIPAL_IAM_USER, "AIDA1");
	assert_non_null(alice);
	assert_string_equal(alice->name, "alice");
	assert_string_equal(alice->path, "/people/");
	assert_int_equal(alice->created_s, 1714564800);
	assert_int_equal(alice->n_groups, 2);
	assert_string_equal(alice->groups[0], "A");
	assert_int_equal(alice->n_tags, 2);
	assert_string_equal(alice->tags[0].value, "");
	assert_string_equal(alice->tags[1].key, "K");
	assert_string_equal(alice->tags[1].value, "caf\xc3\xa9 \" {");
	assert_int_equal(alice->n_keys, 1);
	assert_string_equal(alice->keys[0].key_id, "APKA1");
	assert_string_equal(alice->keys[0].type, "ssh-ed25519");
	assert_int_equal(alice->keys[0].blob_len, 51);
	assert_int_equal(alice->keys[0].source, KEYSFILE_SOURCE_FILE);
	assert_int_equal(d->n_groups, 2);
	assert_string_equal(directory_group_by_name(d, "B")->id, "AGPA1");
	assert_null(directory_group_by_name(d, "A")->id);
	assert_null(directory_group_by_name(d, "C"));
	assert_null(directory_principal_by_id(d, PRINCIPAL_ROLE, "AIDA1"));
}

static void
test_an_empty_list_is_an_authoritative_answer(void **state)
{
	_cleanup_directory_ struct directory *d = parse_good("{\"UserDetailList\":[]}");
	(void)state;

	assert_int_equal(d->n_principals, 0);
	assert_string_equal(d->account, "");
}

static void
test_what_is_not_of_this_shape_is_refused(void **state)
{
	static const struct {
		const char *text;
		const char *error; /* a part of it */
	} table[] = {
		{ "", "not a JSON object" },
		{ "[]", "not a JSON object" },
		{ "{}", "there is no UserDetailList" },
		{ "{\"UserDetailList\":{}}", "UserDetailList is not an array" },
		{ "{\"UserDetailList\":[]", "no JSON at byte 21" },
		{ "{\"UserDetailList\":[]} x", "no JSON at byte" },
		{ "{\"UserDetailList\":[],}", "no JSON at byte" },
		{ "{\"UserDetailList\":[}", "no JSON at byte" },
		{ "{\"UserDetailList\":[],\"UserDetailList\":[]}",
		    "a member stands twice" },
		{ "{\"UserDetailList\":[],\"UserDetail\\u004cist\":[]}",
		    "no JSON at byte" },
		{ "{\"UserDetailList\":[\"x\"]}", "UserDetailList[0]: not an object" },
		{ "{\"UserDetailList\":[{}]}", "UserDetailList[0]: UserId is missing" },
		{ "{\"UserDetailList\":[{},]}", "UserDetailList[0]: UserId is missing" },
		{ FILE_OF(USER("alice", "AIDA1", "") ","), "no JSON behind element 1" },
		{ FILE_OF(USER("alice", "AIDA1", "") " " USER("bob", "AIDA2", "")),
		    "no JSON behind element 1" },
		{ FILE_OF("{\"UserId\":\"A\"}"), "UserName is missing" },
		{ FILE_OF("{\"UserId\":\"\"}"), "UserId is empty" },
		{ FILE_OF("{\"UserId\":7}"), "UserId is not a string" },
		{ FILE_OF("{\"UserId\":null}"), "UserId is not a string" },
		{ FILE_OF("{\"UserId\":\"a\\u0000b\"}"), "UserId has a NUL inside" },
		{ FILE_OF("{\"UserId\":\"A\",\"UserId\":\"B\"}"),
		    "distinct plain member" },
		{ FILE_OF("{\"User\\u0049d\":\"A\"}"), "distinct plain member" },
		{ FILE_OF("{\"UserId\":tru}"), "not a JSON object" },
		{ FILE_OF(USER("alice", "AIDA1", ",\"CreateDate\":\"yesterday\"")),
		    "UserDetailList[0]: alice: CreateDate is no time" },
		{ FILE_OF(USER("alice", "AIDA1", ",\"Tags\":{}")),
		    "Tags is not an array" },
		{ FILE_OF(USER("alice", "AIDA1", ",\"Tags\":[1]")), "Tags[0]" },
		{ FILE_OF(USER("alice", "AIDA1", ",\"Tags\":[{\"Key\":\"a\"}]")),
		    "alice: Tags[0] has no Value" },
		{ FILE_OF(USER("alice", "AIDA1",
		      ",\"Tags\":[{\"Key\":\"a\",\"Value\":\"x\",\"Value\":\"y\"}]")),
		    "Tags[0]: not an object with distinct" },
		{ FILE_OF(USER("alice", "AIDA1", ",\"Tags\":[],\"Tags\":[]")),
		    "distinct" },
		{ FILE_OF(USER("alice", "AIDA1", ",\"GroupList\":[1]")), "GroupList" },
		{ FILE_OF(USER("alice", "AIDA1", ",\"GroupList\":[\"\"]")), "GroupList" },
		{ FILE_OF(USER("alice", "AIDA1", ",\"SSHPublicKeys\":[{}]")),
		    "SSHPublicKeyId is missing" },
		{ FILE_OF(USER("alice", "AIDA1",
		      ",\"SSHPublicKeys\":[{\"SSHPublicKeyId\":\"A\",\"Status\":\"Active\"}]")),
		    "SSHPublicKeyBody is missing" },
		{ FILE_OF(USER("alice", "AIDA1",
		      ",\"SSHPublicKeys\":[{\"Status\":\"Inactive\",\"Status\":\"Active\"}]")),
		    "SSHPublicKeys[0]: not an object with distinct" },
		{ FILE_OF(USER("alice", "AIDA1", "") "," USER("bob", "AIDA1", "")),
		    "stands twice" },
		{ FILE_OF(USER("alice", "AIDA1", "") "," USER("alice", "AIDA2", "")),
		    "stands twice" },
		{ "{\"UserDetailList\":[],\"GroupDetailList\":[{}]}",
		    "GroupDetailList[0]: GroupName is missing" },
		{ "{\"UserDetailList\":[],\"GroupDetailList\":[{\"GroupName\":\"a\","
		  "\"GroupId\":\"1\"},{\"GroupName\":\"a\",\"GroupId\":\"2\"}]}",
		    "stands twice" },
		{ "{\"UserDetailList\":[],\"x\":\"\xff\"}", "byte 27 is not UTF-8" },
		{ "{\"UserDetailList\":[],\"x\":\"\xed\xa0\x80\"}",
		    "byte 27 is not UTF-8" },
		{ "{\"UserDetailList\":[],\"x\":\"\xe0\x80\xaf\"}",
		    "byte 27 is not UTF-8" },
		{ "{\"UserDetailList\":[],\"x\":\"\xc0\xaf\"}", "byte 27 is not UTF-8" },
	};
	(void)state;

	for (size_t i = 0; i < BASE_N(table); i++) {
		struct directory *directory = NULL;
		char error[256] = "";
		int r = directory_json_parse(
		    table[i].text, strlen(table[i].text), &directory, error);

		if (r != DIRECTORY_JSON_E_SYNTAX)
			fail_msg("'%s': returned %d", table[i].text, r);
		if (strstr(error, table[i].error) == NULL)
			fail_msg("'%s': got '%s'", table[i].text, error);
		assert_null(directory);
	}
}

static void
test_depth_is_limited_also_in_what_is_skipped(void **state)
{
	char text[2000] = "{\"UserDetailList\":[],\"x\":";
	char error[256];
	struct directory *directory = NULL;
	(void)state;

	for (int i = 0; i < DIRECTORY_SCAN_DEPTH + 1; i++)
		strcat(text, "[");
	for (int i = 0; i < DIRECTORY_SCAN_DEPTH + 1; i++)
		strcat(text, "]");
	strcat(text, "}");
	assert_int_equal(directory_json_parse(text, strlen(text), &directory, error),
	    DIRECTORY_JSON_E_SYNTAX);
}

/* Cut anywhere, a listing is an error: it can never look like fewer people. */
static void
test_no_truncation_passes(void **state)
{
	static const char text[] = FILE_OF(USER("alice", "AIDA1",
	    ",\"Tags\":[{\"Key\":\"a\",\"Value\":\"b\"}]") "," USER("bob", "AIDA2", ""));
	(void)state;

	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		struct directory *directory = NULL;
		char error[256];
		_cleanup_free_ char *copy =
		    malloc(len + 1); /* for the sanitizer's sake */

		assert_non_null(copy);
		memcpy(copy, text, len);
		assert_int_equal(directory_json_parse(copy, len, &directory, error),
		    DIRECTORY_JSON_E_SYNTAX);
	}
}

static void
test_writing_and_reading_again_gives_the_same(void **state)
{
	_cleanup_directory_ struct directory *d =
	    parse_good("{\"UserDetailList\":[" USER("alice", "AIDA1",
		",\"CreateDate\":\"2024-05-01T12:00:00Z\",\"GroupList\":[\"A\"],"
		"\"Tags\":[{\"Key\":\"k\\\\\",\"Value\":\"\\n\\u0001\\\"\\u00e9\"}],"
		"\"SSHPublicKeys\":[{\"SSHPublicKeyId\":\"APKA1\",\"Status\":\"Active\","
		"\"SSHPublicKeyBody\":\"" KEY "\"}]") "," USER("bob", "AIDA2",
		"") "],"
		    "\"GroupDetailList\":[{\"GroupName\":\"A\",\"GroupId\":\"AGPA1\"}]}");
	_cleanup_directory_ struct directory *again = NULL;
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	char error[256];
	(void)state;

	assert_non_null(stream);
	assert_int_equal(directory_json_write(d, stream), 0);
	assert_int_equal(fclose(stream), 0);
	assert_int_equal(directory_json_parse(text, size, &again, error), 0);
	assert_true(directory_same(d, again));
	assert_string_equal(again->account, "111122223333");
	again->principals[0].tags[0].value[0] = 'x';
	assert_false(directory_same(d, again));
}

static void
test_writing_to_a_full_disk_is_an_error(void **state)
{
	_cleanup_directory_ struct directory *d = parse_good("{\"UserDetailList\":[]}");
	FILE *stream = fopen("/dev/full", "w");
	(void)state;

	assert_non_null(stream);
	setbuf(stream, NULL);
	assert_int_equal(directory_json_write(d, stream), -EIO);
	(void)fclose(stream);
}

/* A file of more than a few megabytes, its groups before or behind its users. */
static char *
large_file(bool groups_first, size_t *ret_len)
{
	static const char groups[] = "\"GroupDetailList\":[{\"GroupName\":\"G\"}]";
	char *text = NULL;
	FILE *stream = open_memstream(&text, ret_len);

	assert_non_null(stream);
	(void)fprintf(stream, "{%s%s\"UserDetailList\":[", groups_first ? groups : "",
	    groups_first ? "," : "");
	for (unsigned i = 0; i < 20000; i++)
		(void)fprintf(stream,
		    "%s{\"Path\":\"/people/\",\"UserName\":\"p%u\",\"UserId\":\"AIDA%08u\","
		    "\"Arn\":\"arn:aws:iam::111122223333:user/people/p%u\","
		    "\"Tags\":[{\"Key\":\"team\",\"Value\":\"t%u\"},{\"Key\":\"n\","
		    "\"Value\":\"%u\"}],\"GroupList\":[\"G\",\"H\"]}",
		    i > 0 ? "," : "", i, i, i, i % 7, i);
	(void)fprintf(
	    stream, "]%s%s}", groups_first ? "" : ",", groups_first ? "" : groups);
	assert_int_equal(fclose(stream), 0);
	return text;
}

static void
spoil(void *context, const char *upto)
{
	char **from = context;

	memset(*from, '#', (size_t)(upto - *from));
	*from += upto - *from;
}

static void
test_what_is_passed_is_not_looked_at_again(void **state)
{
	(void)state;
	for (int groups_first = 0; groups_first < 2; groups_first++) {
		size_t len;
		_cleanup_free_ char *text = large_file(groups_first != 0, &len);
		_cleanup_directory_ struct directory *whole = parse_good(text);
		_cleanup_directory_ struct directory *eaten = NULL;
		char error[256] = "", *from = text;

		assert_int_equal(
		    directory_json_eat(text, len, spoil, &from, &eaten, error), 0);
		assert_true(from - text > 2 << 20);
		assert_int_equal(eaten->n_principals, 20000);
		assert_true(directory_same(whole, eaten));
	}
}

static void
test_times(void **state)
{
	static const struct {
		const char *text;
		int64_t s;
	} good[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2024-05-01T12:00:00Z", 1714564800 },
		{ "2024-02-29T23:59:59+00:00", 1709251199 },
		{ "2024-05-01T12:00:00.123Z", 1714564800 },
		{ "2038-01-19T03:14:08Z", 2147483648 },
	};
	static const char *const bad[] = { "", "2024-05-01", "2024-05-01T12:00:00",
		"2024-05-01 12:00:00Z", "1969-12-31T23:59:59Z", "0376-05-01T12:00:00Z",
		"2024-05-01T12:00:00z", "2024-05-01T12:00:00+01:00",
		"2024-02-30T12:00:00Z", "2024-13-01T12:00:00Z", "2024-00-01T12:00:00Z",
		"2024-05-01T24:00:00Z", "2024-05-01T12:60:00Z", "2024-05-01T12:00:60Z",
		"2024-05-01T12:00:00Zx", "2024-05-01T12:00:00.Z", " 2024-05-01T12:00:00Z",
		"+024-05-01T12:00:00Z", "2024-5-01T12:00:00Z" };
	int64_t s;
	(void)state;

	for (size_t i = 0; i < BASE_N(good); i++) {
		assert_int_equal(directory_json_time(good[i].text, &s), 0);
		assert_int_equal(s, good[i].s);
	}
	for (size_t i = 0; i < BASE_N(bad); i++) {
		s = 77;
		if (directory_json_time(bad[i], &s) != -EINVAL || s != 77)
			fail_msg("'%s' is a time", bad[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_user_arrives_with_everything),
		cmocka_unit_test(test_an_empty_list_is_an_authoritative_answer),
		cmocka_unit_test(test_what_is_not_of_this_shape_is_refused),
		cmocka_unit_test(test_depth_is_limited_also_in_what_is_skipped),
		cmocka_unit_test(test_no_truncation_passes),
		cmocka_unit_test(test_writing_and_reading_again_gives_the_same),
		cmocka_unit_test(test_writing_to_a_full_disk_is_an_error),
		cmocka_unit_test(test_what_is_passed_is_not_looked_at_again),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests_name("directory_json", tests, NULL, NULL);
}
