#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# deb.sh BUILD - the Debian packages: built twice alike, clean for lintian, and through a life
#
# BUILD is a configured build directory; `make dist` there makes what is packaged. The life
# (deb_inside.sh) is led in a Debian tree without network.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
build=$(realpath -e "${1:?usage: deb.sh BUILD}")
# shellcheck source=/dev/null
. "$top/tests/support/claims.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-debtest.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
export DPKG_BUILDPACKAGE_OPTIONS="${DPKG_BUILDPACKAGE_OPTIONS:-}"

make -C "$build" dist >"$work/dist.log" 2>&1 || { tail -n 20 "$work/dist.log"; exit 1; }
tarball=$(find "$build" -maxdepth 1 -name 'iamlogin-*.tar.xz' -newer "$work" | head -n 1)

build_debs() # DIR [VERSION]
{
	"$top/packaging/deb.sh" "$tarball" "$work/$1" ${2:+"$2"} >"$work/$1.log" 2>&1 && return
	tail -n 30 "$work/$1.log"
	return 1
}

same_bytes()
{
	local file

	for file in "$work"/first/*.deb; do
		cmp "$file" "$work/second/$(basename "$file")" || return 1
	done
}

clean_for_lintian()
{
	local tags

	tags=$(lintian --fail-on none "$work"/first/*.changes 2>&1 | grep -E '^[EW]: ')
	[ -z "$tags" ] || { echo "$tags"; return 1; }
}

holds "the packages are built" build_debs first
if [ "$n_broken" -ne 0 ]; then # nothing of what follows would mean anything
	finish
	exit 1
fi
holds "a second build" build_debs second
holds "gives the same bytes" same_bytes
holds "lintian has neither errors nor warnings" clean_for_lintian
holds "a later version is built" build_debs later "9.0-1"
mkdir "$work/in"
cp "$here/deb_inside.sh" "$work/in/"
cp -R "$work/first" "$work/later" "$work/in/"
"$top/tests/support/chroot.sh" "$("$top/tests/support/root.sh" | tail -n 1)" "$work/in" \
    /bin/bash /e2e/deb_inside.sh >"$work/inside.log" 2>&1
rc=$?
sed "s/^\(not \)\{0,1\}ok [0-9]* - /&in a system: /" "$work/inside.log" | grep -v '^1\.\.'
[ $rc -eq 0 ] || n_broken=$((n_broken + 1))
finish
