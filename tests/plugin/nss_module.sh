#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# nss_module.sh - the built NSS module in processes of its own, with a /run of its own
#
# The short form of what tests/stress/nss_stress.sh does at length.
set -u
# its own bookkeeping fails when a signal meets a thread that is just ending
export ASAN_OPTIONS="${ASAN_OPTIONS:-use_sigaltstack=0}"
module=${NSS_MODULE:-$BUILDDIR/.libs/libnss_iamlogin.so.2}
[ -e "$module" ] || { echo "$module was not built"; exit 1; }

# run PROGRAM [ARG...]
run()
{
	program=$1
	shift
	"$SRCDIR/tests/plugin/in_namespace.sh" "$BUILDDIR/tests/$program" "$module" "$@" ||
		exit $?
}

run plugin/test_nss_module
run plugin/test_nss_process
run plugin/test_nss_enum
run plugin/test_nss_lengths
run plugin/test_nss_damage
run plugin/test_nss_callers
run plugin/test_nss_calls
run stress/writer_kills 1
run stress/nss_stress 100000 4
