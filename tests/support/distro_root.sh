#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# distro_root.sh SUITE - print the path of a Debian tree that our programs are built and tried in
#
# The tree of root.sh SUITE, copied, with what a build needs and with every program whose PAM
# stack is tried: cron, at, login, su, systemd-user. Kept beside that tree, by a hash of this
# recipe, and like it never written to.
set -euo pipefail

[ $# -eq 1 ] || { sed -n '4s/^# //p' "$0" >&2; exit 64; }
here=$(cd "$(dirname "$0")" && pwd)
cache=${IAMLOGIN_CACHE:-/var/cache/iamlogin-tests}
suite=$1
packages=(gcc libc6-dev make pkg-config libpam0g-dev libcurl4-openssl-dev libssl-dev
	libjson-c-dev libexpat1-dev libinih-dev libsystemd-dev libcmocka-dev zlib1g-dev
	cron at tmux pamtester systemd libpam-systemd
	python3 openssl man-db)
# mmdebstrap still makes /lib a directory of its own there; a machine that was installed has it
# merged, and a release installs its PAM module below /usr/lib.
[ "$suite" != bullseye ] || packages+=(usrmerge)

base=$("$here/root.sh" "$suite" | tail -n 1)
recipe=$( { echo "$base"; cat "$0"; } | sha256sum | cut -c1-16)
tree=$cache/distro-$suite-$recipe
if [ -d "$tree" ]; then
	echo "$tree"
	exit 0
fi
exec 9>"$cache/.distro-$suite.lock"
flock -w 900 9 || { echo "distro_root.sh: somebody holds $cache/.distro-$suite.lock" >&2; exit 1; }
if [ -d "$tree" ]; then
	echo "$tree"
	exit 0
fi

fresh=$(mktemp -d "$cache/.making.XXXXXX")
trap 'rm -rf --one-file-system "$fresh"' EXIT
chmod 0755 "$fresh"
echo "root: installing ${packages[*]} into a copy of $base (once; 400 MB)" >&2
cp -a "$base" "$fresh/root"
cp /etc/resolv.conf "$fresh/root/etc/resolv.conf"
# A proxy that apt is told to use here is needed there as well; no service is to start.
apt-config dump --format '%F "%v";%n' Acquire::http Acquire::https |
	grep -i '::proxy.*"[^"]' >"$fresh/root/etc/apt/apt.conf.d/99proxy" || true
printf '#!/bin/sh\nexit 101\n' >"$fresh/root/usr/sbin/policy-rc.d"
chmod 0755 "$fresh/root/usr/sbin/policy-rc.d"

# shellcheck disable=SC2016 # expanded by the inner shell
if ! unshare -m -p -f --propagation private bash -euc '
	mount -t proc proc "$1/proc"
	mount --rbind /dev "$1/dev"
	root=$1
	shift
	apt="apt-get -q -y -o Acquire::Retries=3"
	export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
	chroot "$root" $apt update
	chroot "$root" $apt install --no-install-recommends --allow-remove-essential "$@"
	chroot "$root" $apt clean' \
	distro "$fresh/root" "${packages[@]}" >"$fresh/log" 2>&1; then
	tail -n 30 "$fresh/log" >&2
	echo "distro_root.sh: apt in the tree failed" >&2
	exit 1
fi
rm -f "$fresh/root/usr/sbin/policy-rc.d" "$fresh/root/etc/apt/apt.conf.d/99proxy"
mv "$fresh/root" "$tree"
echo "$tree"
