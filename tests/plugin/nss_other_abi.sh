#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# nss_other_abi.sh - the same answers to static and to 32-bit programs, or that nobody exists
#
# What libnss_iamlogin(8) says under CALLERS: a static program loads the module through the
# libc it was linked with, a 32-bit one needs a 32-bit build, which is made here from the
# same sources and reads the same snapshot. So is a 64-bit one where the build has sanitizers,
# which a stranger's program has not; all that is made here is gcc's. Exit 77 where that of an
# x86-64 cannot link for 32 bits (gcc-multilib).
set -euo pipefail

if [ "${1:-}" != inside ]; then
	exec "$SRCDIR/tests/plugin/in_namespace.sh" bash "$0" inside
fi
module=$BUILDDIR/.libs/libnss_iamlogin.so.2
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-abi.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/64" "$work/32" "$work/none"
cp "$SRCDIR/tests/fuzz/corpus/snapshot/team" /run/iamlogin/snapshot
chmod 0644 /run/iamlogin/snapshot
printf '%s: files iamlogin\n' passwd group >/run/nsswitch.conf
mount --bind /run/nsswitch.conf /etc/nsswitch.conf

compile() # OUTPUT [FLAG...]: nss_who.c
{
	local output=$1

	shift
	gcc -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -O2 -o "$work/$output" "$@" \
	    "$SRCDIR/tests/plugin/nss_who.c" >"$work/log" 2>&1
}

# The sources of Makefile.am's two lists that the module needs; the paths are the installed ones.
module_for() # BITS
{
	local common="clock freshness paths published reader snapshot snapshot_group text" files=()

	for name in $common; do
		files+=("$SRCDIR/common/$name.c")
	done
	gcc "-m$1" -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -O2 -fPIC -shared \
	    -I"$SRCDIR" -DIAMLOGIN_RUNDIR='"/run/iamlogin"' -DIAMLOGIN_SYSCONFDIR='""' \
	    -DIAMLOGIN_PAMRUNDIR='""' -DIAMLOGIN_WARDENRUNDIR='""' -DIAMLOGIN_STATEDIR='""' \
	    -DIAMLOGIN_LOGDIR='""' -fvisibility=hidden -Wl,-z,defs \
	    -Wl,-soname,libnss_iamlogin.so.2 -Wl,--version-script="$SRCDIR/nss/nss.map" \
	    -o "$work/$1/libnss_iamlogin.so.2" "$SRCDIR"/nss/*.c "${files[@]}" \
	    >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}

bad=0
answers() # SENTENCE PROGRAM DIRECTORY: all of it, as to everybody
{
	if LD_LIBRARY_PATH=$work/$3 "$work/$2" alice team >"$work/got" &&
	    cmp -s "$work/got" "$work/expected"; then
		echo "ok: $1"
	else
		echo "FAILED: $1"
		bad=1
	fi
}

nobody() # SENTENCE PROGRAM DIRECTORY
{
	local rc=0

	LD_LIBRARY_PATH=$work/$3 "$work/$2" alice team >"$work/got" || rc=$?
	if [ "$rc" -eq 2 ] && [ ! -s "$work/got" ]; then
		echo "ok: $1"
	else
		echo "FAILED: $1 (status $rc)"
		bad=1
	fi
}

if nm -D "$module" | grep -Eq '__(a|t|ub)san_'; then
	module_for 64
else
	cp -L "$module" "$work/64/libnss_iamlogin.so.2"
fi
compile dynamic || { cat "$work/log"; exit 1; }
LD_LIBRARY_PATH=$work/64 "$work/dynamic" alice team >"$work/expected"
grep -q '^alice:\*:' "$work/expected"
grep -q '^team:\*:[0-9]*:alice,bob$' "$work/expected"

if compile static -static; then
	answers "a static program of the same libc is answered" static 64
	nobody "without a module nobody exists for it" static none
	nobody "nor with one for 32 bits" static 32
else
	echo "SKIP: no static libc"
	bad=77
fi
if [ "$(uname -m)" != x86_64 ]; then
	echo "not here: 32-bit programs on $(uname -m)"
elif compile dynamic32 -m32; then
	module_for 32
	answers "a 32-bit program is answered by a 32-bit module" dynamic32 32
	nobody "with a 64-bit one alone nobody exists for it" dynamic32 64
	[ ! -x "$work/static" ] || ! compile static32 -m32 -static ||
		answers "so is a static 32-bit program" static32 32
else
	echo "SKIP: the compiler cannot link for 32 bits"
	[ "$bad" -ne 0 ] || bad=77
fi
exit "$bad"
