#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# sudo ./check.sh [PART...] - everything that is held before a change goes in
#
# Cheapest and most telling first; all of it when no PART is named (--list names them). Ends
# with "N passed, N failed, N skipped" and exits with 1 when something failed, or, under
# CI=true, was skipped. Needs root and Debian 12; installs the packages that are missing,
# builds in a temporary directory, and keeps the logs in the directory that it names.
# CHECK_JOBS=N (3) e2e tests run side by side. s3rver is run only when it is named: it needs
# npm's registry, and what nobody can fetch must not fail a change.
set -uo pipefail

cd "$(dirname "$0")" || exit 70
parts="packages root gcc clang emulator packaging e2e faults fuzz distcheck demo s3rver"
passed=0
failed=0
skipped=0

if [ "${1:-}" = --list ]; then
	echo "$parts"
	exit 0
fi
for wanted in "$@"; do
	case " $parts " in
	*" $wanted "*) ;;
	*)
		echo "check.sh: no such part: $wanted ($parts)" >&2
		exit 64
		;;
	esac
done
if [ "$(id -u)" -ne 0 ]; then
	echo "check.sh: namespaces and packages need root: sudo ./check.sh" >&2
	exit 77
fi

logs=${CHECK_LOGS:-$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-check.XXXXXX")}
# what is built here is tried as an ordinary user, too
umask 022
mkdir -p "$logs"
work=$logs/work
mkdir -p "$work"
[ -n "${CHECK_LOGS:-}" ] || chmod 755 "$logs"
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT TERM HUP
echo "check: the logs are in $logs"

# wanted PART - was it asked for
wanted()
{
	[[ " $selection " == *" $1 "* ]] || { [ -z "$selection" ] && [ "$1" != s3rver ]; }
}
selection=$*

# tally LOG - "PASSED FAILED SKIPPED" as the log says: automake's totals, else lines of TAP
tally()
{
	awk '
	/^# PASS: +[0-9]+$/ { pass += $3; automake = 1 }
	/^# (FAIL|ERROR|XPASS): +[0-9]+$/ { fail += $3 }
	/^# SKIP: +[0-9]+$/ { skip += $3 }
	/^ok .*# SKIP/ { tap_skip++; next }
	/^ok / { tap_pass++ }
	/^not ok / { tap_fail++ }
	END {
		if (automake)
			print pass + 0, fail + 0, skip + 0
		else
			print tap_pass + 0, tap_fail + 0, tap_skip + 0
	}' "$1"
}

# run_logged NAME SECONDS COMMAND... - run it within the time; NAME.log, and NAME.rc: code, seconds
run_logged()
{
	local name=$1 limit=$2 from=$SECONDS rc=0

	shift 2
	timeout --kill-after=10 "$limit" "$@" >"$logs/$name.log" 2>&1 </dev/null || rc=$?
	echo "$rc $((SECONDS - from)) $limit" >"$logs/$name.rc"
}

# report NAME COUNT - count what run_logged left, print one line; returns whether it passed
#
# COUNT is "each" for what the log counts, or "one" for a part that is one test in itself.
# A part that ends with 77 is skipped.
report()
{
	local name=$1 count=$2 log=$logs/$1.log rc=70 took=0 limit=0 ok=0 bad=0 out=0

	read -r rc took limit <"$logs/$name.rc"
	[ "$count" = one ] || read -r ok bad out < <(tally "$log")
	if [ "$rc" -eq 77 ]; then
		out=$((out + 1))
	elif [ "$rc" -ne 0 ] && [ "$bad" -eq 0 ]; then
		bad=1
	elif [ "$rc" -eq 0 ] && [ $((ok + bad + out)) -eq 0 ]; then
		# A part that is to count and counted nothing has not shown anything.
		if [ "$count" = one ]; then ok=1; else bad=1; fi
	fi
	passed=$((passed + ok))
	failed=$((failed + bad))
	skipped=$((skipped + out))
	printf '%4d s  %4d passed, %d failed, %d skipped\n' "$took" "$ok" "$bad" "$out"
	if [ "$bad" -ne 0 ]; then
		[ "$rc" -ne 124 ] || echo "    (no end after $limit s)"
		# what a test says of its failure stands before the line that counts it
		grep -B 5 -A 3 -E '^not ok |^FAIL[: ]|^ERROR[: ]' "$log" | head -n 60 |
		    sed 's/^/    | /'
		tail -n 25 "$log" | sed 's/^/    /'
	fi
	[ "$bad" -eq 0 ] && [ "$rc" -ne 77 ]
}

# part NAME COUNT SECONDS COMMAND... - run it, then report it
part()
{
	local name=$1 count=$2

	shift 2
	printf 'check: %-48s ' "$name"
	run_logged "$name" "$@"
	report "$name" "$count"
}

# e2e_one_ended - wait for one of the tests in names[], and report it
e2e_one_ended()
{
	local pid

	wait -n -p pid
	printf 'check: %-48s ' "${names[$pid]}"
	report "${names[$pid]}" each
	unset "names[$pid]"
}

# e2e_all - every e2e test, $CHECK_JOBS at once: each has a machine of its own, and most wait
e2e_all()
{
	local -A names=()
	local name test

	for test in tests/e2e/*.sh; do
		name=e2e-$(basename "$test" .sh)
		[ ${#names[@]} -lt "${CHECK_JOBS:-3}" ] || e2e_one_ended
		run_logged "$name" 300 env LOGS="$logs/$name" \
		    tests/support/instance.sh "$root" "$stage" "$test" &
		names[$!]=$name
	done
	while [ ${#names[@]} -gt 0 ]; do
		e2e_one_ended
	done
}

# lost NAME - a part that cannot run because an earlier one failed
lost()
{
	printf 'check: %-48s    not run: it needs what failed above\n' "$1"
	failed=$((failed + 1))
}

check_build() # NAME-OF-BUILD
{
	make -C "$work/$1/build" -j"$(nproc)" check VERBOSE=1
}
check_s3rver()
{
	command -v npm node >/dev/null || tests/support/packages.sh s3 || return
	tests/aws/test_s3rver.sh "$work/gcc/build"
}
export -f check_build check_s3rver
export work

export CI="${CI:-}"
can_build=yes
root=
stage=
[ -n "$selection" ] || wanted_build=yes
for name in gcc e2e faults distcheck s3rver; do
	wanted $name && wanted_build=yes
done

part packages one 900 tests/support/packages.sh || can_build=no

if wanted root || wanted e2e; then
	if part root one 900 tests/support/root.sh; then
		root=$(tail -n 1 "$logs/root.log")
	fi
fi

if [ "${wanted_build:-no}" = yes ]; then
	if [ $can_build = yes ] && part gcc-build one 600 \
	    tests/support/build.sh "$work/gcc" "$work/stage" --enable-werror; then
		stage=$work/stage
	else
		can_build=no
	fi
fi
if wanted gcc; then
	if [ $can_build = yes ]; then
		part gcc-check each 900 bash -c 'check_build gcc'
	else
		lost gcc-check
	fi
fi

if wanted clang || wanted fuzz; then
	if part clang-build one 600 env CC=clang-14 \
	    tests/support/build.sh "$work/clang" - --enable-werror --enable-sanitizers; then
		! wanted clang || part clang-check each 900 bash -c 'check_build clang'
	else
		! wanted clang || lost clang-check
	fi
fi

if wanted emulator; then
	part emulator each 300 tests/aws/test_emulator.sh
fi

if wanted packaging; then
	part packaging each 300 \
	    bash -c 'tests/support/packages.sh extras && tests/packaging/extras.sh'
	part selinux-policy each 600 \
	    bash -c 'tests/support/packages.sh extras && tests/selinux/policy.sh'
fi

if wanted e2e; then
	if [ -n "$root" ] && [ -n "$stage" ]; then
		e2e_all
		part e2e-login_pairs each 300 env LOGS="$logs/e2e-login_pairs" ROOT="$root" \
		    STAGE="$stage" tests/bench/login_pairs.sh 5 500
	else
		lost e2e
	fi
fi

if wanted faults; then
	for test in tests/faults/*.sh; do
		[ -e "$test" ] || continue
		name=faults-$(basename "$test" .sh)
		if [ -n "$stage" ]; then
			part "$name" each 300 "$test" "$work/gcc/build"
		else
			lost "$name"
		fi
	done
fi

if wanted fuzz; then
	if [ -e "$work/clang/build/Makefile" ]; then
		part fuzz one 600 make -C "$work/clang/build" fuzz FUZZ_SECONDS=5
	else
		lost fuzz
	fi
fi

if wanted distcheck; then
	if [ $can_build = yes ]; then
		part distcheck one 900 make -C "$work/gcc/build" -j"$(nproc)" distcheck \
		    VERBOSE=1
	else
		lost distcheck
	fi
fi

if wanted demo; then
	part demo one 600 ./demo.sh
fi

if wanted s3rver; then
	if [ -n "$stage" ]; then
		part s3rver each 600 bash -c check_s3rver
	else
		lost s3rver
	fi
fi

echo "check: $((SECONDS / 60)) min $((SECONDS % 60)) s; the logs are in $logs"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] || exit 1
[ "$CI" != true ] || [ $skipped -eq 0 ] || exit 1
