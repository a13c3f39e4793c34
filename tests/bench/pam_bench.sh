#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# pam_bench.sh CALLS - pam_acct_mgmt beside pam_unix and pam_sss, in the same run
#
# Held: 1 ms at the 99th percentile with data that are cached, whether the daemon answers or
# the files do. ROOT and STAGE name a tree of pam_bench_root.sh and a stage that exist;
# otherwise they are made.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
support=$here/../support
[ $# -eq 1 ] || { sed -n '4s/^# //p' "$0" >&2; exit 64; }
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-pam-bench.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
root=${ROOT:-$("$here/pam_bench_root.sh" | tail -n 1)}
stage=$work/stage
if [ -n "${STAGE:-}" ]; then
	cp -a "$STAGE" "$stage"
else
	"$support/build.sh" "$work/build" "$stage" >"$work/build.log" 2>&1 || {
		tail -n 30 "$work/build.log" >&2
		exit 1
	}
fi
install -d "$stage/usr/lib/iamlogin-bench"
"${CC:-gcc}" -std=gnu11 -O2 -o "$stage/usr/lib/iamlogin-bench/pam_bench" "$here/pam_bench.c" -lpam
logs=${LOGS:-$work/logs}
LOGS=$logs "$support/instance.sh" "$root" "$stage" "$here/pam_bench_inside.sh" "$1" || {
	echo "not ok 1 - every call of every module succeeds"
	tail -n 5 "$logs"/*.log >&2 || true
	exit 1
}
awk '
	{ printf "# %-5s %-15s p50 %8.1f us  p99 %8.1f us  max %8.1f us\n", $1, $2, $4, $5, $6 }
	$2 == "bench-iamlogin" {
		n++
		printf "%s %d - %s: pam_acct_mgmt takes at most 1 ms at p99 (%.0f us)\n",
			($5 <= 1000 ? "ok" : "not ok"), n, ($1 == "up" ? "asking the daemon" : "from the files"), $5
		bad = bad || $5 > 1000
	}
	END { print "1.." n; exit bad || n < 2 }' "$logs/pam"
