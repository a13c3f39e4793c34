#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# vm_root.sh [SUITE] - print the path of a Debian tree with a kernel, and SELinux's policy
#
# What selinux_vm.sh makes a disk of: systemd, sshd, the reference policy as Debian ships it,
# and nothing of ours. Kept as root.sh keeps its trees: made once by mmdebstrap, under a hash
# of this recipe, never written to afterwards.
set -euo pipefail

suite=${1:-bookworm}
cache=${IAMLOGIN_CACHE:-/var/cache/iamlogin-tests}
[ "$(id -u)" -eq 0 ] || { echo "vm_root.sh: only root can make a tree" >&2; exit 1; }

packages=systemd-sysv,systemd,dbus,libpam-systemd,openssh-server,openssh-client,sudo,login
packages=$packages,passwd,iproute2,procps,ca-certificates,jq,curl,cron,libexpat1,openssl
packages=$packages,python3,initramfs-tools,selinux-policy-default,policycoreutils
packages=$packages,semodule-utils,checkpolicy,strace
packages=$packages,linux-image-cloud-$(dpkg --print-architecture)
case $suite in
bookworm) packages=$packages,libcurl4,libssl3,libjson-c5,libinih1 ;;
*) packages=$packages,libcurl4t64,libssl3t64,libjson-c5,libinih1 ;;
esac

recipe=$( { dpkg --print-architecture; echo "$suite"; cat "$0"; } | sha256sum | cut -c1-16)
tree=$cache/selinux-$suite-$recipe
mkdir -p "$cache"
exec 9>"$cache/.selinux-lock"
flock -w 900 9 || { echo "vm_root.sh: another maker takes too long" >&2; exit 1; }
if [ -d "$tree" ]; then
	echo "$tree"
	exit 0
fi

options=()
while read -r line; do # a proxy that apt is told to use here is needed there as well
	options+=(--aptopt="$line")
done < <(apt-config dump --format '%F "%v";%n' Acquire::http Acquire::https 2>/dev/null |
	grep -i '::proxy.*"[^"]' || true)
fresh=$(mktemp -d "$cache/.making.XXXXXX")
trap 'rm -rf --one-file-system "$fresh"' EXIT
chmod 0755 "$fresh"
log=$tree.log
# shellcheck disable=SC2016  # $1 is mmdebstrap's
if ! mmdebstrap --mode=root --variant=minbase --include="$packages" \
    --aptopt='Acquire::Retries "3"' "${options[@]}" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook='chroot "$1" systemctl enable ssh >/dev/null 2>&1' \
    --customize-hook='chroot "$1" systemctl mask systemd-networkd.service \
	systemd-resolved.service systemd-timesyncd.service \
	apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer >/dev/null 2>&1' \
    "$suite" "$fresh/root" >"$log" 2>&1 </dev/null; then
	tail -n 30 "$log" >&2
	echo "vm_root.sh: mmdebstrap failed; its log is $log" >&2
	exit 1
fi
rm -f "$log"
mv "$fresh/root" "$tree"
echo "$tree"
