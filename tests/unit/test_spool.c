/* SPDX-License-Identifier: Apache-2.0 */
/* test_spool.c - a full spool is begun anew when the daemon has taken it, and not before */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/paths.h"
#include "common/spool.h"
#include "tests/support/paths_test.h"
#include "tests/support/scratch.h"

static char dir[SCRATCH_SIZE];
static struct stat st;

static int
setup(void **state)
{
	(void)state;
	scratch_make(dir);
	paths_test_set(dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	scratch_remove(dir);
	return 0;
}

static void
put(const char *path, const char *text, off_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	if (size > 0)
		assert_int_equal(ftruncate(fd, size), 0);
	assert_int_equal(close(fd), 0);
}

static void
mark(unsigned long long ino, unsigned long long offset, const char *end)
{
	char path[SCRATCH_SIZE + 32], text[64];

	(void)snprintf(path, sizeof(path), "%s/spool", paths_run_dir);
	(void)snprintf(text, sizeof(text), "%llu %llu%s", ino, offset, end);
	put(path, text, 0);
}

static int
write_one(void)
{
	struct record record;

	record_init(&record, RECORD_LOGIN);
	record.account = "alice";
	record.writer = "pam";
	return spool_write(&record);
}

static void
test_a_full_spool_is_left_alone_until_it_was_taken(void **state)
{
	unsigned long long ino;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(write_one(), 0);
	/* a place that the short line would find, and the longest would not */
	put(paths_pam_spool, "", SPOOL_SIZE_MAX - RECORD_LINE_MAX + 1);
	assert_int_equal(write_one(), FILE_E_FULL);
	put(paths_pam_spool, "", SPOOL_SIZE_MAX);
	assert_int_equal(stat(paths_pam_spool, &st), 0);
	ino = st.st_ino;
	assert_int_equal(write_one(), FILE_E_FULL); /* no mark */
	mark(ino, SPOOL_SIZE_MAX - 1, "\n");
	assert_int_equal(write_one(), FILE_E_FULL); /* not all of it */
	mark(ino + 1, SPOOL_SIZE_MAX, "\n");
	assert_int_equal(write_one(), FILE_E_FULL); /* of another file */
	mark(ino, SPOOL_SIZE_MAX, "x\n");
	assert_int_equal(write_one(), FILE_E_FULL); /* no mark of ours */
	mark(ino, SPOOL_SIZE_MAX, "");
	assert_int_equal(write_one(), FILE_E_FULL); /* cut short */
	assert_int_equal(stat(paths_pam_spool, &st), 0);
	assert_int_equal(st.st_size, SPOOL_SIZE_MAX);
	mark(ino, SPOOL_SIZE_MAX, "\n");
	assert_int_equal(write_one(), 0);
	assert_int_equal(stat(paths_pam_spool, &st), 0);
	assert_in_range(st.st_size, 1, RECORD_LINE_MAX);
	assert_int_equal(st.st_mode & 07777, 0640);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_a_full_spool_is_left_alone_until_it_was_taken, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
