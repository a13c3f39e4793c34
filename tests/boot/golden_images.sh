#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# golden_images.sh BUILD LOGINS SUITE... - the tests of this directory in booted images
#
# The packages are built here, once as they are and once as a later version to upgrade to.
set -euo pipefail

[ $# -ge 3 ] || { sed -n '4s/^# //p' "$0" >&2; exit 64; }
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(realpath -e "$1")
logins=$2
shift 2
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-boot.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
tarball=$(find "$build" -maxdepth 1 -name 'iamlogin-*.tar.xz' -printf '%T@ %p\n' | sort -n |
	tail -n 1 | cut -d' ' -f2)

"$top/packaging/deb.sh" "$tarball" "$work/debs" >"$work/debs.log" 2>&1
"$top/packaging/deb.sh" "$tarball" "$work/debs/later" 9.0-1 >"$work/later.log" 2>&1
rm -f "$work"/debs/*-dbgsym_* "$work"/debs/later/*-dbgsym_*
rc=0
for suite; do
	root=$("$top/tests/support/golden_root.sh" "$suite")
	echo "# $suite"
	LOGS=${LOGS:-$work/logs}/$suite BOOT_SECONDS=$((300 + logins * 3)) \
	    "$top/tests/support/boot.sh" "$root" "$work/debs" "$top/tests/boot/golden_image.sh" \
	    "$logins" || rc=1
	for test in warden_units start_again; do
		LOGS=${LOGS:-$work/logs}/$suite-$test BOOT_SECONDS=600 "$top/tests/support/boot.sh" \
		    "$root" "$work/debs" "$top/tests/boot/$test.sh" || rc=1
	done
done
exit $rc
