/* SPDX-License-Identifier: Apache-2.0 */
/* test_doors.c - what local accounts are to us, said by a link: written and read */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/doors.h"
#include "common/paths.h"
#include "common/published_format.h"
#include "daemon/publish.h"
#include "tests/support/paths_test.h"
#include "tests/support/scratch.h"

static char dir[SCRATCH_SIZE];

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

static char rescue[] = "rescue", console[] = "console", ec2[] = "ec2-user", x[] = "x";
static char *break_glass_names[] = { rescue, console };
static char *shared_names[] = { ec2, x };
static const struct config_list break_glass = { break_glass_names, 2 };
static const struct config_list shared = { shared_names, 2 };

static void
publish(enum config_local local)
{
	struct publish_facts facts = {
		.local = local, .break_glass = &break_glass, .shared = &shared
	};

	assert_int_equal(publish_doors(paths_doors, &facts), 0);
}

static void
link_to(const char *text)
{
	(void)unlink(paths_doors);
	assert_int_equal(symlink(text, paths_doors), 0);
}

static void
test_each_name_is_told_what_it_is(void **state)
{
	(void)state;
	publish(CONFIG_LOCAL_BREAK_GLASS);
	assert_int_equal(doors_of("rescue"), DOORS_CLOSED | DOORS_BREAK_GLASS);
	assert_int_equal(doors_of("console"), DOORS_CLOSED | DOORS_BREAK_GLASS);
	assert_int_equal(doors_of("ec2-user"), DOORS_CLOSED | DOORS_LISTED);
	assert_int_equal(doors_of("x"), DOORS_CLOSED | DOORS_LISTED);
	assert_int_equal(doors_of("local"), DOORS_CLOSED);
	assert_int_equal(doors_of("rescu"), DOORS_CLOSED);
	assert_int_equal(doors_of("rescue2"), DOORS_CLOSED);
	publish(CONFIG_LOCAL_LISTED);
	assert_int_equal(doors_of("local"), DOORS_CLOSED);
}

static void
test_with_local_any_no_door_is_closed(void **state)
{
	(void)state;
	publish(CONFIG_LOCAL_ANY);
	assert_int_equal(doors_of("local"), 0);
	assert_int_equal(doors_of("rescue"), DOORS_BREAK_GLASS);
	assert_int_equal(doors_of("ec2-user"), DOORS_LISTED);
}

static void
test_a_name_of_two_words_is_none_of_them(void **state)
{
	(void)state;
	publish(CONFIG_LOCAL_LISTED);
	assert_int_equal(doors_of("rescue break_glass=console"), 0);
	assert_int_equal(doors_of(""), DOORS_CLOSED);
	assert_int_equal(
	    doors_of("a-name-that-is-longer-than-any-that-useradd-would-take-at-all"),
	    DOORS_CLOSED);
}

static void
test_a_change_is_published_and_nothing_else(void **state)
{
	struct stat first, second;

	(void)state;
	publish(CONFIG_LOCAL_LISTED);
	assert_int_equal(lstat(paths_doors, &first), 0);
	publish(CONFIG_LOCAL_LISTED);
	assert_int_equal(lstat(paths_doors, &second), 0);
	assert_int_equal(first.st_ino, second.st_ino);
	publish(CONFIG_LOCAL_ANY);
	assert_int_equal(doors_of("local"), 0);
}

static void
test_what_a_killed_run_left_is_replaced(void **state)
{
	char temp[SCRATCH_SIZE + 32];

	(void)state;
	(void)snprintf(temp, sizeof(temp), "%s.new", paths_doors);
	assert_int_equal(symlink("x", temp), 0);
	publish(CONFIG_LOCAL_LISTED);
	assert_int_equal(doors_of("local"), DOORS_CLOSED);
}

static void
test_a_directory_that_cannot_be_written_keeps_the_old(void **state)
{
	struct publish_facts facts = { .local = CONFIG_LOCAL_ANY };

	(void)state;
	assert_true(publish_doors("/nonexistent/local", &facts) < 0);
}

/* Who must get in stands first; nobody passes for having had no room. */
static void
test_more_names_than_there_is_room_for(void **state)
{
	static char name[400][16];
	static char *names[400];
	struct config_list many = { names, 400 };
	struct publish_facts facts = {
		.local = CONFIG_LOCAL_LISTED, .break_glass = &break_glass, .shared = &many
	};
	size_t i, n = 0;

	(void)state;
	for (i = 0; i < 400; i++) {
		(void)snprintf(name[i], sizeof(name[i]), "account%03zu", i);
		names[i] = name[i];
	}
	assert_int_equal(publish_doors(paths_doors, &facts), 0);
	assert_int_equal(doors_of("rescue"), DOORS_CLOSED | DOORS_BREAK_GLASS);
	assert_int_equal(doors_of("account000"), DOORS_CLOSED | DOORS_LISTED);
	assert_int_equal(doors_of("account399"), DOORS_CLOSED | DOORS_LISTED);
	for (i = 0; i < 400; i++)
		n += (doors_of(names[i]) & DOORS_LISTED) != 0;
	assert_int_equal(n, 400);
	/* but where a name of the former has no room, nobody is taken for one of the latter */
	facts.break_glass = &many;
	facts.shared = &break_glass;
	assert_int_equal(publish_doors(paths_doors, &facts), 0);
	assert_int_equal(doors_of("account000"), DOORS_CLOSED | DOORS_BREAK_GLASS);
	assert_int_equal(doors_of("account399"), DOORS_CLOSED);
}

static void
test_only_the_owner_of_the_directory_is_believed(void **state)
{
	(void)state;
	assert_int_equal(doors_of("rescue"), 0); /* nothing there */
	publish(CONFIG_LOCAL_LISTED);
	assert_int_equal(chmod(paths_run_dir, 0777), 0);
	assert_int_equal(doors_of("local"), 0);
	assert_int_equal(chmod(paths_run_dir, 0775), 0);
	assert_int_equal(doors_of("local"), 0);
	assert_int_equal(chmod(paths_run_dir, 0755), 0);
	assert_int_equal(doors_of("local"), DOORS_CLOSED);
	if (geteuid() == 0) {
		assert_int_equal(lchown(paths_doors, 65534, 65534), 0);
		assert_int_equal(doors_of("local"), 0);
	}
}

static void
test_words_of_a_later_version_are_skipped(void **state)
{
	int fd;

	(void)state;
	link_to(" local=closed window=open break_glass=rescue ");
	assert_int_equal(doors_of("rescue"), DOORS_CLOSED | DOORS_BREAK_GLASS);
	link_to("local=closed");
	assert_int_equal(doors_of("rescue"), 0);
	assert_int_equal(unlink(paths_doors), 0);
	fd = open(paths_doors, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(doors_of("rescue"), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_name_is_told_what_it_is),
		TEST(test_with_local_any_no_door_is_closed),
		TEST(test_a_name_of_two_words_is_none_of_them),
		TEST(test_a_change_is_published_and_nothing_else),
		TEST(test_what_a_killed_run_left_is_replaced),
		TEST(test_a_directory_that_cannot_be_written_keeps_the_old),
		TEST(test_more_names_than_there_is_room_for),
		TEST(test_only_the_owner_of_the_directory_is_believed),
		TEST(test_words_of_a_later_version_are_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
