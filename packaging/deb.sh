#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# deb.sh TARBALL OUT [VERSION] - the Debian packages of a `make dist` tarball, into OUT
#
# Built in a temporary directory; VERSION (default: the first of packaging/debian/changelog)
# is for tests of upgrades. Two calls give the same bytes: the time is the changelog's.
# DEB_BUILD_PROFILES=nocheck, or -d in DPKG_BUILDPACKAGE_OPTIONS, as dpkg-buildpackage(1) says.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '4s/^# //p' "$0" >&2; exit 64; }
tarball=$(realpath -e "$1")
mkdir -p "$2"
out=$(realpath -e "$2")
version=${3:-}
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-deb.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT

mkdir "$work/tree"
tar -C "$work/tree" --strip-components=1 --no-same-owner -xf "$tarball"
cp -R "$work/tree/packaging/debian" "$work/tree/debian"
if [ -n "$version" ]; then
	sed -i "1s/([^)]*)/($version)/" "$work/tree/debian/changelog"
fi
cd "$work/tree"
# shellcheck disable=SC2086  # options
dpkg-buildpackage --jobs=auto --build=binary -us -uc ${DPKG_BUILDPACKAGE_OPTIONS:-}
cp "$work"/*.deb "$out/"
cp "$work"/*.changes "$work"/*.buildinfo "$out/" 2>/dev/null || true
