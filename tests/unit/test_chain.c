/* SPDX-License-Identifier: Apache-2.0 */
/* test_chain.c - the command that was there before us: keys/chain.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/confvalue.h"
#include "keys/chain.h"

static const struct chain_words words = { "alice", "ssh-ed25519", "AAAA" };

static void
test_the_value_stands_in_its_section_alone(void **state)
{
	static const struct {
		const char *conf;
		const char *value; /* NULL: none */
	} table[] = {
		{ "[keys]\nchain = /bin/x %u\n", "/bin/x %u" },
		{ "[keys]\nchain=/bin/x", "/bin/x" },
		{ "[keys] ; ours\niam = yes\nchain\t=  /bin/x  ; before us\n", "/bin/x" },
		{ "[keys]\nchain = /bin/x;y\n", "/bin/x;y" },
		{ "[login]\nchain = /bin/x\n", NULL },
		{ "[keys]\n[login]\nchain = /bin/x\n", NULL },
		{ "[keys]\n# chain = /bin/x\n;chain = /bin/x\n", NULL },
		{ "[keys]\nchains = /bin/x\nxchain = /bin/x\n", NULL },
		{ "[keys]\nchain =\n", NULL },
		{ "chain = /bin/x\n", NULL },
		{ "", NULL },
	};
	char value[CONFVALUE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int r = confvalue_find(table[i].conf, "[keys]", "chain", value);

		if (r != (table[i].value != NULL ? 0 : CONFVALUE_E_NONE) ||
		    (r == 0 && strcmp(value, table[i].value) != 0))
			fail_msg("in \"%s\"", table[i].conf);
	}
}

static void
test_words_are_expanded_and_never_split(void **state)
{
	static const struct chain_words odd = { "a b;c", NULL, NULL };
	char buf[200], *argv[CHAIN_ARGS_MAX + 1];

	(void)state;
	assert_int_equal(
	    chain_split("/bin/x  %u\t-k=%k %t%% x", &words, buf, sizeof(buf), argv), 0);
	assert_string_equal(argv[0], "/bin/x");
	assert_string_equal(argv[1], "alice");
	assert_string_equal(argv[2], "-k=AAAA");
	assert_string_equal(argv[3], "ssh-ed25519%");
	assert_string_equal(argv[4], "x");
	assert_null(argv[5]);
	assert_int_equal(chain_split("/bin/x %u %k", &odd, buf, sizeof(buf), argv), 0);
	assert_string_equal(argv[1], "a b;c");
	assert_string_equal(argv[2], "");
	assert_null(argv[3]);
}

static void
test_what_is_no_command_is_refused(void **state)
{
	static const char *const texts[] = { "", "x", "bin/x", "/bin/x %h", "/bin/x %",
		"/b 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16" };
	char buf[200], *argv[CHAIN_ARGS_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (chain_split(texts[i], &words, buf, sizeof(buf), argv) !=
		    CHAIN_E_SYNTAX)
			fail_msg("\"%s\"", texts[i]);
	assert_int_equal(
	    chain_split("/bin/x %k%k", &words, buf, 12, argv), CHAIN_E_SYNTAX);
}

/* sh is root's on every machine that this runs on. */
static int
run(const char *script, char *ret, size_t size, size_t *len)
{
	char shell[] = "/bin/sh", option[] = "-c", text[200];
	char *argv[] = { shell, option, text, NULL };

	(void)snprintf(text, sizeof(text), "%s", script);
	return chain_run(argv, ret, size, len);
}

static void
test_the_output_is_taken_whole_or_not_at_all(void **state)
{
	char out[32], loose[] = "/tmp", *argv[] = { loose, NULL };
	size_t len = 0;

	(void)state;
	assert_int_equal(run("echo a; echo b", out, sizeof(out), &len), 0);
	assert_int_equal(len, 4);
	assert_memory_equal(out, "a\nb\n", 4);
	assert_int_equal(run("echo a; exit 3", out, sizeof(out), &len), CHAIN_E_FAILED);
	assert_int_equal(run("kill -9 $$", out, sizeof(out), &len), CHAIN_E_FAILED);
	assert_int_equal(run("printf %32s x", out, sizeof(out), &len), 0);
	assert_int_equal(len, 32);
	assert_int_equal(run("printf %33s x", out, sizeof(out), &len), CHAIN_E_FULL);
	assert_int_equal(run("echo a; sleep 9", out, sizeof(out), &len), CHAIN_E_TIME);
	assert_int_equal(
	    run("exec >/dev/null; sleep 9", out, sizeof(out), &len), CHAIN_E_TIME);
	assert_int_equal(chain_run(argv, out, sizeof(out), &len), CHAIN_E_UNTRUSTED);
}

static void
test_it_has_no_environment_and_no_input(void **state)
{
	char out[200];
	size_t len = 0;

	(void)state;
	assert_int_equal(setenv("SECRET", "x", 1), 0);
	assert_int_equal(
	    run("echo ${SECRET-none}; cat; echo e >&2", out, sizeof(out), &len), 0);
	assert_int_equal(len, 5);
	assert_memory_equal(out, "none\n", 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_value_stands_in_its_section_alone),
		cmocka_unit_test(test_words_are_expanded_and_never_split),
		cmocka_unit_test(test_what_is_no_command_is_refused),
		cmocka_unit_test(test_the_output_is_taken_whole_or_not_at_all),
		cmocka_unit_test(test_it_has_no_environment_and_no_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
