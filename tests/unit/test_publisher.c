/* SPDX-License-Identifier: Apache-2.0 */
/* test_publisher.c - what a dry run shows: daemon/publisher_diff.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "daemon/publisher_parts.h"
#include "tests/support/example_keys.h"

static struct directory *
make(const char *const names[], size_t n, const char *group, bool has_key)
{
	static const char *const ids[] = { "AIDA1", "AIDA2", "AIDA3" };
	struct directory *directory = NULL;
	struct directory_principal *who;
	struct sshkey key;
	char arn[100];

	assert_int_equal(sshkey_parse(KEY_ED25519, strlen(KEY_ED25519), &key), 0);
	assert_int_equal(directory_new(&directory), 0);
	for (size_t i = 0; i < n; i++) {
		if (names[i] == NULL)
			continue;
		(void)snprintf(arn, sizeof(arn), "arn:aws:iam::1:user/%s", names[i]);
		assert_int_equal(directory_add_principal(directory, PRINCIPAL_IAM_USER,
				     ids[i], names[i], "/", arn, 1, &who),
		    0);
		if (group != NULL && i == 0)
			assert_int_equal(directory_add_membership(who, group), 0);
		if (has_key && i == 0)
			assert_int_equal(
			    directory_add_key(who, "APKA1", &key, KEYSFILE_SOURCE_IAM),
			    0);
	}
	assert_int_equal(directory_finish(directory), 0);
	return directory;
}

static void
expect(struct directory *before, struct directory *after, size_t most, const char *wanted)
{
	struct json_object *got = publisher_diff(before, after, most);

	assert_string_equal(
	    json_object_to_json_string_ext(got, JSON_C_TO_STRING_PLAIN), wanted);
	json_object_put(got);
	directory_unref(before);
	directory_unref(after);
}

static void
test_a_dry_run_names_each_person_and_what_changes(void **state)
{
	static const char *const two[] = { "alice", "bob" };
	static const char *const other[] = { "alice", NULL, "carol" };
	(void)state;

	expect(make(two, 2, NULL, true), make(other, 3, "HostAdmins", false), 10,
	    "[{\"change\":\"change\",\"name\":\"alice\",\"kind\":\"iam-user\",\"id\":\"AIDA1\","
	    "\"what\":[\"group +HostAdmins\",\"key -APKA1\"]},"
	    "{\"change\":\"add\",\"name\":\"carol\",\"kind\":\"iam-user\",\"id\":\"AIDA3\"},"
	    "{\"change\":\"remove\",\"name\":\"bob\",\"kind\":\"iam-user\",\"id\":\"AIDA2\"}]");
	expect(make(two, 2, "A", true), make(two, 2, "A", true), 10, "[]");
	expect(NULL, make(two, 2, NULL, false), 1,
	    "[{\"change\":\"add\",\"name\":\"alice\",\"kind\":\"iam-user\",\"id\":\"AIDA1\"}]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_dry_run_names_each_person_and_what_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
