#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# aws_soak.sh BUILD SECONDS [FAULT...] - what a host does while AWS has a long night
#
# BUILD is a build directory. Each fault of aws_faults.sh (or those named) is played for
# SECONDS with the daemon's real times; 900 s are some 60 of its back-off periods. Prints a
# table, keeps its JSON in BUILD/aws_soak.json, and fails when something that is held is not.
# Needs root.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
support=$here/../support
[ $# -ge 2 ] || { sed -n '4s/^# //p' "$0" >&2; exit 64; }
build=$(cd "$1" && pwd)
shift

work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-soak.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
make -s -C "$build" install DESTDIR="$work/stage" >"$work/install.log" 2>&1
rc=0
LOGS=$work/logs "$support/instance.sh" "${ROOT:-$("$support/root.sh" | tail -n 1)}" \
    "$work/stage" "$here/aws_soak_inside.sh" "$@" >"$work/inside.log" 2>&1 || rc=$?
grep -A 3 '^not ok' "$work/inside.log" || true
jq -s . "$work/logs/faults.json" >"$build/aws_soak.json"
jq -r '(["fault", "s", "login + ms", "refused ms", "wrong", "failures", "log lines", "tokens",
	"peak KiB", "recovery ms"] | @tsv),
(.[] | [.fault, .seconds, .login_cost_ms, .refused_ms,
	"\(.wrong)/\(.rounds)", .failed_refreshes, .log_lines, .tokens, .peak_kib, .recovery_ms] |
	map(tostring) | @tsv)' "$build/aws_soak.json" |
    awk -F'\t' '{ printf "%-26s", $1; for (i = 2; i <= NF; i++) printf "%-12s", $i; print "" }'
if [ $rc -ne 0 ]; then
	tail -n 3 "$work/inside.log"
	echo "not ok - something that is held was not"
	exit 1
fi
echo "ok - held under every fault; the JSON is $build/aws_soak.json"
