#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# login_pairs.sh PAIRS [LIMIT_MS] - what a login costs with us, by interleaved pairs of logins
#
# A person from IAM against a local account of the same sshd, with AWS reachable, with AWS and
# DNS black-holed, with the daemon wedged and stopped; a local account and root against an sshd
# that never heard of us, with the daemon running, wedged, stopped and killed. LIMIT_MS makes
# it a test. ROOT and STAGE name a tree and a stage that exist; otherwise they are made.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
support=$here/../support
[ $# -ge 1 ] || { sed -n '4s/^# //p' "$0" >&2; exit 64; }

work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-bench.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
root=${ROOT:-$("$support/root.sh")}
stage=${STAGE:-}
if [ -z "$stage" ]; then
	stage=$work/stage
	"$support/build.sh" "$work/build" "$stage" >"$work/build.log" 2>&1 || {
		tail -n 30 "$work/build.log" >&2
		exit 1
	}
fi
logs=${LOGS:-$work/logs}
LOGS=$logs "$support/instance.sh" "$root" "$stage" "$here/login_pairs_inside.sh" "$1" || {
	echo "not ok 0 - every login of every series succeeds"
	tail -n 5 "$logs/ssh.err" "$logs/daemon.log" >&2 || true
	exit 1
}
/usr/bin/python3 "$here/login_pairs.py" "$logs/pairs" ${2:+"$2"}
