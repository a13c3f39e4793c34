#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# keys_bench.sh [RUNS [COLD-RUNS]] - what a key of Instance Connect costs sshd, as a table
#
# Beside a program that does nothing and a script that starts as many processes as AWS's own
# package, all in one run. ROOT and STAGE name a tree and a stage that exist; otherwise they
# are made.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
support=$here/../support
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-bench.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
root=${ROOT:-$("$support/root.sh" | tail -n 1)}
stage=${STAGE:-}
if [ -z "$stage" ]; then
	stage=$work/stage
	"$support/build.sh" "$work/build" "$stage" >"$work/build.log" 2>&1 || {
		tail -n 30 "$work/build.log" >&2
		exit 1
	}
fi
logs=${LOGS:-$work/logs}
LOGS=$logs "$support/instance.sh" "$root" "$stage" "$here/keys_bench_inside.sh" \
    "${1:-100}" "${2:-20}" || {
	tail -n 5 "$logs/daemon.log" >&2 || true
	exit 1
}
/usr/bin/python3 "$here/keys_bench.py" "$logs/keys"
