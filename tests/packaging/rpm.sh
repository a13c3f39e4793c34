#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# rpm.sh BUILD - the RPM: built twice alike, and what rpmlint says
#
# With Debian's rpmbuild and libraries, so --nodeps: that the spec builds and what it packs is
# shown here, not that the result runs on RHEL.
set -uo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(realpath -e "${1:?usage: rpm.sh BUILD}")
# shellcheck source=/dev/null
. "$top/tests/support/claims.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/iamlogin-rpmtest.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
# what systemd-rpm-macros and RHEL's own macros say
macros=(--nodeps --define "_unitdir /usr/lib/systemd/system" --define "_libdir /usr/lib64"
    --define "_sysusersdir /usr/lib/sysusers.d" --define "_tmpfilesdir /usr/lib/tmpfiles.d"
    --define "_libexecdir /usr/libexec" --define "debug_package %{nil}")

make -C "$build" dist >"$work/dist.log" 2>&1 || { tail -n 20 "$work/dist.log"; exit 1; }
tarball=$(find "$build" -maxdepth 1 -name 'iamlogin-*.tar.xz' -newer "$work" | head -n 1)

build_rpm() # DIR
{
	"$top/packaging/rpm.sh" "$tarball" "$work/$1" "${macros[@]}" >"$work/$1.log" 2>&1 && return
	tail -n 30 "$work/$1.log"
	return 1
}

same_bytes()
{
	local file

	for file in "$work"/first/*.rpm; do
		cmp "$file" "$work/second/$(basename "$file")" || return 1
	done
}

packs() # PATH
{
	rpm -qpl "$work"/first/*.rpm 2>/dev/null | grep -x "$1" >/dev/null
}

clean_for_rpmlint()
{
	local errors

	errors=$(rpmlint "$work/first/iamlogin.spec" 2>&1 | grep ' E: ')
	[ -z "$errors" ] || { echo "$errors"; return 1; }
}

holds "the RPM is built" build_rpm first
holds "a second build" build_rpm second
holds "gives the same bytes" same_bytes
holds "rpmlint has no error for the spec" clean_for_rpmlint
holds "it has the NSS module" packs '/usr/lib64/libnss_iamlogin.so.2'
holds "the PAM module" packs '/usr/lib64/security/pam_iamlogin.so'
holds "the SELinux module" packs /usr/share/selinux/packages/iamlogin.pp
holds "the authselect profile" packs /usr/share/authselect/vendor/iamlogin/password-auth
holds "and nothing in sshd's or sudo's directories" sh -c \
    "! rpm -qpl '$work'/first/*.rpm | grep 'sshd_config.d/\|sudoers.d/\|pam-configs'"
finish
