#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# distro_build.sh ROOT TARBALL STAGE [MAKE-TARGET...] - build a release inside a tree
#
#   ROOT     from distro_root.sh; only the lower layer of an overlay, never written to
#   TARBALL  what `make dist` made: a builder has neither autotools nor scdoc
#   STAGE    gets what `make install` would install there
#
# Each MAKE-TARGET is made as well, such as check. All of it in namespaces of its own.
set -euo pipefail

if [ "${1:-}" != --inside ]; then
	[ $# -ge 3 ] || { sed -n '4s/^# //p' "$0" >&2; exit 64; }
	root=$(realpath -e "$1") tarball=$(realpath -e "$2")
	mkdir -p "$3"
	stage=$(realpath -e "$3")
	shift 3
	exec unshare -m -p -n -f --kill-child --mount-proc --propagation private \
	    "$0" --inside "$root" "$tarball" "$stage" "$@"
fi
shift
root=$1 tarball=$2 stage=$3
shift 3
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-distro.XXXXXX")
trap 'umount -R "$work" 2>/dev/null; rmdir "$work"' EXIT
# No network but this machine's own: unit tests connect to themselves.
ip link set lo up
mount -t tmpfs -o mode=755 tmpfs "$work"
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay overlay "$work/root" -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/work"
r=$work/root
mount -t proc proc "$r/proc"
mount --rbind /dev "$r/dev"
mkdir -p "$r/src" "$r/stage"
mount --bind "$stage" "$r/stage"
tar -C "$r/src" -xf "$tarball" --strip-components=1
run=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 chroot "$r" /bin/bash -euc)
"${run[@]}" "cd /src && ./configure --quiet --enable-werror &&
	make -s -j$(nproc) && make -s install DESTDIR=/stage"
for target; do
	"${run[@]}" "make -C /src -s -j$(nproc) $target"
done
