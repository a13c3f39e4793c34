/* SPDX-License-Identifier: Apache-2.0 */
/* test_sessionfile.c - who opened which session, as long as its process lives */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/sessionfile.h"
#include "tests/support/scratch.h"

#define HEAD "iamlogin-session 1\n"
#define LEAST "account=alice\nboot=b\npid=1\n"

static char dir[SCRATCH_SIZE];
static struct sessionfile file, again;
static char text[SESSIONFILE_SIZE_MAX];

static int
setup(void **state)
{
	(void)state;
	scratch_make(dir);
	assert_int_equal(sessionfile_here(&file), 0);
	(void)snprintf(file.account, sizeof(file.account), "deploy");
	(void)snprintf(file.id, sizeof(file.id), "AIDACAROL");
	file.uid = 1879048192;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	scratch_remove(dir);
	return 0;
}

/* The files are believed when they are root's, so only root can make such a one. */
static void
needs_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void
put(const char *name, const char *content, mode_t mode)
{
	char path[SCRATCH_SIZE + 32];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

static void
test_what_was_written_is_read(void **state)
{
	char name[SESSIONFILE_NAME_SIZE];

	(void)state;
	needs_root();
	file.session = 4711;
	(void)snprintf(file.rhost, sizeof(file.rhost), "192.0.2.1");
	sessionfile_name(&file, name);
	assert_string_equal(name, "4711");
	assert_int_equal(sessionfile_write(dir, &file), 0);
	assert_int_equal(sessionfile_write(dir, &file), 0); /* in place of the first */
	assert_int_equal(sessionfile_read(dir, name, &again), 0);
	assert_memory_equal(&again, &file, sizeof(file));
	sessionfile_remove(dir, &file);
	assert_int_equal(sessionfile_read(dir, name, &again), -ENOENT);
}

static void
test_without_an_audit_session_the_pid_names_the_file(void **state)
{
	char name[SESSIONFILE_NAME_SIZE];

	(void)state;
	file.session = SESSIONFILE_NO_SESSION;
	file.pid = 77;
	sessionfile_name(&file, name);
	assert_string_equal(name, "p77");
}

static void
test_no_text_of_a_stranger_makes_a_line_of_its_own(void **state)
{
	(void)state;
	(void)snprintf(file.rhost, sizeof(file.rhost), "x\naccount=root\nuid=0\n");
	assert_in_range(sessionfile_format(&file, text, sizeof(text)), 1, sizeof(text));
	assert_int_equal(sessionfile_parse(text, &again), 0);
	assert_string_equal(again.account, "deploy");
	assert_int_equal(again.uid, 1879048192);
	assert_string_equal(again.rhost, "x\\x0aaccount=root\\x0auid=0\\x0a");
}

static void
test_hostile_texts_are_cut_and_still_read(void **state)
{
	(void)state;
	memset(file.rhost, 1, sizeof(file.rhost) - 1);
	memset(file.arn, 0xff, sizeof(file.arn) - 1);
	memset(file.name, '\n', sizeof(file.name) - 1);
	assert_in_range(sessionfile_format(&file, text, sizeof(text)), 1, sizeof(text));
	assert_int_equal(sessionfile_parse(text, &again), 0);
	assert_string_equal(again.account, "deploy");
	assert_int_equal(sessionfile_format(&file, text, 10), -ENOSPC);
	assert_int_equal(sessionfile_format(&file, text, 200), -ENOSPC);
}

static void
test_a_text_that_is_no_session_file_is_damaged(void **state)
{
	static const char *const damaged[] = { "", "x", HEAD,
		"iamlogin-session 2\n" LEAST, HEAD LEAST "x", HEAD LEAST "x\n",
		HEAD LEAST "uid=\n", HEAD LEAST "uid=-2\n", HEAD LEAST "uid=1x\n",
		HEAD LEAST "uid=1234567890123456789\n", HEAD "boot=b\npid=1\n",
		HEAD "account=a\npid=1\n", HEAD "account=a\nboot=b\n",
		HEAD "account=a\nboot=b\npid=-1\n",
		HEAD "account=a\nboot=b\npid=2147483648\n",
		HEAD LEAST "kind=0123456789abcdef\n" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++)
		assert_int_equal(
		    sessionfile_parse(damaged[i], &again), SESSIONFILE_E_DAMAGED);
	assert_int_equal(sessionfile_parse(HEAD LEAST, &again), 0);
	assert_int_equal(again.session, SESSIONFILE_NO_SESSION);
	assert_int_equal(sessionfile_parse(HEAD LEAST "session=-1\nnew=1\n", &again), 0);
	assert_int_equal(again.session, SESSIONFILE_NO_SESSION);
}

static void
test_what_others_may_write_is_not_believed(void **state)
{
	(void)state;
	needs_root();
	put("5", HEAD LEAST, 0640);
	assert_int_equal(sessionfile_read(dir, "5", &again), 0);
	put("5", HEAD LEAST, 0660);
	assert_int_equal(sessionfile_read(dir, "5", &again), SESSIONFILE_E_UNTRUSTED);
	put("5", HEAD LEAST, 0640);
	assert_int_equal(chmod(dir, 0777), 0);
	assert_int_equal(sessionfile_read(dir, "5", &again), SESSIONFILE_E_UNTRUSTED);
	assert_int_equal(sessionfile_write(dir, &file), SESSIONFILE_E_UNTRUSTED);
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(chown(dir, 1, 1), 0);
	assert_int_equal(sessionfile_read(dir, "5", &again), SESSIONFILE_E_UNTRUSTED);
}

static void
test_a_file_says_nothing_once_its_process_is_gone(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(sessionfile_check(&file), 0);
	file.pid_start++; /* the pid was used again */
	assert_int_equal(sessionfile_check(&file), SESSIONFILE_E_GONE);
	file.pid_start--;
	file.boot[0] = file.boot[0] == '0' ? '1' : '0'; /* another boot */
	assert_int_equal(sessionfile_check(&file), SESSIONFILE_E_GONE);
	pid = fork();
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(sessionfile_here(&file), 0);
	file.pid = pid;
	assert_int_equal(sessionfile_check(&file), SESSIONFILE_E_GONE);
}

static bool
count(const char *name, const struct sessionfile *found, void *data)
{
	size_t *n = data;

	assert_string_equal(found->account, "alice");
	assert_int_not_equal(name[0], '.');
	++*n;
	return *n < 3;
}

static void
test_a_walk_sees_whole_files_only_and_ends(void **state)
{
	size_t n = 0;

	(void)state;
	needs_root();
	put("1", HEAD LEAST, 0640);
	put("2", HEAD "account=", 0640);
	put(".3", HEAD LEAST, 0640);
	assert_int_equal(sessionfile_each(dir, 100, count, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(sessionfile_each(dir, 0, count, &n), 0);
	assert_int_equal(n, 1);
	put("4", HEAD LEAST, 0640);
	put("5", HEAD LEAST, 0640);
	put("6", HEAD LEAST, 0640);
	n = 0;
	assert_int_equal(sessionfile_each(dir, 100, count, &n), 0);
	assert_int_equal(n, 3);
	scratch_remove(dir);
	assert_int_equal(sessionfile_each(dir, 100, count, &n), -ENOENT);
	scratch_make(dir);
}

int
main(void)
{
#define EACH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		EACH(test_what_was_written_is_read),
		EACH(test_without_an_audit_session_the_pid_names_the_file),
		EACH(test_no_text_of_a_stranger_makes_a_line_of_its_own),
		EACH(test_hostile_texts_are_cut_and_still_read),
		EACH(test_a_text_that_is_no_session_file_is_damaged),
		EACH(test_what_others_may_write_is_not_believed),
		EACH(test_a_file_says_nothing_once_its_process_is_gone),
		EACH(test_a_walk_sees_whole_files_only_and_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
