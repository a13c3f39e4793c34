#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# nth_failure.sh BUILD_DIR - each call of PAM, NSS and the key command fails once
#
# Builds a library that stands in front of libc and libpam, and three programs that run a
# scenario over and over: the first call fails, the second, ... until none did. Says in TAP
# what held in all of them. Needs root: the programs make mount namespaces of their own.
set -uo pipefail

[ -e "${1:-}/Makefile" ] || { sed -n '4s/^# //p' "$0" >&2; exit 64; }
build=$(cd "$1" && pwd)
tree=$(cd "$(dirname "$0")/../.." && pwd)
[ "$(id -u)" -eq 0 ] || { echo "nth_failure.sh: needs root for mount namespaces" >&2; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-faults.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
pam=$build/.libs/pam_iamlogin.so
nss=$build/.libs/libnss_iamlogin.so.2
keys=$build/iamlogin-authorized-keys
n=0
failed=0

# say ok|"not ok" SENTENCE...
say()
{
	n=$((n + 1))
	[ "$1" = ok ] || failed=1
	echo "$1 $n - ${*:2}"
}

# of NAME - a variable of the build's Makefile
of()
{
	sed -n "s/^$1 = //p" "$build/Makefile"
}

# What our code calls is either let fail, or cannot, or nobody's failure can be put there.
cannot='_ITM_.*|__cxa_finalize|__errno_location|__gmon_start__|__libc_start_main'
cannot="$cannot|__stack_chk_fail|close|free|munmap|get(e?uid|gid|ppid|pid|auxval)|(__)?mem.*"
cannot="$cannot|str(n?len|chr|rchr|str|cmp|ncmp|c?spn)|inet_pton|(__)?snprintf(_chk)?|pthread_self"
cannot="$cannot|_exit|closedir|pthread_setcancelstate|sysconf|openlog|(__)?syslog(_chk)?"
cannot="$cannot|pam_(get_data|get_item|getenv|syslog)"
check_coverage()
{
	local artefact known unknown

	known=$(nm -D --defined-only "$work/fail_nth.so" | awk '{ print $3 }' | paste -sd'|')
	for artefact in "$pam" "$nss" "$keys"; do
		unknown=$(nm -D --undefined-only "$artefact" |
			awk '{ sub(/@.*/, "", $2); print $2 }' | grep -vxE "$cannot|$known")
		if [ -z "$unknown" ]; then
			say ok "each call of $(basename "$artefact") that can fail is among those that do"
		else
			say 'not ok' "$(basename "$artefact") calls what never fails here:" "$unknown"
		fi
	done
}

# sweep PROGRAM [ARGUMENT...] - its lines, numbered; it must say something, and end
sweep()
{
	local rc line lines=0

	"$@" >"$work/out" 2>"$work/err" </dev/null
	rc=$?
	while IFS= read -r line; do
		case $line in
		"ok - "*) say ok "${line#ok - }" ;;
		"not ok - "*) say 'not ok' "${line#not ok - }" ;;
		*) echo "$line" ;;
		esac
		lines=$((lines + 1))
	done <"$work/out"
	if [ $lines -eq 0 ] || { [ $rc -ne 0 ] && ! grep -q '^not ok - ' "$work/out"; }; then
		say 'not ok' "$(basename "$1") ends with $rc"
		sed 's/^/# /' "$work/err"
	fi
}

read -ra cc <<<"$(of CC) $(of CFLAGS) -std=gnu11 -Wall -Wextra"
read -ra libs <<<"$(of CURL_LIBS) $(of CRYPTO_LIBS) $(of JSON_LIBS) $(of EXPAT_LIBS) \
	$(of INIH_LIBS) $(of SYSTEMD_LIBS) $(of PAM_LIBS) -lpthread -ldl"
run=$(of rundir)/iamlogin
cc+=(-include "$build/config.h" -I"$tree" "-DIAMLOGIN_RUNDIR=\"$run\""
	"-DIAMLOGIN_PAMRUNDIR=\"$run-pam\"")
here=$tree/tests/faults
(
	make -s -C "$build" tests/support/libsupport.la &&
	"${cc[@]}" -shared -fPIC -O2 -U_FORTIFY_SOURCE -fno-builtin -Wl,-z,now \
		-o "$work/fail_nth.so" "$here/fail_nth.c" "$here/fail_calls.c" -ldl
	for part in pam nss keys; do
		"${cc[@]}" -o "$work/sweep_$part" "$here/sweep_$part.c" "$here/sweep.c" \
			"$here/fake_daemon.c" "$work/fail_nth.so" -Wl,-rpath,"$work" \
			"$build/tests/support/.libs/libsupport.a" "$build/daemon/.libs/libdaemon.a" \
			"$build/common/.libs/libcommon.a" "${libs[@]}" || exit 1
	done
) >"$work/log" 2>&1 || { sed 's/^/# /' "$work/log"; echo "not ok 1 - the sweep builds"; exit 1; }

check_coverage
sweep "$work/sweep_pam" "$pam"
sweep "$tree/tests/plugin/in_namespace.sh" "$work/sweep_nss" "$nss"
sweep "$work/sweep_keys" "$keys" "$work/fail_nth.so" "$pam"
echo "1..$n"
exit $failed
