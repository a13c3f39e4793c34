#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh TARBALL [SUITE...] - build a release in Debian 11, 12 and 13, and try it there
#
# In each: the build, `make check`, the stacks of stacks.sh, the e2e tests about who somebody
# is, and enable, disable and doctor; for Debian 11 also where /lib is no link. Prints TAP, with the suite in front of each sentence. Logs: LOGS, or /tmp.
set -uo pipefail

[ $# -ge 1 ] || { sed -n '4s/^# //p' "$0" >&2; exit 64; }
tree=$(cd "$(dirname "$0")/../.." && pwd)
tarball=$(realpath -e "$1")
shift
[ $# -gt 0 ] || set -- bullseye bookworm trixie
logs=${LOGS:-$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-distros.XXXXXX")}
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-distros-work.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
tests=(tests/distros/stacks.sh tests/distros/revocation.sh tests/e2e/first_login.sh tests/e2e/shared_account.sh
	tests/e2e/local_accounts_closed.sh tests/e2e/who_names_the_person.sh
	tests/e2e/enable_and_back.sh tests/e2e/doctor_finds_what_is_wrong.sh)
failed=0
n=0

# say ok|"not ok" SENTENCE
say()
{
	n=$((n + 1))
	[ "$1" = ok ] || failed=1
	echo "$1 $n - $2"
}

# try SUITE ROOT STAGE TEST - its claims, numbered anew
try()
{
	local name line rc=0 claims=0

	name=$(basename "$4" .sh)
	LOGS=$logs/$1-$name timeout 900 "$tree/tests/support/instance.sh" "$2" "$3" "$tree/$4" \
	    >"$work/out" 2>"$work/err" || rc=$?
	while IFS= read -r line; do
		case $line in
		"ok "*) say ok "$1 $name: ${line#ok * - }" ;;
		"not ok "*) say 'not ok' "$1 $name: ${line#not ok * - }" ;;
		"#"*) echo "$line" ;;
		esac
		claims=$((claims + 1))
	done <"$work/out"
	if [ $rc -ne 0 ] && ! grep -q '^not ok ' "$work/out" || [ $claims -eq 0 ]; then
		say 'not ok' "$1 $name ends with $rc"
		tail -n 20 "$work/err" | sed 's/^/# /'
	fi
}

for suite; do
	root=$("$tree/tests/support/distro_root.sh" "$suite" | tail -n 1) || root=
	if [ -z "$root" ]; then
		say 'not ok' "$suite: a tree of it"
		continue
	fi
	if "$tree/tests/support/distro_build.sh" "$root" "$tarball" "$work/$suite" \
	    check >"$logs/$suite-build.log" 2>&1; then
		say ok "$suite: it builds, and make check passes"
	else
		say 'not ok' "$suite: it builds, and make check passes"
		tail -n 20 "$logs/$suite-build.log" | sed 's/^/# /'
	fi
	[ -e "$work/$suite/usr/sbin/iamlogind" ] || continue
	for test in "${tests[@]}"; do
		try "$suite" "$root" "$work/$suite" "$test"
	done
	[ "$suite" = bullseye ] || continue
	module=$(cd "$work/$suite" && find usr/lib -name pam_iamlogin.so)
	mkdir -p "$work/$suite/$(dirname "${module#usr/}")"
	ln -s "/$module" "$work/$suite/${module#usr/}"
	try "$suite" "$("$tree/tests/support/root.sh" "$suite" | tail -n 1)" "$work/$suite" \
	    tests/distros/module_apart.sh
done
echo "1..$n"
echo "# the logs are in $logs"
exit $failed
