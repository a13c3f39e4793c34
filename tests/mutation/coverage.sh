#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# coverage.sh - lines and branches of the code that decides, by its unit tests, with gcov
#
# Builds a copy with --enable-coverage. Every line and every branch counts, also those that
# only memory running out takes (test_no_memory). What no test ran is printed; exit 1 when
# there is any.
set -euo pipefail

tree=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d /tmp/iamlogin-coverage.XXXXXX)
trap 'rm -rf "$work"' EXIT
tests="access decide freshness mapping no_memory rules text verdict world world_claims
	world_former world_ids world_shared"
files="common/freshness common/text common/verdict daemon/access daemon/mapping daemon/rules
	daemon/rules_parse daemon/world_accounts daemon/world_ids daemon/world_people
	daemon/world_verdict pam/decide"

"$tree/tests/support/build.sh" "$work" - --enable-coverage CFLAGS="-O0 -g" \
    >"$work/log" 2>&1 || { tail -n 20 "$work/log"; exit 1; }
cd "$work/build"
for test in $tests; do
	make -s "tests/unit/test_$test" >>"$work/log" 2>&1
	srcdir="$work/src" "tests/unit/test_$test" >>"$work/log" 2>&1 || {
		tail -n 20 "$work/log"
		exit 1
	}
done
for file in $files; do
	room=${file%%/*} name=${file##*/}
	note=$(find "$room" -name "*-$name.gcda" | head -n 1)
	gcov -b -c -o "$note" "$work/src/$file.c" >"$work/gcov" 2>/dev/null
	awk -v file="$file.c" '
		/^ *[-#=0-9*]+: *[0-9]+:/ {
			n = $0; sub(/^[^:]*: */, "", n); line = n; sub(/:.*/, "", line)
			text = n; sub(/^[0-9]+:/, "", text)
			count = $0; sub(/:.*/, "", count); gsub(/ /, "", count)
			if (count == "-") next
			lines++
			if (count ~ /^[#=]/) { missed++; print file ":" line ": not run: " text }
			next
		}
		/^branch / {
			branches++
			if ($0 ~ /never executed/ || $4 == 0) {
				open_branches++
				print file ":" line ": one way only: " text
			}
		}
		END {
			printf "%-28s lines %d of %d, branches %d of %d\n", file,
			    lines - missed, lines, branches - open_branches, branches
			exit missed + open_branches > 0
		}' "$name.c.gcov" || failed=1
done
exit "${failed:-0}"
