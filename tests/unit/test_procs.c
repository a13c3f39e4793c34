/* SPDX-License-Identifier: Apache-2.0 */
/* test_procs.c - warden/procs.c: status files, and signals that hit no other */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "warden/procs.h"

static const int kill_it[] = { SIGKILL, 0 };

static void
test_a_status_file_says_pid_parent_and_real_uid(void **state)
{
	struct procs_one one;
	(void)state;

	assert_int_equal(
	    procs_parse("Name:\tsh\\nUid:\t0\nUmask:\t0022\nState:\tS (sleeping)\n"
			"Tgid:\t12\nPid:\t12\nPPid:\t7\n"
			"Uid:\t1879050001\t0\t0\t0\nGid:\t1\t2\t3\t4\n",
		&one),
	    0);
	assert_int_equal(one.pid, 12);
	assert_int_equal(one.ppid, 7);
	assert_int_equal(one.uid, 1879050001);
	assert_string_equal(one.comm, "sh\\nUid:\t0");
}

static void
test_zombies_and_damage_are_no_processes(void **state)
{
	static const struct {
		const char *text;
		int result;
	} rows[] = {
		{ "Name:\tsh\nState:\tZ (zombie)\nPid:\t1\nPPid:\t1\nUid:\t0\n", -ESRCH },
		{ "Name:\tsh\nState:\tX (dead)\nPid:\t1\nPPid:\t1\nUid:\t0\n", -ESRCH },
		{ "Name:\tsh\nState:\tS\nPid:\t1\nPPid:\t1\nUid:\t-1\n", -EBADMSG },
		{ "Name:\tsh\nState:\tS\nPid:\t1\nPPid:\t1\nUid:\t4294967296\n",
		    -EBADMSG },
		{ "Name:\tsh\nState:\tS\nPid:\t4294967295\nPPid:\t1\nUid:\t0\n",
		    -EBADMSG },
		{ "Name:\tsh\nState:\tS\nPid:\t1\nUid:\t0\n", -EBADMSG },
		{ "State:\tS\nPid:\t1\nPPid:\t1\nUid:\t0\n", -EBADMSG },
		{ "", -EBADMSG },
	};
	struct procs_one one;
	(void)state;

	for (size_t i = 0; i < BASE_N(rows); i++)
		assert_int_equal(procs_parse(rows[i].text, &one), rows[i].result);
}

static pid_t
start_child(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		for (;;)
			(void)pause();
	}
	assert_true(pid > 0);
	return pid;
}

static bool
never(const struct procs_one *one, void *data)
{
	(void)one;
	(void)data;
	return false;
}

static void
test_a_signal_hits_what_is_still_the_same(void **state)
{
	pid_t child = start_child();
	struct procs_one one;
	int status;
	(void)state;

	assert_int_equal(procs_read(child, &one), 0);
	assert_int_equal(one.uid, getuid());
	assert_int_equal(one.ppid, getpid());
	assert_int_equal(procs_signal(&one, never, NULL, kill_it), -ESRCH);
	one.uid++;
	assert_int_equal(procs_signal(&one, NULL, NULL, kill_it), -ESRCH);
	one.uid--;
	assert_int_equal(waitpid(child, &status, WNOHANG), 0);
	assert_int_equal(procs_signal(&one, NULL, NULL, kill_it), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(procs_signal(&one, NULL, NULL, kill_it), -ESRCH);
	assert_int_equal(procs_read(child, &one), -ESRCH);
}

static bool
find_self(const struct procs_one *one, void *data)
{
	bool *found = data;

	*found = *found || one->pid == getpid();
	return true;
}

static void
test_every_process_is_visited_and_the_words_of_one_are_read(void **state)
{
	bool found = false;
	char word[256];
	(void)state;

	assert_int_equal(procs_each(find_self, &found), 0);
	assert_true(found);
	assert_true(procs_word(getpid(), 0, word, sizeof(word)));
	assert_non_null(strstr(word, "test_procs"));
	assert_false(procs_word(getpid(), 9, word, sizeof(word)));
	assert_false(procs_word(getpid(), 0, word, 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_status_file_says_pid_parent_and_real_uid),
		cmocka_unit_test(test_zombies_and_damage_are_no_processes),
		cmocka_unit_test(test_a_signal_hits_what_is_still_the_same),
		cmocka_unit_test(
		    test_every_process_is_visited_and_the_words_of_one_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
