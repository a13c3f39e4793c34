#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# packages.sh [PURPOSE...] - install what this machine lacks, and nothing else
#
# PURPOSE: build test clang e2e (default: all of them); deb (make check-deb, e2e-boot); extras
# (tests/packaging/extras.sh, tests/selinux/policy.sh, make check-rpm); s3 (check.sh s3rver);
# selinux (make selinux-vm).
# Works on a fresh Debian 12.
# When nothing is missing, neither apt nor the network is touched.
set -euo pipefail

packages_for()
{
	case $1 in
	build)
		echo gcc make autoconf automake libtool pkg-config libpam0g-dev \
		    libcurl4-openssl-dev libssl-dev libjson-c-dev libexpat1-dev \
		    libinih-dev zlib1g-dev libsystemd-dev scdoc
		;;
	test)
		echo libcmocka-dev libpam-wrapper libnss-wrapper libuid-wrapper pamtester \
		    shellcheck man-db openssl python3 awscli python3-botocore jq xz-utils \
		    openssh-client curl systemd
		# for the module in 32-bit programs, which other machines than this do not run
		[ "$(dpkg --print-architecture)" != amd64 ] || echo gcc-multilib
		;;
	clang)
		echo clang-14 libclang-rt-14-dev llvm-14
		;;
	e2e)
		echo mmdebstrap iproute2 openssh-client util-linux mount python3 openssl jq curl
		;;
	deb)
		echo build-essential debhelper libcmocka-dev lintian fakeroot mmdebstrap
		;;
	s3)
		echo nodejs npm
		;;
	selinux)
		echo qemu-system-x86 e2fsprogs checkpolicy semodule-utils mmdebstrap \
		    debhelper build-essential libcmocka-dev fakeroot
		;;
	extras)
		echo checkpolicy semodule-utils policycoreutils selinux-utils setools packer jq \
		    rpm rpmlint
		;;
	*)
		echo "packages.sh: no such purpose: $1 (build test clang e2e deb extras s3 selinux)" >&2
		return 1
		;;
	esac
}

is_installed()
{
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

[ $# -gt 0 ] || set -- build test clang e2e

declare -A missing=()
for purpose in "$@"; do
	wanted=$(packages_for "$purpose")
	for package in $wanted; do
		is_installed "$package" || missing[$package]=1
	done
done

if [ ${#missing[@]} -eq 0 ]; then
	echo "packages: nothing is missing ($*)"
	exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
	echo "packages: missing, and only root can install them: ${!missing[*]}" >&2
	exit 1
fi

echo "packages: installing ${!missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# Somebody else's apt may be at work (a fresh cloud machine upgrades itself): wait for it.
apt="apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { $apt update && $apt install -y --no-install-recommends "${!missing[@]}"; } >"$log" 2>&1; then
	tail -n 30 "$log" >&2
	echo "packages: apt-get failed" >&2
	exit 1
fi
