#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check_style.sh - what a reader may rely on in every file: licence, size, no leftovers
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 99
bad=0

complain()
{
	echo "$*"
	bad=1
}

code="common/*.[ch] nss/*.[ch] pam/*.[ch] keys/*.[ch] daemon/*.[ch] warden/*.[ch]
	cli/*.[ch]"
tests="tests/unit/*.c tests/plugin/*.c tests/fuzz/*.c tests/support/*.[ch] tests/faults/*.[ch]
	tests/stress/*.c"
# shellcheck disable=SC2086
for file in $code $tests check.sh demo.sh tests/*/*.sh configure.ac Makefile.am; do
	[ -e "$file" ] || continue
	head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
		complain "$file has no licence line"
done
# shellcheck disable=SC2086
for file in $code; do
	lines=$(wc -l <"$file")
	[ "$lines" -le 450 ] || complain "$file has $lines lines: more than one subject?"
done
# shellcheck disable=SC2086
for file in $code; do
	width=$(LC_ALL=C.UTF-8 wc -L <"$file")
	[ "$width" -le 100 ] || complain "$file has a line of $width columns"
done
# the words are put together here, so that this file does not find itself
leftovers="TO""DO|FIX""ME|XX""X|HA""CK"
found=$(grep -rnwE "$leftovers" --include='*.[ch]' --include='*.sh' --include='*.py' \
	--include='*.am' --include='*.ac' --include='*.md' --include='*.scd' . |
	grep -vE '^\./(build|autom4te)|tests/data/' || true)
[ -z "$found" ] || complain "$found"
exit $bad
