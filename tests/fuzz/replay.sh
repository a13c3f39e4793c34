#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# replay.sh - every input of every corpus once through its harness; needs no clang
set -u
bad=0
for program in "$BUILDDIR"/tests/fuzz/replay_*; do
	case $program in *.o | *.c) continue ;; esac
	name=${program##*/replay_}
	[ -x "$program" ] || continue
	corpus=$SRCDIR/tests/fuzz/corpus/$name
	if [ ! -d "$corpus" ]; then
		echo "$name has no corpus"
		bad=1
	elif "$program" "$corpus" >"$program.out" 2>&1; then
		echo "$name: $(find "$corpus" -type f | wc -l) inputs"
	else
		echo "$name:"
		cat "$program.out"
		bad=1
	fi
done
exit $bad
