#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# rpm.sh TARBALL OUT [RPMBUILD-OPTION...] - the RPM of a `make dist` tarball, into OUT
#
# On RHEL 9 or Amazon Linux 2023; elsewhere with --nodeps, which shows that the spec builds.
# Two calls give the same bytes: the times are the changelog's, the host is none.
set -euo pipefail

[ $# -ge 2 ] || { sed -n '4s/^# //p' "$0" >&2; exit 64; }
here=$(cd "$(dirname "$0")" && pwd)
tarball=$(realpath -e "$1")
mkdir -p "$2"
out=$(realpath -e "$2")
shift 2
version=$(basename "$tarball" .tar.xz)
version=${version#iamlogin-}
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-rpm.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT

mkdir -p "$work"/{BUILD,RPMS,SOURCES,SPECS,SRPMS}
cp "$tarball" "$work/SOURCES/"
sed "s/@VERSION@/$version/" "$here/rpm/iamlogin.spec.in" >"$work/SPECS/iamlogin.spec"
rpmbuild -bb --define "_topdir $work" --define "use_source_date_epoch_as_buildtime 1" \
    --define "source_date_epoch_from_changelog 1" \
    --define "clamp_mtime_to_source_date_epoch 1" --define "_buildhost localhost" \
    --define "_build_id_links none" "$@" "$work/SPECS/iamlogin.spec"
find "$work/RPMS" -name '*.rpm' -exec cp {} "$out/" \;
cp "$work/SPECS/iamlogin.spec" "$out/"
