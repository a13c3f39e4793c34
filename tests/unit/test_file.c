/* SPDX-License-Identifier: Apache-2.0 */
/* test_file.c - small files read whole, lines appended only where nobody else may write */
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

#include "common/file.h"
#include "tests/support/scratch.h"

#define LIMIT 64

static char dir[SCRATCH_SIZE];
static char path[SCRATCH_SIZE + 8];
static char text[256];

static int
append(const char *line)
{
	return file_append(dir, path, geteuid(), LIMIT, line, strlen(line));
}

static void
put(const char *content, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

static void
expect(const char *content)
{
	assert_int_equal(file_read_text(path, text, sizeof(text)), 0);
	assert_string_equal(text, content);
}

static void
test_lines_are_appended_to_a_file_of_0640(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(append("one\n"), 0);
	assert_int_equal(append("two\n"), 0);
	expect("one\ntwo\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void
test_a_torn_line_is_not_glued_to_ours(void **state)
{
	(void)state;
	put("{\"v\":1,\"ti", 0600);
	assert_int_equal(append("two\n"), 0);
	expect("{\"v\":1,\"ti\ntwo\n");
}

static void
test_the_limit_is_never_exceeded(void **state)
{
	(void)state;
	put("0123456789012345678901234567890123456789012345678901234567890\n", 0600);
	assert_int_equal(append("two\n"), FILE_E_FULL);
	expect("0123456789012345678901234567890123456789012345678901234567890\n");
}

static void
test_what_others_may_write_is_not_written_to(void **state)
{
	(void)state;
	put("x\n", 0620);
	assert_int_equal(append("two\n"), FILE_E_UNTRUSTED);
	put("x\n", 0602);
	assert_int_equal(append("two\n"), FILE_E_UNTRUSTED);
	put("x\n", 0600);
	assert_int_equal(chmod(dir, 0775), 0);
	assert_int_equal(append("two\n"), FILE_E_UNTRUSTED);
	assert_int_equal(chmod(dir, 01777), 0);
	assert_int_equal(append("two\n"), FILE_E_UNTRUSTED);
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(
	    file_append(dir, path, geteuid() + 1, LIMIT, "two\n", 4), FILE_E_UNTRUSTED);
	expect("x\n");
}

static void
test_links_and_other_kinds_of_files_are_refused(void **state)
{
	char other[SCRATCH_SIZE + 8];

	(void)state;
	(void)snprintf(other, sizeof(other), "%s/other", dir);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(append("two\n"), -ELOOP);
	assert_int_equal(access(other, F_OK), -1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(append("two\n"), FILE_E_UNTRUSTED); /* and does not block */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(append("two\n"), -EISDIR);
	assert_int_equal(rmdir(path), 0);
}

static void
test_an_absent_directory_is_not_made(void **state)
{
	(void)state;
	assert_int_equal(
	    file_append("/nonexistent", "/nonexistent/x", 0, LIMIT, "two\n", 4), -ENOENT);
}

static void
test_a_file_that_does_not_fit_is_refused_whole(void **state)
{
	char small[4] = "old";

	(void)state;
	put("123", 0600);
	assert_int_equal(file_read_text(path, small, sizeof(small)), 0);
	assert_string_equal(small, "123");
	put("1234", 0600);
	assert_int_equal(file_read_text(path, small, sizeof(small)), -E2BIG);
	assert_int_equal(file_read_text("/nonexistent", text, sizeof(text)), -ENOENT);
}

static int
setup(void **state)
{
	(void)state;
	scratch_make(dir);
	(void)snprintf(path, sizeof(path), "%s/spool", dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	scratch_remove(dir);
	return 0;
}

int
main(void)
{
#define EACH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		EACH(test_lines_are_appended_to_a_file_of_0640),
		EACH(test_a_torn_line_is_not_glued_to_ours),
		EACH(test_the_limit_is_never_exceeded),
		EACH(test_what_others_may_write_is_not_written_to),
		EACH(test_links_and_other_kinds_of_files_are_refused),
		EACH(test_an_absent_directory_is_not_made),
		EACH(test_a_file_that_does_not_fit_is_refused_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
