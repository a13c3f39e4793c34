#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# nss_stress.sh [--quick] - the built NSS module at full size: `make stress`
#
# --quick is what `make check` runs, tests/plugin/nss_module.sh. NSS_MODULE names another
# module than the built one; LOOKUPS (of all 64 threads together: 10 million each),
# SECONDS_MIN and KILLS other sizes.
set -u
# its own bookkeeping fails when a signal meets a thread that is just ending
export ASAN_OPTIONS="${ASAN_OPTIONS:-use_sigaltstack=0}"
module=${NSS_MODULE:-$BUILDDIR/.libs/libnss_iamlogin.so.2}
[ "${1:-}" != --quick ] || exec "$SRCDIR/tests/plugin/nss_module.sh"
[ -e "$module" ] || { echo "$module was not built"; exit 1; }
bad=0

# run PROGRAM [ARG...] - and say how long it took
run()
{
	program=$1
	shift
	from=$(date +%s)
	"$SRCDIR/tests/plugin/in_namespace.sh" "$BUILDDIR/tests/$program" "$module" "$@" || {
		echo "not ok $program"
		bad=1
		return
	}
	echo "ok $program ($(($(date +%s) - from)) s)"
}

run plugin/test_nss_lengths full
run plugin/test_nss_damage full
run stress/nss_stress "${LOOKUPS:-640000000}" "${SECONDS_MIN:-60}"
# so many sweeps over the 80 places where a writer can be killed
run stress/writer_kills "${KILLS:-1000}"
exit $bad
