#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# aws_cost.sh BUILD [JSON-FILE] - what AWS sees of a host, and what a refresh costs it
#
# BUILD is a build directory (for its libraries and to install from). Requests per refresh and
# per login, CPU and memory at 100 to 50,000 people, a simulated day against the bucket, and
# the signing rate: a table, and JSON. Fails where a bound of the design is broken. Needs root.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
support=$here/../support
[ $# -ge 1 ] || { sed -n '4s/^# //p' "$0" >&2; exit 64; }
build=$(cd "$1" && pwd)
out=${2:-$build/aws_cost.json}

work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-cost.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
make -s -C "$build" tests/bench/aws_day
make -s -C "$build" install DESTDIR="$work/stage" >"$work/install.log" 2>&1
"$build/tests/bench/aws_day" >"$work/day.json"
LOGS=$work/logs "$support/instance.sh" "${ROOT:-$("$support/root.sh" | tail -n 1)}" \
    "$work/stage" "$here/aws_cost_inside.sh" >"$work/inside.log" 2>&1 || {
	tail -n 20 "$work/inside.log" >&2
	exit 1
}
jq -s '.[0] + {refresh: [.[1:][] | select(.source)], login: [.[1:][] | select(.logins)][0]}' \
    "$work/day.json" "$work/logs/cost.json" >"$out"

jq -r '
def row(f): map(f | tostring) | @tsv;
(["source", "people", "ready ms", "refresh CPU ms", "peak KiB", "directory requests"] | @tsv),
(.refresh[] | [.source, .people, .ready_ms, .refresh_cpu_ms, .peak_kib,
	.directory_requests] | row(.)), "",
(["directory", "people", "requests a day", "allowed", "busiest hour", "listings", "interval s",
	"fresh s", "first listing s"] | @tsv),
(.day[] | [.directory, .people, .requests, .allowed, .busiest_hour, .listings, .interval_s,
	.fresh_s, .first_listing_s] | row(.)), "",
"four first logins, each with one new key: \(.login.requests | tojson)",
"signatures a second: \(.signatures_per_s)",
"first snapshot of 5,000 by details: \(.refresh[] | select(.source == "details" and .people == 5000).ready_ms) ms after the start (5,000 wanted, on a machine that has nothing else to do)"' "$out" |
    awk -F'\t' 'NF > 1 { for (i = 1; i <= NF; i++) printf "%-20s", $i; print ""; next } { print }'

# the bounds of design section 8 and of the issue
jq -e 'all(.day[]; .requests <= .allowed) and
	all(.refresh[]; .peak_kib <= (if .people == 50000 then 98304 else 65536 end)) and
	all(.refresh[]; .source != "details" or .directory_requests <= 10)' "$out" \
    >/dev/null || { echo "not ok - a bound is broken: see $out"; exit 1; }
echo "ok - within the bounds; the JSON is $out"
