#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# build.sh WORK STAGE [CONFIGURE-OPTION...] - build a copy of this tree and stage the result
#
# WORK/src is the copy, WORK/build its build directory; STAGE gets what would be installed on
# a Debian system, or nothing when it is "-". The tree itself is only read, so it may be
# somebody's clone, and several builds may run at once. A second call builds what changed.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '4s/^# //p' "$0" >&2; exit 64; }
tree=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
work=$(cd "$1" && pwd)
stage=$2
shift 2

# What a build inside the tree has left must not come along: configure refuses such a source.
mkdir -p "$work/src"
tar -C "$tree" -c --exclude-vcs --exclude='./build*' --exclude=./autom4te.cache \
    --exclude=./config.status --exclude=./config.log --exclude=./config.h --exclude=./stamp-h1 \
    --exclude=./libtool --exclude=./Makefile --exclude=./configure --exclude='*.o' \
    --exclude='*.lo' --exclude='*.la' --exclude=.libs --exclude=.deps --exclude=.dirstamp \
    --exclude=__pycache__ . | tar -C "$work/src" -x

if [ ! -e "$work/src/configure" ] || [ "$work/src/configure.ac" -nt "$work/src/configure" ] ||
	[ "$work/src/Makefile.am" -nt "$work/src/configure" ]; then
	(cd "$work/src" && autoreconf --force --install)
fi
if [ ! -e "$work/build/Makefile" ] || [ "$work/src/configure" -nt "$work/build/Makefile" ]; then
	mkdir -p "$work/build"
	(cd "$work/build" && "$work/src/configure" "$@")
fi
make -C "$work/build" -j"$(nproc)"
if [ "$stage" != - ]; then
	make -C "$work/build" install DESTDIR="$(realpath -m "$stage")"
fi
