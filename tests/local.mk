# SPDX-License-Identifier: Apache-2.0
# Tests and slower targets; included by Makefile.am. One cmocka program per source file, a
# harness and a corpus per parser, the built modules in tests/plugin.
tests_support_libsupport_la_SOURCES = tests/support/example_keys.h \
	tests/support/paths_test.c tests/support/paths_test.h tests/support/scratch.c \
	tests/support/scratch.h
check_LTLIBRARIES = tests/support/libsupport.la
unit_tests = tests/unit/test_client tests/unit/test_file tests/unit/test_freshness \
	tests/unit/test_process tests/unit/test_record tests/unit/test_sshkey \
	tests/unit/test_text tests/unit/test_wire
fuzz_names = fuzz_sshkey fuzz_wire
replay_tests = tests/fuzz/replay_sshkey tests/fuzz/replay_wire
tests_fuzz_replay_sshkey_SOURCES = tests/fuzz/fuzz_sshkey.c tests/fuzz/replay_main.c
tests_fuzz_replay_wire_SOURCES = tests/fuzz/fuzz_wire.c tests/fuzz/replay_main.c
if HAVE_CMOCKA
check_PROGRAMS = $(unit_tests) $(replay_tests)
TESTS = $(unit_tests) tests/fuzz/replay.sh
endif
LDADD = tests/support/libsupport.la  common/libcommon.la $(CMOCKA_LIBS) $(PAM_LIBS) -lpthread -ldl
AM_TESTS_ENVIRONMENT = BUILDDIR='$(abs_top_builddir)' SRCDIR='$(abs_top_srcdir)' \
	CC='$(CC)'; export BUILDDIR SRCDIR CC;
EXTRA_DIST = LICENSE README.md .clang-format .editorconfig tests/fuzz/corpus
EXTRA_DIST += tests/aws/README.md tests/aws/checks/__init__.py \
	tests/aws/checks/__main__.py tests/aws/checks/bench.py tests/aws/checks/failures.py \
	tests/aws/checks/keys.py tests/aws/checks/metadata.py tests/aws/checks/people.py \
	tests/aws/checks/signing.py tests/aws/directory.json tests/aws/emulated/__init__.py \
	tests/aws/emulated/auth.py tests/aws/emulated/aws.py tests/aws/emulated/control.py \
	tests/aws/emulated/credentials.py tests/aws/emulated/directory.py \
	tests/aws/emulated/faults.py tests/aws/emulated/iam_read.py \
	tests/aws/emulated/iam_write.py tests/aws/emulated/imds.py \
	tests/aws/emulated/instance.py tests/aws/emulated/query.py tests/aws/emulated/server.py \
	tests/aws/emulated/sigv4.py tests/aws/emulated/sshkeys.py tests/aws/emulated/sts_ec2.py \
	tests/aws/emulated/world.py tests/aws/emulator tests/aws/test_emulator.sh \
	tests/fuzz/replay.sh
