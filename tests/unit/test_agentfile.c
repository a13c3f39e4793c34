/* SPDX-License-Identifier: Apache-2.0 */
/* test_agentfile.c - warden/agentfile.c: the shape that is known, and every other */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "warden/agentfile.h"

/* What amazon-ssm-agent 3.3 writes, but for members that nobody here reads. */
#define DOCUMENT(type, information, plugins)                                 \
	"{\"DocumentInformation\":" information ",\"DocumentType\":" type    \
	",\"SchemaVersion\":\"1.0\",\"InstancePluginsInformation\":" plugins \
	",\"CancelInformation\":{},\"IOConfig\":{}}"
#define OWNER "arn:aws:iam::111122223333:user/people/alice"
#define INFORMATION                                                                     \
	"{\"DocumentID\":\"alice-01\",\"DocumentName\":\"SSM-SessionManagerRunShell\"," \
	"\"ProcInfo\":{\"Pid\":4711,\"StartTime\":\"x\"},\"RunAsUser\":\"tag\","        \
	"\"SessionOwner\":\"" OWNER "\"}"
#define PLUGIN(name, enabled, user)                                                    \
	"{\"Configuration\":{\"RunAsEnabled\":" enabled ",\"RunAsUser\":" user         \
	",\"SessionOwner\":\"" OWNER "\",\"SessionId\":\"alice-01\"},\"Name\":\"" name \
	"\",\"Result\":{},\"Id\":\"x\"}"
#define SHELL PLUGIN("Standard_Stream", "true", "\"alice\"")

static int
parse(const char *text, struct agentfile *ret_file, const char **ret_why)
{
	return agentfile_parse(text, strlen(text), "alice-01", ret_file, ret_why);
}

static void
test_a_session_of_the_known_shape_is_read(void **state)
{
	struct agentfile file;
	const char *why;
	(void)state;

	assert_int_equal(
	    parse(DOCUMENT("\"StartSession\"", INFORMATION, "[" SHELL "]"), &file, &why),
	    0);
	assert_string_equal(file.id, "alice-01");
	assert_string_equal(file.owner, OWNER);
	assert_string_equal(file.account, "alice"); /* in effect, not the tag's */
	assert_string_equal(file.document, "SSM-SessionManagerRunShell");
	assert_int_equal(file.pid, 4711);
	assert_false(file.is_port);
}

static void
test_without_runas_there_is_no_account(void **state)
{
	struct agentfile file;
	const char *why;
	(void)state;

	assert_int_equal(
	    parse(DOCUMENT("\"StartSession\"", INFORMATION,
		      "[" PLUGIN("InteractiveCommands", "false", "\"alice\"") "]"),
		&file, &why),
	    0);
	assert_string_equal(file.account, "");
	assert_int_equal(parse(DOCUMENT("\"StartSession\"", INFORMATION,
				   "[" PLUGIN("Port", "true", "\"alice\"") "]"),
			     &file, &why),
	    0);
	assert_string_equal(file.account, "");
	assert_true(file.is_port);
}

static void
test_other_documents_are_no_sessions(void **state)
{
	static const char *const types[] = { "\"SendCommand\"", "\"TerminateSession\"",
		"\"Association\"", "\"\"", "\"startsession\"" };
	struct agentfile file;
	char text[2048];
	const char *why;
	(void)state;

	for (size_t i = 0; i < BASE_N(types); i++) {
		(void)snprintf(text, sizeof(text), "{\"DocumentType\":%s}", types[i]);
		assert_int_equal(parse(text, &file, &why), AGENTFILE_E_OTHER);
	}
}

static void
test_every_field_is_checked(void **state)
{
	static const struct {
		const char *from, *to, *why;
	} changes[] = {
		{ "\"DocumentType\":\"StartSession\"", "\"DocumentType\":1",
		    "DocumentType" },
		{ "\"DocumentID\":\"alice-01\"", "\"DocumentID\":\"alice-02\"",
		    "DocumentInformation.DocumentID" },
		{ "\"DocumentID\":\"alice-01\"", "\"DocumentID\":null",
		    "DocumentInformation.DocumentID" },
		{ "\"SSM-SessionManagerRunShell\"", "\"a\\u0000b\"",
		    "DocumentInformation.DocumentName" },
		{ "\"SSM-SessionManagerRunShell\"", "\"a\\nb\"",
		    "DocumentInformation.DocumentName" },
		{ "\"SessionOwner\":\"arn", "\"SessionOwner\":\"xrn",
		    "DocumentInformation.SessionOwner" },
		{ "\"SessionOwner\":\"arn:aws", "\"SessionOwner\":\"arn:awz",
		    "Configuration.SessionOwner" },
		{ "\"Pid\":4711", "\"Pid\":-1", "DocumentInformation.ProcInfo.Pid" },
		{ "\"Pid\":4711", "\"Pid\":4294967296",
		    "DocumentInformation.ProcInfo.Pid" },
		{ "\"Pid\":4711", "\"Pid\":\"4711\"",
		    "DocumentInformation.ProcInfo.Pid" },
		{ "\"ProcInfo\":{", "\"ProcInf\":{", "DocumentInformation.ProcInfo.Pid" },
		{ "Standard_Stream", "Standard_Stream2",
		    "InstancePluginsInformation[0].Name" },
		{ "[{\"Configuration\"", "[{\"X\":1},{\"Configuration\"",
		    "InstancePluginsInformation[0].Name" },
		{ "[{\"Configuration\"", "[[]],\"X\":[{\"Configuration\"",
		    "InstancePluginsInformation[0].Name" },
		{ "\"RunAsEnabled\":true", "\"RunAsEnabled\":\"true\"",
		    "Configuration.RunAsEnabled" },
		{ "\"RunAsUser\":\"alice\"", "\"RunAsUser\":\"\"",
		    "Configuration.RunAsUser" },
		{ "\"RunAsUser\":\"alice\"", "\"RunAsUser\":7",
		    "Configuration.RunAsUser" },
		{ "{\"DocumentInformation\"", "[{\"DocumentInformation\"", "JSON" },
	};
	static const char good[] =
	    DOCUMENT("\"StartSession\"", INFORMATION, "[" SHELL "]");
	struct agentfile file;
	char text[2048];
	const char *why, *at;
	(void)state;

	for (size_t i = 0; i < BASE_N(changes); i++) {
		at = strstr(good, changes[i].from);
		assert_non_null(at);
		(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good,
		    changes[i].to, at + strlen(changes[i].from));
		assert_int_equal(parse(text, &file, &why), AGENTFILE_E_SHAPE);
		assert_string_equal(why, changes[i].why);
	}
	for (size_t len = 0; len < strlen(good); len++)
		assert_int_equal(agentfile_parse(good, len, "alice-01", &file, &why),
		    AGENTFILE_E_SHAPE);
}

static void
test_names_of_files_are_ids_of_sessions(void **state)
{
	char longest[AGENTFILE_ID_SIZE + 1];
	(void)state;

	assert_true(agentfile_is_id("alice-0a1b2c3d4e5f60718"));
	assert_true(agentfile_is_id("first.last+x=y,z@example.com-0a1b"));
	assert_false(agentfile_is_id(""));
	assert_false(agentfile_is_id(".alice"));
	assert_false(agentfile_is_id("a/b"));
	assert_false(agentfile_is_id("a b"));
	memset(longest, 'a', sizeof(longest) - 1);
	longest[AGENTFILE_ID_SIZE] = '\0';
	assert_false(agentfile_is_id(longest));
	longest[AGENTFILE_ID_SIZE - 1] = '\0';
	assert_true(agentfile_is_id(longest));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_session_of_the_known_shape_is_read),
		cmocka_unit_test(test_without_runas_there_is_no_account),
		cmocka_unit_test(test_other_documents_are_no_sessions),
		cmocka_unit_test(test_every_field_is_checked),
		cmocka_unit_test(test_names_of_files_are_ids_of_sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
