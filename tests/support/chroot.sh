#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# chroot.sh ROOT DIR COMMAND... - run COMMAND in a throw-away copy of a tree from root.sh
#
# Private mount, pid, uts, ipc and network namespaces (loopback only); ROOT is the lower layer
# of an overlay; DIR is there as /e2e, with claims.sh. When COMMAND ends, so does all of it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

if [ "${1:-}" = --inside ]; then
	root=$2 dir=$3 work=$4
	shift 4
	mount -t tmpfs -o mode=755 tmpfs "$work"
	mkdir "$work/upper" "$work/work" "$work/root"
	mount -t overlay overlay "$work/root" \
	    -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/work"
	r=$work/root
	mount -t proc proc "$r/proc"
	mount -t tmpfs -o mode=755 tmpfs "$r/run"
	mount -t tmpfs -o mode=1777 tmpfs "$r/tmp"
	for node in null zero full random urandom tty; do
		[ -e "$r/dev/$node" ] || touch "$r/dev/$node"
		mount --bind "/dev/$node" "$r/dev/$node"
	done
	mkdir -p "$r/e2e"
	mount --bind "$dir" "$r/e2e"
	touch "$work/claims"
	cp "$here/claims.sh" "$r/e2e/"
	ip link set lo up
	rc=0
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb \
	    DEBIAN_FRONTEND=noninteractive chroot "$r" "$@" || rc=$?
	exit $rc
fi

[ $# -ge 3 ] || { sed -n '4s/^# //p' "$0" >&2; exit 64; }
[ "$(id -u)" -eq 0 ] || { echo "chroot.sh: only root can" >&2; exit 77; }
root=$(realpath -e "$1")
dir=$(realpath -e "$2")
shift 2
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-chroot.XXXXXX")
trap 'rmdir "$work"' EXIT
setpriv --pdeathsig KILL unshare -m -n -p -u -i -f --kill-child --mount-proc \
    --propagation private "$here/chroot.sh" --inside "$root" "$dir" "$work" "$@"
