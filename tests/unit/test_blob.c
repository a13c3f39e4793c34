/* SPDX-License-Identifier: Apache-2.0 */
/* test_blob.c - the published directory both ways: daemon/blob*.c, daemon/gzip.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/blob.h"
#include "daemon/gzip.h"
#include "tests/support/example_keys.h"

#define HEAD                                                                         \
	"{\"iamlogin-directory\":1,\"owner\":\"123456789012\",\"view\":\"default\"," \
	"\"partition\":\"aws\",\"account\":\"123456789012\",\"attributes\":[\"team\"]}\n"
#define PERSON(id, rest)                                                            \
	"{\"kind\":\"iam-user\",\"id\":\"" id "\",\"name\":\"n" id                  \
	"\",\"path\":\"/people/\",\"groups\":[],\"attributes\":[],\"keys\":[]" rest \
	"}\n"
#define ACTIVE ",\"status\":\"active\""

static const struct blob_head head = { .owner = "123456789012",
	.view = "default",
	.partition = "aws",
	.account = "123456789012",
	.attributes = { "platform", "team" },
	.n_attributes = 2 };

static int
read_lines(const char *lines, const struct blob_filter *filter,
    struct directory **ret_directory, char *why)
{
	static const struct blob_filter none;
	_cleanup_buf_ struct buf packed = BUF_EMPTY;
	struct blob_head got;

	assert_int_equal(gzip_pack(lines, strlen(lines), &packed), 0);
	return blob_read(packed.bytes, packed.len, filter != NULL ? filter : &none, &got,
	    ret_directory, why);
}

static struct directory *
make(void)
{
	static const struct directory_assigned alices = {
		.uid = 1900000001, .is_by_tag = true, .os_name = "alice"
	};
	static const struct directory_assigned nobodys = { .os_name = "" };
	struct directory *directory = NULL;
	struct directory_principal *who;
	struct sshkey key;

	assert_int_equal(sshkey_parse(KEY_ED25519, strlen(KEY_ED25519), &key), 0);
	assert_int_equal(directory_new(&directory), 0);
	assert_int_equal(
	    directory_add_principal(directory, PRINCIPAL_IAM_USER, "AIDA2",
		"Bob \"B\" \\ \x7f caf\xc3\xa9", "/",
		"arn:aws:iam::123456789012:user/Bob \"B\" \\ \x7f caf\xc3\xa9", INT64_MAX,
		&who),
	    0);
	assert_int_equal(directory_assign(who, &nobodys), 0);
	assert_int_equal(
	    directory_add_principal(directory, PRINCIPAL_IAM_USER, "AIDA1", "alice",
		"/people/", "arn:aws:iam::123456789012:user/people/alice", 1714564800,
		&who),
	    0);
	assert_int_equal(directory_assign(who, &alices), 0);
	assert_int_equal(directory_add_membership(who, "HostAdmins"), 0);
	assert_int_equal(directory_add_tag(who, "team", "pay ments"), 0);
	assert_int_equal(directory_add_tag(who, "Team", ""), 0);
	assert_int_equal(directory_add_key(who, "APKA1", &key, KEYSFILE_SOURCE_IAM), 0);
	assert_int_equal(
	    directory_add_key(who, "iamlogin:key-1", &key, KEYSFILE_SOURCE_TAG), 0);
	assert_int_equal(directory_add_group(directory, "HostAdmins", "AGPA1", "/"), 0);
	directory->groups[0].gid = 1900000002;
	memcpy(directory->account, head.account, sizeof(head.account));
	assert_int_equal(directory_finish(directory), 0);
	return directory;
}

static void
test_what_was_written_is_read_whole_and_written_again_the_same(void **state)
{
	static const struct blob_filter none;
	_cleanup_directory_ struct directory *made = make(), *got = NULL;
	_cleanup_buf_ struct buf first = BUF_EMPTY, second = BUF_EMPTY;
	struct blob_head got_head;
	char why[BLOB_WHY_SIZE];
	(void)state;

	assert_int_equal(blob_write(&head, made, &first), 0);
	assert_int_equal(
	    blob_read(first.bytes, first.len, &none, &got_head, &got, why), 0);
	assert_true(directory_same(made, got));
	assert_true(blob_head_has(&got_head, "TEAM"));
	assert_false(blob_head_has(&got_head, "suspended"));
	assert_int_equal(blob_write(&got_head, got, &second), 0);
	assert_int_equal(first.len, second.len);
	assert_memory_equal(first.bytes, second.bytes, first.len);
}

static void
test_who_is_revoked_is_not_there(void **state)
{
	struct manifest_revoked revoked = { .kind = "iam-user", .id = "AIDA1" };
	struct manifest manifest = { .revoked = &revoked, .n_revoked = 1 };
	struct blob_filter filter = { .manifest = &manifest, .now_s = 1000 };
	_cleanup_directory_ struct directory *made = make(), *got = NULL, *later = NULL;
	_cleanup_buf_ struct buf bytes = BUF_EMPTY;
	struct blob_head got_head;
	char why[BLOB_WHY_SIZE];
	(void)state;

	assert_int_equal(blob_write(&head, made, &bytes), 0);
	assert_int_equal(
	    blob_read(bytes.bytes, bytes.len, &filter, &got_head, &got, why), 0);
	assert_int_equal(got->n_principals, 1);
	assert_null(directory_principal_by_id(got, PRINCIPAL_IAM_USER, "AIDA1"));
	revoked.until_s = 1000;
	assert_int_equal(
	    blob_read(bytes.bytes, bytes.len, &filter, &got_head, &later, why), 0);
	assert_non_null(directory_principal_by_id(later, PRINCIPAL_IAM_USER, "AIDA1"));
}

static void
test_keys_that_the_host_does_not_want_are_left_out(void **state)
{
	struct blob_filter filter = { .no_tag_keys = true };
	_cleanup_directory_ struct directory *made = make(), *got = NULL;
	_cleanup_buf_ struct buf bytes = BUF_EMPTY;
	struct blob_head got_head;
	char why[BLOB_WHY_SIZE];
	(void)state;

	assert_int_equal(blob_write(&head, made, &bytes), 0);
	assert_int_equal(
	    blob_read(bytes.bytes, bytes.len, &filter, &got_head, &got, why), 0);
	assert_int_equal(got->principals[0].n_keys, 1);
	assert_int_equal(got->principals[0].keys[0].source, KEYSFILE_SOURCE_IAM);
}

static void
test_what_a_later_version_adds_is_skipped(void **state)
{
	_cleanup_directory_ struct directory *got = NULL;
	char why[BLOB_WHY_SIZE];
	(void)state;

	assert_int_equal(
	    read_lines(HEAD "{\"machine\":\"x\"}\n"
			    "{\"kind\":\"robot\",\"id\":\"a\",\"name\":\"b\",\"path\":\"/"
			    "\",\"status\":\"active\"}\n" PERSON("1", ACTIVE
				",\"more\":{}") PERSON("2", ",\"status\":\"disabled\""),
		NULL, &got, why),
	    0);
	assert_int_equal(got->n_principals, 1);
	assert_string_equal(
	    got->principals[0].arn, "arn:aws:iam::123456789012:user/people/n1");
	assert_string_equal(got->principals[0].assigned.os_name, "");
}

static void
test_a_wrong_line_fails_the_whole_and_is_named(void **state)
{
	static const char *const wrong[] = {
		"",
		"\n",
		PERSON("1", ACTIVE),
		HEAD PERSON("1", ""),
		HEAD PERSON("1", ACTIVE) PERSON("1", ACTIVE),
		HEAD PERSON("1", ACTIVE ",\"os\":\"-rf\",\"by\":\"name\""),
		HEAD PERSON("1", ACTIVE ",\"os\":\"a\""),
		HEAD PERSON("1", ACTIVE ",\"os\":\"a\",\"by\":\"name\",\"uid\":0"),
		HEAD PERSON("1", ACTIVE ",\"os\":\"a\",\"by\":\"name\",\"uid\":1000"),
		HEAD PERSON("1", ACTIVE ",\"id\":\"2\""),
		HEAD "{\"group\":\"g\",\"gid\":27}\n",
		HEAD "[]\n",
		HEAD "{} {}\n",
		HEAD "{\"kind\":\"iam-user\"",
		HEAD
		"{\"kind\":\"iam-user\",\"id\":\"1\",\"name\":\"a\",\"path\":\"/\","
		"\"status\":\"active\",\"groups\":[],\"attributes\":[[\"other\",\"x\"]]"
		",\"keys\":[]}\n",
	};
	(void)state;

	for (size_t i = 0; i < BASE_N(wrong); i++) {
		struct directory *got = NULL;
		char why[BLOB_WHY_SIZE] = "";

		if (read_lines(wrong[i], NULL, &got, why) != BLOB_E_SYNTAX)
			fail_msg("accepted: %s", wrong[i]);
		assert_null(got);
		assert_int_equal(strncmp(why, "line ", 5), 0);
	}
}

static int
count(void *context, const char *piece, size_t len)
{
	(void)piece;
	*(size_t *)context += len;
	return 0;
}

static void
test_what_is_not_one_whole_gzip_is_refused(void **state)
{
	_cleanup_buf_ struct buf bytes = BUF_EMPTY;
	_cleanup_free_ char *zeros = calloc(1, 1 << 20);
	size_t n = 0;
	(void)state;

	assert_int_equal(gzip_pack(zeros, 1 << 20, &bytes), 0);
	assert_int_equal(gzip_unpack(bytes.bytes, bytes.len, 1 << 20, count, &n), 0);
	assert_int_equal(n, 1 << 20);
	assert_int_equal(gzip_unpack(bytes.bytes, bytes.len, (1 << 20) - 1, count, &n),
	    GZIP_E_TOO_LARGE);
	for (size_t len = 0; len < bytes.len; len++)
		assert_int_equal(
		    gzip_unpack(bytes.bytes, len, 1 << 20, count, &n), GZIP_E_DAMAGED);
	buf_add(&bytes, "x", 1);
	assert_int_equal(
	    gzip_unpack(bytes.bytes, bytes.len, 1 << 20, count, &n), GZIP_E_DAMAGED);
	bytes.bytes[bytes.len - 1 - 8] ^= 1; /* of the checksum */
	assert_int_equal(
	    gzip_unpack(bytes.bytes, bytes.len - 1, 1 << 20, count, &n), GZIP_E_DAMAGED);
}

#define CROWD 3000 /* several pieces of what is packed at once */

static void
test_a_crowd_is_written_in_pieces_and_read_whole(void **state)
{
	static const struct blob_filter none;
	static const struct directory_assigned nobodys = { .os_name = "" };
	_cleanup_directory_ struct directory *made = NULL, *got = NULL;
	_cleanup_buf_ struct buf first = BUF_EMPTY, second = BUF_EMPTY;
	struct directory_principal *who;
	struct blob_head got_head;
	char why[BLOB_WHY_SIZE], id[32], name[32], arn[128];
	(void)state;

	assert_int_equal(directory_new(&made), 0);
	for (unsigned i = 0; i < CROWD; i++) {
		(void)snprintf(id, sizeof(id), "AIDA%06u", i);
		(void)snprintf(name, sizeof(name), "person%u", i);
		(void)snprintf(arn, sizeof(arn),
		    "arn:aws:iam::123456789012:user/people/person%u", i);
		assert_int_equal(directory_add_principal(made, PRINCIPAL_IAM_USER, id,
				     name, "/people/", arn, 1714564800 + i, &who),
		    0);
		assert_int_equal(directory_assign(who, &nobodys), 0);
		assert_int_equal(directory_add_tag(who, "team", name), 0);
	}
	memcpy(made->account, head.account, sizeof(head.account));
	assert_int_equal(directory_finish(made), 0);
	assert_int_equal(blob_write(&head, made, &first), 0);
	assert_int_equal(
	    blob_read(first.bytes, first.len, &none, &got_head, &got, why), 0);
	assert_int_equal(got->n_principals, CROWD);
	assert_true(directory_same(made, got));
	assert_int_equal(blob_write(&head, got, &second), 0);
	assert_int_equal(first.len, second.len);
	assert_memory_equal(first.bytes, second.bytes, first.len);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_what_was_written_is_read_whole_and_written_again_the_same),
		cmocka_unit_test(test_a_crowd_is_written_in_pieces_and_read_whole),
		cmocka_unit_test(test_who_is_revoked_is_not_there),
		cmocka_unit_test(test_keys_that_the_host_does_not_want_are_left_out),
		cmocka_unit_test(test_what_a_later_version_adds_is_skipped),
		cmocka_unit_test(test_a_wrong_line_fails_the_whole_and_is_named),
		cmocka_unit_test(test_what_is_not_one_whole_gzip_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
